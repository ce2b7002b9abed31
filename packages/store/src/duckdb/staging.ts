// Stages rows of the small tables in a temporary table, appended by columns, from which one statement upserts them. This
// costs a third of passing them as JSON.
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { plainText } from '../sql/insert.ts';
import type { ColumnType, MergeColumn } from '../sql/tables.ts';
import { putInt64 } from '../write/int64.ts';

export type Cells = Readonly<Record<string, unknown>>;

/** Rows per data chunk. */
const CHUNK = duckdb.vector_size();

const TYPES: Readonly<Record<ColumnType, DuckDBType>> = {
  INTEGER,
  BIGINT,
  FLOAT8: DOUBLE,
  TEXT: VARCHAR,
  BOOLEAN,
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
  columns: readonly MergeColumn[],
  rows: readonly Cells[],
): Promise<void> {
  const shape = columns.map((column) => `${column.name} ${column.type}`).join(', ');
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${name} (${shape})`);
  const appender = await connection.createAppender(name, null, 'temp');
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
  } finally {
    appender.closeSync();
  }
}

function put(vector: duckdb.Vector, { name, type }: MergeColumn, rows: readonly Cells[]): void {
  const validity = new Uint8Array(CHUNK / 8);
  rows.forEach((row, i) => {
    const value = row[name];
    // Columns contain only what JSON can represent.
    if (value === null || value === undefined || (typeof value === 'number' && !Number.isFinite(value)))
      return;
    validity[i >> 3]! |= 1 << (i & 7);
    if (type === 'TEXT') duckdb.vector_assign_string_element(vector, i, plainText(String(value)));
    else if (type === 'INTEGER') integers[i] = Number(value);
    else if (type === 'BIGINT') putInt64(halves, i, Number(value));
    else if (type === 'FLOAT8') doubles[i] = Number(value);
    else booleans[i] = value === true ? 1 : 0;
  });
  if (type !== 'TEXT') {
    const width = type === 'INTEGER' ? 4 : type === 'BOOLEAN' ? 1 : 8;
    duckdb.copy_data_to_vector(vector, 0, words.buffer, 0, rows.length * width);
  }
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, validity.buffer, 0, validity.byteLength);
}
