// The files that this process has open. DuckDB's lock is the process's (fcntl, POSIX.1-2017): it keeps others away, but neither a
// second writer here, which would overwrite what the first one stores, nor does it outlast the closing of a second reader.
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { StoreError } from '../errors.ts';

/** Readers of a file; Infinity: a writer. */
const held = new Map<string, number>();

/**
 * Holds a database file until the returned function is called.
 *
 * @throws StoreError if this process writes it, or if it reads it and this is to be a writer
 */
export function holdFile(path: string, isReader: boolean): () => void {
  const name = realPath(path);
  const users = held.get(name) ?? 0;
  if (users === Infinity || (users > 0 && !isReader))
    throw new StoreError('ERR_STORE_LOCKED', `${path}: this process has this store open already`);
  held.set(name, isReader ? users + 1 : Infinity);
  return () => {
    const rest = isReader ? held.get(name)! - 1 : 0;
    if (rest > 0) held.set(name, rest);
    else held.delete(name);
  };
}

/** Of a file that need not exist yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    try {
      return join(realpathSync(dirname(path)), basename(path));
    } catch {
      return resolve(path);
    }
  }
}
