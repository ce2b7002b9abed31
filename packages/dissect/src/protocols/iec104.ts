// IEC 60870-5-104 (§5): telecontrol over TCP, with application messages of IEC 60870-5-101.
import { u16le, u24le, u32le } from '../core/bytes.ts';
import { bool, type Field, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../core/protocol.ts';
import { tcpPorts } from '../core/table.ts';
import { causeNames, typeNames } from './iec60870/names.ts';
import { emitObject, objectFields, objectSize } from './iec60870/objects.ts';

const PORT = 2404;
const START = 0x68;
/** Length of start, length, and four control octets, which the length includes. */
const HEADER = 6;
const CONTROL = 4;

const unnumberedNames: Record<number, string> = {
  0x01: 'STARTDT act',
  0x02: 'STARTDT con',
  0x04: 'STOPDT act',
  0x08: 'STOPDT con',
  0x10: 'TESTFR act',
  0x20: 'TESTFR con',
};

const f = {
  apdulen: uint('iec60870_104.apdulen', 'ApduLen').at(1, 1),
  type: uint('iec60870_104.type', 'Type').hex(4).named({ 0: 'I', 1: 'S', 3: 'U' }),
  utype: uint('iec60870_104.utype', 'UType').hex(4).named(unnumberedNames),
  tx: uint('iec60870_104.tx', 'Tx'),
  rx: uint('iec60870_104.rx', 'Rx'),
};

/** Offset of the next start octet with a valid length, or -1. */
function startIn(b: Uint8Array, at: number, end: number): number {
  const found = b.indexOf(START, at);
  return found < 0 || found > end - 2 ? -1 : found - at;
}

/** §5.1: information (0), supervisory (1), unnumbered (3). */
function formatOf(control: number): number {
  return (control & 1) === 0 ? 0 : control & 3;
}

export const iec104: Protocol = protocol({
  name: 'iec60870_104',
  title: 'IEC 60870-5-104',
  column: 'IEC 60870-5-104',
  fields: f,
  on: [[tcpPorts, PORT]],
  framing: {
    header: 2,
    // As in Wireshark, searches for the start if a stream is joined in the middle.
    length(p) {
      const skipped = startIn(p.buf, p.at, p.end);
      return skipped < 0 ? p.end - p.at : skipped + 2 + p.buf[p.at + skipped + 1]!;
    },
  },
  step(p) {
    const b = p.buf;
    const skipped = startIn(b, p.at, p.end);
    if (skipped < 0) return REJECTED;
    const start = p.at + skipped;
    p.start[p.count - 1] = start;
    if (p.end - start < HEADER || b[start + 1]! < CONTROL) return p.cut(HEADER);
    p.narrow(p.count - 1, 2 + b[start + 1]!);
    p.at = start + HEADER;
    return formatOf(b[start + 2]!) === 0 && p.at < p.end ? asdu : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const control = u32le(b, start + 2);
    const format = formatOf(control);
    out.fixed(f.apdulen);
    if (p.stop[layer]! - start < HEADER) return;
    out.add(f.type, start + 2, 4, format);
    if (format === 3) out.add(f.utype, start + 2, 4, (control >> 2) & 0x3f);
    if (format === 0) out.add(f.tx, start + 2, 2, (control >>> 1) & 0x7fff);
    if (format !== 3) out.add(f.rx, start + 4, 2, control >>> 17);
  },
  headline: (p, layer) => `: ${controlText(p, layer)}`,
  info: packetInfo,
});

/** Info text: direction by port, format, and sequence numbers. */
function controlText(p: Packet, layer: number): string {
  const start = p.start[layer]!;
  if (p.stop[layer]! - start < HEADER) return '';
  const control = u32le(p.bufferOf(layer), start + 2);
  const arrow = p.srcPort === PORT ? '->' : '<-';
  const format = formatOf(control);
  if (format === 3) return `${arrow} U (${unnumberedNames[(control >> 2) & 0x3f] ?? '<ERR>'}) `;
  const rx = control >>> 17;
  return format === 1 ? `${arrow} S (${rx}) ` : `${arrow} I (${(control >>> 1) & 0x7fff},${rx}) `;
}

/** Info texts of all messages of the packet up to this layer. */
function packetInfo(p: Packet, layer: number): string | null {
  let info = '';
  for (let i = 0; i <= layer; i++) {
    const made = p.protocols[i];
    if (made === iec104) info += (info === '' ? '' : info.endsWith(' ') ? '| ' : ' | ') + controlText(p, i);
    else if (made === asdu) info += asduText(p, i);
  }
  return info === '' ? null : info;
}

/** Length of type, count, cause, originator and station address (§7). */
const ASDU_HEADER = 6;
const ADDRESS = 3;

const g: Readonly<Record<string, Field>> = {
  typeid: uint('iec60870_asdu.typeid', 'TypeId').at(0, 1).named(typeNames),
  sq: bool('iec60870_asdu.sq', 'SQ').at(1, 1).mask(0x80),
  numix: uint('iec60870_asdu.numix', 'NumIx').at(1, 1).mask(0x7f),
  causetx: uint('iec60870_asdu.causetx', 'CauseTx').at(2, 1).mask(0x3f).named(causeNames),
  nega: bool('iec60870_asdu.nega', 'Negative').at(2, 1).mask(0x40),
  test: bool('iec60870_asdu.test', 'Test').at(2, 1).mask(0x80),
  oa: uint('iec60870_asdu.oa', 'OA').at(3, 1),
  addr: uint('iec60870_asdu.addr', 'Addr').at(4, 2).le(),
  ioa: uint('iec60870_asdu.ioa', 'IOA').le(),
  ...objectFields,
};

export const asdu: Protocol = protocol({
  name: 'iec60870_asdu',
  title: 'IEC 60870-5-101/104 ASDU',
  column: 'IEC 60870-5 ASDU',
  fields: g,
  step(p) {
    const b = p.buf;
    const { at, end } = p;
    if (end - at < ASDU_HEADER + ADDRESS) return p.cut(ASDU_HEADER + ADDRESS);
    p.at = end;
    const size = objectSize(b[at]!);
    const count = b[at + 1]! & 0x7f;
    const isSequence = b[at + 1]! > 127;
    const needed =
      size < 0 ? 0 : ASDU_HEADER + (isSequence ? ADDRESS + count * size : count * (ADDRESS + size));
    return at + needed > end ? p.cut(1) : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const name of ['typeid', 'sq', 'numix', 'causetx', 'nega', 'test', 'oa', 'addr'])
      out.fixed(g[name]!);
    const type = b[start]!;
    const size = Math.max(0, objectSize(type));
    const isSequence = b[start + 1]! > 127;
    let at = start + ASDU_HEADER;
    for (let k = 0; k < (b[start + 1]! & 0x7f); k++) {
      const isAddressed = k === 0 || !isSequence;
      if (at + (isAddressed ? ADDRESS : 0) + size > end) return;
      out.open(
        g.ioa!,
        at,
        isAddressed ? ADDRESS : 0,
        u24le(b, isAddressed ? at : start + ASDU_HEADER) + (isAddressed ? 0 : k),
      );
      if (isAddressed) at += ADDRESS;
      emitObject(b, type, at, out);
      out.close();
      at += size;
    }
  },
  headline: (p, layer) => `: ${asduText(p, layer)}`,
  info: packetInfo,
});

function asduText(p: Packet, layer: number): string {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  if (p.stop[layer]! - start < ASDU_HEADER + ADDRESS) return '';
  const cause = b[start + 2]!;
  const count = b[start + 1]! & 0x7f;
  const first = u24le(b, start + ASDU_HEADER);
  const type = typeNames[b[start]!] ?? `<TypeId=${b[start]}>`;
  const flags = (cause & 0x40 ? '_NEGA' : '') + (cause & 0x80 ? '_TEST' : '');
  const causeName = ((causeNames[cause & 0x3f] ?? ` <CauseTx=${cause & 0x3f}>`) + flags).padEnd(7);
  const objects =
    count <= 1
      ? `IOA=${first}`
      : `IOA[${count}]=${first}${b[start + 1]! > 127 ? `-${first + count - 1}` : ',...'}`;
  return `ASDU=${u16le(b, start + 4)} ${type} ${causeName} ${objects}`;
}
