// Where a datagram comes from that carries a tunnel: its own headers, not those that it carries.
import { ipv4Address, ipv6Address, type Packet, protocolNamed } from '@eyrie/dissect';

const ip = protocolNamed('ip')!.id;
const ipv6 = protocolNamed('ipv6')!.id;

export interface OuterEnds {
  readonly source: string;
  readonly destination: string;
  readonly sourceBytes: Uint8Array;
  readonly destinationBytes: Uint8Array;
  readonly fromPort: number;
  readonly toPort: number;
  /** On the wire, as the headers say. */
  readonly ipBytes: number;
  readonly udpBytes: number;
}

/** Takes the index of a UDP layer; null where no IP header is found before it. */
export function outerEnds(p: Packet, layer: number): OuterEnds | null {
  let network = layer - 1;
  while (network > 0 && p.proto[network] !== ip && p.proto[network] !== ipv6) network--;
  if (network === 0) return null;
  const isV4 = p.proto[network] === ip;
  const b = p.bufferOf(network);
  const at = p.start[network]!;
  const [from, width] = isV4 ? [at + 12, 4] : [at + 8, 16];
  const to = from + width;
  const u = p.bufferOf(layer);
  const header = p.start[layer]!;
  const headerBytes = isV4 ? (b[at]! & 15) * 4 : 40;
  const number = (bytes: Uint8Array, place: number): number => bytes[place]! * 256 + bytes[place + 1]!;
  const udpBytes = number(u, header + 4);
  return {
    source: isV4 ? ipv4Address(b, from) : ipv6Address(b, from),
    destination: isV4 ? ipv4Address(b, to) : ipv6Address(b, to),
    sourceBytes: b.slice(from, to),
    destinationBytes: b.slice(to, to + width),
    fromPort: number(u, header),
    toPort: number(u, header + 2),
    // The header is that of the last fragment, where the datagram came in several.
    ipBytes: Math.max(isV4 ? number(b, at + 2) : 40 + number(b, at + 4), headerBytes + udpBytes),
    udpBytes,
  };
}
