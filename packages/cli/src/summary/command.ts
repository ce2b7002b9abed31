// `eyrie read FILE --summary`: the file on one page.
import { read } from '../read/command.ts';

export interface SummaryOptions {
  readonly json?: boolean;
  readonly color?: boolean;
}

/** Resolves to the exit status. @throws UserError */
export function summarize(path: string, options: SummaryOptions): Promise<number> {
  return read(path, {
    ...options,
    quiet: true,
    statistics: ['io,phs'],
  });
}
