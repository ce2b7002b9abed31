// Opens a store by its URL. Engines, and the queries with the dissector's filters, are loaded once there is something to open:
// DuckDB alone takes 60 MB and 0.1 s.
import { StoreError } from './errors.ts';
import { disguiseWith } from './privacy/disguise.ts';
import type { Database } from './sql/database.ts';
import { reported } from './sql/reported.ts';
import type { Store, StoreOptions } from './store.ts';

const SCHEMES = { duckdb: 'duckdb', postgres: 'postgres', postgresql: 'postgres' } as const;

/**
 * The engine that a URL names, without loading it.
 *
 * @throws StoreError ERR_STORE_URL
 */
export function engineOf(url: string): 'duckdb' | 'postgres' {
  const scheme = /^([a-z]+):/.exec(url)?.[1] ?? '';
  if (!Object.hasOwn(SCHEMES, scheme))
    throw new StoreError(
      'ERR_STORE_URL',
      `"${url}" is not a store; write duckdb:PATH or postgres://USER@HOST/DATABASE`,
    );
  if (url === 'duckdb:') throw new StoreError('ERR_STORE_URL', 'duckdb: needs a path; write duckdb:PATH');
  return SCHEMES[scheme as keyof typeof SCHEMES];
}

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
  if (engineOf(url) === 'duckdb') {
    const { openDuckDB } = await import('./duckdb/open.ts');
    return storeOf(await openDuckDB(url.slice('duckdb:'.length), options));
  }
  const { openPostgres } = await import('./postgres/open.ts');
  return storeOf(await openPostgres(url, options));
}
