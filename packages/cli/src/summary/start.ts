// `eyrie start [FILE]`, which `npm start` runs: the summary of a capture, then the web page.
import { join } from 'node:path';
import { configFrom, pathFrom } from '../pipeline/config.ts';
import { temporaryFolder } from '../pipeline/temporary.ts';
import { userError } from '../pipeline/user-error.ts';
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
  // Standard input cannot be read a second time.
  const isPrintedOnly = options.once === true || options.json === true || path === '-';
  const place = placeFrom(options, 'ui', configFrom({}));
  // What is wrong with the address is said before the capture is read.
  if (!isPrintedOnly) {
    const { checkPlace } = await import('@eyrie/services/analyzer');
    await checkPlace(place, '--port').catch(userError);
  }
  const status = await summarize(path, options);
  if (status !== 0 || isPrintedOnly) return status;
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
