// Enhanced Interior Gateway Routing Protocol (RFC 7868 §6).
import { u16, u32 } from '../../core/bytes.ts';
import { bool, bytes, ipv4, ipv6, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { ipProtocols, Table } from '../../core/table.ts';

/** Payloads of EIGRP packets other than routes: IPX SAP. */
const eigrpOpcodes = new Table('eigrp.opcode');

const HEADER = 20;
const HELLO = 5;
const PARAMETERS = 0x0001;
const INTERNAL_IPV4 = 0x0102;
const EXTERNAL_IPV4 = 0x0103;
const INTERNAL_IPV6 = 0x0402;
const EXTERNAL_IPV6 = 0x0403;

const opcodes: Readonly<Record<number, string>> = {
  1: 'Update',
  2: 'Request',
  3: 'Query',
  4: 'Reply',
  5: 'Hello',
  6: 'IPX/SAP Update',
  7: 'Route Probe',
  8: 'Hello (Ack)',
  9: 'Stub-Info',
  10: 'SIA-Query',
  11: 'SIA-Reply',
};

const tlvTypes: Readonly<Record<number, string>> = {
  0x0001: 'Parameters',
  0x0002: 'Authentication',
  0x0003: 'Sequence',
  0x0004: 'Software Version',
  0x0005: 'Next multicast sequence',
  0x0006: 'Peer Stub Information',
  0x0007: 'Peer Termination',
  0x0008: 'Peer Topology ID List',
  0x0102: 'Internal Route(IPv4)',
  0x0103: 'External Route(IPv4)',
  0x0104: 'Ext-Community(IPv4)',
  0x0402: 'Internal Route(IPv6)',
  0x0403: 'External Route(IPv6)',
  0x0404: 'Ext-Community(IPv6)',
  0x0602: 'Internal Route',
  0x0603: 'External Route',
};

const f = {
  version: uint('eigrp.version', 'Version').at(0, 1),
  opcode: uint('eigrp.opcode', 'Opcode').at(1, 1).named(opcodes),
  checksum: uint('eigrp.checksum', 'Checksum').at(2, 2).hex(),
  flags: uint('eigrp.flags', 'Flags').at(4, 4).hex(),
  flagInit: bool('eigrp.flags.init', 'Init').at(4, 4).mask(0x01),
  flagConditional: bool('eigrp.flags.condrecv', 'Conditional Receive').at(4, 4).mask(0x02),
  flagRestart: bool('eigrp.flags.restart', 'Restart').at(4, 4).mask(0x04),
  flagEnd: bool('eigrp.flags.eot', 'End Of Table').at(4, 4).mask(0x08),
  sequence: uint('eigrp.seq', 'Sequence').at(8, 4),
  acknowledge: uint('eigrp.ack', 'Acknowledge').at(12, 4),
  router: uint('eigrp.vrid', 'Virtual Router ID').at(16, 2),
  system: uint('eigrp.as', 'Autonomous System').at(18, 2),
  tlvType: uint('eigrp.tlv_type', 'Type').hex(2).named(tlvTypes),
  tlvLength: uint('eigrp.tlv.len', 'Length'),
  tlvData: bytes('eigrp.data', 'Data'),
  k1: uint('eigrp.par.k1', 'K1'),
  k2: uint('eigrp.par.k2', 'K2'),
  k3: uint('eigrp.par.k3', 'K3'),
  k4: uint('eigrp.par.k4', 'K4'),
  k5: uint('eigrp.par.k5', 'K5'),
  k6: uint('eigrp.par.k6', 'K6'),
  holdTime: uint('eigrp.par.holdtime', 'Hold Time'),
  nextHop: ipv4('eigrp.nexthop.ipv4', 'Next Hop'),
  nextHop6: ipv6('eigrp.nexthop.ipv6', 'Next Hop'),
  delay: uint('eigrp.old_metric.delay', 'Scaled Delay'),
  bandwidth: uint('eigrp.old_metric.bw', 'Scaled BW'),
  prefixLength: uint('eigrp.prefixlen', 'Prefix Length'),
  destination: ipv4('eigrp.dst.ipv4', 'Destination'),
  destination6: ipv6('eigrp.dst.ipv6', 'Destination'),
};

export const eigrp: Protocol = protocol({
  name: 'eigrp',
  title: 'Cisco EIGRP',
  column: 'EIGRP',
  fields: f,
  on: [[ipProtocols, 88]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const other = eigrpOpcodes.get(b[start + 1]!);
    if (other !== undefined) {
      p.at = start + HEADER;
      return other;
    }
    for (let at = start + HEADER; at < p.wireEnd; ) {
      p.at = at;
      if (at + 4 > p.end) return p.cut(4);
      const length = u16(b, at + 2);
      if (length < 4) return null;
      if (at + length > p.end) return p.cut(length);
      at += length;
    }
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [f.version, f.opcode, f.checksum]) out.fixed(field);
    out.openFixed(f.flags);
    for (const field of [f.flagInit, f.flagConditional, f.flagRestart, f.flagEnd]) out.fixed(field);
    out.close();
    for (const field of [f.sequence, f.acknowledge, f.router, f.system]) out.fixed(field);
    if (end - start < HEADER || eigrpOpcodes.get(b[start + 1]!) !== undefined) return;
    for (let at = start + HEADER; at + 4 <= end; ) {
      const length = u16(b, at + 2);
      if (length < 4 || at + length > end) return;
      emitRecord(b, u16(b, at), at, at + length, out);
      at += length;
    }
  },
  info: (p: Packet, layer) => {
    const start = p.start[layer]!;
    const b = p.bufferOf(layer);
    if (p.stop[layer]! - start < HEADER) return '';
    // RFC 7868 §6.6: a Hello with an acknowledgment number is an Acknowledgment.
    const opcode = b[start + 1] === HELLO && u32(b, start + 12) !== 0 ? 8 : b[start + 1]!;
    return opcodes[opcode] ?? `Unknown OpCode (0x${opcode.toString(16).padStart(4, '0')})`;
  },
});

function emitRecord(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
  out.group(tlvTypes[type] ?? 'Unknown', at, end - at);
  out.add(f.tlvType, at, 2);
  out.add(f.tlvLength, at + 2, 2);
  if (type === PARAMETERS && end - at >= 12) {
    const places = [f.k1, f.k2, f.k3, f.k4, f.k5, f.k6];
    for (let i = 0; i < places.length; i++) out.add(places[i]!, at + 4 + i, 1);
    out.add(f.holdTime, at + 10, 2);
  } else if (type === INTERNAL_IPV4 || type === EXTERNAL_IPV4) {
    // §6.8: an external route has 20 bytes about its origin before the metric.
    emitRoute(b, at + 4, type === EXTERNAL_IPV4 ? 20 : 0, 4, end, out);
  } else if (type === INTERNAL_IPV6 || type === EXTERNAL_IPV6) {
    emitRoute(b, at + 4, type === EXTERNAL_IPV6 ? 20 : 0, 16, end, out);
  } else if (end > at + 4) out.add(f.tlvData, at + 4, end - at - 4);
  out.close();
}

function emitRoute(b: Uint8Array, at: number, origin: number, width: number, end: number, out: Sink): void {
  const metric = at + width + origin;
  const prefix = metric + 16;
  if (prefix + 1 > end) return;
  out.add(width === 4 ? f.nextHop : f.nextHop6, at, width);
  out.add(f.delay, metric, 4);
  out.add(f.bandwidth, metric + 4, 4);
  out.add(f.prefixLength, prefix, 1);
  // The destination has only as many bytes as its prefix needs.
  const address = new Uint8Array(width);
  address.set(b.subarray(prefix + 1, Math.min(end, prefix + 1 + Math.min(width, (b[prefix]! + 7) >> 3))));
  out.add(width === 4 ? f.destination : f.destination6, prefix + 1, Math.max(0, end - prefix - 1), address);
}
