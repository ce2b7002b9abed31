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

/** A conversation with what it is found by and put in order by. */
interface CountedConversation extends Conversation {
  /** The address and port of a as bytes, to tell the directions apart without making text. */
  readonly keyOfA: string;
  /** Both sides' in the order of their bytes; '' where a stream's number tells it apart. */
  readonly key: string;
  /** The frame it began with. */
  readonly first: number;
}

interface CountedEndpoint extends Endpoint {
  readonly key: string;
  /** The frame it was seen in first, and how many were seen before. */
  readonly first: number;
  readonly rank: number;
}

/** What another reader of the capture counted; it can be sent to another process. */
export interface ConversationsPart {
  readonly all: readonly CountedConversation[];
  readonly leftOut: number;
}

export interface EndpointsPart {
  readonly all: readonly CountedEndpoint[];
  readonly leftOut: number;
}

/** Conversations or endpoints kept; about 500 bytes each. Packets of others are counted as left out. */
const KEPT_MAX = 500_000;

export class Conversations {
  /** Packets of conversations that came after the table was full. */
  leftOut = 0;
  readonly #pairs: AddressPairs;
  #all: CountedConversation[] = [];
  readonly #known = new Map<string, CountedConversation>();
  /** Ports used again make a new conversation, as tcp.stream says. */
  readonly #byStream: (CountedConversation | undefined)[] = [];
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
      .map(({ keyOfA: _, key: __, first: ___, ...conversation }) => conversation);
  }

  part(): ConversationsPart {
    return { all: this.#all, leftOut: this.leftOut };
  }

  /** Adds what another reader counted of other frames. False: one reader would have had no room for all. */
  addPart({ all, leftOut }: ConversationsPart): boolean {
    for (const other of all) {
      const known = other.key === '' ? undefined : this.#known.get(other.key);
      const whole = known === undefined ? other : joined(known, other);
      if (other.key !== '') this.#known.set(other.key, whole);
      this.#all.push(whole);
    }
    // What was joined stands there in pieces too.
    const isWhole = (each: CountedConversation): boolean =>
      each.key === '' || this.#known.get(each.key) === each;
    this.#all = this.#all.filter(isWhole).sort((x, y) => x.first - y.first);
    return this.leftOut + leftOut === 0 && this.#all.length <= this.#most;
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

  #find(pair: Pair, src: string, p: Packet): CountedConversation | undefined {
    const isStream =
      this.#hasStreams && p.flow >= 0 && p.srcPort === pair.srcPort && p.dstPort === pair.dstPort;
    if (isStream) {
      const stream = p.session.flows.stream(p.flow);
      const known = this.#byStream[stream];
      if (known !== undefined || this.#all.length >= this.#most) return known;
      const made = this.#make(pair, src, '', p);
      this.#byStream[stream] = made;
      return made;
    }
    const dst = pairKey(pair, pair.dst, pair.dstPort);
    const both = src < dst ? src + dst : dst + src;
    let conversation = this.#known.get(both);
    if (conversation === undefined && this.#all.length < this.#most) {
      conversation = this.#make(pair, src, both, p);
      this.#known.set(both, conversation);
    }
    return conversation;
  }

  #make(pair: Pair, src: string, key: string, p: Packet): CountedConversation {
    const now = secondsSinceStart(p);
    const made: CountedConversation = {
      a: { address: addressText(pair, pair.src), port: pair.srcPort },
      b: { address: addressText(pair, pair.dst), port: pair.dstPort },
      framesFromA: 0,
      bytesFromA: 0,
      framesFromB: 0,
      bytesFromB: 0,
      start: now,
      end: now,
      keyOfA: src,
      key,
      first: p.number,
    };
    this.#all.push(made);
    return made;
  }
}

/** One conversation of which two readers had a part: who sent the first frame of all is a. */
function joined(x: CountedConversation, y: CountedConversation): CountedConversation {
  const [one, other] = x.first < y.first ? [x, y] : [y, x];
  const isAlike = one.keyOfA === other.keyOfA;
  return {
    ...one,
    framesFromA: one.framesFromA + (isAlike ? other.framesFromA : other.framesFromB),
    bytesFromA: one.bytesFromA + (isAlike ? other.bytesFromA : other.bytesFromB),
    framesFromB: one.framesFromB + (isAlike ? other.framesFromB : other.framesFromA),
    bytesFromB: one.bytesFromB + (isAlike ? other.bytesFromB : other.bytesFromA),
    start: Math.min(one.start, other.start),
    end: Math.max(one.end, other.end),
  };
}

export class Endpoints {
  /** Packets sent or received by endpoints that came after the table was full. */
  leftOut = 0;
  readonly #pairs: AddressPairs;
  readonly #known = new Map<string, CountedEndpoint>();
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
    return [...this.#known.values()]
      .sort((x, y) => frames(y) - frames(x) || x.first - y.first || x.rank - y.rank)
      .map(({ key: _, first: __, rank: ___, ...endpoint }) => endpoint);
  }

  part(): EndpointsPart {
    return { all: [...this.#known.values()], leftOut: this.leftOut };
  }

  /** Adds what another reader counted of other frames. False: one reader would have had no room for all. */
  addPart({ all, leftOut }: EndpointsPart): boolean {
    for (const other of all) {
      const known = this.#known.get(other.key);
      const { first, rank } = known === undefined || other.first < known.first ? other : known;
      this.#known.set(other.key, {
        ...other,
        framesSent: other.framesSent + (known?.framesSent ?? 0),
        bytesSent: other.bytesSent + (known?.bytesSent ?? 0),
        framesReceived: other.framesReceived + (known?.framesReceived ?? 0),
        bytesReceived: other.bytesReceived + (known?.bytesReceived ?? 0),
        first,
        rank,
      });
    }
    return this.leftOut + leftOut === 0 && this.#known.size <= this.#most;
  }

  readonly #count = (pair: Pair, p: Packet): void => {
    const sender = this.#find(pair, pair.src, pair.srcPort, p);
    const receiver = this.#find(pair, pair.dst, pair.dstPort, p);
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

  #find(pair: Pair, at: number, port: number, p: Packet): CountedEndpoint | undefined {
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
        key: name,
        first: p.number,
        rank: this.#known.size,
      };
      this.#known.set(name, endpoint);
    }
    return endpoint;
  }
}
