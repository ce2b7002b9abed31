// Object headers of a DNP3 application message, and values of the most common objects (IEEE Std 1815-2012 §4.2.2.7,
// annex A).
import { uint as readUint, u16 } from '../../core/bytes.ts';
import { bool, int, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';
import { prefixNames, rangeNames } from './names.ts';

export const objectFields = {
  obj: uint('dnp3.al.obj', 'Object').hex(2),
  prefix: uint('dnp3.al.objq.prefix', 'Prefix Code').named(prefixNames),
  range: uint('dnp3.al.objq.range', 'Range Code').named(rangeNames),
  rangeStart: uint('dnp3.al.range.start', 'Start'),
  rangeStop: uint('dnp3.al.range.stop', 'Stop'),
  abs: uint('dnp3.al.range.abs', 'Address'),
  quantity: uint('dnp3.al.range.quantity', 'Quantity'),
  index: uint('dnp3.al.index', 'Index'),
  bit: bool('dnp3.al.bit', 'Value (bit)'),
  counter: uint('dnp3.al.cnt', 'Counter'),
  analog: int('dnp3.al.ana.int', 'Value'),
};
const f = objectFields;

/** Bits per object, by group and variation. Objects of variable size (files, attributes) are not included. */
const sizes: ReadonlyMap<number, number> = new Map(
  (
    [
      [1, [1, 8]],
      [2, [8, 56, 24]],
      [3, [2, 8]],
      [4, [8, 56, 24]],
      [10, [1, 8]],
      [11, [8, 56]],
      [12, [88, 88, 1]],
      [13, [8, 56]],
      [20, [40, 24, 40, 24, 32, 16, 32, 16]],
      [21, [40, 24, 40, 24, 88, 72, 88, 72, 32, 16, 32, 16]],
      [22, [40, 24, 40, 24, 88, 72, 88, 72]],
      [23, [40, 24, 40, 24, 88, 72, 88, 72]],
      [30, [40, 24, 32, 16, 40, 72]],
      [31, [40, 24, 88, 72, 32, 16, 40, 72]],
      [32, [40, 24, 88, 72, 40, 72, 88, 120]],
      [33, [40, 24, 88, 72, 40, 72, 88, 120]],
      [40, [40, 24, 40, 72]],
      [41, [40, 24, 40, 72]],
      [42, [40, 24, 88, 72, 40, 72, 88, 120]],
      [43, [40, 24, 88, 72, 40, 72, 88, 120]],
      [50, [48, 80, 48, 88]],
      [51, [48, 48]],
      [52, [16, 16]],
      [80, [1]],
    ] as const
  ).flatMap(([group, bits]) => bits.map((size, i) => [group * 256 + i + 1, size] as const)),
);

/** Functions whose objects carry values: write, select, operate, and responses. */
function hasValues(code: number): boolean {
  return (code >= 2 && code <= 6) || code >= 129;
}

/** One object header, as parsed by `read`. */
export class ObjectHeader {
  object = 0;
  prefix = 0;
  range = 0;
  /** Octets of the range field. */
  rangeWidth = 0;
  first = 0;
  count = 0;
  /** Offset of the values and of the next header; -1 if unknown. */
  values = 0;
  next = 0;

  read(b: Uint8Array, at: number, end: number, code: number): boolean {
    if (at + 3 > end) return false;
    this.object = u16(b, at);
    this.prefix = (b[at + 2]! >> 4) & 7;
    this.range = b[at + 2]! & 15;
    const unit =
      this.range < 3
        ? 1 << this.range
        : this.range < 6
          ? 1 << (this.range - 3)
          : this.range < 10 && this.range > 6
            ? 1 << (this.range - 7)
            : 0;
    this.rangeWidth = this.range < 3 ? unit * 2 : unit;
    this.values = at + 3 + this.rangeWidth;
    if (this.values > end) return false;
    const low = readUint(b, at + 3, unit, true);
    this.first = this.range < 3 ? low : 0;
    this.count =
      this.range < 3
        ? readUint(b, at + 3 + unit, unit, true) - low + 1
        : this.range < 6
          ? 1
          : unit > 0
            ? low
            : 0;
    this.next = this.#end(code);
    return true;
  }

  get indexWidth(): number {
    return this.prefix > 0 && this.prefix < 4 ? 1 << (this.prefix - 1) : 0;
  }

  get bits(): number {
    return sizes.get(this.object) ?? 0;
  }

  #end(code: number): number {
    if (this.count <= 0) return this.values;
    if (!hasValues(code)) return this.values + this.count * this.indexWidth;
    if (this.bits === 0 || this.prefix > 3) return -1;
    return (
      this.values +
      (this.bits < 8
        ? Math.ceil((this.count * this.bits) / 8)
        : this.count * (this.indexWidth + this.bits / 8))
    );
  }
}

const header = new ObjectHeader();
const COUNTER_MIN = 20;
const COUNTER_MAX = 23;
const ANALOG_MIN = 30;
const ANALOG_MAX = 33;
/** Values shown per object header. */
const VALUES_MAX = 1024;

/** Emits the objects of [at, end) of the message; `place` maps an offset there to one in the layer's buffer. */
export function emitObjects(
  b: Uint8Array,
  at: number,
  end: number,
  code: number,
  place: (i: number) => number,
  out: Sink,
): void {
  while (header.read(b, at, end, code)) {
    const { values, range, next } = header;
    const stop = next < 0 || next > end ? end : next;
    out.open(f.obj, place(at), 2, header.object);
    out.add(f.prefix, place(at + 2), 1, header.prefix);
    out.add(f.range, place(at + 2), 1, range);
    if (range < 3) {
      const width = header.rangeWidth / 2;
      out.add(f.rangeStart, place(at + 3), width, header.first);
      out.add(f.rangeStop, place(at + 3 + width), width, header.first + header.count - 1);
    } else if (range < 6)
      out.add(f.abs, place(at + 3), header.rangeWidth, readUint(b, at + 3, header.rangeWidth, true));
    else if (header.rangeWidth > 0) out.add(f.quantity, place(at + 3), header.rangeWidth, header.count);
    if (hasValues(code) && next > values) emitValues(b, values, stop, place, out);
    out.close();
    if (next <= at) return;
    at = next;
  }
}

function emitValues(b: Uint8Array, at: number, stop: number, place: (i: number) => number, out: Sink): void {
  const { bits, indexWidth, count, first, object } = header;
  if (bits === 1) {
    for (let k = 0; k < Math.min(count, VALUES_MAX) && at + (k >> 3) < stop; k++) {
      out.add(f.bit, place(at + (k >> 3)), 1, ((b[at + (k >> 3)]! >> (k & 7)) & 1) !== 0);
    }
    return;
  }
  const size = indexWidth + bits / 8;
  for (let k = 0; k < Math.min(count, VALUES_MAX) && at + size <= stop; k++, at += size) {
    if (indexWidth > 0) out.add(f.index, place(at), indexWidth, readUint(b, at, indexWidth, true));
    else out.group(`Point ${first + k}`, place(at), size);
    emitValue(b, object, at + indexWidth, place, out);
    if (indexWidth === 0) out.close();
  }
}

/** Counters and analog values, preceded by a flags octet except in variations without flags. */
function emitValue(b: Uint8Array, object: number, at: number, place: (i: number) => number, out: Sink): void {
  const group = object >> 8;
  const variation = object & 0xff;
  const isCounter = group >= COUNTER_MIN && group <= COUNTER_MAX;
  if (!isCounter && (group < ANALOG_MIN || group > ANALOG_MAX)) return;
  if (!isCounter && variation > 4) return;
  const isBare = group === 20 ? variation > 4 : group === 21 ? variation > 8 : group === 30 && variation > 2;
  const value = at + (isBare ? 0 : 1);
  const width = variation & 1 ? 4 : 2;
  const number = readUint(b, value, width, true);
  if (isCounter) out.add(f.counter, place(value), width, number);
  else
    out.add(
      f.analog,
      place(value),
      width,
      number >= 2 ** (width * 8 - 1) ? number - 2 ** (width * 8) : number,
    );
}
