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

export class Conversations {
  readonly #pairs: AddressPairs;
  readonly #all: Counted[] = [];
  readonly #known = new Map<string, Counted>();
  /** Ports used again make a new conversation, as tcp.stream says. */
  readonly #byStream: (Counted | undefined)[] = [];
  readonly #hasStreams: boolean;

  constructor(kind: AddressKind) {
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

  #find(pair: Pair, src: string, p: Packet): Counted {
    const isStream =
      this.#hasStreams && p.flow >= 0 && p.srcPort === pair.srcPort && p.dstPort === pair.dstPort;
    if (isStream) {
      const stream = p.session.flows.stream(p.flow);
      this.#byStream[stream] ??= this.#make(pair, src, p);
      return this.#byStream[stream];
    }
    const dst = pairKey(pair, pair.dst, pair.dstPort);
    const both = src < dst ? src + dst : dst + src;
    let conversation = this.#known.get(both);
    if (conversation === undefined) {
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
  readonly #pairs: AddressPairs;
  readonly #known = new Map<string, Endpoint>();

  constructor(kind: AddressKind) {
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
    sender.framesSent++;
    sender.bytesSent += p.wireLength;
    const receiver = this.#find(pair, pair.dst, pair.dstPort);
    receiver.framesReceived++;
    receiver.bytesReceived += p.wireLength;
  };

  #find(pair: Pair, at: number, port: number): Endpoint {
    const name = pairKey(pair, at, port);
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
