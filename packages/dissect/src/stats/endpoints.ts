// Who talks with whom and how much: conversations and endpoints of one kind of address (`-z conv,TYPE`).

import type { Packet } from '../core/packet.ts';
import { type AddressKind, AddressPairs, addressText, type Pair, pairKey } from './address-pairs.ts';
import { secondsSinceStart } from './time.ts';

/** One side of a conversation, or an endpoint by itself. */
export interface Party {
  readonly address: string;
  /** Of TCP, UDP, SCTP and DCCP; else -1. */
  readonly port: number;
}

export interface Conversation {
  /** The sender of the first frame, and who it was sent to. */
  readonly a: Party;
  readonly b: Party;
  /** Frames and bytes (of whole frames) from a to b and back. */
  framesFromA: number;
  bytesFromA: number;
  framesFromB: number;
  bytesFromB: number;
  /** Seconds since the first frame of the capture. */
  start: number;
  end: number;
}

export interface Endpoint extends Party {
  framesSent: number;
  bytesSent: number;
  framesReceived: number;
  bytesReceived: number;
}

/** A conversation with the address and port of a as bytes, to tell the directions apart without making text. */
interface Counted extends Conversation {
  readonly keyOfA: string;
}

/** Conversations or endpoints kept; about 500 bytes each. Packets of others are counted as left out. */
const KEPT_MAX = 500_000;

export class Conversations {
  /** Packets of conversations that came after the table was full. */
  leftOut = 0;
  readonly #pairs: AddressPairs;
  readonly #all: Counted[] = [];
  readonly #known = new Map<string, Counted>();
  /** Ports used again make a new conversation, as tcp.stream says. */
  readonly #byStream: (Counted | undefined)[] = [];
  readonly #hasStreams: boolean;
  readonly #most: number;

  constructor(kind: AddressKind, most = KEPT_MAX) {
    this.#most = most;
    this.#hasStreams = kind === 'tcp' || kind === 'udp';
    this.#pairs = new AddressPairs(kind);
  }

  add(p: Packet): void {
    this.#pairs.forEach(p, this.#count);
  }

  /** Most frames first; of equals, the one that began first. */
  list(): Conversation[] {
    return this.#all
      .toSorted((x, y) => y.framesFromA + y.framesFromB - x.framesFromA - x.framesFromB)
      .map(({ keyOfA: _, ...conversation }) => conversation);
  }

  readonly #count = (pair: Pair, p: Packet): void => {
    const src = pairKey(pair, pair.src, pair.srcPort);
    const conversation = this.#find(pair, src, p);
    if (conversation === undefined) {
      this.leftOut++;
      return;
    }
    if (conversation.keyOfA === src) {
      conversation.framesFromA++;
      conversation.bytesFromA += p.wireLength;
    } else {
      conversation.framesFromB++;
      conversation.bytesFromB += p.wireLength;
    }
    const now = secondsSinceStart(p);
    if (now < conversation.start) conversation.start = now;
    if (now > conversation.end) conversation.end = now;
  };

  #find(pair: Pair, src: string, p: Packet): Counted | undefined {
    const isStream =
      this.#hasStreams && p.flow >= 0 && p.srcPort === pair.srcPort && p.dstPort === pair.dstPort;
    if (isStream) {
      const stream = p.session.flows.stream(p.flow);
      const known = this.#byStream[stream];
      if (known !== undefined || this.#all.length >= this.#most) return known;
      const made = this.#make(pair, src, p);
      this.#byStream[stream] = made;
      return made;
    }
    const dst = pairKey(pair, pair.dst, pair.dstPort);
    const both = src < dst ? src + dst : dst + src;
    let conversation = this.#known.get(both);
    if (conversation === undefined && this.#all.length < this.#most) {
      conversation = this.#make(pair, src, p);
      this.#known.set(both, conversation);
    }
    return conversation;
  }

  #make(pair: Pair, src: string, p: Packet): Counted {
    const now = secondsSinceStart(p);
    const made: Counted = {
      a: { address: addressText(pair, pair.src), port: pair.srcPort },
      b: { address: addressText(pair, pair.dst), port: pair.dstPort },
      framesFromA: 0,
      bytesFromA: 0,
      framesFromB: 0,
      bytesFromB: 0,
      start: now,
      end: now,
      keyOfA: src,
    };
    this.#all.push(made);
    return made;
  }
}

export class Endpoints {
  /** Packets sent or received by endpoints that came after the table was full. */
  leftOut = 0;
  readonly #pairs: AddressPairs;
  readonly #known = new Map<string, Endpoint>();
  readonly #most: number;

  constructor(kind: AddressKind, most = KEPT_MAX) {
    this.#most = most;
    this.#pairs = new AddressPairs(kind);
  }

  add(p: Packet): void {
    this.#pairs.forEach(p, this.#count);
  }

  /** Most frames first; of equals, the one seen first. */
  list(): Endpoint[] {
    const frames = (each: Endpoint): number => each.framesSent + each.framesReceived;
    return [...this.#known.values()].sort((x, y) => frames(y) - frames(x));
  }

  readonly #count = (pair: Pair, p: Packet): void => {
    const sender = this.#find(pair, pair.src, pair.srcPort);
    const receiver = this.#find(pair, pair.dst, pair.dstPort);
    if (sender !== undefined) {
      sender.framesSent++;
      sender.bytesSent += p.wireLength;
    }
    if (receiver !== undefined) {
      receiver.framesReceived++;
      receiver.bytesReceived += p.wireLength;
    }
    if (sender === undefined || receiver === undefined) this.leftOut++;
  };

  #find(pair: Pair, at: number, port: number): Endpoint | undefined {
    const name = pairKey(pair, at, port);
    let endpoint = this.#known.get(name);
    if (endpoint === undefined && this.#known.size < this.#most) {
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
