// Who talks with whom and how much: conversations and endpoints of one kind of address (`-z conv,TYPE`).
import { u16 } from '../core/bytes.ts';
import type { Packet } from '../core/packet.ts';
import { ethernetAddress, ipv4Address, ipv6Address } from '../core/text.ts';

export type AddressKind = 'eth' | 'ip' | 'ipv6' | 'tcp' | 'udp' | 'sctp';

export const ADDRESS_KINDS: readonly AddressKind[] = ['eth', 'ip', 'ipv6', 'tcp', 'udp', 'sctp'];

/** One side of a conversation, or an endpoint by itself. */
export interface Party {
  readonly address: string;
  /** Of TCP, UDP and SCTP; else -1. */
  readonly port: number;
}

export interface Conversation {
  readonly a: Party;
  readonly b: Party;
  /** Frames and bytes (of whole frames) from a to b and back. */
  framesFromA: number;
  bytesFromA: number;
  framesFromB: number;
  bytesFromB: number;
  /** Nanoseconds since the first frame of the capture: exact for captures of up to 104 days. */
  start: number;
  end: number;
}

export interface Endpoint extends Party {
  framesSent: number;
  bytesSent: number;
  framesReceived: number;
  bytesReceived: number;
}

const HAS_PORTS: Readonly<Record<AddressKind, boolean>> = {
  eth: false,
  ip: false,
  ipv6: false,
  tcp: true,
  udp: true,
  sctp: true,
};

/** Where a layer's two addresses are. One object is reused. */
interface Pair {
  b: Uint8Array;
  src: number;
  dst: number;
  /** Bytes of an address: 4, 6 or 16. */
  width: number;
  srcPort: number;
  dstPort: number;
}

/** Finds the pairs of a kind in a packet's layers, the outermost first. */
class Pairs {
  readonly #kind: AddressKind;
  readonly #pair: Pair = { b: new Uint8Array(0), src: 0, dst: 0, width: 0, srcPort: -1, dstPort: -1 };

  constructor(kind: AddressKind) {
    this.#kind = kind;
  }

  forEach(p: Packet, visit: (pair: Pair, p: Packet) => void): void {
    const kind = this.#kind;
    for (let layer = 0; layer < p.count; layer++) {
      if (p.protocols[layer]!.name !== kind) continue;
      if (HAS_PORTS[kind] ? this.#ports(p, layer) : this.#network(p, layer, kind)) visit(this.#pair, p);
    }
  }

  #ports(p: Packet, layer: number): boolean {
    let below = layer - 1;
    while (below > 0 && p.protocols[below]!.name !== 'ip' && p.protocols[below]!.name !== 'ipv6') below--;
    if (below <= 0 || p.start[layer]! + 4 > p.stop[layer]!) return false;
    if (!this.#network(p, below, p.protocols[below]!.name as AddressKind)) return false;
    const b = p.bufferOf(layer);
    this.#pair.srcPort = u16(b, p.start[layer]!);
    this.#pair.dstPort = u16(b, p.start[layer]! + 2);
    return true;
  }

  #network(p: Packet, layer: number, kind: AddressKind): boolean {
    const pair = this.#pair;
    const start = p.start[layer]!;
    pair.b = p.bufferOf(layer);
    pair.srcPort = pair.dstPort = -1;
    // RFC 791 §3.1, RFC 8200 §3, IEEE 802.3 §3.2.
    if (kind === 'ip') place(pair, start + 12, start + 16, 4);
    else if (kind === 'ipv6') place(pair, start + 8, start + 24, 16);
    else place(pair, start + 6, start, 6);
    return Math.max(pair.src, pair.dst) + pair.width <= p.stop[layer]!;
  }
}

function place(pair: Pair, src: number, dst: number, width: number): void {
  pair.src = src;
  pair.dst = dst;
  pair.width = width;
}

function addressText({ b, width }: Pair, at: number): string {
  return width === 4 ? ipv4Address(b, at) : width === 16 ? ipv6Address(b, at) : ethernetAddress(b, at);
}

/** An address and port as a short string: a key that costs no formatting. */
function key(b: Uint8Array, at: number, width: number, port: number): string {
  if (width === 4) return String.fromCharCode(u16(b, at), u16(b, at + 2), port & 0xffff);
  let text = String.fromCharCode(u16(b, at), u16(b, at + 2), u16(b, at + 4), port & 0xffff);
  for (let i = 6; i < width; i += 2) text += String.fromCharCode(u16(b, at + i));
  return text;
}

function sinceStart(p: Packet): number {
  return (p.seconds - p.session.firstSeconds) * 1e9 + p.nanoseconds - p.session.firstNanoseconds;
}

export class Conversations {
  readonly #pairs: Pairs;
  readonly #kind: AddressKind;
  readonly #known = new Map<string, Conversation>();
  /** Ports used again make a new conversation, as tcp.stream says. */
  readonly #byStream: (Conversation | undefined)[] = [];

  constructor(kind: AddressKind) {
    this.#kind = kind;
    this.#pairs = new Pairs(kind);
  }

  add(p: Packet): void {
    this.#pairs.forEach(p, this.#count);
  }

  /** Most frames first. */
  list(): Conversation[] {
    const all = [...this.#known.values(), ...this.#byStream.filter((each) => each !== undefined)];
    return all.sort((x, y) => y.framesFromA + y.framesFromB - x.framesFromA - x.framesFromB);
  }

  readonly #count = (pair: Pair, p: Packet): void => {
    const conversation = this.#find(pair, p);
    const isFromA = this.#isFromA(conversation, pair);
    if (isFromA) {
      conversation.framesFromA++;
      conversation.bytesFromA += p.wireLength;
    } else {
      conversation.framesFromB++;
      conversation.bytesFromB += p.wireLength;
    }
    const now = sinceStart(p);
    if (now < conversation.start) conversation.start = now;
    if (now > conversation.end) conversation.end = now;
  };

  #find(pair: Pair, p: Packet): Conversation {
    const isStream =
      (this.#kind === 'tcp' || this.#kind === 'udp') &&
      p.flow >= 0 &&
      p.srcPort === pair.srcPort &&
      p.dstPort === pair.dstPort;
    if (isStream) {
      const stream = p.session.flows.stream[p.flow]!;
      this.#byStream[stream] ??= this.#make(pair, p);
      return this.#byStream[stream];
    }
    const src = key(pair.b, pair.src, pair.width, pair.srcPort);
    const dst = key(pair.b, pair.dst, pair.width, pair.dstPort);
    const both = src < dst ? src + dst : dst + src;
    let conversation = this.#known.get(both);
    if (conversation === undefined) {
      conversation = this.#make(pair, p);
      this.#known.set(both, conversation);
    }
    return conversation;
  }

  /** As in Wireshark, the side with the higher port is a; without ports, who spoke first. */
  #make(pair: Pair, p: Packet): Conversation {
    const src: Party = { address: addressText(pair, pair.src), port: pair.srcPort };
    const dst: Party = { address: addressText(pair, pair.dst), port: pair.dstPort };
    const [a, b] = pair.srcPort >= pair.dstPort ? [src, dst] : [dst, src];
    const now = sinceStart(p);
    return { a, b, framesFromA: 0, bytesFromA: 0, framesFromB: 0, bytesFromB: 0, start: now, end: now };
  }

  #isFromA(conversation: Conversation, pair: Pair): boolean {
    const { a, b } = conversation;
    if (a.port !== b.port) return pair.srcPort === a.port;
    return addressText(pair, pair.src) === a.address;
  }
}

export class Endpoints {
  readonly #pairs: Pairs;
  readonly #known = new Map<string, Endpoint>();

  constructor(kind: AddressKind) {
    this.#pairs = new Pairs(kind);
  }

  add(p: Packet): void {
    this.#pairs.forEach(p, this.#count);
  }

  /** Most frames first. */
  list(): Endpoint[] {
    const frames = (each: Endpoint): number => each.framesSent + each.framesReceived;
    return [...this.#known.values()].sort((x, y) => frames(y) - frames(x));
  }

  readonly #count = (pair: Pair, p: Packet): void => {
    const sender = this.#find(pair, pair.src, pair.srcPort);
    sender.framesSent++;
    sender.bytesSent += p.wireLength;
    const receiver = this.#find(pair, pair.dst, pair.dstPort);
    receiver.framesReceived++;
    receiver.bytesReceived += p.wireLength;
  };

  #find(pair: Pair, at: number, port: number): Endpoint {
    const name = key(pair.b, at, pair.width, port);
    let endpoint = this.#known.get(name);
    if (endpoint === undefined) {
      endpoint = {
        address: addressText(pair, at),
        port,
        framesSent: 0,
        bytesSent: 0,
        framesReceived: 0,
        bytesReceived: 0,
      };
      this.#known.set(name, endpoint);
    }
    return endpoint;
  }
}
