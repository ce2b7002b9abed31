// `eyrie samples` and `eyrie samples fetch`: their output and exit status.
import { cacheFolder } from '../base-folders.ts';
import { FAILED, UserError } from '../errors.ts';
import type { Screen } from '../terminal/progress.ts';
import { type Fetched, fetchSamples } from './fetch.ts';
import { formatList, listSamples } from './list.ts';
import { findSamplesFolder, readPublicSamples } from './manifest.ts';
import { showProgress } from './progress.ts';

/** What the command talks to; the defaults are the process's own. */
export interface SamplesIo {
  readonly out: Screen;
  readonly err: Screen;
  /** The folder with manifest.json and public.json. */
  readonly samplesFolder?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface FetchOptions {
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

const OF_PROCESS: SamplesIo = { out: process.stdout, err: process.stderr };
/** After Ctrl-C, as shells expect (128 + SIGINT). */
const INTERRUPTED = 130;

export async function list({ json = false }: { json?: boolean }, io = OF_PROCESS): Promise<void> {
  const folder = io.samplesFolder ?? (await findSamplesFolder());
  const samples = await listSamples(folder, cacheFolder(io.env));
  io.out.write(json ? `${JSON.stringify(samples, null, 2)}\n` : formatList(samples));
}

/** Resolves to the exit status: 0 all are there, 1 some are not. @throws UserError */
export async function fetch(names: string[], options: FetchOptions, io = OF_PROCESS): Promise<number> {
  const { from, to = cacheFolder(io.env), json = false } = options;
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  const { signal } = interrupt;
  try {
    const samples = await readPublicSamples(io.samplesFolder ?? (await findSamplesFolder()));
    const progress = showProgress(io.err);
    const results = await fetchSamples({ samples, folder: to, names, from, progress, signal });
    report(results, to, json, io);
    return results.some((result) => result.outcome === 'failed') ? FAILED : 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new UserError('stopped; run the command again to go on from here', INTERRUPTED);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

function report(results: readonly Fetched[], folder: string, json: boolean, io: SamplesIo): void {
  for (const { error } of results) if (error !== undefined) io.err.write(`eyrie: ${error}\n`);
  if (json) {
    io.out.write(`${JSON.stringify(results, null, 2)}\n`);
    return;
  }
  const here = results.filter((result) => result.outcome !== 'failed').length;
  io.out.write(`${here} of ${results.length} samples are in ${folder}\n`);
}
