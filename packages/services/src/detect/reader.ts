// What reads one layer of a packet for the rules, and what they share.
import type { DetectEvent } from '@eyrie/detect';
import { ethernetAddress, ipv4Address, ipv6Address, type Packet, protocolNamed } from '@eyrie/dissect';

export type See = (event: DetectEvent) => void;
export type LayerReader = (p: Packet, layer: number) => void;

export interface ReaderMaker {
  /** Names of the protocols whose layers it reads. */
  readonly protocols: readonly string[];
  readonly make: (see: See) => LayerReader;
}

export function timeOf(p: Packet): number {
  return p.seconds + p.nanoseconds / 1e9;
}

/** The innermost network address, at `p.netSrc` or `p.netDst`. */
export function addressAt(p: Packet, at: number): string {
  return p.netKind === 2 ? ipv4Address(p.netBuf, at) : ipv6Address(p.netBuf, at);
}

export interface Ends {
  readonly time: number;
  readonly frame: number;
  readonly stream: number;
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
}

/** Who talks to whom in this packet, if its sender is the client, or else the server. */
export function endsOf(p: Packet, isFromClient: boolean): Ends {
  const source = addressAt(p, p.netSrc);
  const destination = addressAt(p, p.netDst);
  return {
    time: timeOf(p),
    frame: p.number,
    stream: p.flow < 0 ? -1 : p.session.flows.stream(p.flow),
    client: isFromClient ? source : destination,
    clientPort: isFromClient ? p.srcPort : p.dstPort,
    server: isFromClient ? destination : source,
    serverPort: isFromClient ? p.dstPort : p.srcPort,
  };
}

/** By the answer to its SYN; where that was not seen, the side with the lower port is the server. */
export function isFromClient(p: Packet): boolean {
  const known = p.flow < 0 ? 0 : p.session.tcp.serverPort(p.flow);
  if (known !== 0 && p.srcPort !== p.dstPort) return p.dstPort === known;
  return p.dstPort < p.srcPort;
}

const ethernet = protocolNamed('eth')?.id ?? -1;

/** Offset of the Ethernet header in the frame, or -1. */
export function ethernetAt(p: Packet): number {
  return p.count > 1 && p.proto[1] === ethernet ? p.start[1]! : -1;
}

/** Source and destination of the Ethernet frame that carries a layer, which may be in a tunnel; '' without one. */
export function frameMacs(p: Packet, layer: number): { source: string; destination: string } {
  for (let i = layer - 1; i > 0; i--) {
    if (p.proto[i] !== ethernet) continue;
    const b = p.bufferOf(i);
    const at = p.start[i]!;
    return { source: ethernetAddress(b, at + 6), destination: ethernetAddress(b, at) };
  }
  return { source: '', destination: '' };
}

/** Of a password, which itself is not kept: FNV-1a, never 0. */
export function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0 || 1;
}
