// What the store needs of a database engine. The SQL is shared; the differences are here.
import type { FlowColumns } from '@eyrie/dissect';
import type { Engine } from '../store.ts';
import type { PacketRows } from '../write/packet-rows.ts';
import type { InsertColumn } from './insert.ts';
import type { MergeTable } from './tables.ts';

export type Value = number | bigint | string | boolean | Uint8Array | null;
export type Row = readonly Value[];

/** Tables whose ids we assign. */
export type Counter =
  | 'packet'
  | 'batches'
  | 'captures'
  | 'protocols'
  | 'paths'
  | 'addresses'
  | 'outer_addresses';

export interface Database {
  readonly engine: Engine;
  readonly dialect: Dialect;
  readonly place: string;
  /** Incremented by each commit, to invalidate caches; null if other processes may write. */
  readonly changes: number | null;
  /** How many transactions may be open at once. */
  readonly lanes: number;

  /** Runs a query; several may run at once. Parameters are $1, $2 … */
  all(sql: string, parameters?: readonly Value[]): Promise<Row[]>;
  /** As `all`, as a prepared statement, for the few queries that are repeated with other parameters. */
  allPrepared(sql: string, numbers: readonly bigint[]): Promise<Row[]>;
  /** Runs a transaction. Those of one lane are serialized; without `lane`, it is the first. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, lane?: Lane): Promise<T>;

  /** Keeps other processes from storing a capture until it is released; false: another one has claimed it. */
  claim(capture: number): Promise<boolean>;
  release(capture: number): Promise<void>;

  version(): Promise<string>;
  /** Bytes on disk, and how many of them `vacuum` would reclaim. */
  size(): Promise<{ bytes: number; free: number }>;
  /** How far the step of a migration is that runs now, 0 to 1; null: none does, or it is not known. */
  migrated(): Promise<number | null>;
  vacuum(): Promise<void>;
  /** Writes the result of a query to a file. */
  writeParquet(query: string, path: string): Promise<void>;
  close(): Promise<void>;
}

/** Where a transaction runs that may be open at the same time as others. */
export interface Lane {
  /** From 0 on, less than `lanes`. */
  readonly number: number;
  /** See Transaction. */
  readonly inTurn: () => Promise<void>;
}

export interface Transaction {
  readonly dialect: Dialect;
  /**
   * Waits until all transactions that it has to follow are committed; rejects if one is not. Before that only ids are
   * reserved, dictionary entries inserted and packets appended: nothing that would wait for a lock of a transaction that
   * waits for this one, or would miss what an earlier one has changed.
   */
  inTurn(): Promise<void>;
  all(sql: string, parameters?: readonly Value[]): Promise<Row[]>;
  /** Returns the number of rows changed. */
  run(sql: string, parameters?: readonly Value[]): Promise<number>;
  /**
   * A value that changes whenever dictionary entries or captures were deleted, so that caches of them are reloaded. Until the
   * end of this transaction none is deleted.
   */
  dictionaryState(): Promise<string>;
  /** Keeps writers from using such caches until the end of this transaction; to be called before deleting. */
  holdDictionaries(): Promise<void>;
  /** Keeps other processes from adding batches to captures until the end of this transaction; null: there are none. */
  readonly holdCaptures: ((ids: readonly number[]) => Promise<void>) | null;
  /** Reserves `count` consecutive ids and returns the first. */
  reserve(counter: Counter, count: number): Promise<number>;
  /** Takes them; `rows` may change afterwards. */
  appendPackets(rows: PacketRows): Promise<void>;
  /** Locks where the appended packets go, before a transaction that has to follow may do so. */
  holdTables(): Promise<void>;
  /** Sends the appended packets; without it, they are sent before the commit. */
  flush(): Promise<void>;
  /** Rows of a small table, whose columns are all there, in their order. */
  insert(
    table: string,
    columns: readonly InsertColumn[],
    rows: readonly Readonly<Record<string, unknown>>[],
  ): Promise<void>;
  /** Appends these rows of the columns, conversations that are not stored yet; null: all have to be merged. */
  readonly appendFlows: ((capture: number, columns: FlowColumns, rows: Uint32Array) => Promise<void>) | null;
  /** Upserts rows, whose keys must be distinct. */
  merge(table: MergeTable, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
}

/** What is not a column of its own in every engine, as several share one number. */
export type PackedColumn = 'capture' | 'number' | 'captured_length' | 'interface';

/** Differences between SQL dialects. */
export interface Dialect {
  /** How these are read from `packet`. */
  readonly packed: Readonly<Record<PackedColumn, string>>;
  /** `captured_length` and `interface` in one number, see `capturedOf`. */
  readonly captured: string;
  /** Whether a query without ORDER BY returns packets by id, and stops early at its LIMIT. */
  comesInOrder(condition: string): boolean;
  /** Integer division of non-negative numbers. */
  divide(left: string, right: string): string;
  /** A JSON array of objects in parameter $1 as a table `s` with these columns. */
  fromJson(columns: readonly { readonly name: string; readonly type: string }[]): string;
  /** Whether a column of small non-negative numbers is among these, which are sorted and not empty. */
  isOneOf(column: string, numbers: readonly number[]): string;
  /** A sum as a 64-bit integer. */
  whole(sum: string): string;
  /** Decodes hexadecimal text. */
  unhex(text: string): string;
  /**
   * A FROM clause that joins packets `p`, a query of their ids among others, with their batches `b`: the ids of a batch are
   * consecutive.
   */
  withBatches(packets: string): string;
}
