// Offers the captures in a folder as shared files: those that exist and are no longer being written.

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isResourceName } from './manifest.ts';

/** By the ends of their names, also packed, and numbered as tcpdump does. */
const CAPTURE_NAME = /\.(pcap|pcapng|cap|dmp|snoop|ntar)\d*(\.(gz|zst))?$/i;
/** The newest of them; of more the others are not offered. */
const CAPTURES_MAX = 500;
/** Changed since then, it may still be written to, and would be another file by the time it was got. */
const QUIET_MS = 5_000;

export interface Capture {
  name: string;
  path: string;
  sizeBytes: number;
}

/** Links are left out: they may lead anywhere. A folder that cannot be read has none. */
export async function capturesIn(folder: string): Promise<Capture[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const files = await Promise.all(
    names
      .filter((name) => CAPTURE_NAME.test(name) && isResourceName(name))
      .map((name) =>
        lstat(join(folder, name)).then(
          (stats) => ({ name, stats }),
          () => null,
        ),
      ),
  );
  return files
    .filter((each) => each?.stats.isFile() === true && Date.now() - each.stats.mtimeMs > QUIET_MS)
    .map((each) => each!)
    .sort((a, b) => b.stats.mtimeMs - a.stats.mtimeMs)
    .slice(0, CAPTURES_MAX)
    .map(({ name, stats }) => ({ name, path: join(folder, name), sizeBytes: stats.size }));
}
