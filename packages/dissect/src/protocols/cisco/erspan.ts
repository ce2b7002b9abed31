// ERSPAN, mirrored frames over GRE, types I to III (draft-foschiano-erspan-03).
import { u16 } from '../../core/bytes.ts';
import { bool, type Field, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { greProtocols } from '../../core/table.ts';
import { eth } from '../eth.ts';

const TYPE_II = 8;
const TYPE_III = 12;
/** §4.3: an 8-byte platform-specific subheader follows if the last bit is set. */
const SUBHEADER = 8;
const GRE_SEQUENCE = 0x1000;
const GRE_TYPE_I_II = 0x88be;

const f = {
  version: uint('erspan.version', 'Version').at(0, 2).mask(0xf000).named({ 1: 'Type II', 2: 'Type III' }),
  vlan: uint('erspan.vlan', 'Vlan').at(0, 2).mask(0x0fff),
  cos: uint('erspan.cos', 'COS').at(2, 2).mask(0xe000),
  encap: uint('erspan.encap', 'Encap').at(2, 2).mask(0x1800),
  oversized: uint('erspan.bso', 'Bad/Short/Oversized').at(2, 2).mask(0x1800),
  truncated: uint('erspan.truncated', 'Truncated').at(2, 2).mask(0x0400),
  session: uint('erspan.spanid', 'SpanID').at(2, 2).mask(0x03ff),
  index: uint('erspan.index', 'Index').at(4, 4).mask(0x000fffff),
  timestamp: uint('erspan.timestamp', 'Timestamp').at(4, 4),
  group: uint('erspan.sgt', 'Security Group Tag').at(8, 2),
  hasPdu: uint('erspan.p', 'Has Ethernet PDU').at(10, 2).mask(0x8000),
  frameType: uint('erspan.ft', 'Frame Type').at(10, 2).mask(0x7c00),
  hardware: uint('erspan.hw', 'Hardware ID').at(10, 2).mask(0x03f0),
  direction: bool('erspan.direction', 'Direction').at(10, 2).mask(0x0008),
  granularity: uint('erspan.gra', 'Timestamp granularity').at(10, 2).mask(0x0006),
  subheader: uint('erspan.o', 'Optional Sub headers').at(10, 2).mask(0x0001),
};
const typeII: readonly Field[] = [f.version, f.vlan, f.cos, f.encap, f.truncated, f.session, f.index];
const typeIII: readonly Field[] = [
  ...[f.version, f.vlan, f.cos, f.oversized, f.truncated, f.session, f.timestamp, f.group],
  ...[f.hasPdu, f.frameType, f.hardware, f.direction, f.granularity, f.subheader],
];

/** §4.1: type I has no ERSPAN header, and its GRE header no sequence number. */
function isTypeI(p: Packet, layer: number): boolean {
  const below = layer - 1;
  if (below < 0 || p.protocols[below]!.name !== 'gre') return false;
  const b = p.bufferOf(below);
  const gre = p.start[below]!;
  return (u16(b, gre) & GRE_SEQUENCE) === 0 && u16(b, gre + 2) === GRE_TYPE_I_II;
}

export const erspan: Protocol = protocol({
  name: 'erspan',
  title: 'Encapsulated Remote Switch Packet ANalysis',
  column: 'ERSPAN',
  info: () => 'ERSPAN:',
  fields: f,
  on: [[greProtocols, GRE_TYPE_I_II, 0x22eb]],
  step(p) {
    if (isTypeI(p, p.count - 1)) return eth;
    if (p.end - p.at < 2) return p.cut(2);
    const version = p.buf[p.at]! >> 4;
    if (version !== 1 && version !== 2) return null;
    const header = version === 1 ? TYPE_II : TYPE_III;
    if (p.end - p.at < header) return p.cut(header);
    const subheader = version === 2 && p.buf[p.at + TYPE_III - 1]! & 1 ? SUBHEADER : 0;
    if (p.end - p.at < header + subheader) return p.cut(header + subheader);
    p.at += header + subheader;
    return eth;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (isTypeI(p, layer) || p.stop[layer]! - start < TYPE_II) return;
    const version = p.bufferOf(layer)[start]! >> 4;
    if (version === 1) for (const field of typeII) out.fixed(field);
    if (version === 2) for (const field of typeIII) out.fixed(field);
  },
  headline(p, layer) {
    if (isTypeI(p, layer)) return ' Type I';
    const start = p.start[layer]!;
    const version = p.stop[layer]! > start ? p.bufferOf(layer)[start]! >> 4 : 0;
    return version === 1 ? ' Type II' : version === 2 ? ' Type III' : '';
  },
});
