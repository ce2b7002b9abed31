// Disk limits for files received unasked.

import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** Maximum bytes stored for one sender; fetching resumes when files are moved away. */
export const OF_ONE_BYTES_MAX = 4 * 2 ** 30;
export const OF_ONE_FILES_MAX = 1_000;
/** Disk space to leave free; a tenth of a small disk. */
const FREE_BYTES_MIN = 2 ** 30;
const FREE_SHARE = 0.1;

/**
 * Returns why a file of that size cannot be received from the sender now, or null.
 *
 * @param folder the sender's files
 * @param wantedBytes size of this file
 * @param comingBytes total size of all files being fetched, this one included
 */
export async function lackOfRoom(
  folder: string,
  wantedBytes: number,
  comingBytes: number,
): Promise<string | null> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const freeBytes = Math.min(FREE_BYTES_MIN, blocks * bsize * FREE_SHARE);
  if (bavail * bsize < comingBytes + freeBytes) return 'too little room on the disk';
  const names = await readdir(folder);
  if (names.length >= OF_ONE_FILES_MAX) return `${names.length} files of it lie in ${folder}: move some away`;
  // Partial files of running downloads are in the folder already.
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size, blocks }) => Math.min(size, blocks * 512),
        () => 0,
      ),
    ),
  );
  const heldBytes = sizes.reduce((sum, each) => sum + each, 0);
  if (heldBytes + wantedBytes <= OF_ONE_BYTES_MAX) return null;
  return `${Math.round(heldBytes / 2 ** 20)} MiB of it lie in ${folder}: move some away`;
}
