import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { StoreError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { migrate } from '../sql/migrate.ts';
import type { StoreOptions } from '../store.ts';
import type { DuckDBDatabase } from './database.ts';
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
  const { DuckDBDatabase } = await import('./database.ts');
  const database = await DuckDBDatabase.open(path, options);
  try {
    // DuckDB 1.5 cannot replay from its WAL a change to a table with a sequence as a column's default: checkpoint after
    // each migration.
    await database.all(`SET wal_autocheckpoint = '0KB'`);
    const { readOnly = false, onMigration } = options;
    let isMigrated = false;
    const version = await migrate(database, migrations, {
      ...{ isNew, readOnly },
      onMigration: (line) => {
        isMigrated = true;
        onMigration?.(line);
      },
    });
    await database.all('RESET wal_autocheckpoint');
    if (isMigrated) await reclaimSpace(database, onMigration);
    return { database, version };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Of the file; where less of it is free, what is stored next will fill it. */
const FREE_SHARE_MAX = 0.25;

/** After a migration, a file holds its packets twice, as they were and as they are: rewrites it without those that were. */
async function reclaimSpace(
  database: DuckDBDatabase,
  onMigration: ((line: string) => void) | undefined,
): Promise<void> {
  const { bytes, free } = await database.size();
  if (free <= bytes * FREE_SHARE_MAX) return;
  const megabytes = Math.ceil(free / 1e6);
  onMigration?.(`${database.place}: giving back ${megabytes} MB that the older schema took`);
  try {
    await database.vacuum();
  } catch (error) {
    // The store is whole as it is.
    onMigration?.(
      `${database.place}: keeps ${megabytes} MB that it does not need, until eyrie store vacuum gives them back: ${(error as Error).message}`,
    );
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
