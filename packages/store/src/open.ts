// Opens a store by its URL. Engines are loaded on demand: DuckDB alone takes 60 MB and 0.1 s.
import { StoreError } from './errors.ts';
import { disguiseWith } from './privacy/disguise.ts';
import type { Database } from './sql/database.ts';
import { reported } from './sql/reported.ts';
import { SqlStore } from './sql-store.ts';
import type { Store, StoreOptions } from './store.ts';

/**
 * Opens the store at `duckdb:PATH` (`duckdb::memory:` lasts until closed) or `postgres://USER@HOST/DATABASE`.
 *
 * @throws StoreError
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const disguise = options.pseudonymKey === undefined ? null : disguiseWith(options.pseudonymKey);
  const { onQuery } = options;
  const seen = (database: Database) => (onQuery === undefined ? database : reported(database, onQuery));
  const scheme = /^([a-z]+):/.exec(url)?.[1];
  switch (scheme) {
    case 'duckdb': {
      const { openDuckDB } = await import('./duckdb/open.ts');
      const { database, version } = await openDuckDB(url.slice('duckdb:'.length), options);
      return new SqlStore(seen(database), version, disguise);
    }
    case 'postgres':
    case 'postgresql': {
      const { openPostgres } = await import('./postgres/open.ts');
      const { database, version } = await openPostgres(url, options);
      return new SqlStore(seen(database), version, disguise);
    }
    default:
      throw new StoreError(
        'ERR_STORE_URL',
        `"${url}" is not a store; write duckdb:PATH or postgres://USER@HOST/DATABASE`,
      );
  }
}
