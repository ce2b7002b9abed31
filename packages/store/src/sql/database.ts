// What the store needs of a database program. The SQL is the same for all of them; what differs stands here.
import type { Engine, StoreOptions } from '../store.ts';
import type { PacketRows } from '../write/packet-rows.ts';
import type { MergeTable } from './tables.ts';

export type Value = number | bigint | string | boolean | Uint8Array | null;
export type Row = readonly Value[];

/** Tables whose rows have ids that we give. */
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
  /** Grows with each commit, so that what was read before still holds while it stays; null: others may write, too. */
  readonly changes: number | null;

  /** A query by itself; several may run at once. Parameters are $1, $2 … */
  all(sql: string, parameters?: readonly Value[]): Promise<Row[]>;
  /** As `all`, for one of the few questions that are asked again and again with other numbers: planned once. */
  often(sql: string, numbers: readonly bigint[]): Promise<Row[]>;
  /** One at a time; all of it or nothing. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;

  version(): Promise<string>;
  /** On disk, and what of that deleted rows hold until `vacuum`. */
  size(): Promise<{ bytes: number; free: number }>;
  vacuum(): Promise<void>;
  /** The result of a query as a file. */
  writeParquet(query: string, path: string): Promise<void>;
  close(): Promise<void>;
}

export interface Transaction {
  readonly dialect: Dialect;
  all(sql: string, parameters?: readonly Value[]): Promise<Row[]>;
  /** Rows changed. */
  run(sql: string, parameters?: readonly Value[]): Promise<number>;
  /**
   * Something else whenever somebody took numbers out of the dictionaries, or captures: what is known of them is read again
   * then. Until the end of this transaction nobody takes any.
   */
  dictionaryState(): Promise<string>;
  /** Nobody who writes uses what is known of them until the end of this transaction. Before anything is deleted. */
  holdDictionaries(): Promise<void>;
  /** The first of `count` ids that follow each other and are used by nobody else. */
  reserve(counter: Counter, count: number): Promise<number>;
  appendPackets(rows: PacketRows): Promise<void>;
  /** Adds rows, or merges them into those with the same key; no two rows may have the same. */
  merge(table: MergeTable, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
}

/** Words of one SQL that are others in another. */
export interface Dialect {
  /** Whether packets that meet a condition, asked for in no order, come in that of their ids, and the search ends when there are enough. */
  comesInOrder(condition: string): boolean;
  /** Whole division of numbers that are not negative. */
  divide(left: string, right: string): string;
  /** Rows of a JSON array of objects in parameter $1, as a table `s` with these columns. */
  fromJson(columns: readonly { readonly name: string; readonly type: string }[]): string;
  /** Is a column of small numbers from 0 on one of these, which are in order and at least one? */
  isOneOf(column: string, numbers: readonly number[]): string;
  /** A sum as a whole number of 64 bits. */
  whole(sum: string): string;
  /** Bytes of hexadecimal text. */
  unhex(text: string): string;
  /** Narrows a search by time where that spares reading: nanoseconds, from inclusive, to exclusive. */
  timeHint(from: bigint | null, to: bigint | null): string | null;
}

export type OpenDatabase = (url: string, options: StoreOptions) => Promise<Database>;
