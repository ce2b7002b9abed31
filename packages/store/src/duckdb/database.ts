// DuckDB in this process: one connection writes, several read under snapshot isolation.

import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBMaterializedResult,
  type DuckDBPreparedStatement,
  type DuckDBValue,
} from '@duckdb/node-api';
import { StoreError } from '../errors.ts';
import { cancellable } from '../sql/cancel.ts';
import type { Counter, Database, Row, Transaction, Value } from '../sql/database.ts';
import { Lock } from '../sql/lock.ts';
import { QueryBound } from '../sql/query-bound.ts';
import type { MergeTable } from '../sql/tables.ts';
import type { StoreOptions } from '../store.ts';
import { DuckDBAppend } from './append.ts';
import { appendFlows } from './append-flows.ts';
import { dialect } from './dialect.ts';
import { isFatal, storeError } from './errors.ts';
import { holdFile } from './held-files.ts';
import { memoryBytesMax } from './memory.ts';
import { mergeInto } from './merge.ts';
import { checkRoom, freshPath, removeFresh, replaceByFresh } from './rewrite.ts';
import { append } from './staging.ts';
import { plainValue } from './values.ts';

const MEMORY = ':memory:';

/** Concurrent queries; more are queued, up to the bound. */
const READERS = 4;
/** For so long, closing waits for the queries that run; then it interrupts them. */
const CLOSE_GRACE_MS = 1000;

interface Reader {
  readonly connection: DuckDBConnection;
  /** Prepared statements by their SQL. */
  readonly statements: Map<string, DuckDBPreparedStatement>;
}

export class DuckDBDatabase implements Database {
  readonly engine = 'duckdb';
  readonly dialect = dialect;
  readonly place: string;
  readonly lanes = 1;
  readonly #path: string;
  readonly #options: StoreOptions;
  readonly #unhold: () => void;
  #instance: DuckDBInstance;
  #writer: DuckDBConnection;
  #readers: (Reader | undefined)[] = [];
  /** A connection runs one query at a time. */
  readonly #turns = Array.from({ length: READERS }, () => new Lock());
  #nextReader = 0;
  readonly #bound: QueryBound;
  #append: DuckDBAppend;
  readonly #counters = new Map<Counter, number>();
  readonly #lock = new Lock();
  #isBroken = false;
  #isClosed = false;
  #changes = 0;

  private constructor(
    path: string,
    options: StoreOptions,
    instance: DuckDBInstance,
    writer: DuckDBConnection,
    unhold: () => void,
  ) {
    this.#path = path;
    this.#options = options;
    this.#unhold = unhold;
    this.place = `duckdb:${path}`;
    this.#bound = new QueryBound(this.place);
    this.#instance = instance;
    this.#writer = writer;
    this.#append = new DuckDBAppend(writer);
  }

  /** `:memory:` lasts until closed. */
  static async open(path: string, options: StoreOptions): Promise<DuckDBDatabase> {
    const unhold = path === MEMORY ? () => {} : holdFile(path, options.readOnly === true);
    try {
      const { instance, writer } = await connect(path, options);
      // Nobody else writes to this store now, so the process that rewrote it was killed.
      if (path !== MEMORY && !options.readOnly) removeFresh(path);
      return new DuckDBDatabase(path, options, instance, writer, unhold);
    } catch (error) {
      unhold();
      throw error;
    }
  }

  /** A DuckDB file is open in one writing process, or in several reading ones. */
  get changes(): number {
    return this.#changes;
  }

  all(sql: string, parameters: readonly Value[] = []): Promise<Row[]> {
    return this.#reading(({ connection }) => this.#query(connection, sql, parameters));
  }

  allPrepared(sql: string, numbers: readonly bigint[]): Promise<Row[]> {
    return this.#reading(async (reader) => {
      try {
        const statement = reader.statements.get(sql) ?? (await reader.connection.prepare(sql));
        reader.statements.set(sql, statement);
        numbers.forEach((number, i) => {
          statement.bindBigInt(i + 1, number);
        });
        return rowsOf(await statement.run());
      } catch (error) {
        throw this.#classified(error);
      }
    });
  }

  #reading(work: (reader: Reader) => Promise<Row[]>): Promise<Row[]> {
    return this.#bound.hold(() => this.#inTurn(work));
  }

  async #inTurn(work: (reader: Reader) => Promise<Row[]>): Promise<Row[]> {
    // Reopened once for all, and not during a write.
    if (this.#isBroken)
      await this.#lock.hold(async () => {
        this.#checkOpen();
        await this.#recover();
      });
    const turn = this.#nextReader;
    this.#nextReader = (turn + 1) % READERS;
    return this.#turns[turn]!.hold(async () => {
      this.#checkOpen();
      const reader = this.#readers[turn] ?? {
        connection: await this.#instance.connect(),
        statements: new Map(),
      };
      this.#readers[turn] = reader;
      return cancellable(
        () => work(reader),
        () => reader.connection.interrupt(),
      );
    });
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#lock.hold(async () => {
      this.#checkOpen();
      await this.#recover();
      await this.#run('BEGIN TRANSACTION');
      try {
        const result = await work(this.#transaction);
        this.#append.flush();
        await this.#run('COMMIT');
        this.#changes++;
        return result;
      } catch (error) {
        this.#append.discard();
        this.#counters.clear();
        await this.#writer.run('ROLLBACK').catch(() => {});
        throw this.#classified(error);
      }
    });
  }

  readonly #transaction: Transaction = {
    dialect,
    all: (sql, parameters = []) => {
      this.#append.flush();
      return this.#query(this.#writer, sql, parameters);
    },
    run: async (sql, parameters = []) => {
      this.#append.flush();
      return (await run(this.#writer, sql, parameters)).rowsChanged;
    },
    // Only this process writes, one transaction at a time, and it empties its caches when it deletes.
    dictionaryState: async () => '',
    holdDictionaries: async () => {},
    holdCaptures: null,
    inTurn: async () => {},
    reserve: (counter, count) => this.#reserve(counter, count),
    appendPackets: async (rows) => this.#append.add(rows),
    holdTables: async () => {},
    flush: async () => this.#append.flush(),
    insert: async (table, columns, rows) => {
      this.#append.flush();
      await append(this.#writer, table, columns, rows);
    },
    appendFlows: (capture, columns, rows) => appendFlows(this.#writer, capture, columns, rows),
    merge: (table: MergeTable, rows) => mergeInto(this.#writer, table, rows),
  };

  /** Only this process writes, so it can count ids itself. */
  async #reserve(counter: Counter, count: number): Promise<number> {
    let next = this.#counters.get(counter);
    if (next === undefined) {
      const rows = await this.#query(this.#writer, `SELECT COALESCE(max(id), 0) + 1 FROM ${counter}`, []);
      next = Number(rows[0]![0]);
    }
    this.#counters.set(counter, next + count);
    return next;
  }

  /** A file belongs to one process. */
  async claim(): Promise<boolean> {
    return true;
  }

  async release(): Promise<void> {}

  async version(): Promise<string> {
    return `DuckDB ${String((await this.all('SELECT version()'))[0]![0]).replace(/^v/, '')}`;
  }

  async size(): Promise<{ bytes: number; free: number }> {
    return sizeOf(await this.all(SIZE));
  }

  /** A step takes half a microsecond a packet: its duration is reported, but not its progress. */
  async migrated(): Promise<null> {
    return null;
  }

  /**
   * Rewrites the file: DuckDB leaves the bytes of deleted rows in shared and in free blocks, where they could still be
   * found. Temporarily needs as much space again, and fails before it begins where that is missing.
   */
  vacuum(): Promise<void> {
    return this.#lock.hold(async () => {
      this.#checkOpen();
      await this.#recover();
      await this.#run('FORCE CHECKPOINT');
      if (this.#path === MEMORY) return;
      try {
        await this.#copyFresh();
        await this.#reopen(() => replaceByFresh(this.#path));
      } catch (error) {
        removeFresh(this.#path);
        throw storeError(error, this.#path);
      }
    });
  }

  async #copyFresh(): Promise<void> {
    removeFresh(this.#path);
    const { bytes, free } = sizeOf(await this.#query(this.#writer, SIZE, []));
    checkRoom(this.#path, bytes - free);
    const [row] = await this.#query(this.#writer, 'SELECT current_database()', []);
    const own = `"${String(row![0]).replaceAll('"', '""')}"`;
    await this.#run(`ATTACH '${freshPath(this.#path).replaceAll("'", "''")}' AS fresh`);
    try {
      await this.#run(`COPY FROM DATABASE ${own} TO fresh`);
      // Synced, and with nothing left in its WAL, which the rename would not take along.
      await this.#run('CHECKPOINT fresh');
    } finally {
      await this.#writer.run('DETACH fresh').catch(() => {});
    }
  }

  async writeParquet(query: string, path: string): Promise<void> {
    const target = path.replaceAll("'", "''");
    await this.all(`COPY (${query}) TO '${target}' (FORMAT parquet, COMPRESSION zstd)`);
  }

  close(graceMs = CLOSE_GRACE_MS): Promise<void> {
    return this.#lock.hold(async () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      // More than once: a query may only be about to begin.
      const interrupting = setInterval(() => {
        for (const reader of this.#readers) reader?.connection.interrupt();
      }, graceMs);
      try {
        await this.#withoutReaders(() => this.#end());
      } finally {
        clearInterval(interrupting);
        this.#unhold();
      }
    });
  }

  async #end(): Promise<void> {
    if (!this.#options.readOnly && !this.#isBroken) await this.#writer.run('CHECKPOINT').catch(() => {});
    this.#writer.closeSync();
    this.#instance.closeSync();
  }

  /** Runs `work` while no query runs and no reader has a connection: DuckDB crashes where one that is closed is used. */
  #withoutReaders(work: () => Promise<void>): Promise<void> {
    const holdAll = this.#turns.reduceRight<() => Promise<void>>(
      (inner, turn) => () => turn.hold(inner),
      () => {
        for (const reader of this.#readers) reader?.connection.closeSync();
        this.#readers = [];
        return work();
      },
    );
    return holdAll();
  }

  /** What takes several queries may come to its next one after the end. */
  #checkOpen(): void {
    if (this.#isClosed) throw new StoreError('ERR_STORE_CLOSED', `${this.place}: was closed already`);
  }

  async #query(connection: DuckDBConnection, sql: string, parameters: readonly Value[]): Promise<Row[]> {
    try {
      return rowsOf(await run(connection, sql, parameters));
    } catch (error) {
      throw this.#classified(error);
    }
  }

  async #run(sql: string): Promise<void> {
    try {
      await this.#writer.run(sql);
    } catch (error) {
      throw this.#classified(error);
    }
  }

  #classified(error: unknown): unknown {
    if (isFatal(error)) this.#isBroken = true;
    return storeError(error, this.#path);
  }

  /** Reopens the database after a fatal error (such as a full disk), as after a crash. */
  async #recover(): Promise<void> {
    if (this.#isBroken) await this.#reopen();
  }

  /**
   * @param replace puts another file in this one's place. Before this one is closed, as another process might open it then
   * and lose what it writes; under Windows, where a file that is open cannot be replaced, afterwards.
   */
  #reopen(replace: () => void = () => {}): Promise<void> {
    return this.#withoutReaders(async () => {
      if (process.platform !== 'win32') replace();
      this.#writer.closeSync();
      this.#instance.closeSync();
      this.#counters.clear();
      // If reopening fails, the next query tries again.
      this.#isBroken = true;
      if (process.platform === 'win32') replace();
      const { instance, writer } = await connect(this.#path, this.#options);
      this.#instance = instance;
      this.#writer = writer;
      this.#append = new DuckDBAppend(writer);
      this.#changes++;
      this.#isBroken = false;
    });
  }
}

/** Without parameters there is nothing to prepare: one way to DuckDB's threads and back, not three. */
function run(
  connection: DuckDBConnection,
  sql: string,
  parameters: readonly Value[],
): Promise<DuckDBMaterializedResult> {
  return connection.run(sql, parameters.length === 0 ? undefined : (parameters as DuckDBValue[]));
}

/** A reader would cross to another thread and back for every chunk, though all of them are in memory. */
function rowsOf(result: DuckDBMaterializedResult): Row[] {
  const rows: Row[] = [];
  for (let i = 0; i < result.chunkCount; i++) {
    const chunk = result.getChunk(i);
    const columns = Array.from({ length: chunk.columnCount }, (_, column) => chunk.getColumnVector(column));
    for (let row = 0; row < chunk.rowCount; row++)
      rows.push(columns.map((column) => plainValue(column.getItem(row))));
  }
  return rows;
}

const SIZE = 'SELECT block_size, total_blocks, free_blocks FROM pragma_database_size() LIMIT 1';

function sizeOf([row]: readonly Row[]): { bytes: number; free: number } {
  const [block, total, free] = row!.map(Number) as [number, number, number];
  return { bytes: block * total, free: block * free };
}

async function connect(path: string, options: StoreOptions) {
  const settings: Record<string, string> & { threads?: string; memory_limit?: string; access_mode?: string } =
    {
      // Queries must not access the network.
      autoinstall_known_extensions: 'false',
      preserve_insertion_order: 'true',
      // Perfect-hash aggregation relies on column statistics from planning time, and fails if a batch is appended before the
      // query runs.
      perfect_ht_threshold: '0',
      // To find the rows of a short list first, and their other columns by a join, costs twice as much as to read all at once.
      late_materialization_max_rows: '0',
    };
  if (options.threads !== undefined) settings.threads = String(options.threads);
  settings.memory_limit = `${options.memoryBytesMax ?? memoryBytesMax(path === MEMORY)}B`;
  if (options.readOnly) settings.access_mode = 'READ_ONLY';
  try {
    const instance = await DuckDBInstance.create(path, settings);
    try {
      return { instance, writer: await instance.connect() };
    } catch (error) {
      instance.closeSync();
      throw error;
    }
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw storeError(error, path);
  }
}
