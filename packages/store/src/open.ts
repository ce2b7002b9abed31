// Opens a store by its URL. Engines, and the queries with the dissector's filters, are loaded once there is something to open:
// DuckDB alone takes 60 MB and 0.1 s.
import { StoreError } from './errors.ts';
import { disguiseWith } from './privacy/disguise.ts';
import type { Database } from './sql/database.ts';
import { reported } from './sql/reported.ts';
import type { Store, StoreOptions } from './store.ts';

/**
 * Opens the store at `duckdb:PATH` (`duckdb::memory:` lasts until closed) or `postgres://USER@HOST/DATABASE`.
 *
 * @throws StoreError
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const disguise = options.pseudonymKey === undefined ? null : disguiseWith(options.pseudonymKey);
  const { onQuery } = options;
  const storeOf = async ({
    database,
    version,
  }: {
    readonly database: Database;
    readonly version: number;
  }) => {
    const { SqlStore } = await import('./sql-store.ts');
    return new SqlStore(onQuery === undefined ? database : reported(database, onQuery), version, disguise);
  };
  const scheme = /^([a-z]+):/.exec(url)?.[1];
  switch (scheme) {
    case 'duckdb': {
      const { openDuckDB } = await import('./duckdb/open.ts');
      return storeOf(await openDuckDB(url.slice('duckdb:'.length), options));
    }
    case 'postgres':
    case 'postgresql': {
      const { openPostgres } = await import('./postgres/open.ts');
      return storeOf(await openPostgres(url, options));
    }
    default:
      throw new StoreError(
        'ERR_STORE_URL',
        `"${url}" is not a store; write duckdb:PATH or postgres://USER@HOST/DATABASE`,
      );
  }
}
