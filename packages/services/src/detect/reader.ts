// Interface of the readers, each of which turns one layer of a packet into events, and helpers that they share.
import type { DetectEvent } from '@eyrie/detect';
import { ethernetAddress, ipv4Address, ipv6Address, type Packet, protocolNamed } from '@eyrie/dissect';

export type See = (event: DetectEvent) => void;
export type LayerReader = (p: Packet, layer: number) => void;

export interface ReaderMaker {
  /** Names of the protocols that it reads. */
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

/** Client and server of this packet: the sender is the client if `isFromClient`. */
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

/** Whether the sender is the client: by the SYN; if that was not captured, the lower port is the server's. */
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

/** Source and destination MAC of the Ethernet frame around this layer, also inside a tunnel; '' without one. */
export function frameMacs(p: Packet, layer: number): { source: string; destination: string } {
  for (let i = layer - 1; i > 0; i--) {
    if (p.proto[i] !== ethernet) continue;
    const b = p.bufferOf(i);
    const at = p.start[i]!;
    return { source: ethernetAddress(b, at + 6), destination: ethernetAddress(b, at) };
  }
  return { source: '', destination: '' };
}

/** FNV-1a, never 0. Stands for a password, which is not kept. */
export function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0 || 1;
}
