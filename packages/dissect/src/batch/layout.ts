// The memory layout of a batch: all columns in one buffer, which can be transferred to another thread without a copy,
// and sent to another process as it is.

/** Bytes per address; shorter ones than IPv6 are left-aligned. */
export const ADDRESS_BYTES = 16;

/** Bytes per packet in each fixed column, widest first, so that every column is aligned. */
const COLUMN_BYTES = {
  number: 8,
  seconds: 8,
  fileOffset: 8,
  nanoseconds: 4,
  wireLength: 4,
  capturedLength: 4,
  interfaceId: 4,
  stream: 4,
  tcpLength: 4,
  protocol: 4,
  path: 4,
  layers: 4,
  outer: 4,
  sourcePort: 2,
  destinationPort: 2,
  tcpFlags: 2,
  tcpAnalysis: 2,
  source: ADDRESS_BYTES,
  destination: ADDRESS_BYTES,
  addressKind: 1,
  transport: 1,
  marks: 1,
} as const;

export type ColumnName = keyof typeof COLUMN_BYTES;

export const COLUMN_NAMES = Object.keys(COLUMN_BYTES) as ColumnName[];

/** Byte range of a column. */
export interface Place {
  readonly start: number;
  readonly bytes: number;
}

export interface Layout {
  readonly columns: Readonly<Record<ColumnName, Place>>;
  /** Columns of the chosen fields, in their order. */
  readonly fields: readonly Place[];
  readonly bytes: number;
}

/** @param fieldBytes bytes per packet of each chosen field: 8 for a number, 4 for the index of a text. */
export function layoutOf(capacity: number, fieldBytes: readonly number[]): Layout {
  let at = 0;
  const place = (width: number): Place => {
    const made = { start: at, bytes: capacity * width };
    at += (made.bytes + 7) & ~7;
    return made;
  };
  const columns = Object.fromEntries(COLUMN_NAMES.map((name) => [name, place(COLUMN_BYTES[name])]));
  const fields = fieldBytes.map(place);
  return { columns: columns as Record<ColumnName, Place>, fields, bytes: at };
}
