// Ad hoc On-Demand Distance Vector routing (RFC 3561 §5), with addresses of either family.
import { u32 } from '../../core/bytes.ts';
import { bool, ipv4, ipv6, uint } from '../../core/field.ts';
import { COLUMN, IPV6 } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import { udpPorts } from '../../core/table.ts';
import { ipv4Address, ipv6Address } from '../../core/text.ts';

const PORT = 654;
const REQUEST = 1;
const REPLY = 2;
const ERROR = 3;
const ACKNOWLEDGEMENT = 4;

const typeNames: Readonly<Record<number, string>> = {
  1: 'Route Request',
  2: 'Route Reply',
  3: 'Route Error',
  4: 'Route Reply Acknowledgment',
};

const f = {
  type: uint('aodv.type', 'Type').at(0, 1).named(typeNames),
  flags: uint('aodv.flags', 'Flags'),
  join: bool('aodv.flags.rreq_join', 'RREQ Join').mask(0x8000),
  repair: bool('aodv.flags.rreq_repair', 'RREQ Repair').mask(0x4000),
  gratuitous: bool('aodv.flags.rreq_gratuitous', 'RREQ Gratuitous RREP').mask(0x2000),
  replyRepair: bool('aodv.flags.rrep_repair', 'RREP Repair').mask(0x8000),
  replyAck: bool('aodv.flags.rrep_ack', 'RREP Acknowledgement').mask(0x4000),
  prefix: uint('aodv.prefix_sz', 'Prefix Size'),
  hops: uint('aodv.hopcount', 'Hop Count'),
  request: uint('aodv.rreq_id', 'RREQ Id'),
  destination: ipv4('aodv.dest_ip', 'Destination IP'),
  destination6: ipv6('aodv.dest_ipv6', 'Destination IPv6'),
  destinationSequence: uint('aodv.dest_seqno', 'Destination Sequence Number'),
  originator: ipv4('aodv.orig_ip', 'Originator IP'),
  originator6: ipv6('aodv.orig_ipv6', 'Originator IPv6'),
  originatorSequence: uint('aodv.orig_seqno', 'Originator Sequence Number'),
  lifetime: uint('aodv.lifetime', 'Lifetime'),
  count: uint('aodv.destcount', 'Destination Count'),
  unreachable: ipv4('aodv.unreach_dest_ip', 'Unreachable Destination IP'),
  unreachable6: ipv6('aodv.unreach_dest_ipv6', 'Unreachable Destination IPv6'),
};

export const aodv = protocol({
  name: 'aodv',
  title: 'Ad hoc On-demand Distance Vector Routing Protocol',
  column: 'AODV',
  fields: f,
  on: [[udpPorts, PORT]],
  step(p) {
    if (p.at >= p.end) return p.cutUnseen(1, COLUMN);
    const type = p.buf[p.at]!;
    if (typeNames[type] === undefined) return REJECTED;
    const width = p.netKind === IPV6 ? 16 : 4;
    p.mark[p.layer] = width;
    const needed = sizeOf(type, width);
    if (p.end - p.at < needed) return p.cut(needed);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const width = p.mark[layer]!;
    const type = b[start]!;
    const isIpv4 = width === 4;
    const destination = isIpv4 ? f.destination : f.destination6;
    const originator = isIpv4 ? f.originator : f.originator6;
    out.fixed(f.type);
    if (end - start < sizeOf(type, width) || type === ACKNOWLEDGEMENT) return;
    out.open(f.flags, start + 1, 2);
    const flags =
      type === REQUEST ? [f.join, f.repair, f.gratuitous] : type === REPLY ? [f.replyRepair, f.replyAck] : [];
    for (const flag of flags) out.add(flag, start + 1, 2);
    out.close();
    if (type === ERROR) {
      const unreachable = isIpv4 ? f.unreachable : f.unreachable6;
      out.add(f.count, start + 3, 1);
      for (let at = start + 4; at + width + 4 <= end; at += width + 4) {
        out.add(unreachable, at, width);
        out.add(f.destinationSequence, at + width, 4);
      }
      return;
    }
    if (type === REPLY) out.add(f.prefix, start + 2, 1, b[start + 2]! & 31);
    out.add(f.hops, start + 3, 1);
    let at = start + 4;
    if (type === REQUEST) {
      out.add(f.request, at, 4);
      at += 4;
    }
    out.add(destination, at, width);
    out.add(f.destinationSequence, at + width, 4);
    out.add(originator, at + width + 4, width);
    out.add(type === REQUEST ? f.originatorSequence : f.lifetime, at + 2 * width + 4, 4);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (start >= p.stop[layer]!) return '';
    const width = p.mark[layer]!;
    const type = b[start]!;
    const name = typeNames[type] ?? '';
    if (p.stop[layer]! - start < sizeOf(type, width)) return name;
    const address = width === 4 ? ipv4Address : ipv6Address;
    const at = start + (type === REQUEST ? 8 : 4);
    switch (type) {
      case REQUEST: {
        const numbers = `Id=${u32(b, start + 4)} Hcnt=${b[start + 3]} DSN=${u32(b, at + width)}`;
        const ends = `D: ${address(b, at)}, O: ${address(b, at + width + 4)}`;
        return `${name}, ${ends} ${numbers} OSN=${u32(b, at + 2 * width + 4)}`;
      }
      case REPLY: {
        const ends = `D: ${address(b, at)}, O: ${address(b, at + width + 4)}`;
        const lifetime = u32(b, at + 2 * width + 4);
        return `${name}, ${ends} Hcnt=${b[start + 3]} DSN=${u32(b, at + width)} Lifetime=${lifetime}`;
      }
      case ERROR:
        return `${name}, Dest Count=${b[start + 3]}`;
      default:
        return name;
    }
  },
});

/** Length of a message (§5.1 to §5.4); an error has one unreachable destination at least. */
function sizeOf(type: number, width: number): number {
  switch (type) {
    case REQUEST:
      return 16 + 2 * width;
    case REPLY:
      return 12 + 2 * width;
    case ERROR:
      return 8 + width;
    default:
      return 2;
  }
}
