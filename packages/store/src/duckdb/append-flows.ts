// Appends conversations to DuckDB by columns. Of a text of up to 12 bytes, DuckDB's cell has the text itself
// (duckdb_string_t): these, and such as many rows share, are copied as cells; others are assigned one by one.
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
import { FLOW, FLOW_ENDS, FLOW_STATES, FLOW_TRANSPORTS, type FlowColumns, NO_PLACE } from '@eyrie/dissect';
import { plainText } from '../sql/insert.ts';
import { isOver } from '../write/flows.ts';
import { putInt64 } from '../write/int64.ts';
import { discard } from './staging.ts';

const CHUNK = duckdb.vector_size();
/** Bytes of a text that is in its cell, which has its length before it. */
const INLINE_MAX = 12;
const CELL_WORDS = 4;

/** One column of a chunk at a time. */
const buffer = new ArrayBuffer(CHUNK * CELL_WORDS * 4);
const words = new Int32Array(buffer);
const doubles = new Float64Array(buffer);
const bytes = new Uint8Array(buffer);
const validity = new Uint8Array(CHUNK / 8);
/** The rows whose texts are not in their cells, and those texts. */
const longRows = new Uint32Array(CHUNK);
const longTexts: string[] = [];

interface Chunk extends FlowColumns {
  readonly capture: number;
  readonly firstId: number;
  /** The rows of the columns that are appended; of these, `count` from `from` on. */
  readonly rows: Uint32Array;
  readonly from: number;
  readonly count: number;
  /** `texts` as cells. */
  readonly cells: TextCells;
}

type Fill = (vector: duckdb.Vector, chunk: Chunk) => void;
type Value = (numbers: Float64Array, at: number) => number;

const placed =
  (place: number): Value =>
  (numbers, at) =>
    numbers[at + place]!;

/** NaN: null. */
function numeric(width: number, put: (i: number, value: number) => void, value: Value): Fill {
  return (vector, { numbers, rows, from, count }) => {
    let hasNull = false;
    for (let i = 0; i < count; i++) {
      const found = value(numbers, rows[from + i]! * FLOW.WIDTH);
      if (!Number.isNaN(found)) put(i, found);
      else {
        if (!hasNull) validity.fill(255);
        hasNull = true;
        validity[i >> 3]! &= ~(1 << (i & 7));
      }
    }
    finish(vector, count * width, hasNull);
  };
}

const bigint = (value: Value): Fill => numeric(8, (i, found) => putInt64(words, i, found), value);
const double = (value: Value): Fill =>
  numeric(
    8,
    (i, found) => {
      doubles[i] = found;
    },
    value,
  );
const integer = (value: Value): Fill =>
  numeric(
    4,
    (i, found) => {
      words[i] = found;
    },
    value,
  );
const boolean = (value: Value): Fill =>
  numeric(
    1,
    (i, found) => {
      bytes[i] = found;
    },
    value,
  );

/** Texts of their own. */
function ends(which: number): Fill {
  return (vector, { ends, rows, from, count }) => {
    let long = 0;
    for (let i = 0; i < count; i++) {
      const text = ends[rows[from + i]! * FLOW_ENDS + which]!;
      if (putInline(words, bytes, i, text)) continue;
      longRows[long] = i;
      longTexts[long++] = text;
    }
    finish(vector, count * CELL_WORDS * 4, false);
    for (let k = 0; k < long; k++)
      duckdb.vector_assign_string_element(vector, longRows[k]!, plainText(longTexts[k]!));
  };
}

/** Texts that rows share; NO_PLACE: null. */
function shared(place: number, cellsOf: (chunk: Chunk) => TextCells): Fill {
  return (vector, chunk) => {
    const { numbers, rows, from, count } = chunk;
    const cells = cellsOf(chunk);
    let hasNull = false;
    let long = 0;
    for (let i = 0; i < count; i++) {
      const text = numbers[rows[from + i]! * FLOW.WIDTH + place]!;
      if (text === NO_PLACE) {
        if (!hasNull) validity.fill(255);
        hasNull = true;
        validity[i >> 3]! &= ~(1 << (i & 7));
      } else if (cells.put(i, text)) continue;
      else {
        longRows[long] = i;
        longTexts[long++] = cells.texts[text]!;
      }
    }
    finish(vector, count * CELL_WORDS * 4, hasNull);
    for (let k = 0; k < long; k++)
      duckdb.vector_assign_string_element(vector, longRows[k]!, plainText(longTexts[k]!));
  };
}

function finish(vector: duckdb.Vector, length: number, hasNull: boolean): void {
  duckdb.copy_data_to_vector(vector, 0, buffer, 0, length);
  if (!hasNull) return;
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, validity.buffer, 0, validity.byteLength);
}

/** Whether the text fits a cell: if it is longer, or not ASCII, it does not. */
function putInline(cells: Int32Array, cellBytes: Uint8Array, i: number, text: string): boolean {
  const { length } = text;
  if (length > INLINE_MAX) return false;
  const at = i * CELL_WORDS;
  cells[at] = length;
  cells[at + 1] = cells[at + 2] = cells[at + 3] = 0;
  for (let k = 0; k < length; k++) {
    const code = text.charCodeAt(k);
    if (code === 0 || code > 127) return false;
    cellBytes[at * 4 + 4 + k] = code;
  }
  return true;
}

class TextCells {
  readonly texts: readonly string[];
  readonly #cells: Int32Array;
  readonly #isInline: boolean[];

  constructor(texts: readonly string[]) {
    this.texts = texts;
    this.#cells = new Int32Array(texts.length * CELL_WORDS);
    const cellBytes = new Uint8Array(this.#cells.buffer);
    this.#isInline = texts.map((text, i) => putInline(this.#cells, cellBytes, i, text));
  }

  /** Puts a text into the cell `i` of `words`; false: it does not fit. */
  put(i: number, text: number): boolean {
    if (this.#isInline[text] !== true) return false;
    const [to, from] = [i * CELL_WORDS, text * CELL_WORDS];
    const cells = this.#cells;
    words[to] = cells[from]!;
    words[to + 1] = cells[from + 1]!;
    words[to + 2] = cells[from + 2]!;
    words[to + 3] = cells[from + 3]!;
    return true;
  }
}

const TRANSPORT_CELLS = new TextCells(FLOW_TRANSPORTS);
const STATE_CELLS = new TextCells(FLOW_STATES);
const ofBatch = ({ cells }: Chunk): TextCells => cells;
const { AMOUNTS, COUNTS } = FLOW;

/** In the order of the table's columns. */
const COLUMNS: readonly (readonly [DuckDBType, Fill])[] = [
  [
    BIGINT,
    (vector, { firstId, from, count }) => {
      for (let i = 0; i < count; i++) putInt64(words, i, firstId + from + i);
      finish(vector, count * 8, false);
    },
  ],
  [
    INTEGER,
    (vector, { capture, count }) => {
      words.fill(capture, 0, count);
      finish(vector, count * 4, false);
    },
  ],
  [VARCHAR, shared(FLOW.TRANSPORT, () => TRANSPORT_CELLS)],
  [BIGINT, bigint(placed(FLOW.STREAM))],
  [VARCHAR, ends(0)],
  [INTEGER, integer(placed(FLOW.CLIENT_PORT))],
  [VARCHAR, ends(1)],
  [INTEGER, integer(placed(FLOW.SERVER_PORT))],
  [DOUBLE, double(placed(FLOW.START))],
  [DOUBLE, double(placed(FLOW.END))],
  [BIGINT, bigint(placed(AMOUNTS))],
  [BIGINT, bigint(placed(AMOUNTS + 1))],
  [BIGINT, bigint(placed(AMOUNTS + 2))],
  [BIGINT, bigint(placed(AMOUNTS + 3))],
  [BIGINT, bigint((numbers, at) => numbers[at + AMOUNTS + 1]! + numbers[at + AMOUNTS + 3]!)],
  [BIGINT, bigint((numbers, at) => numbers[at + AMOUNTS]! + numbers[at + AMOUNTS + 2]!)],
  [VARCHAR, shared(FLOW.APPLICATIONS, ofBatch)],
  [VARCHAR, shared(FLOW.SERVER_NAME, ofBatch)],
  [VARCHAR, shared(FLOW.FINGERPRINTS, ofBatch)],
  [VARCHAR, ends(2)],
  [VARCHAR, shared(FLOW.STATE, () => STATE_CELLS)],
  [DOUBLE, double(placed(FLOW.HANDSHAKE))],
  [BIGINT, bigint(placed(COUNTS))],
  [BIGINT, bigint(placed(COUNTS + 1))],
  [BIGINT, bigint(placed(COUNTS + 2))],
  [BOOLEAN, boolean((numbers, at) => (isOver(numbers[at + FLOW.WHY]!) ? 1 : 0))],
  [BIGINT, bigint(placed(FLOW.CLIENT_SEQUENCE))],
  [BIGINT, bigint(placed(FLOW.SERVER_SEQUENCE))],
];

/** Appends these rows of `columns`, which must be new, to the open transaction. */
export async function appendFlows(
  connection: DuckDBConnection,
  capture: number,
  columns: FlowColumns,
  rows: Uint32Array,
): Promise<void> {
  // From the sequence from which a merge takes them, too.
  const ids = await connection.run(`SELECT min(nextval('flow_ids')) FROM range(${rows.length})`);
  const firstId = Number(ids.getChunk(0).getColumnVector(0).getItem(0));
  const cells = new TextCells(columns.texts);
  const appender = await connection.createAppender('flows');
  try {
    const made = DuckDBDataChunk.create(COLUMNS.map(([type]) => type));
    for (let from = 0; from < rows.length; from += CHUNK) {
      const count = Math.min(CHUNK, rows.length - from);
      duckdb.data_chunk_reset(made.chunk);
      duckdb.data_chunk_set_size(made.chunk, count);
      const chunk = { ...columns, capture, firstId, rows, from, count, cells };
      for (const [i, [, fill]] of COLUMNS.entries()) fill(duckdb.data_chunk_get_vector(made.chunk, i), chunk);
      appender.appendDataChunk(made);
    }
    appender.flushSync();
  } catch (error) {
    discard(appender);
    throw error;
  }
  appender.closeSync();
}
