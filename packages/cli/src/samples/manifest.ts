// What the sample manifests say: samples/manifest.json for the captures that ship with Eyrie, samples/public.json for those to fetch.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FAILED, UserError } from '../errors.ts';

/** A capture that ships with Eyrie. */
export interface OwnSample {
  readonly file: string;
  readonly bytes: number;
  readonly packets: number;
  readonly sha256: string;
  readonly shows: string;
}

/** A capture that others publish. */
export interface PublicSample {
  readonly name: string;
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly licence: string;
  readonly shows: string;
}

// No folder in it, and nothing that a terminal or a file system would take for something else.
const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,120}$/;
const SHA256 = /^[0-9a-f]{64}$/;
/** From packages/cli/src/samples, or from wherever the package was installed to, up to the folder that holds samples/. */
const LEVELS_UP_MAX = 6;

/** The folder of the bundled samples. Throws a UserError if this installation came without. */
export async function findSamplesFolder(from = fileURLToPath(import.meta.url)): Promise<string> {
  let folder = dirname(from);
  for (let level = 0; level < LEVELS_UP_MAX; level++) {
    const candidate = join(folder, 'samples');
    if (await exists(join(candidate, 'manifest.json'))) return candidate;
    folder = dirname(folder);
  }
  throw new UserError(
    'this installation has no samples folder: install Eyrie again, or take it from the source',
    FAILED,
  );
}

/** The captures in `folder`, as its manifest.json lists them. */
export async function readOwnSamples(folder: string): Promise<OwnSample[]> {
  return readEntries(join(folder, 'manifest.json'), (entry): OwnSample | null => {
    const { file, bytes, packets, sha256, shows } = entry;
    if (!isFileName(file) || !isCount(bytes) || !isCount(packets) || !isHash(sha256) || !isText(shows))
      return null;
    return { file, bytes, packets, sha256, shows };
  });
}

/** The public captures that `folder`'s public.json lists. */
export async function readPublicSamples(folder: string): Promise<PublicSample[]> {
  return readEntries(join(folder, 'public.json'), (entry): PublicSample | null => {
    const { name, url, bytes, sha256, licence, shows } = entry;
    if (!isFileName(name) || !isCount(bytes) || !isHash(sha256) || !isText(licence) || !isText(shows))
      return null;
    if (!isText(url) || !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) return null;
    return { name, url, bytes, sha256, licence, shows };
  });
}

type Entry = Record<string, unknown>;

async function readEntries<T>(path: string, check: (entry: Entry) => T | null): Promise<T[]> {
  let list: unknown;
  try {
    list = (JSON.parse(await readFile(path, 'utf8')) as Entry | null)?.samples;
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${(error as Error).message}`, FAILED);
  }
  if (!Array.isArray(list)) throw new UserError(`${path} has no list "samples"`, FAILED);
  return list.map((entry, i) => {
    const sample = typeof entry === 'object' && entry !== null ? check(entry as Entry) : null;
    if (sample === null) throw new UserError(`${path}: entry ${i + 1} is not as it should be`, FAILED);
    return sample;
  });
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isHash = (value: unknown): value is string => typeof value === 'string' && SHA256.test(value);
const isFileName = (value: unknown): value is string => typeof value === 'string' && FILE_NAME.test(value);

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
