// Files of a rewrite: the old one stays complete until the new one is on the disk, and is then replaced in one step.
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

/** The new file, until it replaces the old one; beside the file itself where `path` is a link. */
export function freshPath(path: string): string {
  return `${existsSync(path) ? realpathSync(path) : path}.fresh`;
}

/** Also what a rewrite left that was killed; with its WAL. */
export function removeFresh(path: string): void {
  const fresh = freshPath(path);
  for (const each of [fresh, `${fresh}.wal`]) rmSync(each, { force: true });
}

/** @throws StoreError if the disk has no room for so many bytes */
export function checkRoom(path: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(dirname(realpathSync(path)));
  const missing = bytes - bavail * bsize;
  if (missing > 0)
    throw new StoreError(
      'ERR_STORE_DISK_FULL',
      `${path}: to write it anew takes as much space again: free ${Math.ceil(missing / 1e6)} MB; what was stored is kept`,
    );
}

/** The new file becomes the store, with the owner and the rights of the old one. */
export function replaceByFresh(path: string): void {
  const [fresh, old] = [freshPath(path), realpathSync(path)];
  const { uid, gid, mode } = statSync(old);
  const made = statSync(fresh);
  if (made.uid !== uid || made.gid !== gid) chownSync(fresh, uid, gid);
  chmodSync(fresh, mode & 0o777);
  renameSync(fresh, old);
  if (process.platform !== 'win32') syncFolder(dirname(old));
}

/** A name in a folder is durable once the folder is. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
