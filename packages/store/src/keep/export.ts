// Exports tables as Parquet files.
import { readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StoreError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import type { Database } from '../sql/database.ts';
import { SOURCE } from '../write/outer-book.ts';

/**
 * Tables exported, with their queries. Packets are exported from the view, with addresses as text; outer addresses are a
 * table of their own, keyed by `packets.id`.
 */
const TABLES: readonly (readonly [string, string])[] = [
  ['captures', 'SELECT * FROM captures ORDER BY id'],
  ['packets', 'SELECT * FROM packets ORDER BY id'],
  [
    'outer_addresses',
    `SELECT p.id AS packet, CASE o.side WHEN ${SOURCE} THEN 'source' ELSE 'destination' END AS side, o.text AS address
     FROM packet p JOIN outer_addresses o ON o.id = p.outer_id ORDER BY p.id, o.side, o.text`,
  ],
  ['flows', 'SELECT * FROM flows ORDER BY id'],
  ['names', 'SELECT * FROM names ORDER BY address, name'],
  ['findings', 'SELECT * FROM findings ORDER BY id'],
  ['drops', 'SELECT * FROM drops ORDER BY time'],
  ['clocks', 'SELECT * FROM clocks ORDER BY time'],
];

/** Writes one Parquet file per table into an empty or new folder; returns their paths. @throws StoreError */
export async function exportTables(database: Database, folder: string): Promise<string[]> {
  const target = resolve(folder);
  try {
    makeFolder(target);
    if ((await readdir(target)).length > 0)
      throw new StoreError('ERR_STORE_EXPORT', `${folder}: is not empty; choose another folder`);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError(
      'ERR_STORE_EXPORT',
      `${folder}: cannot be created or read; check its path and permissions`,
      error,
    );
  }
  const paths: string[] = [];
  for (const [name, query] of TABLES) {
    const path = join(target, `${name}.parquet`);
    // Written under a temporary name until complete.
    const partial = `${path}.part`;
    try {
      await database.writeParquet(query, partial);
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    paths.push(path);
  }
  return paths;
}
