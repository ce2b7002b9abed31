// Conversations and endpoints of one kind of address (`-z conv,TYPE`, `-z endpoints,TYPE`).

import type { Packet } from '../core/packet.ts';
import { type AddressKind, AddressPairs, addressText, type Pair, pairKey } from './address-pairs.ts';
import { secondsSinceStart } from './time.ts';

/** One side of a conversation, or an endpoint. */
export interface Party {
  readonly address: string;
  /** For TCP, UDP, SCTP and DCCP; else -1. */
  readonly port: number;
}

export interface Conversation {
  /** Sender and receiver of the first frame. */
  readonly a: Party;
  readonly b: Party;
  /** Frames and bytes of whole frames, from a to b and back. */
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

/** A conversation with its keys for look-up and sorting. */
interface CountedConversation extends Conversation {
  /** Whether a is the lower one of both sides. */
  readonly isFromLow: boolean;
  /** Raw address and port of both sides in ascending order; '' if the stream number identifies the conversation. */
  readonly key: string;
  /** Its first frame. */
  readonly first: number;
}

interface CountedEndpoint extends Endpoint {
  readonly key: string;
  /** The frame it first appeared in, and how many endpoints appeared before. */
  readonly first: number;
  readonly rank: number;
}

/** The counts of one reader, when several share a capture; can be sent to another process. */
export interface ConversationsPart {
  readonly all: readonly CountedConversation[];
  readonly leftOut: number;
}

export interface EndpointsPart {
  readonly all: readonly CountedEndpoint[];
  readonly leftOut: number;
}

/** Conversations or endpoints kept, at about 500 bytes each. Packets of further ones are counted as omitted. */
const KEPT_MAX = 500_000;

/** Address texts, once for all that have the same: a scan has thousands of ports on few addresses. */
class AddressTexts {
  readonly #known = new Map<string, string>();

  text(pair: Pair, at: number): string {
    const text = addressText(pair, at);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size === ADDRESS_TEXTS_MAX) this.#known.clear();
    this.#known.set(text, text);
    return text;
  }
}

const ADDRESS_TEXTS_MAX = 4096;

export class Conversations {
  /** Packets of conversations that no longer fitted into the table. */
  leftOut = 0;
  readonly #pairs: AddressPairs;
  #all: CountedConversation[] = [];
  readonly #known = new Map<string, CountedConversation>();
  /** Reused ports make a new conversation, as in tcp.stream. */
  readonly #byStream: (CountedConversation | undefined)[] = [];
  readonly #addresses = new AddressTexts();
  /** Whether the lower side sent what is being counted. */
  #isFromLow = false;
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

  /** By frames, descending, then by first frame. One by one, because a list of copies would take as much memory again. */
  *list(): Generator<Conversation, void> {
    const frames = (each: Conversation): number => each.framesFromA + each.framesFromB;
    for (const each of this.#all.toSorted((x, y) => frames(y) - frames(x))) {
      const { isFromLow: _, key: __, first: ___, ...conversation } = each;
      yield conversation;
    }
  }

  part(): ConversationsPart {
    return { all: this.#all, leftOut: this.leftOut };
  }

  /** Merges the part of another reader of the capture. False if a single reader would have exceeded its bound. */
  addPart({ all, leftOut }: ConversationsPart): boolean {
    for (const other of all) {
      const known = other.key === '' ? undefined : this.#known.get(other.key);
      const whole = known === undefined ? other : joined(known, other);
      if (other.key !== '') this.#known.set(other.key, whole);
      this.#all.push(whole);
    }
    // Parts that were merged are still in the list: drop them.
    const isWhole = (each: CountedConversation): boolean =>
      each.key === '' || this.#known.get(each.key) === each;
    this.#all = this.#all.filter(isWhole).sort((x, y) => x.first - y.first);
    return this.leftOut + leftOut === 0 && this.#all.length <= this.#most;
  }

  readonly #count = (pair: Pair, p: Packet): void => {
    const conversation = this.#find(pair, p);
    if (conversation === undefined) {
      this.leftOut++;
      return;
    }
    if (conversation.isFromLow === this.#isFromLow) {
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

  /** Sets #isFromLow. */
  #find(pair: Pair, p: Packet): CountedConversation | undefined {
    const isStream =
      this.#hasStreams && p.flow >= 0 && p.srcPort === pair.srcPort && p.dstPort === pair.dstPort;
    if (isStream) {
      this.#isFromLow = p.direction === 0;
      const stream = p.session.flows.stream(p.flow);
      const known = this.#byStream[stream];
      if (known !== undefined || this.#all.length >= this.#most) return known;
      const made = this.#make(pair, '', p);
      this.#byStream[stream] = made;
      return made;
    }
    const src = pairKey(pair, pair.src, pair.srcPort);
    const dst = pairKey(pair, pair.dst, pair.dstPort);
    this.#isFromLow = src < dst;
    const both = this.#isFromLow ? src + dst : dst + src;
    let conversation = this.#known.get(both);
    if (conversation === undefined && this.#all.length < this.#most) {
      conversation = this.#make(pair, both, p);
      this.#known.set(both, conversation);
    }
    return conversation;
  }

  #make(pair: Pair, key: string, p: Packet): CountedConversation {
    const now = secondsSinceStart(p);
    const made: CountedConversation = {
      a: { address: this.#addresses.text(pair, pair.src), port: pair.srcPort },
      b: { address: this.#addresses.text(pair, pair.dst), port: pair.dstPort },
      framesFromA: 0,
      bytesFromA: 0,
      framesFromB: 0,
      bytesFromB: 0,
      start: now,
      end: now,
      isFromLow: this.#isFromLow,
      key,
      first: p.number,
    };
    this.#all.push(made);
    return made;
  }
}

/** Merges two readers' parts of a conversation: the sender of the earliest frame becomes a. */
function joined(x: CountedConversation, y: CountedConversation): CountedConversation {
  const [one, other] = x.first < y.first ? [x, y] : [y, x];
  const isAlike = one.isFromLow === other.isFromLow;
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
  /** Packets of endpoints that no longer fitted into the table. */
  leftOut = 0;
  readonly #pairs: AddressPairs;
  readonly #known = new Map<string, CountedEndpoint>();
  readonly #addresses = new AddressTexts();
  readonly #most: number;
  /** Headers of Linux cooked captures have no receiver, which makes none an endpoint. */
  readonly #hasReceivers: boolean;

  constructor(kind: AddressKind, most = KEPT_MAX) {
    this.#most = most;
    this.#hasReceivers = kind !== 'sll';
    this.#pairs = new AddressPairs(kind);
  }

  add(p: Packet): void {
    this.#pairs.forEach(p, this.#count);
  }

  /** By frames, descending, then by first appearance; one by one. */
  *list(): Generator<Endpoint, void> {
    const frames = (each: Endpoint): number => each.framesSent + each.framesReceived;
    const sorted = [...this.#known.values()].sort(
      (x, y) => frames(y) - frames(x) || x.first - y.first || x.rank - y.rank,
    );
    for (const { key: _, first: __, rank: ___, ...endpoint } of sorted) yield endpoint;
  }

  part(): EndpointsPart {
    return { all: [...this.#known.values()], leftOut: this.leftOut };
  }

  /** Merges the part of another reader of the capture. False if a single reader would have exceeded its bound. */
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
    const receiver = this.#hasReceivers ? this.#find(pair, pair.dst, pair.dstPort, p) : sender;
    if (sender !== undefined) {
      sender.framesSent++;
      sender.bytesSent += p.wireLength;
    }
    if (receiver !== undefined && this.#hasReceivers) {
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
        address: this.#addresses.text(pair, at),
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
