// Offers the captures in a folder as shared files: those that exist and are no longer being written.

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isResourceName } from './manifest.ts';

/** Matches capture files by extension, also compressed, or numbered as by `tcpdump -C`. */
const CAPTURE_NAME = /\.(pcap|pcapng|cap|dmp|snoop|ntar)\d*(\.(gz|zst))?$/i;
/** Only the newest captures are offered. */
const CAPTURES_MAX = 500;
/** A file modified more recently may still be written to and would change during a download. */
const QUIET_MS = 5_000;

export interface Capture {
  name: string;
  path: string;
  sizeBytes: number;
}

/** Lists the captures of a folder; empty if it cannot be read. Skips symbolic links, which may leave the folder. */
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
