// NBMA Next Hop Resolution Protocol (RFC 2332 §5), as used in multipoint GRE networks.
import { ipv4, uint } from '../../core/field.ts';
import { COLUMN } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { greProtocols, ipProtocols } from '../../core/table.ts';

const HEADER = 20;

const operations: Readonly<Record<number, string>> = {
  1: 'NHRP Resolution Request',
  2: 'NHRP Resolution Reply',
  3: 'NHRP Registration Request',
  4: 'NHRP Registration Reply',
  5: 'NHRP Purge Request',
  6: 'NHRP Purge Reply',
  7: 'NHRP Error Indication',
  8: 'NHRP Traffic Indication',
};

const f = {
  family: uint('nhrp.hdr.afn', 'Address Family Number').at(0, 2).hex(),
  proto: uint('nhrp.hdr.pro.type', 'Protocol Type (short form)').at(2, 2).hex(),
  hops: uint('nhrp.hdr.hopcnt', 'Hop Count').at(9, 1),
  size: uint('nhrp.hdr.pktsz', 'Packet Length').at(10, 2),
  checksum: uint('nhrp.hdr.chksum', 'Packet Checksum').at(12, 2).hex(),
  extensions: uint('nhrp.hdr.extoff', 'Extension Offset').at(14, 2),
  version: uint('nhrp.hdr.version', 'Version').at(16, 1),
  operation: uint('nhrp.hdr.op.type', 'NHRP Packet Type').at(17, 1).named(operations),
  sourceLength: uint('nhrp.src.prot.len', 'Source Protocol Len'),
  destinationLength: uint('nhrp.dst.prot.len', 'Destination Protocol Len'),
  flags: uint('nhrp.flags', 'Flags').hex(2),
  request: uint('nhrp.reqid', 'Request ID').hex(4),
  sourceNbma: ipv4('nhrp.src.nbma.addr', 'Source NBMA Address'),
  source: ipv4('nhrp.src.prot.addr', 'Source Protocol Address'),
  destination: ipv4('nhrp.dst.prot.addr', 'Destination Protocol Address'),
};

export const nhrp: Protocol = protocol({
  name: 'nhrp',
  title: 'Next Hop Resolution Protocol',
  column: 'NHRP',
  fields: f,
  on: [
    [ipProtocols, 54],
    [greProtocols, 0x2001],
  ],
  step(p) {
    if (p.end - p.at < HEADER) return p.cutUnseen(HEADER, COLUMN);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [f.family, f.proto, f.hops, f.size, f.checksum, f.extensions, f.version])
      out.fixed(field);
    out.fixed(f.operation);
    // §5.2.0.1: mandatory part; address lengths are in its first bytes and in the fixed header.
    const at = start + HEADER;
    if (at + 8 > end || b[start + 17] === 7 || b[start + 17] === 8) return;
    out.add(f.sourceLength, at, 1);
    out.add(f.destinationLength, at + 1, 1);
    out.add(f.flags, at + 2, 2);
    out.add(f.request, at + 4, 4);
    const nbma = b[start + 18]! & 0x3f;
    const subaddress = b[start + 19]! & 0x3f;
    const source = at + 8 + nbma + subaddress;
    const destination = source + b[at]!;
    if (destination + b[at + 1]! > end) return;
    if (nbma === 4) out.add(f.sourceNbma, at + 8, 4);
    if (b[at] === 4) out.add(f.source, source, 4);
    if (b[at + 1] === 4) out.add(f.destination, destination, 4);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const operation = b[start + 17]!;
    return operations[operation] ?? `0x${operation.toString(16).padStart(2, '0')} - unknown`;
  },
});
