// Request/response matching for a whole capture, by conversation and message number, in columns.
import type { Packet } from '../core/packet.ts';

/** Initial capacity. */
const START = 64;
/** Exchanges remembered; beyond that a new one replaces the oldest among the slots probed. */
const EXCHANGES_MAX = 1 << 20;
/** Slots probed per key. */
const PROBES = 8;

/** Results of `seeRequest` and `seeReply`. */
export const FIRST = 0;
export const AGAIN = 1;
export const UNASKED = 2;

export class Exchanges {
  /** The protocol's key in `Ahead`, for two-pass analysis. */
  readonly #name: string;
  /** Index of the last message's exchange in the columns; -1: none. */
  entry = -1;
  /** Frame numbers; 0: none yet. */
  request = new Uint32Array(START);
  reply = new Uint32Array(START);
  requestSeconds = new Float64Array(START);
  requestNanoseconds = new Uint32Array(START);
  /** A number that the protocol keeps with a request to interpret the reply. */
  note = new Float64Array(START);
  #conversation = new Float64Array(START);
  #id = new Float64Array(START);
  #used = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /**
   * Enters a request. AGAIN if it retransmits an unanswered one of the last `againSeconds`, whose exchange it joins.
   */
  seeRequest(p: Packet, id: number, againSeconds: number): number {
    if (!p.session.matchesReplies) return FIRST;
    const conversation = conversationOf(p);
    let at = this.#find(conversation, id);
    if (at >= 0 && this.reply[at] === 0 && this.#since(p, at) < againSeconds) {
      this.entry = at;
      return AGAIN;
    }
    if (at < 0) at = this.#room(conversation, id);
    this.#conversation[at] = conversation;
    this.#id[at] = id;
    this.request[at] = p.number;
    this.reply[at] = 0;
    this.requestSeconds[at] = p.seconds;
    this.requestNanoseconds[at] = p.nanoseconds;
    this.note[at] = 0;
    this.entry = at;
    return FIRST;
  }

  /** Enters a reply: FIRST to its request, AGAIN, or UNASKED if no request is known. */
  seeReply(p: Packet, id: number): number {
    if (!p.session.matchesReplies) return UNASKED;
    const at = this.#find(conversationOf(p), id);
    this.entry = at;
    if (at < 0) return UNASKED;
    if (this.reply[at] !== 0) return AGAIN;
    this.reply[at] = p.number;
    p.session.ahead?.enter(this.#name, this.request[at]!, id, p.number);
    return FIRST;
  }

  /** The frame that replies to this packet's request; 0 if unknown. */
  answerTo(p: Packet, id: number): number {
    return p.session.ahead?.of(this.#name, p.number, id) ?? 0;
  }

  /** As `answerTo`, for an entry. */
  answerOf(p: Packet, entry: number): number {
    return this.answerTo(p, this.#id[entry]!);
  }

  /** Whether an exchange is known; sets `entry`. */
  recall(p: Packet, id: number): boolean {
    this.entry = this.#find(conversationOf(p), id);
    return this.entry >= 0;
  }

  /** Seconds from the request of an entry to this packet. */
  responseTimeNs(p: Packet, entry: number): bigint {
    const seconds = p.seconds - this.requestSeconds[entry]!;
    return BigInt(seconds) * 1_000_000_000n + BigInt(p.nanoseconds - this.requestNanoseconds[entry]!);
  }

  #since(p: Packet, at: number): number {
    return p.seconds - this.requestSeconds[at]! + (p.nanoseconds - this.requestNanoseconds[at]!) / 1e9;
  }

  #find(conversation: number, id: number): number {
    const mask = this.request.length - 1;
    const home = slotOf(conversation, id);
    for (let k = 0; k < PROBES; k++) {
      const at = (home + k) & mask;
      if (this.request[at] === 0) return -1;
      if (this.#conversation[at] === conversation && this.#id[at] === id) return at;
    }
    return -1;
  }

  /** A slot for a new key: a free one, or that of the oldest request among those probed. */
  #room(conversation: number, id: number): number {
    if (this.#used * 2 >= this.request.length && this.request.length < EXCHANGES_MAX) this.#grow();
    const at = this.#place(conversation, id);
    if (this.request[at] === 0) this.#used++;
    return at;
  }

  #place(conversation: number, id: number): number {
    const mask = this.request.length - 1;
    const home = slotOf(conversation, id) & mask;
    let oldest = home;
    for (let k = 0; k < PROBES; k++) {
      const at = (home + k) & mask;
      if (this.request[at] === 0) return at;
      if (this.request[at]! < this.request[oldest]!) oldest = at;
    }
    return oldest;
  }

  #grow(): void {
    const { request, reply, requestSeconds, requestNanoseconds, note } = this;
    const conversation = this.#conversation;
    const ids = this.#id;
    const length = request.length * 2;
    this.request = new Uint32Array(length);
    this.reply = new Uint32Array(length);
    this.requestSeconds = new Float64Array(length);
    this.requestNanoseconds = new Uint32Array(length);
    this.note = new Float64Array(length);
    this.#conversation = new Float64Array(length);
    this.#id = new Float64Array(length);
    this.#used = 0;
    for (let old = 0; old < request.length; old++) {
      if (request[old] === 0) continue;
      const at = this.#place(conversation[old]!, ids[old]!);
      if (this.request[at] === 0) this.#used++;
      this.#conversation[at] = conversation[old]!;
      this.#id[at] = ids[old]!;
      this.request[at] = request[old]!;
      this.reply[at] = reply[old]!;
      this.requestSeconds[at] = requestSeconds[old]!;
      this.requestNanoseconds[at] = requestNanoseconds[old]!;
      this.note[at] = note[old]!;
    }
  }
}

/** A number for the packet's conversation that, unlike its flow index, is never reused. */
export function conversationOf(p: Packet): number {
  return p.transport * 0x1_0000_0000 + (p.flow >= 0 ? p.session.flows.stream(p.flow) : 0);
}

function slotOf(conversation: number, id: number): number {
  let h = Math.imul(conversation ^ (conversation / 0x1_0000_0000), 0x9e3779b1) ^ Math.imul(id, 0x85ebca6b);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}
