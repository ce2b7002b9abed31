// Files of a rewrite: the old file stays complete until the new one is synced, which then replaces it atomically.
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../errors.ts';

/** Path of the new file until it replaces the old one; beside the target if `path` is a symbolic link. */
export function freshPath(path: string): string {
  return `${existsSync(path) ? realpathSync(path) : path}.fresh`;
}

/** Removes the new file and its WAL, such as those of a rewrite that was killed. */
export function removeFresh(path: string): void {
  const fresh = freshPath(path);
  for (const each of [fresh, `${fresh}.wal`]) rmSync(each, { force: true });
}

/** @throws StoreError if the disk has less than `bytes` free */
export function checkRoom(path: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dirname(realpathSync(path)));
  const missing = bytes - bavail * bsize;
  if (missing > 0)
    throw new StoreError(
      'ERR_STORE_DISK_FULL',
      `${path}: the rewrite needs as much space again: free ${Math.ceil(missing / 1e6)} MB; the store is unchanged`,
    );
}

/** Renames the new file to the old one's path, with the owner and mode of the old one. */
export function replaceByFresh(path: string): void {
  const [fresh, old] = [freshPath(path), realpathSync(path)];
  const { uid, gid, mode } = statSync(old);
  const made = statSync(fresh);
  if (made.uid !== uid || made.gid !== gid) chownSync(fresh, uid, gid);
  chmodSync(fresh, mode & 0o777);
  renameSync(fresh, old);
  if (process.platform !== 'win32') syncFolder(dirname(old));
}

/** Makes a rename durable: names belong to the directory. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
