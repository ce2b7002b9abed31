// PostgreSQL: two connections write, the second one ahead of the first one's commit; a pool reads.
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { csvToParquet } from '../duckdb/csv.ts';
import { StoreError } from '../errors.ts';
import type { Counter, Database, Lane, Row, Transaction, Value } from '../sql/database.ts';
import { insertAsJson, jsonText, plainText } from '../sql/insert.ts';
import { Lock } from '../sql/lock.ts';
import { joins, keysOf, type MergeTable } from '../sql/tables.ts';
import { Claims } from './claims.ts';
import { type DayRun, dayRuns } from './days.ts';
import { dialect } from './dialect.ts';
import { storeError } from './errors.ts';
import { PARENT, PacketCopy } from './packet-copy.ts';
import { Readers } from './readers.ts';
import { vacuum } from './vacuum.ts';

/** A COPY keeps one process of the server busy: two at once take twice as many rows. */
const WRITERS = 2;
const SCHEMA_LOCK = `SELECT pg_advisory_lock(hashtext('eyrie schema'))`;
/** Others who only open the store have it for less. */
const SCHEMA_WAIT_MS = 2000;
const LOCK_NOT_AVAILABLE = '55P03';
const FIRST_LANE: Lane = { number: 0, inTurn: async () => {} };
const CONNECT_TIMEOUT_MS = 5000;
/** Maximum number of daily partitions. */
const PARTITIONS_MAX = 1000;
/** Days of one batch that get a partition; a live one has one or two. */
const DAYS_MAX = 100;
/** A batch whose times go to and fro between more days is left to PostgreSQL to part. */
const RUNS_MAX = 8;
/** Rows per upsert statement. */
const ROWS_MAX = 20_000;

const INT8 = 20;
/** Parses 64-bit integers as bigints. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === INT8 ? BigInt : pg.types.getTypeParser(oid, format)) as never,
};

/** A connection that writes, made on demand. */
interface Connection {
  client: pg.Client | null;
  readonly packets: PacketCopy;
  readonly lock: Lock;
}

export class PostgresDatabase implements Database {
  readonly engine = 'postgres';
  readonly dialect = dialect;
  readonly place: string;
  readonly changes = null;
  readonly lanes = WRITERS;
  readonly #config: pg.ClientConfig;
  readonly #readers: Readers;
  readonly #claims: Claims;
  readonly #writers: readonly Connection[] = Array.from({ length: WRITERS }, () => ({
    client: null,
    packets: new PacketCopy(),
    lock: new Lock(),
  }));
  /** Where packets of a day go, if that is committed: into its partition, or through the parent. */
  readonly #tables = new Map<string, string>();
  /** See Transaction.dictionaryState. */
  #state = '';
  /** Names of prepared statements. */
  readonly #names = new Map<string, string>();

  constructor(url: string, readOnly: boolean) {
    this.place = withoutPassword(url);
    this.#config = {
      connectionString: url,
      types,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'eyrie',
      // JIT compilation would take longer than these queries.
      options: `-c jit=off${readOnly ? ' -c default_transaction_read_only=on' : ''}`,
    };
    this.#readers = new Readers(this.#config, this.place);
    this.#claims = new Claims(this.#config);
  }

  all(sql: string, parameters: readonly Value[] = []): Promise<Row[]> {
    // As it is stored: PostgreSQL refuses U+0000.
    const values = parameters.map((value) => (typeof value === 'string' ? plainText(value) : value));
    return this.#read({ text: sql, values, rowMode: 'array' });
  }

  allPrepared(sql: string, numbers: readonly bigint[]): Promise<Row[]> {
    let name = this.#names.get(sql);
    if (name === undefined) {
      name = `eyrie_${this.#names.size}`;
      this.#names.set(sql, name);
    }
    return this.#read({ name, text: sql, values: [...numbers], rowMode: 'array' });
  }

  #read(query: pg.QueryArrayConfig): Promise<Row[]> {
    return this.#readers.use(async (client) => (await client.query(query)).rows as Row[]);
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>, lane = FIRST_LANE): Promise<T> {
    const writer = this.#writers[lane.number]!;
    return writer.lock.hold(async () => {
      try {
        const client = await this.#connected(writer);
        await this.#claims.reacquire();
        await client.query('BEGIN');
        const tables = new Map<string, string>();
        const tx = this.#transaction(client, writer.packets, lane, tables);
        const result = await work(tx);
        await tx.flush();
        await client.query('COMMIT');
        for (const [day, table] of tables) this.#tables.set(day, table);
        return result;
      } catch (error) {
        await this.#undo(writer);
        throw storeError(error, this.place);
      }
    });
  }

  /**
   * Keeps other processes from changing the schema meanwhile.
   *
   * @param onWait called if another one does so now
   */
  async exclusively<T>(work: () => Promise<T>, onWait?: (line: string) => void): Promise<T> {
    const client = new pg.Client(this.#config);
    // It idles while the others work: losing it ends the lock, not the process.
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query(`SET lock_timeout = ${SCHEMA_WAIT_MS}`);
      await client.query(SCHEMA_LOCK).catch(async (error) => {
        if (error.code !== LOCK_NOT_AVAILABLE) throw error;
        onWait?.(`${this.place}: another process is bringing it up to date; waiting for that`);
        await client.query('SET lock_timeout = 0');
        await client.query(SCHEMA_LOCK);
      });
      return await work();
    } catch (error) {
      throw storeError(error, this.place);
    } finally {
      await client.end().catch(() => {});
    }
  }

  /** @param tables partitions that it makes: for others, they are there once it is committed */
  #transaction(
    client: pg.Client,
    packets: PacketCopy,
    { inTurn }: Lane,
    tables: Map<string, string>,
  ): Transaction {
    const query = (sql: string, parameters: readonly Value[] = []): Promise<pg.QueryArrayResult> =>
      client.query({ text: sql, values: [...parameters], rowMode: 'array' });
    // Multiple statements are possible only without parameters.
    const run: Transaction['run'] = async (sql, parameters = []) =>
      (parameters.length === 0 ? await client.query(sql) : await query(sql, parameters)).rowCount ?? 0;
    return {
      dialect,
      inTurn,
      all: async (sql, parameters) => (await query(sql, parameters)).rows as Row[],
      run,
      dictionaryState: () => this.#dictionaryState(client),
      holdDictionaries: async () => {
        await client.query(`UPDATE meta SET value = value WHERE name = 'schema'`);
      },
      holdCaptures: async (ids) => {
        await client.query(`SELECT FROM captures WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE`, [ids]);
      },
      reserve: (counter, count) => this.#reserve(client, counter, count),
      appendPackets: async (rows) => {
        const runs = dayRuns(rows);
        await this.#addPartitions(client, runs, tables, inTurn);
        const tableOf = (day: string): string => this.#tables.get(day) ?? tables.get(day) ?? PARENT;
        if (runs.length > RUNS_MAX) await packets.add(PARENT, rows, 0, rows.length);
        else for (const { day, from, to } of runs) await packets.add(tableOf(day), rows, from, to);
      },
      holdTables: () => packets.hold(client),
      flush: () => packets.flush(client),
      insert: (table, columns, rows) => insertAsJson({ dialect, run }, table, columns, rows),
      // Another process may store the same capture.
      appendFlows: null,
      merge: (table, rows) => mergeInto(client, table, rows),
    };
  }

  /** Of a permanent row, locked by writers (shared) and replaced by deletions. */
  async #dictionaryState(client: pg.Client): Promise<string> {
    const { rows } = await client.query(
      `SELECT xmin::text AS state FROM meta WHERE name = 'schema' FOR SHARE`,
    );
    const { state } = rows[0];
    // Who deletes may drop empty partitions next.
    if (state !== this.#state) this.#tables.clear();
    this.#state = state;
    return state;
  }

  async #reserve(client: pg.Client, counter: Counter, count: number): Promise<number> {
    const { rows } = await client.query('SELECT reserve_ids($1, $2) AS first', [counter, count]);
    return Number(rows[0].first);
  }

  /** Locks the table until the commit: no transaction that has to follow may have copied to it before. */
  async #addPartitions(
    client: pg.Client,
    runs: readonly DayRun[],
    tables: Map<string, string>,
    inTurn: () => Promise<void>,
  ): Promise<void> {
    const all = [...new Set(runs.map(({ day }) => day))].slice(0, DAYS_MAX);
    const isMissing = (day: string): boolean => !this.#tables.has(day) && !tables.has(day);
    if (!all.some(isMissing)) return;
    await inTurn();
    // An earlier transaction may have made them.
    const days = all.filter(isMissing);
    if (days.length === 0) return;
    await client.query('SELECT add_partitions($1, $2)', [days, PARTITIONS_MAX]);
    const { rows } = await client.query<{ name: string | null }>(PARTITIONS_OF, [days]);
    for (const [i, { name }] of rows.entries()) tables.set(days[i]!, name ?? PARENT);
  }

  async #connected(writer: Connection): Promise<pg.Client> {
    if (writer.client !== null) return writer.client;
    const client = new pg.Client(this.#config);
    client.on('error', () => {
      if (writer.client === client) writer.client = null;
    });
    await client.connect();
    writer.client = client;
    return client;
  }

  /** If rollback fails, closing the connection undoes the transaction. */
  async #undo(writer: Connection): Promise<void> {
    this.#tables.clear();
    writer.packets.discard();
    const { client } = writer;
    if (client === null) return;
    try {
      await client.query('ROLLBACK');
    } catch {
      writer.client = null;
      await client.end().catch(() => {});
    }
  }

  /** Runs with no transaction open. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const all = this.#writers.reduceRight(
      (inner, { lock }) =>
        () =>
          lock.hold(inner),
      work,
    );
    return all();
  }

  async claim(capture: number): Promise<boolean> {
    try {
      return await this.#claims.acquire(capture);
    } catch (error) {
      throw storeError(error, this.place);
    }
  }

  release(capture: number): Promise<void> {
    return this.#claims.release(capture);
  }

  async version(): Promise<string> {
    return `PostgreSQL ${String((await this.all('SHOW server_version'))[0]![0]).split(' ')[0]}`;
  }

  async size(): Promise<{ bytes: number; free: number }> {
    const [row] = await this.all(
      `SELECT COALESCE(sum(pg_total_relation_size(oid)), 0) FROM pg_class
       WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`,
    );
    return { bytes: Number(row![0]), free: 0 };
  }

  async migrated(): Promise<number | null> {
    const [row] = await this.all(MIGRATED);
    return row === undefined || row[0] === null ? null : Number(row[0]);
  }

  vacuum(): Promise<void> {
    return this.#alone(async () => {
      try {
        await vacuum(await this.#connected(this.#writers[0]!), this.place);
      } catch (error) {
        throw storeError(error, this.place);
      } finally {
        this.#tables.clear();
      }
    });
  }

  /** PostgreSQL cannot write Parquet: DuckDB converts its CSV. */
  async writeParquet(query: string, path: string): Promise<void> {
    const csv = `${path}.csv`;
    try {
      await this.#readers.use((client) => {
        const rows = client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT csv, HEADER)`));
        return pipeline(rows, createWriteStream(csv));
      });
      await csvToParquet(csv, path);
    } catch (error) {
      throw storeError(error, this.place);
    } finally {
      await rm(csv, { force: true });
    }
  }

  close(graceMs?: number): Promise<void> {
    return this.#alone(async () => {
      for (const { client } of this.#writers) await client?.end().catch(() => {});
      await this.#claims.close();
      await this.#readers.close(graceMs);
    });
  }
}

/** An index that is made of all partitions, and of the blocks of the one that is read; or what a migration says of itself. */
const MIGRATED = `SELECT coalesce(
  (SELECT (partitions_done + coalesce(blocks_done::float8 / nullif(blocks_total, 0), 0)) / greatest(partitions_total, 1)
   FROM pg_stat_progress_create_index WHERE datname = current_database() LIMIT 1),
  (SELECT split_part(application_name, ' ', 3)::float8 / 100 FROM pg_stat_activity
   WHERE datname = current_database() AND application_name LIKE 'eyrie migration %' LIMIT 1))`;

/** In the order of the days; null for those that share a partition. */
const PARTITIONS_OF = `SELECT inhrelid::regclass::text AS name
  FROM unnest($1::date[]) WITH ORDINALITY AS requested (day, place)
    LEFT JOIN pg_inherits ON inhparent = '${PARENT}'::regclass
      AND inhrelid = to_regclass('packet_rows_' || to_char(day, 'YYYY_MM_DD'))
  ORDER BY place`;

/** Keys that are hashed in the index of a table. */
const HASHED = new Set(['findings.message']);

async function mergeInto(
  client: pg.Client,
  table: MergeTable,
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const names = table.columns.map(({ name }) => name).join(', ');
  const keys = keysOf(table).map((key) => (HASHED.has(`${table.name}.${key}`) ? `md5(${key})` : key));
  const sql = `INSERT INTO ${table.name} (${names}) SELECT ${names} FROM ${dialect.fromJson(table.columns)}
    ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${joins(table, 'excluded')}`;
  for (let at = 0; at < rows.length; at += ROWS_MAX)
    await client.query(sql, [jsonText(rows.slice(at, at + ROWS_MAX))]);
}

function withoutPassword(url: string): string {
  try {
    const shown = new URL(url);
    shown.password = '';
    shown.searchParams.delete('password');
    return plainText(shown.href);
  } catch {
    throw new StoreError(
      'ERR_STORE_URL',
      'this is not an address of a database; write postgres://USER@HOST/DATABASE',
    );
  }
}
