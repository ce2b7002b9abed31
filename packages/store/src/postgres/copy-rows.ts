// Encodes packets for PostgreSQL's binary COPY (manual, "COPY", "Binary Format"): per row the number of columns, per
// column its length and value, all in network byte order. All columns have fixed widths except the last, the summary, so
// values are written over a template. Columns that none of the packets has are omitted.
import { halvesOf } from '../write/int64.ts';
import type { PacketRows } from '../write/packet-rows.ts';
import { microsecondsOf } from './days.ts';

const LENGTH = 4;
const NULL = -1;

/** Names and widths of the columns that all packets have, in the order of `putRows`. */
const COLUMNS: readonly (readonly [string, 2 | 4 | 8])[] = [
  ['id', 8],
  ['time', 8],
  ['at', 8],
  ['number', 8],
  ['file_offset', 8],
  ['length', 8],
  ['tcp_length', 8],
  ['capture', 4],
  ['batch', 4],
  ['captured_length', 4],
  ['interface', 4],
  ['src', 4],
  ['dst', 4],
  ['src_port', 4],
  ['dst_port', 4],
  ['stream', 4],
  ['protocol', 4],
  ['path', 4],
  ['tcp_flags', 4],
  ['tcp_analysis', 4],
  ['transport', 2],
  ['marks', 2],
];

/** Row layout. */
export interface Shape {
  /** Names of the columns, in parentheses. */
  readonly list: string;
  readonly hasOuter: boolean;
  readonly hasSummary: boolean;
  /** Bytes per row, without the text of its summary. */
  readonly row: number;
  /** The rows of a chunk with all counts and lengths filled in, without summaries. */
  readonly template: Uint8Array;
}

/** Signature, flags, no extension. */
export const COPY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
export const COPY_TRAILER = Buffer.from([0xff, 0xff]);

/** Rows per chunk. */
export const CHUNK_ROWS = 2500;

/** Half a megabyte: room for rows of any shape, without the texts of their summaries. */
export const CHUNK_BYTES = newShape(true, true).template.length;

const shapes = new Map<string, Shape>();

export function shapeOf({ hasOuter, summary }: PacketRows): Shape {
  const hasSummary = summary !== null;
  const key = `${hasOuter} ${hasSummary}`;
  const shape = shapes.get(key) ?? newShape(hasOuter, hasSummary);
  shapes.set(key, shape);
  return shape;
}

function newShape(hasOuter: boolean, hasSummary: boolean): Shape {
  const columns = [...COLUMNS];
  if (hasOuter) columns.push(['outer_id', 4]);
  const names = columns.map(([name]) => name);
  if (hasSummary) names.push('info');
  const count = Buffer.alloc(2);
  count.writeInt16BE(names.length);
  const cells = columns.map(([, width]) => {
    const cell = Buffer.alloc(LENGTH + width);
    cell.writeInt32BE(width);
    return cell;
  });
  const pattern = Buffer.concat([count, ...cells, ...(hasSummary ? [lengthOf(NULL)] : [])]);
  const template = Buffer.alloc(pattern.length * CHUNK_ROWS, pattern);
  return { list: `(${names.join(', ')})`, hasOuter, hasSummary, row: pattern.length, template };
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(LENGTH);
  length.writeInt32BE(bytes);
  return length;
}

/**
 * Writes the rows [from, to) over the template from byte `start` on, without their summaries. Unrolled over the columns, so
 * that each array access is monomorphic: a loop over columns took six times as long.
 */
export function putRows(
  shape: Shape,
  bytes: Uint8Array,
  start: number,
  rows: PacketRows,
  from: number,
  to: number,
) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { columns, captures, batches, source, destination, protocol, path, marks, outer } = rows;
  const { seconds, nanoseconds, wireLength, tcpLength, capturedLength, interfaceId, stream } = columns;
  const { sourcePort, destinationPort, transport, tcpFlags, tcpAnalysis } = columns;
  const [ids, times] = [halvesOf(rows.id), halvesOf(rows.time)];
  const [numbers, offsets] = [halvesOf(rows.number), halvesOf(rows.fileOffset)];
  for (let i = from, at = start; i < to; i++, at = start + (i - from) * shape.row) {
    at += 2;
    at = putWords(view, at, ids, i);
    at = putWords(view, at, times, i);
    at = putLong(view, at, microsecondsOf(seconds[i]!, nanoseconds[i]!));
    at = putWords(view, at, numbers, i);
    at = putWords(view, at, offsets, i);
    at = putLong(view, at, wireLength[i]!);
    at = putLong(view, at, tcpLength[i]!);
    at = putInt(view, at, captures[i]!);
    at = putInt(view, at, batches[i]!);
    at = putInt(view, at, capturedLength[i]!);
    at = putInt(view, at, interfaceId[i]!);
    at = putInt(view, at, source[i]!);
    at = putInt(view, at, destination[i]!);
    at = putInt(view, at, sourcePort[i]!);
    at = putInt(view, at, destinationPort[i]!);
    at = putInt(view, at, stream[i]!);
    at = putInt(view, at, protocol[i]!);
    at = putInt(view, at, path[i]!);
    at = putInt(view, at, tcpFlags[i]!);
    at = putInt(view, at, tcpAnalysis[i]!);
    at = putShort(view, at, transport[i]!);
    at = putShort(view, at, marks[i]!);
    if (shape.hasOuter) putInt(view, at, outer[i]!);
  }
}

// Each writes the value of the cell at `at`, and returns where the next one is.

function putWords(view: DataView, at: number, lowFirst: Int32Array, i: number): number {
  view.setInt32(at + LENGTH, lowFirst[2 * i + 1]!);
  view.setInt32(at + LENGTH + 4, lowFirst[2 * i]!);
  return at + LENGTH + 8;
}

const WORD = 2 ** 32;

/** `value` is an integer between -2^53 and 2^53. */
function putLong(view: DataView, at: number, value: number): number {
  view.setInt32(at + LENGTH, Math.floor(value / WORD));
  view.setInt32(at + LENGTH + 4, value | 0);
  return at + LENGTH + 8;
}

function putInt(view: DataView, at: number, value: number): number {
  view.setInt32(at + LENGTH, value);
  return at + LENGTH + 4;
}

function putShort(view: DataView, at: number, value: number): number {
  view.setInt16(at + LENGTH, value);
  return at + LENGTH + 2;
}

/** Inserts summaries into rows written by `putRows`. */
export function withSummaries(
  { row }: Shape,
  bytes: Uint8Array,
  summaries: readonly (string | null)[],
): Uint8Array {
  const pieces = summaries.flatMap((text, i) => {
    const made = bytes.subarray(i * row, (i + 1) * row);
    if (text === null) return made;
    const info = Buffer.from(text);
    return [made.subarray(0, -LENGTH), lengthOf(info.length), info];
  });
  return Buffer.concat(pieces);
}
