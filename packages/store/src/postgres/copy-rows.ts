// Encodes packets for PostgreSQL's binary COPY (manual, "COPY", "Binary Format"): per row the number of columns, per
// column its length and value, all in network byte order. All columns have fixed widths except the last, the summary, so
// that rows without one are written column by column over a template. The column of outer addresses is omitted if no
// packet has any.
import type { PacketRows } from '../write/packet-rows.ts';

type Take = (rows: PacketRows) => BigInt64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

interface CopyColumn {
  readonly name: string;
  readonly width: 2 | 4 | 8;
  /** Null: the timestamp, made of seconds and nanoseconds. */
  readonly take: Take | null;
}

const column = (name: string, width: 2 | 4 | 8, take: Take | null): CopyColumn => ({ name, width, take });

const COLUMNS: readonly CopyColumn[] = [
  column('id', 8, (rows) => rows.id),
  column('time', 8, (rows) => rows.time),
  column('at', 8, null),
  column('number', 8, (rows) => rows.number),
  column('file_offset', 8, (rows) => rows.fileOffset),
  column('length', 8, (rows) => rows.columns.wireLength),
  column('tcp_length', 8, (rows) => rows.columns.tcpLength),
  column('capture', 4, (rows) => rows.captures),
  column('batch', 4, (rows) => rows.batches),
  column('captured_length', 4, (rows) => rows.columns.capturedLength),
  column('interface', 4, (rows) => rows.columns.interfaceId),
  column('src', 4, (rows) => rows.source),
  column('dst', 4, (rows) => rows.destination),
  column('src_port', 4, (rows) => rows.columns.sourcePort),
  column('dst_port', 4, (rows) => rows.columns.destinationPort),
  column('stream', 4, (rows) => rows.columns.stream),
  column('protocol', 4, (rows) => rows.protocol),
  column('path', 4, (rows) => rows.path),
  column('tcp_flags', 4, (rows) => rows.columns.tcpFlags),
  column('tcp_analysis', 4, (rows) => rows.columns.tcpAnalysis),
  column('transport', 2, (rows) => rows.columns.transport),
  column('marks', 2, (rows) => rows.marks),
];

/** Row layout, with or without outer addresses. */
interface Shape {
  readonly columns: readonly CopyColumn[];
  /** Bytes per row. */
  readonly row: number;
  /** Template of a row without summary: the counts and lengths common to all. */
  readonly pattern: Uint8Array;
  readonly copy: string;
}

/** Signature, flags, no extension. */
export const COPY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
export const COPY_TRAILER = Buffer.from([0xff, 0xff]);

const LENGTH = 4;
/** Rows per chunk: half a megabyte. */
const ROWS_AT_ONCE = 2500;

const PLAIN = shape(COLUMNS);
const WITH_OUTER = shape([...COLUMNS, column('outer_id', 4, (rows) => rows.outer)]);

function shape(columns: readonly CopyColumn[]): Shape {
  const row = 2 + columns.reduce((sum, { width }) => sum + LENGTH + width, 0) + LENGTH;
  const pattern = Buffer.alloc(row);
  pattern.writeInt16BE(columns.length + 1, 0);
  let at = 2;
  for (const { width } of columns) {
    pattern.writeInt32BE(width, at);
    at += LENGTH + width;
  }
  pattern.writeInt32BE(-1, at);
  const names = columns.map(({ name }) => name).join(', ');
  return { columns, row, pattern, copy: `COPY packet (${names}, info) FROM STDIN (FORMAT binary)` };
}

const shapeOf = ({ hasOuter }: PacketRows): Shape => (hasOuter ? WITH_OUTER : PLAIN);

/** The COPY statement for these rows. */
export function copyOf(rows: PacketRows): string {
  return shapeOf(rows).copy;
}

/** The rows in chunks, which the stream may keep. */
export function* copyRows(rows: PacketRows): Generator<Uint8Array> {
  const shape = shapeOf(rows);
  const { row: size, pattern } = shape;
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const to = Math.min(rows.length, from + ROWS_AT_ONCE);
    const bytes = Buffer.allocUnsafeSlow((to - from) * size);
    for (let row = 0; row < to - from; row++) bytes.set(pattern, row * size);
    putColumns(shape, bytes, rows, from, to);
    if (rows.summary === null) yield bytes;
    else yield withSummaries(shape, bytes, rows.summary, from, to);
  }
}

function putColumns(
  { columns, row }: Shape,
  bytes: Buffer,
  rows: PacketRows,
  from: number,
  to: number,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 2 + LENGTH;
  for (const { width, take } of columns) {
    if (take === null) putStamps(view, at, row, rows, from, to);
    else {
      const values = take(rows);
      if (values instanceof BigInt64Array) putWide(view, at, row, values, from, to);
      else if (width === 8)
        for (let i = from; i < to; i++) view.setUint32(at + 4 + (i - from) * row, values[i]!);
      else if (width === 4) for (let i = from; i < to; i++) view.setInt32(at + (i - from) * row, values[i]!);
      else for (let i = from; i < to; i++) view.setInt16(at + (i - from) * row, values[i]!);
    }
    at += LENGTH + width;
  }
}

function putWide(
  view: DataView,
  at: number,
  row: number,
  values: BigInt64Array,
  from: number,
  to: number,
): void {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  for (let i = from; i < to; i++) {
    const place = at + (i - from) * row;
    view.setInt32(place, words[2 * i + 1]!);
    view.setInt32(place + 4, words[2 * i]!);
  }
}

/** Seconds from 1970 to 2000, the epoch of PostgreSQL's timestamps. */
const YEAR_2000 = 946_684_800;
const WORD = 2 ** 32;
/** Clamps to the range of a timestamp and of a column of nanoseconds. */
const SECONDS_MAX = 9_223_372_035;

function putStamps(
  view: DataView,
  at: number,
  row: number,
  { columns }: PacketRows,
  from: number,
  to: number,
): void {
  const { seconds, nanoseconds } = columns;
  for (let i = from; i < to; i++) {
    const whole = Math.max(-SECONDS_MAX, Math.min(SECONDS_MAX, seconds[i]!));
    const microseconds = (whole - YEAR_2000) * 1e6 + Math.floor(nanoseconds[i]! / 1000);
    const place = at + (i - from) * row;
    view.setInt32(place, Math.floor(microseconds / WORD));
    view.setInt32(place + 4, microseconds | 0);
  }
}

function withSummaries(
  { row }: Shape,
  bytes: Buffer,
  summary: readonly (string | null)[],
  from: number,
  to: number,
): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let i = from; i < to; i++) {
    const start = (i - from) * row;
    const text = summary[i] ?? null;
    if (text === null) pieces.push(bytes.subarray(start, start + row));
    else {
      const made = Buffer.from(text);
      const length = Buffer.alloc(LENGTH);
      length.writeInt32BE(made.length);
      pieces.push(bytes.subarray(start, start + row - LENGTH), length, made);
    }
  }
  return Buffer.concat(pieces);
}

const DAY = 86_400;
/** Days per batch that get a partition of their own; a live batch never has more. */
const DAYS_MAX = 100;

/** The days of the packets, in PostgreSQL's notation. */
export function daysOf({ columns, length }: PacketRows): string[] {
  const days = new Set<number>();
  let last = Number.NaN;
  for (let i = 0; i < length && days.size < DAYS_MAX; i++) {
    const day = Math.floor(columns.seconds[i]! / DAY);
    // Years before 1 and after 9999 have another notation, and no use.
    if (day === last || day < -719_162 || day > 2_932_896) continue;
    last = day;
    days.add(day);
  }
  return [...days].map((day) => new Date(day * DAY * 1000).toISOString().slice(0, 10));
}
