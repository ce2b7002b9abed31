// Optimized Link State Routing (RFC 3626 §3.3): messages of mobile ad hoc networks.
import { u16 } from '../../core/bytes.ts';
import { bytes, double, ipv4, ipv6, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { IPV6 } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { udpPorts } from '../../core/table.ts';

const PORT = 698;
const HEADER = 4;
const HELLO = 1;
const TC = 2;
const MID = 3;
const HNA = 4;

const typeNames: Readonly<Record<number, string>> = {
  1: 'HELLO',
  2: 'TC',
  3: 'MID',
  4: 'HNA',
};
const links = {
  0: 'Unspecified Link',
  1: 'Asymmetric Link',
  3: 'Lost Link',
  5: 'Pending Link',
  6: 'Symmetric Link',
  10: 'MPR Link',
};

const f = {
  length: uint('olsr.packet_len', 'Packet Length').at(0, 2),
  sequence: uint('olsr.packet_seq_num', 'Packet Sequence Number').at(2, 2),
  message: bytes('olsr.message', 'Message'),
  type: uint('olsr.message_type', 'Message Type').named(typeNames),
  validity: double('olsr.vtime', 'Validity Time'),
  size: uint('olsr.message_size', 'Message'),
  origin: ipv4('olsr.origin_addr', 'Originator Address'),
  origin6: ipv6('olsr.origin6_addr', 'Originator Address'),
  ttl: uint('olsr.ttl', 'TTL'),
  hops: uint('olsr.hop_count', 'Hop Count'),
  messageSequence: uint('olsr.message_seq_num', 'Message Sequence Number'),
  interval: double('olsr.htime', 'Hello Emission Interval'),
  willingness: uint('olsr.willingness', 'Willingness to forward messages').named({
    0: 'Never',
    1: 'Low',
    3: 'Default',
    6: 'High',
    7: 'Always',
  }),
  linkType: uint('olsr.link_type', 'Link Type').named(links),
  linkSize: uint('olsr.link_message_size', 'Link Message Size'),
  neighbor: ipv4('olsr.neighbor_addr', 'Neighbor Address'),
  neighbor6: ipv6('olsr.neighbor6_addr', 'Neighbor Address'),
  advertised: uint('olsr.ansn', 'Advertised Neighbor Sequence Number (ANSN)'),
  interface4: ipv4('olsr.interface_addr', 'Interface Address'),
  interface6: ipv6('olsr.interface6_addr', 'Interface Address'),
  network: ipv4('olsr.network_addr', 'Network Address'),
  network6: ipv6('olsr.network6_addr', 'Network Address'),
  netmask: ipv4('olsr.netmask', 'Netmask'),
};

export const olsr = protocol({
  name: 'olsr',
  title: 'Optimized Link State Routing Protocol',
  column: 'OLSR v1',
  fields: f,
  on: [[udpPorts, PORT]],
  step(p) {
    const start = p.at;
    if (p.wireEnd - start < HEADER || u16(p.buf, start) > p.wireEnd - start) return REJECTED;
    if (p.end - start < HEADER) return p.cut(HEADER);
    p.mark[p.layer] = p.netKind === IPV6 ? 16 : 4;
    const width = p.mark[p.layer]!;
    const stop = start + u16(p.buf, start);
    for (p.at += HEADER; p.at < stop; ) {
      if (p.end - p.at < 8 + width) return p.cut(8 + width);
      const size = u16(p.buf, p.at + 2);
      if (size < 8 + width) return null;
      if (p.end - p.at < size) return p.cut(size);
      p.at += size;
    }
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const width = p.mark[layer]!;
    const end = p.stop[layer]!;
    out.fixed(f.length);
    out.fixed(f.sequence);
    for (let at = p.start[layer]! + HEADER; at + 8 + width <= end; ) {
      const size = u16(b, at + 2);
      if (size < 8 + width || at + size > end) return;
      emitMessage(b, at, at + size, width, out);
      at += size;
    }
  },
  info(p: Packet, layer) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const family = p.mark[layer] === 16 ? 'IPv6' : 'IPv4';
    return `OLSR (${family}) Packet,  Length: ${u16(p.bufferOf(layer), start)} Bytes`;
  },
});

function emitMessage(b: Uint8Array, at: number, end: number, width: number, out: Sink): void {
  out.open(f.message, at, end - at);
  out.add(f.type, at, 1);
  out.add(f.validity, at + 1, 1, seconds(b[at + 1]!));
  out.add(f.size, at + 2, 2);
  out.add(width === 4 ? f.origin : f.origin6, at + 4, width);
  const rest = at + 4 + width;
  out.add(f.ttl, rest, 1);
  out.add(f.hops, rest + 1, 1);
  out.add(f.messageSequence, rest + 2, 2);
  emitBody(b, b[at]!, rest + 4, end, width, out);
  out.close();
}

/** Decodes a time (§18.3): four bits of mantissa and four of exponent, in units of 1/16 s. */
function seconds(coded: number): number {
  return (1 + (coded >> 4) / 16) * 2 ** (coded & 15) * 0.0625;
}

function emitBody(b: Uint8Array, type: number, at: number, end: number, width: number, out: Sink): void {
  const isIpv4 = width === 4;
  switch (type) {
    case HELLO:
      if (at + 4 > end) return;
      out.add(f.interval, at + 2, 1, seconds(b[at + 2]!));
      out.add(f.willingness, at + 3, 1);
      for (at += 4; at + 4 <= end; ) {
        const size = u16(b, at + 2);
        out.add(f.linkType, at, 1);
        out.add(f.linkSize, at + 2, 2);
        if (size < 4 || at + size > end) return;
        const stop = at + size;
        for (at += 4; at + width <= stop; at += width) out.add(isIpv4 ? f.neighbor : f.neighbor6, at, width);
        at = stop;
      }
      break;
    case TC:
      if (at + 4 > end) return;
      out.add(f.advertised, at, 2);
      for (at += 4; at + width <= end; at += width) out.add(isIpv4 ? f.neighbor : f.neighbor6, at, width);
      break;
    case MID:
      for (; at + width <= end; at += width) out.add(isIpv4 ? f.interface4 : f.interface6, at, width);
      break;
    case HNA:
      for (; at + 2 * width <= end; at += 2 * width) {
        out.add(isIpv4 ? f.network : f.network6, at, width);
        if (isIpv4) out.add(f.netmask, at + 4, 4);
      }
      break;
  }
}
