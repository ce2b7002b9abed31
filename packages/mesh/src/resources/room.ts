// Disk limits for files received unasked.

import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** What lies here of one sender; more comes when some of it was moved away. */
export const OF_ONE_BYTES_MAX = 4 * 2 ** 30;
export const OF_ONE_FILES_MAX = 1_000;
/** Left free, whoever sends: so much, and of a small disk a tenth. */
const FREE_BYTES_MIN = 2 ** 30;
const FREE_SHARE = 0.1;

/**
 * Why nothing so large is taken of a sender now, or null.
 *
 * @param folder of what came from it
 * @param wantedBytes of this file
 * @param comingBytes of all that are fetched now, this one too
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
  // What is being fetched lies there as a part already.
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
