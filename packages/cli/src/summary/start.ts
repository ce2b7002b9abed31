// `eyrie start [FILE]`: what `npm start` runs.
import { isAbsolute, join, resolve } from 'node:path';
import type { ReadOptions } from '../read/command.ts';
import { findSamplesFolder } from '../samples/manifest.ts';
import { summarize } from './command.ts';

const BUNDLED = 'office-hour.pcapng';

/** Resolves to the exit status. @throws UserError */
export async function start(file: string | undefined, options: ReadOptions): Promise<number> {
  return summarize(file === undefined ? join(await findSamplesFolder(), BUNDLED) : asked(file), options);
}

/** npm runs scripts in the package's folder, and says in INIT_CWD where the person stands. */
function asked(file: string): string {
  if (file === '-' || isAbsolute(file)) return file;
  return resolve(process.env.INIT_CWD ?? '', file);
}
