// NetBIOS Datagram Service (RFC 1002 §4.4).
import { bool, type Field, ipv4, text, uint } from '../core/field.ts';
import { protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { udpPorts } from '../core/table.ts';
import { skipName } from './dns/name.ts';
import { nameSuffix, netbiosName, suffixName } from './netbios/name.ts';
import { netbiosPayload } from './netbios/payload.ts';

const HEADER = 10;
/** Header of datagrams with user data, with length and offset, followed by two names. */
const DATA_HEADER = 14;
const ERROR = 0x13;

const typeNames: Record<number, string> = {
  0x10: 'Direct_unique datagram',
  0x11: 'Direct_group datagram',
  0x12: 'Broadcast datagram',
  [ERROR]: 'Datagram error',
  0x14: 'Datagram query request',
  0x15: 'Datagram positive query response',
  0x16: 'Datagram negative query response',
};

const f = {
  type: uint('nbdgm.type', 'Message Type').at(0, 1).named(typeNames),
  flags: uint('nbdgm.flags', 'Flags').at(1, 1).hex(),
  next: bool('nbdgm.next', 'More fragments follow').at(1, 1).mask(0x01),
  first: bool('nbdgm.first', 'This is first fragment').at(1, 1).mask(0x02),
  nodeType: uint('nbdgm.node_type', 'Node Type')
    .at(1, 1)
    .mask(0x0c)
    .named({ 0: 'B node', 1: 'P node', 2: 'M node', 3: 'NBDD' }),
  dgramId: uint('nbdgm.dgram_id', 'Datagram ID').at(2, 2).hex(),
  srcIp: ipv4('nbdgm.src.ip', 'Source IP').at(4, 4),
  srcPort: uint('nbdgm.src.port', 'Source Port').at(8, 2),
  dgramLen: uint('nbdgm.dgram_len', 'Datagram length'),
  pktOffset: uint('nbdgm.pkt_offset', 'Packet offset'),
  errorCode: uint('nbdgm.error_code', 'Error code').hex(1).named({
    0x82: 'Destination name not present',
    0x83: 'Invalid source name format',
    0x84: 'Invalid destination name format',
  }),
  sourceName: text('nbdgm.source_name', 'Source name'),
  destinationName: text('nbdgm.destination_name', 'Destination name'),
};

function hasData(type: number): boolean {
  return type >= 0x10 && type <= 0x12;
}

export const nbdgm = protocol({
  name: 'nbdgm',
  title: 'NetBIOS Datagram Service',
  column: 'NBDS',
  fields: f,
  on: [[udpPorts, 138]],
  step(p) {
    const b = p.buf;
    const { at: start, end } = p;
    const type = b[start]!;
    if (end - start < HEADER + (type === ERROR ? 1 : 0)) return p.cut(HEADER + 1);
    p.at = end;
    if (type === ERROR) return null;
    if (typeNames[type] === undefined) return p.malformed();
    const source = hasData(type) ? skipName(b, start + DATA_HEADER, end) : start + HEADER;
    const userData = source < 0 ? -1 : skipName(b, source, end);
    if (userData < 0) return p.cut(1);
    p.at = userData;
    return hasData(type) ? netbiosPayload(p) : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const type = b[start]!;
    out.fixed(f.type);
    out.openFixed(f.flags);
    out.fixed(f.next);
    out.fixed(f.first);
    out.fixed(f.nodeType);
    out.close();
    out.fixed(f.dgramId);
    out.fixed(f.srcIp);
    out.fixed(f.srcPort);
    if (type === ERROR) out.add(f.errorCode, start + HEADER, 1);
    let at = start + HEADER;
    if (hasData(type)) {
      out.add(f.dgramLen, at, 2);
      out.add(f.pktOffset, at + 2, 2);
      at = skipName(b, start + DATA_HEADER, end);
      if (at < 0) return;
      emitName(b, f.sourceName, start + DATA_HEADER, at, start, end, out);
    }
    const after = type === ERROR ? -1 : skipName(b, at, end);
    if (after >= 0) emitName(b, f.destinationName, at, after, start, end, out);
  },
  info(p, layer) {
    const type = p.bufferOf(layer)[p.start[layer]!]!;
    return typeNames[type] ?? `Unknown message type (0x${type.toString(16).toUpperCase().padStart(2, '0')})`;
  },
});

function emitName(
  b: Uint8Array,
  field: Field,
  at: number,
  after: number,
  start: number,
  end: number,
  out: Sink,
): void {
  out.add(field, at, after - at, netbiosName(b, at, start, end));
  if (nameSuffix >= 0) out.note(` (${suffixName(nameSuffix)})`);
}
