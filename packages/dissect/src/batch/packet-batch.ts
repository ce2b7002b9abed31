// Some thousands of packets as columns: the unit that the pipeline passes on and a store takes in. There is no object
// per packet, and each distinct text is kept once per batch.
import { u16 } from '../core/bytes.ts';
import { Collector } from '../core/collect.ts';
import { protocolColumn } from '../core/columns.ts';
import type { Field, Value } from '../core/field.ts';
import { raw } from '../core/format.ts';
import { ETHER, IPV4, IPV6, type Packet } from '../core/packet.ts';
import { ADDRESS_BYTES, type ColumnName, type Layout, layoutOf, type Place } from './layout.ts';
import { COMMENTED, NO_TIME } from './marks.ts';
import { isWrapped } from './outer.ts';
import { OuterTexts } from './outer-texts.ts';
import { SHAPES_MAX, type Shape, shapeOf, UNKEPT } from './shapes.ts';

/** No value, in columns of text indices, streams and interfaces. */
export const NONE = -1;

const ADDRESS_WORDS = ADDRESS_BYTES / 4;

/** No TCP header, or a truncated one, in the column of TCP flags. */
export const NO_FLAGS = 0xffff;

/**
 * By shape (the last one stands for all that are not kept): the indices of its texts in the batch last filled with it, and
 * the number of that filling.
 */
const pathPlaces = new Int32Array(SHAPES_MAX + 1);
const layersPlaces = new Int32Array(SHAPES_MAX + 1);
const columnPlaces = new Int32Array(SHAPES_MAX + 1);
const placedIn = new Float64Array(SHAPES_MAX + 1);
let fillings = 0;
/** Made with the first packet that needs it, when all protocols are defined. */
let outerTexts: OuterTexts | null = null;

/** A chosen field: numbers as such (NaN: none), anything else as an index into the batch's texts (NONE: none). */
export interface FieldColumn {
  readonly field: Field;
  readonly numbers: Float64Array | null;
  readonly texts: Int32Array | null;
}

export class PacketBatch {
  readonly capacity: number;
  length = 0;
  /** frame.number, time since the epoch, lengths on the wire and captured, offset in the file. */
  readonly number: Float64Array;
  readonly seconds: Float64Array;
  readonly nanoseconds: Uint32Array;
  readonly wireLength: Uint32Array;
  readonly capturedLength: Uint32Array;
  readonly fileOffset: Float64Array;
  readonly interfaceId: Int32Array;
  /** Kind of the addresses (ETHER, IPV4, IPV6, or 0 for any other), and ADDRESS_BYTES per packet of each. */
  readonly addressKind: Uint8Array;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** Innermost transport: IP protocol number (0: none) and ports. */
  readonly transport: Uint8Array;
  readonly sourcePort: Uint16Array;
  readonly destinationPort: Uint16Array;
  /** tcp.stream, udp.stream … of that transport. */
  readonly stream: Int32Array;
  /** The innermost TCP segment: tcp.flags or NO_FLAGS, the bits of flows/tcp-analysis.ts, and tcp.len. */
  readonly tcpFlags: Uint16Array;
  readonly tcpAnalysis: Uint16Array;
  readonly tcpLength: Uint32Array;
  /** MALFORMED, SHORT, NO_TIME, COMMENTED: see marks.ts. */
  readonly marks: Uint8Array;
  /**
   * Protocol column, frame.protocols, and the layers that filters see (usually the same, see marks.ts), as indices into
   * `texts`.
   */
  readonly protocol: Uint32Array;
  readonly path: Uint32Array;
  readonly layers: Uint32Array;
  /** IP addresses that the address columns don't show (outer.ts), as an index into `texts`; NONE: none. */
  readonly outer: Int32Array;
  readonly fields: readonly FieldColumn[];
  readonly texts: string[] = [];

  /** The address columns again. */
  readonly #sourceWords: Uint32Array;
  readonly #destinationWords: Uint32Array;
  readonly #places = new Map<string, number>();
  #filling = ++fillings;
  /** Made with the first packet: a received batch needs none. */
  #collector: Collector | null = null;

  /** The memory of all columns, to be transferred to another thread or reused for the next batch. */
  readonly buffer: ArrayBuffer;

  /**
   * `fields` get columns of their own besides the fixed ones. `buffer`, if given, is that of a batch with the same
   * capacity and fields, whose contents it keeps until `clear()`.
   */
  constructor(capacity: number, fields: readonly Field[] = [], buffer?: ArrayBuffer) {
    this.capacity = capacity;
    const { columns, fields: places, bytes } = batchLayout(capacity, fields);
    if (buffer !== undefined && buffer.byteLength !== bytes)
      throw new RangeError(`a batch of ${capacity} packets takes ${bytes} bytes, not ${buffer.byteLength}`);
    const b = buffer ?? new ArrayBuffer(bytes);
    const at = (name: ColumnName): number => columns[name].start;
    this.buffer = b;
    this.number = new Float64Array(b, at('number'), capacity);
    this.seconds = new Float64Array(b, at('seconds'), capacity);
    this.nanoseconds = new Uint32Array(b, at('nanoseconds'), capacity);
    this.wireLength = new Uint32Array(b, at('wireLength'), capacity);
    this.capturedLength = new Uint32Array(b, at('capturedLength'), capacity);
    this.fileOffset = new Float64Array(b, at('fileOffset'), capacity);
    this.interfaceId = new Int32Array(b, at('interfaceId'), capacity);
    this.addressKind = new Uint8Array(b, at('addressKind'), capacity);
    this.source = new Uint8Array(b, at('source'), capacity * ADDRESS_BYTES);
    this.destination = new Uint8Array(b, at('destination'), capacity * ADDRESS_BYTES);
    this.#sourceWords = new Uint32Array(b, at('source'), capacity * ADDRESS_WORDS);
    this.#destinationWords = new Uint32Array(b, at('destination'), capacity * ADDRESS_WORDS);
    this.transport = new Uint8Array(b, at('transport'), capacity);
    this.sourcePort = new Uint16Array(b, at('sourcePort'), capacity);
    this.destinationPort = new Uint16Array(b, at('destinationPort'), capacity);
    this.stream = new Int32Array(b, at('stream'), capacity);
    this.tcpFlags = new Uint16Array(b, at('tcpFlags'), capacity);
    this.tcpAnalysis = new Uint16Array(b, at('tcpAnalysis'), capacity);
    this.tcpLength = new Uint32Array(b, at('tcpLength'), capacity);
    this.marks = new Uint8Array(b, at('marks'), capacity);
    this.protocol = new Uint32Array(b, at('protocol'), capacity);
    this.path = new Uint32Array(b, at('path'), capacity);
    this.layers = new Uint32Array(b, at('layers'), capacity);
    this.outer = new Int32Array(b, at('outer'), capacity);
    this.fields = fields.map((field, i) => fieldColumn(field, capacity, b, places[i]!));
  }

  get isFull(): boolean {
    return this.length === this.capacity;
  }

  /** Appends the packet dissected last, which has this shape. The batch must not be full. */
  add(p: Packet, shape: Shape = shapeOf(p)): void {
    const i = this.length++;
    this.number[i] = p.number;
    this.seconds[i] = p.seconds;
    this.nanoseconds[i] = p.nanoseconds;
    this.wireLength[i] = p.wireLength;
    this.capturedLength[i] = p.capturedLength;
    this.fileOffset[i] = p.fileOffset;
    this.interfaceId[i] = p.interfaceId;
    this.#addAddresses(p, i);
    this.transport[i] = p.transport;
    this.sourcePort[i] = p.srcPort;
    this.destinationPort[i] = p.dstPort;
    this.stream[i] = p.flow < 0 ? NONE : p.session.flows.stream(p.flow);
    this.#addSegment(p, i);
    this.#addShape(p, shape, i);
    this.outer[i] = isWrapped(shape.ipHeaders, p.columnKind) ? this.#outer(p, shape) : NONE;
    if (!p.hasTime) this.marks[i]! |= NO_TIME;
    if (p.hasComment) this.marks[i]! |= COMMENTED;
    if (this.fields.length > 0) this.#addFields(p, i);
  }

  /** Empties the batch for reuse. */
  clear(): void {
    this.length = 0;
    this.texts.length = 0;
    this.#places.clear();
    this.#filling = ++fillings;
    this.source.fill(0);
    this.destination.fill(0);
  }

  #addAddresses(p: Packet, i: number): void {
    const width = p.columnKind === IPV6 ? 16 : p.columnKind === IPV4 ? 4 : p.columnKind === ETHER ? 6 : 0;
    this.addressKind[i] = width === 0 ? 0 : p.columnKind;
    const { columnBuf, columnSrc, columnDst } = p;
    // The columns are zeroed. A place of -1 means that the packet does not carry that address.
    if (columnSrc >= 0) copyAddress(columnBuf, columnSrc, width, this.source, this.#sourceWords, i);
    if (columnDst >= 0) copyAddress(columnBuf, columnDst, width, this.destination, this.#destinationWords, i);
  }

  #addShape(p: Packet, shape: Shape, i: number): void {
    const at = shape.id === UNKEPT ? SHAPES_MAX : shape.id;
    const isPlaced = at !== SHAPES_MAX && placedIn[at] === this.#filling;
    if (!isPlaced) columnPlaces[at] = NONE;
    this.protocol[i] = this.#columnPlace(p, shape.column, at);
    if (!isPlaced) this.#placeShape(shape, at);
    this.marks[i] = shape.marks;
    this.path[i] = pathPlaces[at]!;
    this.layers[i] = layersPlaces[at]!;
  }

  #placeShape({ path, layers }: Shape, at: number): void {
    placedIn[at] = this.#filling;
    pathPlaces[at] = this.#place(path);
    layersPlaces[at] = layers === null ? pathPlaces[at]! : this.#place(layers);
  }

  #columnPlace(p: Packet, column: string | null, at: number): number {
    if (column === null || p.columnWrap !== '' || p.protocolLayers < p.count)
      return this.#place(protocolColumn(p));
    if (columnPlaces[at] === NONE) columnPlaces[at] = this.#place(column);
    return columnPlaces[at]!;
  }

  #outer(p: Packet, { id }: Shape): number {
    outerTexts ??= new OuterTexts();
    const text = outerTexts.of(p, id);
    return text === null ? NONE : this.#place(text);
  }

  #addSegment(p: Packet, i: number): void {
    const layer = p.tcpLayer;
    this.tcpAnalysis[i] = layer < 0 ? 0 : p.analysis;
    this.tcpLength[i] = layer < 0 ? 0 : p.segmentLength;
    const at = layer < 0 ? 0 : p.start[layer]! + 12;
    this.tcpFlags[i] = layer < 0 || at + 2 > p.stop[layer]! ? NO_FLAGS : u16(p.bufferOf(layer), at) & 0x0fff;
  }

  #addFields(p: Packet, i: number): void {
    this.#collector ??= new Collector(this.fields.map(({ field }) => field));
    const collector = this.#collector;
    collector.collect(p);
    this.fields.forEach(({ field, numbers, texts }, slot) => {
      const values = collector.values[slot]!;
      if (numbers !== null) numbers[i] = values.length === 0 ? Number.NaN : Number(values[0]);
      else if (texts !== null) texts[i] = values.length === 0 ? NONE : this.#place(textOf(field, values));
    });
  }

  #place(text: string): number {
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.texts.push(text) - 1;
      this.#places.set(text, place);
    }
    return place;
  }
}

/** Copies the address of packet `i` to a column, which is given as bytes and as words. */
function copyAddress(
  from: Uint8Array,
  start: number,
  width: number,
  bytes: Uint8Array,
  words: Uint32Array,
  i: number,
): void {
  // A loop over bytes takes twice as long.
  const whole = width >> 2;
  for (let k = 0; k < whole; k++) {
    const at = start + k * 4;
    words[i * ADDRESS_WORDS + k] =
      from[at]! | (from[at + 1]! << 8) | (from[at + 2]! << 16) | (from[at + 3]! << 24);
  }
  for (let k = whole * 4; k < width; k++) bytes[i * ADDRESS_BYTES + k] = from[start + k]!;
}

/** The layout of a batch with these chosen fields. */
export function batchLayout(capacity: number, fields: readonly Field[]): Layout {
  return layoutOf(
    capacity,
    fields.map((field) => (isNumeric(field) ? 8 : 4)),
  );
}

function fieldColumn(field: Field, capacity: number, buffer: ArrayBuffer, { start }: Place): FieldColumn {
  return isNumeric(field)
    ? { field, numbers: new Float64Array(buffer, start, capacity), texts: null }
    : { field, numbers: null, texts: new Int32Array(buffer, start, capacity) };
}

function isNumeric({ type }: Field): boolean {
  return type === 'uint' || type === 'int' || type === 'bool' || type === 'double';
}

/** Several values are joined with commas, as tshark prints them. */
function textOf(field: Field, values: readonly Value[]): string {
  return values.length === 1 ? raw(field, values[0]!) : values.map((value) => raw(field, value)).join(',');
}
