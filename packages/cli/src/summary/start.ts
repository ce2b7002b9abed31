// `eyrie start [FILE]`, which `npm start` runs: the summary of a capture, then the web page.
import { join } from 'node:path';
import { configFrom, pathFrom } from '../pipeline/config.ts';
import { temporaryFolder } from '../pipeline/temporary.ts';
import type { ReadOptions } from '../read/command.ts';
import { bundledSample } from '../samples/bundled.ts';
import type { ServingOptions } from '../serving/options.ts';
import { placeFrom } from '../serving/place.ts';
import { summarize } from './command.ts';

export interface StartOptions extends ReadOptions, ServingOptions {
  /** Only the page on the terminal. */
  readonly once?: boolean;
}

/** Resolves to the exit status. @throws UserError */
export async function start(file: string | undefined, options: StartOptions): Promise<number> {
  const path = file === undefined ? await bundledSample() : pathFrom(file);
  // Errors of the address come before the summary.
  placeFrom(options, 'ui', configFrom({}));
  const status = await summarize(path, options);
  // Standard input cannot be read a second time.
  if (status !== 0 || options.once === true || options.json === true || path === '-') return status;
  const { up } = await import('../up/command.ts');
  const folder = temporaryFolder();
  try {
    return await up(path, {
      ...options,
      store: `duckdb:${join(folder.path, 'start.duckdb')}`,
      speed: 'full',
      logFolder: '',
    });
  } finally {
    folder.remove();
  }
}
