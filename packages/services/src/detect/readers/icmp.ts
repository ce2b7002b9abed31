import type { DetectEvent } from '@eyrie/detect';
import { ethernetAddress, ipv4Address, ipv6Address, type Packet, protocolNamed } from '@eyrie/dissect';
import { frameMacs, type LayerReader, type ReaderMaker, type See, timeOf } from '../reader.ts';

type IcmpEvent = Extract<DetectEvent, { kind: 'icmp' }>;

const HEADER = 8;
const UDP = 17;
const ipv4 = protocolNamed('ip')!.id;
const ipv6 = protocolNamed('ipv6')!.id;

/** Message types (RFC 792; RFC 4443). */
const V4: Readonly<Record<number, IcmpEvent['message']>> = { 8: 'echo', 0: 'reply', 3: 'unreachable' };
const V6: Readonly<Record<number, IcmpEvent['message']>> = { 128: 'echo', 129: 'reply', 1: 'unreachable' };
const PORT_UNREACHABLE_V4 = 3;
const PORT_UNREACHABLE_V6 = 4;
const REDIRECT = 5;
const ROUTER_ADVERTISEMENT = 134;
const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;
/** Neighbour discovery options with a link-layer address (RFC 4861 §4.6.1). */
const SOURCE_LINK = 1;
const TARGET_LINK = 2;
const PREFIX = 3;

export const icmpReader: ReaderMaker = {
  protocols: ['icmp'],
  make(see) {
    const read = reader(see, V4, PORT_UNREACHABLE_V4, ipv4);
    return (p, layer) => {
      if (p.bufferOf(layer)[p.start[layer]!] === REDIRECT) redirect(see, p, layer);
      read(p, layer);
    };
  },
};

export const icmp6Reader: ReaderMaker = {
  protocols: ['icmpv6'],
  make(see) {
    const read = reader(see, V6, PORT_UNREACHABLE_V6, ipv6);
    return (p, layer) => {
      const type = p.bufferOf(layer)[p.start[layer]!];
      if (type === ROUTER_ADVERTISEMENT) advertise(see, p, layer);
      else if (type === NEIGHBOUR_SOLICITATION || type === NEIGHBOUR_ADVERTISEMENT)
        reportNeighbour(see, p, layer, type === NEIGHBOUR_ADVERTISEMENT);
      else read(p, layer);
    };
  },
};

function reader(
  see: See,
  messages: Readonly<Record<number, IcmpEvent['message']>>,
  portUnreachable: number,
  network: number,
): LayerReader {
  return (p, layer) => {
    const b = p.bufferOf(layer);
    const at = p.start[layer]!;
    const end = p.stop[layer]!;
    const carrier = carrierOf(p, layer, network);
    if (end - at < HEADER || carrier < 0) return;
    const kind = messages[b[at]!] ?? 'other';
    const isPort = kind === 'unreachable' && b[at + 1] === portUnreachable;
    const isEcho = kind === 'echo' || kind === 'reply';
    const [source, destination] = addressesOf(p, carrier);
    see({
      kind: 'icmp',
      time: timeOf(p),
      frame: p.number,
      source,
      destination,
      message: isPort ? 'port-unreachable' : kind,
      ident: isEcho ? b[at + 4]! * 256 + b[at + 5]! : 0,
      sequence: isEcho ? b[at + 6]! * 256 + b[at + 7]! : 0,
      bytes: end - at - HEADER,
      hash: isEcho ? hash(b, at + HEADER, end) : 0,
      holdsPacket: isEcho && (isPacket(b, at + HEADER, end) || isPacket(b, at + HEADER + 4, end)),
      quoted: isPort ? quotedIn(b, at + HEADER, end) : null,
    });
  };
}

/** The network layer that carries this layer: a tunnelled packet has several. */
function carrierOf(p: Packet, layer: number, network: number): number {
  for (let i = layer - 1; i > 0; i--) if (p.proto[i] === network) return i;
  return -1;
}

function addressesOf(p: Packet, carrier: number): [string, string] {
  const b = p.bufferOf(carrier);
  const at = p.start[carrier]!;
  return p.proto[carrier] === ipv4
    ? [ipv4Address(b, at + 12), ipv4Address(b, at + 16)]
    : [ipv6Address(b, at + 8), ipv6Address(b, at + 24)];
}

/** FNV-1a. */
function hash(b: Uint8Array, at: number, end: number): number {
  let h = 0x811c9dc5;
  for (let i = at; i < end; i++) h = Math.imul(h ^ b[i]!, 0x01000193);
  return h >>> 0;
}

/** Whether the data are exactly one IPv4 packet by its length field. */
function isPacket(b: Uint8Array, at: number, end: number): boolean {
  return end - at >= 20 && b[at] === 0x45 && b[at + 2]! * 256 + b[at + 3]! === end - at;
}

/** The UDP packet that an ICMP error quotes (RFC 792, RFC 4443 §3.1), or null. */
function quotedIn(b: Uint8Array, at: number, end: number): IcmpEvent['quoted'] {
  const version = b[at]! >> 4;
  const header = version === 4 ? (b[at]! & 15) * 4 : 40;
  const protocol = version === 4 ? b[at + 9] : b[at + 6];
  if (end - at < header + 4 || protocol !== UDP) return null;
  const port = b[at + header + 2]! * 256 + b[at + header + 3]!;
  return version === 4
    ? { source: ipv4Address(b, at + 12), destination: ipv4Address(b, at + 16), port }
    : { source: ipv6Address(b, at + 8), destination: ipv6Address(b, at + 24), port };
}

function redirect(see: See, p: Packet, layer: number): void {
  const at = p.start[layer]!;
  const carrier = carrierOf(p, layer, ipv4);
  if (p.stop[layer]! - at < HEADER || carrier < 0) return;
  const [source, destination] = addressesOf(p, carrier);
  const gateway = ipv4Address(p.bufferOf(layer), at + 4);
  const { source: mac } = frameMacs(p, layer);
  see({ kind: 'redirect', time: timeOf(p), frame: p.number, source, destination, gateway, mac });
}

/** Router advertisement (RFC 4861 §4.2) with its prefixes (§4.6.2). */
function advertise(see: See, p: Packet, layer: number): void {
  const b = p.bufferOf(layer);
  const at = p.start[layer]!;
  const end = p.stop[layer]!;
  const carrier = carrierOf(p, layer, ipv6);
  if (end - at < 16 || carrier < 0) return;
  const prefixes: string[] = [];
  for (const option of optionsIn(b, at + 16, end))
    if (b[option] === PREFIX && option + 32 <= end)
      prefixes.push(`${ipv6Address(b, option + 16)}/${b[option + 2]}`);
  see({
    kind: 'router',
    time: timeOf(p),
    frame: p.number,
    source: addressesOf(p, carrier)[0],
    mac: frameMacs(p, layer).source,
    lifetimeS: b[at + 6]! * 256 + b[at + 7]!,
    preference: [0, 1, 0, -1][(b[at + 5]! >> 3) & 3]!,
    prefixes,
  });
}

/** Offsets of the neighbour discovery options (RFC 4861 §4.6). */
function* optionsIn(b: Uint8Array, at: number, end: number): Generator<number> {
  for (let option = at; option + 8 <= end && b[option + 1] !== 0; option += b[option + 1]! * 8) yield option;
}

/** Neighbour solicitation and advertisement (RFC 4861 §4.3, §4.4). */
function reportNeighbour(see: See, p: Packet, layer: number, isAdvertised: boolean): void {
  const b = p.bufferOf(layer);
  const at = p.start[layer]!;
  const end = p.stop[layer]!;
  const carrier = carrierOf(p, layer, ipv6);
  if (end - at < 24 || carrier < 0) return;
  const { source: frameSource } = frameMacs(p, layer);
  let mac = frameSource;
  for (const option of optionsIn(b, at + 24, end))
    if (b[option] === (isAdvertised ? TARGET_LINK : SOURCE_LINK)) mac = ethernetAddress(b, option + 2);
  const [source, destination] = addressesOf(p, carrier);
  see({
    kind: 'neighbour',
    step: isAdvertised ? 'advertised' : 'solicited',
    time: timeOf(p),
    frame: p.number,
    source,
    destination,
    target: ipv6Address(b, at + 8),
    mac,
    frameSource,
    isSolicited: isAdvertised && (b[at + 4]! & 0x40) !== 0,
    isOverride: isAdvertised && (b[at + 4]! & 0x20) !== 0,
  });
}
