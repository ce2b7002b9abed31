// Encodes packets for PostgreSQL's binary COPY (manual, "COPY", "Binary Format"): per row the number of columns, per
// column its length and value, all in network byte order. All columns have fixed widths, so values are written over a
// template. Columns that none of the packets has are omitted.
import { halvesOf } from '../write/int64.ts';
import type { PacketRows } from '../write/packet-rows.ts';

const LENGTH = 4;
const WORD = 2 ** 32;
/** Bits of a packet's number above its lower word: those above are its capture's (migrations/006-packed.ts). */
const NUMBER_BITS = 8;

/** Names and widths of the columns that all packets have, in the order of `putRows`. */
const COLUMNS: readonly (readonly [string, 2 | 4 | 8])[] = [
  ['id', 8],
  ['time', 8],
  ['place', 8],
  ['file_offset', 8],
  ['lengths', 8],
  ['addresses', 8],
  ['header', 8],
  ['segment', 8],
  ['texts', 8],
  ['tcp_analysis', 2],
];

/** Row layout. */
export interface Shape {
  /** Names of the columns, in parentheses. */
  readonly list: string;
  readonly hasInterface: boolean;
  readonly hasOuter: boolean;
  /** Bytes per row. */
  readonly row: number;
  /** The rows of a chunk with all counts and lengths filled in. */
  readonly template: Uint8Array;
}

/** Signature, flags, no extension. */
export const COPY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
export const COPY_TRAILER = Buffer.from([0xff, 0xff]);

/** Rows per chunk. */
export const CHUNK_ROWS = 4000;

/** Half a megabyte: room for rows of any shape. */
export const CHUNK_BYTES = newShape(true, true).template.length;

const shapes = new Map<string, Shape>();

export function shapeOf({ hasInterface, hasOuter }: PacketRows): Shape {
  const key = `${hasInterface} ${hasOuter}`;
  const shape = shapes.get(key) ?? newShape(hasInterface, hasOuter);
  shapes.set(key, shape);
  return shape;
}

function newShape(hasInterface: boolean, hasOuter: boolean): Shape {
  const columns = [...COLUMNS];
  if (hasInterface) columns.push(['interface', 4]);
  if (hasOuter) columns.push(['outer_id', 4]);
  const count = Buffer.alloc(2);
  count.writeInt16BE(columns.length);
  const cells = columns.map(([, width]) => {
    const cell = Buffer.alloc(LENGTH + width);
    cell.writeInt32BE(width);
    return cell;
  });
  const pattern = Buffer.concat([count, ...cells]);
  const template = Buffer.alloc(pattern.length * CHUNK_ROWS, pattern);
  const list = `(${columns.map(([name]) => name).join(', ')})`;
  return { list, hasInterface, hasOuter, row: pattern.length, template };
}

/**
 * Writes the rows [from, to) over the template from byte `start` on. Unrolled over the columns, so that each array access is
 * monomorphic: a loop over columns took six times as long.
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
  const { columns, firstId, source, destination, protocol, path, marks, outer } = rows;
  const { number, fileOffset, wireLength, tcpLength, capturedLength, interfaceId, stream } = columns;
  const { sourcePort, destinationPort, transport, tcpFlags, tcpAnalysis } = columns;
  const times = halvesOf(rows.time);
  const capture = rows.capture << NUMBER_BITS;
  for (let i = from, at = start; i < to; i++, at = start + (i - from) * shape.row) {
    const id = firstId + i;
    const [frame, offset] = [number[i]!, fileOffset[i]!];
    at += 2;
    at = putWords(view, at, Math.floor(id / WORD), id);
    at = putWords(view, at, times[2 * i + 1]!, times[2 * i]!);
    at = putWords(view, at, capture + Math.floor(frame / WORD), frame);
    at = putWords(view, at, Math.floor(offset / WORD), offset);
    at = putWords(view, at, wireLength[i]!, capturedLength[i]!);
    at = putWords(view, at, source[i]!, destination[i]!);
    at = putWords(
      view,
      at,
      (sourcePort[i]! << 16) | destinationPort[i]!,
      (tcpFlags[i]! << 16) | (transport[i]! << 8) | marks[i]!,
    );
    at = putWords(view, at, stream[i]!, tcpLength[i]!);
    at = putWords(view, at, protocol[i]!, path[i]!);
    view.setInt16(at + LENGTH, tcpAnalysis[i]!);
    at += LENGTH + 2;
    if (shape.hasInterface) {
      view.setInt32(at + LENGTH, interfaceId[i]!);
      at += LENGTH + 4;
    }
    if (shape.hasOuter) view.setInt32(at + LENGTH, outer[i]!);
  }
}

/** Writes the value of the cell at `at`, of each word its lower 32 bits, and returns where the next one is. */
function putWords(view: DataView, at: number, high: number, low: number): number {
  view.setInt32(at + LENGTH, high);
  view.setInt32(at + LENGTH + 4, low);
  return at + LENGTH + 8;
}
