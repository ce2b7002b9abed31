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
    const version = await migrate(database, migrations, { isNew, readOnly, onMigration, also: MARK_SPACE });
    await database.all('RESET wal_autocheckpoint');
    if (!readOnly && !isNew) await reclaimSpace(database, onMigration);
    return { database, version };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** In `meta`, from the first step of a migration until the space of the older tables was given back, whoever is killed between. */
const MARK_SPACE = `INSERT INTO meta SELECT 'space', 'unclaimed' WHERE NOT EXISTS (FROM meta WHERE name = 'space')`;
const IS_MARKED = `FROM meta WHERE name = 'space'`;
const UNMARK_SPACE = `DELETE FROM meta WHERE name = 'space'`;

/** Of the file; where less of it is free, what is stored next will fill it. */
const FREE_SHARE_MAX = 0.25;

/**
 * After a migration, a file holds its packets twice, as they were and as they are: rewrites it without those that were. If
 * that fails, or whoever does it is killed, the next one that opens the file does it.
 */
async function reclaimSpace(
  database: DuckDBDatabase,
  onMigration: ((line: string) => void) | undefined,
): Promise<void> {
  if ((await database.all(IS_MARKED)).length === 0) return;
  const { bytes, free } = await database.size();
  if (free > bytes * FREE_SHARE_MAX) {
    const megabytes = Math.ceil(free / 1e6);
    onMigration?.(`${database.place}: giving back ${megabytes} MB that the older schema took`);
    try {
      await database.vacuum();
    } catch (error) {
      // The store is whole as it is. The next one that opens it tries again.
      onMigration?.(
        `${database.place}: keeps ${megabytes} MB that it does not need, until they can be given back: ${(error as Error).message}`,
      );
      return;
    }
  }
  await database.transaction((tx) => tx.run(UNMARK_SPACE));
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
