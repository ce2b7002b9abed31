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
  VARCHAR,
} from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { PacketRows } from '../write/packet-rows.ts';

type TypedArray = BigInt64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

/** Rows per data chunk. */
const CHUNK = duckdb.vector_size();

/** In the order of the table's columns; the last two, summary and outer addresses, are written separately. */
const COLUMNS: readonly (readonly [DuckDBType, (rows: PacketRows) => TypedArray])[] = [
  [BIGINT, (rows) => rows.id],
  [INTEGER, (rows) => rows.captures],
  [INTEGER, (rows) => rows.batches],
  [BIGINT, (rows) => rows.number],
  [BIGINT, (rows) => rows.time],
  [UINTEGER, (rows) => rows.columns.wireLength],
  [UINTEGER, (rows) => rows.columns.capturedLength],
  [BIGINT, (rows) => rows.fileOffset],
  [INTEGER, (rows) => rows.columns.interfaceId],
  [INTEGER, (rows) => rows.source],
  [INTEGER, (rows) => rows.destination],
  [UTINYINT, (rows) => rows.columns.transport],
  [USMALLINT, (rows) => rows.columns.sourcePort],
  [USMALLINT, (rows) => rows.columns.destinationPort],
  [INTEGER, (rows) => rows.columns.stream],
  [INTEGER, (rows) => rows.protocol],
  [INTEGER, (rows) => rows.path],
  [USMALLINT, (rows) => rows.columns.tcpFlags],
  [USMALLINT, (rows) => rows.columns.tcpAnalysis],
  [UINTEGER, (rows) => rows.columns.tcpLength],
  [UTINYINT, (rows) => rows.marks],
];

function copy(array: TypedArray, from: number, count: number, vector: duckdb.Vector): void {
  const width = array.BYTES_PER_ELEMENT;
  const at = array.byteOffset + from * width;
  duckdb.copy_data_to_vector(vector, 0, array.buffer as ArrayBuffer, at, count * width);
}

export class DuckDBAppend {
  readonly #connection: DuckDBConnection;
  readonly #chunk = DuckDBDataChunk.create([...COLUMNS.map(([type]) => type), VARCHAR, INTEGER]);
  readonly #allNull = new Uint8Array(CHUNK / 8);
  #appender: DuckDBAppender | null = null;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** Appends rows to the open transaction; they become visible with `flush`. */
  async add(rows: PacketRows): Promise<void> {
    this.#appender ??= await this.#connection.createAppender('packet');
    const columns = COLUMNS.map(([, of]) => of(rows));
    for (let from = 0; from < rows.length; from += CHUNK) {
      const count = Math.min(CHUNK, rows.length - from);
      const { chunk } = this.#chunk;
      duckdb.data_chunk_reset(chunk);
      duckdb.data_chunk_set_size(chunk, count);
      columns.forEach((array, i) => {
        copy(array, from, count, duckdb.data_chunk_get_vector(chunk, i));
      });
      this.#putSummaries(rows, from, count);
      copy(rows.outer, from, count, duckdb.data_chunk_get_vector(chunk, COLUMNS.length + 1));
      this.#appender.appendDataChunk(this.#chunk);
    }
  }

  /** Flushes the appender; to be called before any query in this transaction. */
  flush(): void {
    const appender = this.#appender;
    this.#appender = null;
    appender?.flushSync();
    appender?.closeSync();
  }

  /** Discards the appender on rollback. */
  discard(): void {
    const appender = this.#appender;
    this.#appender = null;
    try {
      appender?.clear();
      appender?.closeSync();
    } catch {
      // Closing repeats an earlier failure; the transaction is rolled back anyway.
    }
  }

  #putSummaries({ summary }: PacketRows, from: number, count: number): void {
    const vector = duckdb.data_chunk_get_vector(this.#chunk.chunk, COLUMNS.length);
    const validity = new Uint8Array(CHUNK / 8);
    for (let i = 0; summary !== null && i < count; i++) {
      const text = summary[from + i] ?? null;
      if (text === null) continue;
      validity[i >> 3]! |= 1 << (i & 7);
      duckdb.vector_assign_string_element(vector, i, text);
    }
    duckdb.vector_ensure_validity_writable(vector);
    const bits = summary === null ? this.#allNull : validity;
    duckdb.copy_data_to_vector_validity(vector, 0, bits.buffer as ArrayBuffer, 0, bits.byteLength);
  }
}
