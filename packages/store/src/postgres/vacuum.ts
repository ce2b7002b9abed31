// Getting rid of what was deleted: PostgreSQL leaves its bytes in the files of a table, also after a plain VACUUM.
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';

/** What may hold deleted rows, besides the partitions of packets. */
const TABLES = [
  'captures',
  'batches',
  'tallies',
  'flows',
  'names',
  'findings',
  'addresses',
  'outer_addresses',
  'drops',
  'clocks',
  'meta',
];

/**
 * Of a lock on a whole table. Without a bound, the connections of another process could wait for each other: who has
 * copied waits for the one before it, which waits behind this one, which waits for the first.
 */
const LOCK_MS = 1000;
const TRIES_MAX = 10;
const PAUSE_MS = 200;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Drops empty partitions, and writes all tables anew, one after the other: each is locked meanwhile, and takes as much space
 * again. What the log, its archive, standbys and backups hold is not reached.
 */
export async function vacuum(client: pg.Client): Promise<void> {
  await client.query(`SET lock_timeout = ${LOCK_MS}`);
  try {
    const { rows } = await client.query<{ name: string; isDefault: boolean }>(
      `SELECT c.oid::regclass::text AS name, c.relname = 'packet_other' AS "isDefault"
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'packet'::regclass`,
    );
    for (const { name, isDefault } of rows)
      if (isDefault || !(await dropEmpty(client, name))) await rewrite(client, name);
    for (const table of TABLES) await rewrite(client, table);
  } finally {
    await client.query('RESET lock_timeout');
  }
}

async function rewrite(client: pg.Client, table: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await client.query(`VACUUM (FULL, ANALYZE) ${table}`);
      return;
    } catch (error) {
      if (!isLocked(error) || tries === TRIES_MAX) throw error;
      await pause(PAUSE_MS);
    }
  }
}

/** Whether it was empty, also once nobody could write to it any more. One that is in use is not waited for. */
async function dropEmpty(client: pg.Client, partition: string): Promise<boolean> {
  if (!(await isEmpty(client, partition))) return false;
  await client.query('BEGIN');
  try {
    await client.query(`LOCK TABLE ONLY packet, ${partition} IN ACCESS EXCLUSIVE MODE`);
    const isDropped = await isEmpty(client, partition);
    if (isDropped) await client.query(`DROP TABLE ${partition}`);
    await client.query('COMMIT');
    return isDropped;
  } catch (error) {
    await client.query('ROLLBACK');
    if (isLocked(error)) return false;
    throw error;
  }
}

async function isEmpty(client: pg.Client, table: string): Promise<boolean> {
  return (await client.query(`SELECT FROM ${table} LIMIT 1`)).rowCount === 0;
}

function isLocked(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === LOCK_NOT_AVAILABLE;
}
