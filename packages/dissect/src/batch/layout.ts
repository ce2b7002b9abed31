// How the columns of a batch lie in memory: all in one buffer, so that a batch goes to another thread as one thing,
// without a copy, and to another process as it stands.

/** Bytes of an address cell: IPv6 fills it, shorter addresses stand at its start. */
export const ADDRESS_BYTES = 16;

/** Bytes a packet takes in each fixed column, widest first, so that every column is aligned. */
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

/** Where a column begins and ends. */
export interface Place {
  readonly start: number;
  readonly bytes: number;
}

export interface Layout {
  readonly columns: Readonly<Record<ColumnName, Place>>;
  /** Of chosen fields, in their order. */
  readonly fields: readonly Place[];
  readonly bytes: number;
}

/** @param fieldBytes bytes a packet takes of each chosen field: 8 for a number, 4 for a text's place. */
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
