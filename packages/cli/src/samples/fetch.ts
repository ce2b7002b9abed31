// `eyrie samples fetch`: the public captures of the manifest, one after the other, into the cache folder.
import { join } from 'node:path';
import { BAD_USAGE, FAILED, UserError } from '../errors.ts';
import { bytesText } from '../terminal/units.ts';
import { downloadFile, type Outcome } from './download.ts';
import type { PublicSample } from './manifest.ts';
import type { Progress } from './progress.ts';

export interface FetchOptions {
  readonly samples: readonly PublicSample[];
  /** The folder that gets the files. */
  readonly folder: string;
  /** Only these; none means all. */
  readonly names?: readonly string[];
  /** Take every file from here, by its name, instead of its own address. */
  readonly from?: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
  readonly triesMax?: number;
  readonly pauseMs?: number;
}

export interface Fetched {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** `failed`: `error` says why in one line. */
  readonly outcome: Outcome | 'failed';
  readonly error?: string;
}

/** Fetches what is asked for; a file that cannot be had does not keep the others from coming. Throws the signal's reason when aborted. */
export async function fetchSamples(options: FetchOptions): Promise<Fetched[]> {
  const { folder, from, progress, signal, triesMax, pauseMs } = options;
  const results: Fetched[] = [];
  for (const sample of choose(options.samples, options.names ?? [])) {
    const { name, bytes, sha256 } = sample;
    const path = join(folder, name);
    const url = from === undefined ? sample.url : addressUnder(from, name);
    const onProgress = (have: number): void => progress.update(name, have, bytes);
    try {
      const outcome = await downloadFile({ url, path, bytes, sha256, onProgress, signal, triesMax, pauseMs });
      progress.done(name, outcome === 'cached' ? 'already here' : `${bytesText(bytes)} fetched`);
      results.push({ name, path, bytes, outcome });
    } catch (error) {
      progress.clear();
      signal?.throwIfAborted();
      const reason = reasonOf(error, folder);
      progress.done(name, 'failed');
      results.push({ name, path, bytes, outcome: 'failed', error: reason });
    }
  }
  return results;
}

function choose(samples: readonly PublicSample[], names: readonly string[]): readonly PublicSample[] {
  if (names.length === 0) return samples;
  return names.map((name) => {
    const sample = samples.find((one) => one.name === name);
    if (!sample)
      throw new UserError(`no sample is called ${name}: see "eyrie samples" for those there are`, BAD_USAGE);
    return sample;
  });
}

/** `from` with `name` after its last slash. Throws a UserError if `from` is no http address. */
function addressUnder(from: string, name: string): string {
  const base = URL.parse(from.endsWith('/') ? from : `${from}/`);
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new UserError(`--from takes an http or https address, not ${from}`, BAD_USAGE);
  }
  return new URL(name, base).href;
}

function reasonOf(error: unknown, folder: string): string {
  if (error instanceof UserError) {
    if (error.exitCode !== FAILED) throw error;
    return error.message;
  }
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return `cannot write to ${folder} (${code}): free some space there or choose another folder with --to`;
}
