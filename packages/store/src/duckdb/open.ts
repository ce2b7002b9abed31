import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { StoreError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { migrate } from '../sql/migrate.ts';
import type { StoreOptions } from '../store.ts';
import { DuckDBDatabase } from './database.ts';
import { migrations } from './migrations/index.ts';

const MEMORY = ':memory:';

/** `path` is the database file; its folder is created if the file may be. */
export async function openDuckDB(path: string, options: StoreOptions) {
  if (path === '') throw new StoreError('ERR_STORE_URL', 'duckdb: needs a path; write duckdb:PATH');
  const isNew = path === MEMORY || !existsSync(path) || statSync(path).size === 0;
  if (path !== MEMORY && isNew) {
    if (options.create === false || options.readOnly === true)
      throw new StoreError('ERR_STORE_NOT_FOUND', `${path}: no such store; check the name`);
    keepPrivate();
    makeFolderOf(path);
  } else if (path !== MEMORY && (statSync(path).mode & 0o077) === 0) keepPrivate();
  const database = await DuckDBDatabase.open(path, options);
  try {
    // DuckDB 1.5 cannot replay from its WAL a change to a table with a sequence as a column's default: checkpoint after
    // each migration.
    await database.all(`SET wal_autocheckpoint = '0KB'`);
    const { readOnly = false, onMigration } = options;
    const version = await migrate(database, migrations, { isNew, readOnly, onMigration });
    await database.all('RESET wal_autocheckpoint');
    return { database, version };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * A new store is its owner's alone; one that others may read stays so. The files that DuckDB makes beside it at any time
 * (its WAL, what does not fit into memory) get the rights that all files of this process get.
 */
function keepPrivate(): void {
  if (isMainThread) process.umask(0o077);
}

function makeFolderOf(path: string): void {
  try {
    makeFolder(dirname(path));
  } catch (error) {
    throw new StoreError(
      'ERR_STORE_DENIED',
      `${path}: its folder can't be made; choose another place`,
      error,
    );
  }
}
