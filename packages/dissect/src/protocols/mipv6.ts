// Mobility header of Mobile IPv6 (RFC 6275 §6.1) and its extensions (RFC 5213, RFC 5568, RFC 5847).
import { bool, type Field, ipv6, uint, uint64 } from '../core/field.ts';
import { protocol } from '../core/protocol.ts';
import { ipProtocols, udpPorts } from '../core/table.ts';
import { ipProtocolNames } from './names/ip-protocols.ts';

const HEADER = 6;

const types: Readonly<Record<number, string>> = {
  0: 'Binding Refresh Request',
  1: 'Home Test Init',
  2: 'Care-of Test Init',
  3: 'Home Test',
  4: 'Care-of Test',
  5: 'Binding Update',
  6: 'Binding Acknowledgement',
  7: 'Binding Error',
  8: 'Fast Binding Update',
  9: 'Fast Binding Acknowledgment',
  10: 'Fast Neighbor Advertisement',
  11: 'Experimental Mobility Header',
  12: 'Home Agent Switch',
  13: 'Heartbeat',
  14: 'Handover Initiate',
  15: 'Handover Acknowledge',
  16: 'Binding Revocation',
  17: 'Localized Routing Initiation',
  18: 'Localized Routing Acknowledgment',
};

const f = {
  proto: uint('mip6.proto', 'Payload protocol').at(0, 1).named(ipProtocolNames),
  hlen: uint('mip6.hlen', 'Header length').at(1, 1),
  mhtype: uint('mip6.mhtype', 'Mobility Header Type').at(2, 1).named(types),
  reserved: uint('mip6.reserved', 'Reserved').at(3, 1).hex(),
  csum: uint('mip6.csum', 'Checksum').at(4, 2).hex(),
  homeInitCookie: uint64('mip6.hoti.cookie', 'Home Init Cookie').hex(),
  careOfInitCookie: uint64('mip6.coti.cookie', 'Care-of Init Cookie').hex(),
  updateSequence: uint('mip6.bu.seqnr', 'Sequence number'),
  updateAcknowledge: bool('mip6.bu.a_flag', 'Acknowledge (A) flag').mask(0x8000),
  updateHome: bool('mip6.bu.h_flag', 'Home Registration (H) flag').mask(0x4000),
  updateLinkLocal: bool('mip6.bu.l_flag', 'Link-Local Compatibility (L) flag').mask(0x2000),
  updateKey: bool('mip6.bu.k_flag', 'Key Management Compatibility (K) flag').mask(0x1000),
  updateProxy: bool('mip6.bu.p_flag', 'Proxy Registration (P) flag').mask(0x0200),
  updateLifetime: uint('mip6.bu.lifetime', 'Lifetime'),
  ackStatus: uint('mip6.ba.status', 'Status'),
  ackSequence: uint('mip6.ba.seqnr', 'Sequence number'),
  ackLifetime: uint('mip6.ba.lifetime', 'Lifetime'),
  errorStatus: uint('mip6.be.status', 'Status'),
  errorHome: ipv6('mip6.be.haddr', 'Home Address'),
};

/** Fields of a message: offset from the header's start, width. §6.1.2 to §6.1.9. */
const layouts: Readonly<Record<number, readonly (readonly [Field, number, number])[]>> = {
  1: [[f.homeInitCookie, 8, 8]],
  2: [[f.careOfInitCookie, 8, 8]],
  5: [
    [f.updateSequence, 6, 2],
    [f.updateAcknowledge, 8, 2],
    [f.updateHome, 8, 2],
    [f.updateLinkLocal, 8, 2],
    [f.updateKey, 8, 2],
    [f.updateProxy, 8, 2],
    [f.updateLifetime, 10, 2],
  ],
  6: [
    [f.ackStatus, 6, 1],
    [f.ackSequence, 8, 2],
    [f.ackLifetime, 10, 2],
  ],
  7: [
    [f.errorStatus, 6, 1],
    [f.errorHome, 8, 16],
  ],
};

export const mipv6 = protocol({
  name: 'mipv6',
  title: 'Mobile IPv6',
  column: 'MIPv6',
  fields: f,
  on: [
    // 62 was used by drafts.
    [ipProtocols, 135, 62],
    [udpPorts, 5436],
  ],
  step(p) {
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    const length = (p.buf[start + 1]! + 1) * 8;
    if (p.end - start < length) return p.cut(length);
    p.narrow(p.layer, length);
    p.at = start + length;
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    for (const field of [f.proto, f.hlen, f.mhtype, f.reserved, f.csum]) out.fixed(field);
    const type = p.bufferOf(layer)[start + 2]!;
    for (const [field, offset, width] of layouts[type] ?? [])
      if (start + offset + width <= p.stop[layer]!) out.add(field, start + offset, width);
  },
  info(p, layer) {
    if (p.stop[layer]! - p.start[layer]! < HEADER) return '';
    const type = p.bufferOf(layer)[p.start[layer]! + 2]!;
    return types[type] ?? `Unknown (${type})`;
  },
});
