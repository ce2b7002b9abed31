// Getting rid of what was deleted: PostgreSQL leaves its bytes in the files of a table, also after a plain VACUUM.
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { StoreError } from '../errors.ts';

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
  'infos',
  'meta',
];

/**
 * Of a lock on a whole table. Without a bound, the connections of another process could wait for each other: who has
 * copied waits for the one before it, which waits behind this one, which waits for the first.
 */
const LOCK_MS = 1000;
const TRIES_MAX = 10;
const PAUSE_MS = 200;
/** Tables that a message names. */
const NAMED_MAX = 5;
const WARNING = '01000';
const LOCK_NOT_AVAILABLE = '55P03';
const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Drops empty partitions, and writes all tables anew, one after the other: each is locked meanwhile, and takes as much space
 * again. What the log, its archive, standbys and backups hold is not reached.
 *
 * @throws StoreError if tables were left as they are because they belong to another role, after all others were rewritten
 */
export async function vacuum(client: pg.Client, place: string): Promise<void> {
  const skipped: string[] = [];
  await client.query(`SET lock_timeout = ${LOCK_MS}`);
  try {
    const { rows } = await client.query<{ name: string; isDefault: boolean }>(
      `SELECT c.oid::regclass::text AS name, c.relname = 'packet_rows_other' AS "isDefault"
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'packet_rows'::regclass`,
    );
    for (const { name, isDefault } of rows)
      if (isDefault || !(await dropEmpty(client, name)))
        if (!(await rewrite(client, name))) skipped.push(name);
    for (const table of TABLES) if (!(await rewrite(client, table))) skipped.push(table);
  } finally {
    await client.query('RESET lock_timeout');
  }
  if (skipped.length === 0) return;
  throw new StoreError(
    'ERR_STORE_DENIED',
    `${place}: ${skipped.length} tables were not rewritten, as this user does not own them (${listed(skipped)}); what was deleted may still be in their files: run eyrie store vacuum as their owner`,
  );
}

function listed(names: readonly string[]): string {
  return names.length <= NAMED_MAX ? names.join(', ') : `${names.slice(0, NAMED_MAX).join(', ')} …`;
}

/** False: PostgreSQL has left out the table, of which it only warns. */
async function rewrite(client: pg.Client, table: string): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    let isSkipped = false;
    const notice = ({ code }: { readonly code: string | undefined }): void => {
      isSkipped ||= code === WARNING;
    };
    client.on('notice', notice);
    try {
      await client.query(`VACUUM (FULL, ANALYZE) ${table}`);
      return !isSkipped;
    } catch (error) {
      if (!isLocked(error) || tries === TRIES_MAX) throw error;
      await pause(PAUSE_MS);
    } finally {
      client.off('notice', notice);
    }
  }
}

/** Whether it was empty, also once it was locked against writes. It does not wait for one that is in use. */
async function dropEmpty(client: pg.Client, partition: string): Promise<boolean> {
  if (!(await isEmpty(client, partition))) return false;
  await client.query('BEGIN');
  try {
    await client.query(`LOCK TABLE ONLY packet_rows, ${partition} IN ACCESS EXCLUSIVE MODE`);
    const isDropped = await isEmpty(client, partition);
    if (isDropped) await client.query(`DROP TABLE ${partition}`);
    await client.query('COMMIT');
    return isDropped;
  } catch (error) {
    await client.query('ROLLBACK');
    if (isLocked(error) || codeOf(error) === INSUFFICIENT_PRIVILEGE) return false;
    throw error;
  }
}

async function isEmpty(client: pg.Client, table: string): Promise<boolean> {
  return (await client.query(`SELECT FROM ${table} LIMIT 1`)).rowCount === 0;
}

function isLocked(error: unknown): boolean {
  return codeOf(error) === LOCK_NOT_AVAILABLE;
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}
