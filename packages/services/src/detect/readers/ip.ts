// Reports the IP protocols that hosts use besides TCP, UDP and ICMP, which have events of their own.
import { ipv4Address, ipv6Address, protocolNamed } from '@eyrie/dissect';
import { type ReaderMaker, timeOf } from '../reader.ts';

const ipv4 = protocolNamed('ip')!.id;
/** Bytes of the fixed header (RFC 791 §3.1, RFC 8200 §3). */
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
/** ICMP, TCP, UDP and ICMPv6; and IPv6 extension headers (RFC 8200 §4), which are not payload protocols. */
const USUAL = new Set([1, 6, 17, 58, 0, 43, 44, 60]);

export const ipReader: ReaderMaker = {
  protocols: ['ip', 'ipv6'],
  make: (see) => (p, layer) => {
    if (p.flow >= 0) return;
    const b = p.bufferOf(layer);
    const at = p.start[layer]!;
    const isFour = p.proto[layer] === ipv4;
    // The protocol behind a truncated header is unknown.
    if (p.stop[layer]! - at < (isFour ? IPV4_HEADER : IPV6_HEADER)) return;
    // Only the first fragment (RFC 791 §3.1) counts.
    if (isFour && ((b[at + 6]! & 0x1f) !== 0 || b[at + 7] !== 0)) return;
    const number = b[at + (isFour ? 9 : 6)]!;
    if (USUAL.has(number)) return;
    const [source, destination] = isFour
      ? [ipv4Address(b, at + 12), ipv4Address(b, at + 16)]
      : [ipv6Address(b, at + 8), ipv6Address(b, at + 24)];
    see({ kind: 'protocol', time: timeOf(p), frame: p.number, source, destination, number });
  },
};
