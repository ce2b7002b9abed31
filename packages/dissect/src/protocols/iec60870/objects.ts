// Information objects of IEC 60870-5-101 messages: sequences of information elements, by type identification (§7.2.6,
// §7.3).
import { u16le } from '../../core/bytes.ts';
import { bool, type Field, float, int, time, uint } from '../../core/field.ts';
import type { Sink } from '../../core/sink.ts';

const flags = (prefix: string, rows: readonly (readonly [string, string, number])[]): Field[] =>
  rows.map(([name, title, bit]) => bool(`iec60870_asdu.${prefix}.${name}`, title).mask(bit));

const quality = [
  ['bl', 'BL', 0x10],
  ['sb', 'SB', 0x20],
  ['nt', 'NT', 0x40],
  ['iv', 'IV', 0x80],
] as const;

/** An information element: its field, width in octets, and bit fields. */
interface Element {
  readonly field: Field | null;
  readonly width: number;
  readonly bits?: readonly Field[];
  /** Conversion of the octets to the value, if needed. */
  readonly value?: (b: Uint8Array, at: number) => number | bigint;
}

const f = {
  siq: uint('iec60870_asdu.siq', 'SIQ').hex(1),
  siqBits: flags('siq', [['spi', 'SPI', 0x01], ...quality]),
  diq: uint('iec60870_asdu.diq', 'DIQ').hex(1),
  diqDpi: uint('iec60870_asdu.diq.dpi', 'DPI')
    .mask(0x03)
    .named({ 0: 'Indeterminate or Intermediate', 1: 'OFF', 2: 'ON', 3: 'Indeterminate' }),
  diqBits: flags('diq', quality),
  qds: uint('iec60870_asdu.qds', 'QDS').hex(1),
  qdsBits: flags('qds', [['ov', 'OV', 0x01], ...quality]),
  vti: uint('iec60870_asdu.vti', 'VTI').hex(1),
  sco: uint('iec60870_asdu.sco', 'SCO').hex(1),
  scoOn: bool('iec60870_asdu.sco.on', 'ON/OFF').mask(0x01),
  scoQu: uint('iec60870_asdu.sco.qu', 'QU').mask(0x7c),
  scoSe: bool('iec60870_asdu.sco.se', 'S/E').mask(0x80),
  dco: uint('iec60870_asdu.dco', 'DCO').hex(1),
  dcoOn: uint('iec60870_asdu.dco.on', 'ON/OFF').mask(0x03).named({ 1: 'OFF', 2: 'ON' }),
  dcoSe: bool('iec60870_asdu.dco.se', 'S/E').mask(0x80),
  rco: uint('iec60870_asdu.rco', 'RCO').hex(1),
  rcoUp: uint('iec60870_asdu.rco.up', 'UP/DOWN').mask(0x03).named({ 1: 'DOWN', 2: 'UP' }),
  rcoSe: bool('iec60870_asdu.rco.se', 'S/E').mask(0x80),
  qos: uint('iec60870_asdu.qos', 'QOS').hex(1),
  qpm: uint('iec60870_asdu.qpm', 'QPM').hex(1),
  coi: uint('iec60870_asdu.coi', 'COI').hex(1),
  qoi: uint('iec60870_asdu.qoi', 'QOI').named((qoi) =>
    qoi === 20
      ? 'Station interrogation (global)'
      : qoi > 20 && qoi < 37
        ? `Group ${qoi - 20} interrogation`
        : undefined,
  ),
  qcc: uint('iec60870_asdu.qcc', 'QCC').hex(1),
  qrp: uint('iec60870_asdu.qrp', 'QRP'),
  bcrCount: int('iec60870_asdu.bcr.count', 'Binary Counter').le(),
  bitstring: uint('iec60870_asdu.bitstring', 'Value').le().hex(4),
  normval: float('iec60870_asdu.normval', 'Value'),
  scalval: int('iec60870_asdu.scalval', 'Value').le(),
  float: float('iec60870_asdu.float', 'Value').le(),
  cp56: time('iec60870_asdu.cp56time', 'CP56Time'),
};

const SIQ: Element = { field: f.siq, width: 1, bits: f.siqBits };
const DIQ: Element = { field: f.diq, width: 1, bits: [f.diqDpi, ...f.diqBits] };
const QDS: Element = { field: f.qds, width: 1, bits: f.qdsBits };
const VTI: Element = { field: f.vti, width: 1 };
const BSI: Element = { field: f.bitstring, width: 4 };
const NVA: Element = { field: f.normval, width: 2, value: (b, at) => ((u16le(b, at) << 16) >> 16) / 32768 };
const SVA: Element = { field: f.scalval, width: 2 };
const R32: Element = { field: f.float, width: 4 };
const BCR: Element = { field: f.bcrCount, width: 4 };
const ONE: Element = { field: null, width: 1 };
const SCO: Element = { field: f.sco, width: 1, bits: [f.scoOn, f.scoQu, f.scoSe] };
const DCO: Element = { field: f.dco, width: 1, bits: [f.dcoOn, f.dcoSe] };
const RCO: Element = { field: f.rco, width: 1, bits: [f.rcoUp, f.rcoSe] };
const QOS: Element = { field: f.qos, width: 1 };
const QPM: Element = { field: f.qpm, width: 1 };
const CP16: Element = { field: null, width: 2 };
const CP24: Element = { field: null, width: 3 };
const CP56: Element = { field: f.cp56, width: 7, value: cp56Time };
const SCD: Element = { field: null, width: 4 };

/** §7.2.6.18: milliseconds, minute, hour, day, month and year of the century. */
function cp56Time(b: Uint8Array, at: number): bigint {
  const ms = u16le(b, at);
  const date = Date.UTC(
    2000 + (b[at + 6]! & 0x7f),
    (b[at + 5]! & 0x0f) - 1,
    b[at + 4]! & 0x1f,
    b[at + 3]! & 0x1f,
    b[at + 2]! & 0x3f,
  );
  return BigInt(Number.isNaN(date) ? 0 : date + ms) * 1_000_000n;
}

const elements: ReadonlyMap<number, readonly Element[]> = new Map([
  [1, [SIQ]],
  [2, [SIQ, CP24]],
  [3, [DIQ]],
  [4, [DIQ, CP24]],
  [5, [VTI, QDS]],
  [6, [VTI, QDS, CP24]],
  [7, [BSI, QDS]],
  [8, [BSI, QDS, CP24]],
  [9, [NVA, QDS]],
  [10, [NVA, QDS, CP24]],
  [11, [SVA, QDS]],
  [12, [SVA, QDS, CP24]],
  [13, [R32, QDS]],
  [14, [R32, QDS, CP24]],
  [15, [BCR, ONE]],
  [16, [BCR, ONE, CP24]],
  [20, [SCD, QDS]],
  [21, [NVA]],
  [30, [SIQ, CP56]],
  [31, [DIQ, CP56]],
  [32, [VTI, QDS, CP56]],
  [33, [BSI, QDS, CP56]],
  [34, [NVA, QDS, CP56]],
  [35, [SVA, QDS, CP56]],
  [36, [R32, QDS, CP56]],
  [37, [BCR, ONE, CP56]],
  [38, [ONE, CP16, CP56]],
  [39, [ONE, ONE, CP16, CP56]],
  [40, [ONE, ONE, CP16, CP56]],
  [45, [SCO]],
  [46, [DCO]],
  [47, [RCO]],
  [48, [NVA, QOS]],
  [49, [SVA, QOS]],
  [50, [R32, QOS]],
  [51, [BSI]],
  [58, [SCO, CP56]],
  [59, [DCO, CP56]],
  [60, [RCO, CP56]],
  [61, [NVA, QOS, CP56]],
  [62, [SVA, QOS, CP56]],
  [63, [R32, QOS, CP56]],
  [64, [BSI, CP56]],
  [70, [{ field: f.coi, width: 1 }]],
  [100, [{ field: f.qoi, width: 1 }]],
  [101, [{ field: f.qcc, width: 1 }]],
  [102, []],
  [103, [CP56]],
  [105, [{ field: f.qrp, width: 1 }]],
  [110, [NVA, QPM]],
  [111, [SVA, QPM]],
  [112, [R32, QPM]],
]);

const { siqBits, diqBits, qdsBits, ...single } = f;
export const objectFields: Readonly<Record<string, Field>> = {
  ...single,
  ...Object.fromEntries([...siqBits, ...diqBits, ...qdsBits].map((field) => [field.name, field])),
};

/** Length of an object without its address; -1 for an unknown type. */
export function objectSize(type: number): number {
  return elements.get(type)?.reduce((sum, { width }) => sum + width, 0) ?? -1;
}

export function emitObject(b: Uint8Array, type: number, at: number, out: Sink): void {
  for (const { field, width, bits, value } of elements.get(type) ?? []) {
    if (field !== null) {
      if (value === undefined) out.open(field, at, width);
      else out.open(field, at, width, value(b, at));
      for (const bit of bits ?? []) out.add(bit, at, 1);
      out.close();
    }
    at += width;
  }
}
