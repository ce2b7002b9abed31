// Appends rows of the small tables by columns: to the table itself, or to a temporary one, from which one statement upserts
// them. This costs a third of passing them as JSON, or less where they are few.
import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { type InsertColumn, plainText } from '../sql/insert.ts';
import { putInt64 } from '../write/int64.ts';

export type Cells = Readonly<Record<string, unknown>>;

/** Rows per data chunk. */
const CHUNK = duckdb.vector_size();

const TYPES: Readonly<Record<InsertColumn['type'], DuckDBType>> = {
  INTEGER,
  BIGINT,
  FLOAT8: DOUBLE,
  TEXT: VARCHAR,
  BOOLEAN,
  BYTES: BLOB,
};

/** Buffers for numeric columns, shared because one column is filled at a time. */
const words = new BigInt64Array(CHUNK);
const integers = new Int32Array(words.buffer, 0, CHUNK);
const halves = new Int32Array(words.buffer);
const doubles = new Float64Array(words.buffer);
const booleans = new Uint8Array(words.buffer, 0, CHUNK);

/** Puts the rows into a temporary table of this name, replacing its contents. */
export async function stage(
  connection: DuckDBConnection,
  name: string,
  columns: readonly InsertColumn[],
  rows: readonly Cells[],
): Promise<void> {
  const shape = columns.map((column) => `${column.name} ${column.type}`).join(', ');
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${name} (${shape})`);
  fill(await connection.createAppender(name, null, 'temp'), columns, rows);
}

/** Appends the rows to a table, whose columns these are, in their order. */
export async function append(
  connection: DuckDBConnection,
  table: string,
  columns: readonly InsertColumn[],
  rows: readonly Cells[],
): Promise<void> {
  fill(await connection.createAppender(table), columns, rows);
}

function fill(appender: DuckDBAppender, columns: readonly InsertColumn[], rows: readonly Cells[]): void {
  try {
    const chunk = DuckDBDataChunk.create(columns.map(({ type }) => TYPES[type]));
    for (let from = 0; from < rows.length; from += CHUNK) {
      const some = rows.slice(from, from + CHUNK);
      duckdb.data_chunk_reset(chunk.chunk);
      duckdb.data_chunk_set_size(chunk.chunk, some.length);
      columns.forEach((column, i) => {
        put(duckdb.data_chunk_get_vector(chunk.chunk, i), column, some);
      });
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
  } catch (error) {
    discard(appender);
    throw error;
  }
  appender.closeSync();
}

/** After a failure: closing would flush once more, and fail with what DuckDB says of any aborted transaction. */
export function discard(appender: DuckDBAppender): void {
  try {
    appender.clear();
    appender.closeSync();
  } catch {
    // What failed first is what counts, and the transaction is rolled back.
  }
}

function put(vector: duckdb.Vector, { name, type }: InsertColumn, rows: readonly Cells[]): void {
  const validity = new Uint8Array(CHUNK / 8);
  rows.forEach((row, i) => {
    const value = row[name];
    // Columns contain only what JSON can represent.
    if (value === null || value === undefined || (typeof value === 'number' && !Number.isFinite(value)))
      return;
    validity[i >> 3]! |= 1 << (i & 7);
    if (type === 'TEXT') duckdb.vector_assign_string_element(vector, i, plainText(String(value)));
    else if (type === 'BYTES') duckdb.vector_assign_string_element_len(vector, i, value as Uint8Array);
    else if (type === 'INTEGER') integers[i] = Number(value);
    else if (typeof value === 'bigint') words[i] = value;
    else if (type === 'BIGINT') putInt64(halves, i, Number(value));
    else if (type === 'FLOAT8') doubles[i] = Number(value);
    else booleans[i] = value === true ? 1 : 0;
  });
  if (type !== 'TEXT' && type !== 'BYTES') {
    const width = type === 'INTEGER' ? 4 : type === 'BOOLEAN' ? 1 : 8;
    duckdb.copy_data_to_vector(vector, 0, words.buffer, 0, rows.length * width);
  }
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, validity.buffer, 0, validity.byteLength);
}
