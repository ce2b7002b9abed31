// Appends packets to DuckDB by copying whole typed arrays into data chunks.
import {
  BIGINT,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  INTEGER,
  UINTEGER,
  USMALLINT,
  UTINYINT,
} from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { putInt64 } from '../write/int64.ts';
import type { PacketRows } from '../write/packet-rows.ts';
import { discard } from './staging.ts';

type TypedArray = BigInt64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

/** Rows per data chunk. */
const CHUNK = duckdb.vector_size();
/** Bits of a packet's number above its lower word: those above are its capture's (migrations/005-packed.ts). */
const NUMBER_BITS = 8;
const WORD = 2 ** 32;

/** Packed values of one chunk, one column at a time; of 64 bits, the lower word is first. */
const packed = new BigInt64Array(CHUNK);
const words = new Int32Array(packed.buffer);

/** The array that has the values of the rows from `from` on, and where in it they begin. */
type Values = readonly [TypedArray, number];
type Column = readonly [DuckDBType, (rows: PacketRows, from: number, count: number) => Values];

const asIs = (type: DuckDBType, of: (rows: PacketRows) => TypedArray): Column => [
  type,
  (rows, from) => [of(rows), from],
];

/** In the order of the table's columns. One loop each: a single loop would have more live values than registers. */
const COLUMNS: readonly Column[] = [
  [
    BIGINT,
    ({ firstId }, from, count) => {
      for (let i = 0; i < count; i++) putInt64(words, i, firstId + from + i);
      return [packed, 0];
    },
  ],
  asIs(BIGINT, (rows) => rows.time),
  [
    BIGINT,
    ({ capture, columns: { number } }, from, count) => {
      for (let i = 0; i < count; i++) {
        const frame = number[from + i]!;
        words[2 * i] = frame | 0;
        words[2 * i + 1] = (capture << NUMBER_BITS) + Math.floor(frame / WORD);
      }
      return [packed, 0];
    },
  ],
  [
    BIGINT,
    ({ columns: { fileOffset } }, from, count) => {
      for (let i = 0; i < count; i++) putInt64(words, i, fileOffset[from + i]!);
      return [packed, 0];
    },
  ],
  asIs(UINTEGER, (rows) => rows.columns.wireLength),
  [
    BIGINT,
    ({ columns: { interfaceId, capturedLength } }, from, count) => {
      for (let i = 0; i < count; i++) {
        words[2 * i] = capturedLength[from + i]!;
        words[2 * i + 1] = interfaceId[from + i]! + 1;
      }
      return [packed, 0];
    },
  ],
  asIs(INTEGER, (rows) => rows.source),
  asIs(INTEGER, (rows) => rows.destination),
  asIs(UTINYINT, (rows) => rows.marks),
  asIs(INTEGER, (rows) => rows.outer),
  asIs(UTINYINT, (rows) => rows.columns.transport),
  asIs(USMALLINT, (rows) => rows.columns.sourcePort),
  asIs(USMALLINT, (rows) => rows.columns.destinationPort),
  asIs(INTEGER, (rows) => rows.columns.stream),
  asIs(INTEGER, (rows) => rows.protocol),
  asIs(INTEGER, (rows) => rows.path),
  asIs(USMALLINT, (rows) => rows.columns.tcpFlags),
  asIs(USMALLINT, (rows) => rows.columns.tcpAnalysis),
  asIs(UINTEGER, (rows) => rows.columns.tcpLength),
];

export class DuckDBAppend {
  readonly #connection: DuckDBConnection;
  readonly #chunk = DuckDBDataChunk.create(COLUMNS.map(([type]) => type));
  #appender: DuckDBAppender | null = null;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** Appends rows to the open transaction; they become visible with `flush`. */
  async add(rows: PacketRows): Promise<void> {
    this.#appender ??= await this.#connection.createAppender('packet');
    for (let from = 0; from < rows.length; from += CHUNK) {
      const count = Math.min(CHUNK, rows.length - from);
      const { chunk } = this.#chunk;
      duckdb.data_chunk_reset(chunk);
      duckdb.data_chunk_set_size(chunk, count);
      for (const [i, [, valuesOf]] of COLUMNS.entries()) {
        const [array, at] = valuesOf(rows, from, count);
        const width = array.BYTES_PER_ELEMENT;
        const vector = duckdb.data_chunk_get_vector(chunk, i);
        const start = array.byteOffset + at * width;
        duckdb.copy_data_to_vector(vector, 0, array.buffer as ArrayBuffer, start, count * width);
      }
      this.#appender.appendDataChunk(this.#chunk);
    }
  }

  /** Flushes the appender; to be called before any query in this transaction. */
  flush(): void {
    this.#appender?.flushSync();
    this.#appender?.closeSync();
    this.#appender = null;
  }

  /** Discards the appender on rollback. */
  discard(): void {
    if (this.#appender !== null) discard(this.#appender);
    this.#appender = null;
  }
}
