// The flow table: one entry per conversation (addresses, ports, transport), found by hash.
// It also assigns stream numbers: `tcp.stream` and `udp.stream` count the conversations of their transport.
import { u32 } from '../core/bytes.ts';
import { IPV4, IPV6, type Packet } from '../core/packet.ts';
import type { Protocol } from '../core/protocol.ts';
import { grown } from './grown.ts';
import { KeyHash } from './key-hash.ts';
import { StreamCounters } from './stream-counters.ts';

/**
 * An entry is a record of 32-bit words, two cache lines long, since each packet touches most of it. It begins with the
 * key: 4 words per address (IPv4 uses the first one), lower endpoint first; ports; transport and address kind.
 */
export const LOW = 0;
export const HIGH = 4;
const ADDRESS_WORDS = 4;
export const PORTS = 8;
export const KIND = 9;
export const KEY_WORDS = 10;
const HASH = 10;
const STREAM = 11;
/** Two words: packets sent by the lower endpoint, and by the higher one. */
const PACKETS = 12;
const APPLICATION = 14;
const GUESSES = 15;
const FIRST_NANOSECONDS = 16;
const LAST_NANOSECONDS = 17;
const RECORD_WORDS = 32;
/** Indices of 64-bit floats in the same record. */
const FIRST_SECONDS = 10;
const LAST_SECONDS = 11;
const BYTES = 12;
const RECORD_DOUBLES = RECORD_WORDS / 2;

/** Initial capacity: small, because showing a single packet makes a table of its own. */
export const START_CAPACITY = 64;
/** Entries examined to find one to evict. */
const EVICTION_SWEEP = 8;

export interface FlowTableOptions {
  /** Conversations kept at once; beyond that, one that has long been idle is evicted. */
  readonly maxFlows: number;
}

/** XORed to signed numbers to compare them as unsigned. */
const SIGN = 0x8000_0000 | 0;

/** Four bytes as a signed number, which stays a 32-bit integer in the engine. */
const word = (b: Uint8Array, i: number): number =>
  (b[i]! << 24) | (b[i + 1]! << 16) | (b[i + 2]! << 8) | b[i + 3]!;

export class FlowTable {
  /** Entries in use. Indices run from 0 to size - 1 and are reused only after eviction. */
  size = 0;
  capacity: number;
  /** True when the last `see` made the entry. */
  isNew = false;
  /** Per-conversation state of protocols; see Session.stateOf. */
  readonly memory: (object | null)[] = [];
  /** Called before an entry is evicted or replaced. */
  onEvict: ((flow: number) => void) | null = null;
  /** Number of entries evicted. */
  evicted = 0;

  readonly maxFlows: number;
  readonly #streams = new StreamCounters();
  #words: Uint32Array<ArrayBuffer>;
  #doubles: Float64Array;
  #slots: Int32Array;
  /** A copy of each entry's LAST_SECONDS, packed so that the eviction sweep touches a single cache line. */
  #seen: Uint32Array<ArrayBuffer>;
  #hand = 0;
  readonly #protocols: Protocol[] = [];
  readonly #key = new Uint32Array(KEY_WORDS);
  readonly #hasher = new KeyHash();

  constructor(options: FlowTableOptions) {
    this.maxFlows = options.maxFlows;
    this.capacity = Math.min(START_CAPACITY, options.maxFlows);
    this.#words = new Uint32Array(this.capacity * RECORD_WORDS);
    this.#doubles = new Float64Array(this.#words.buffer);
    this.#slots = new Int32Array(slotsFor(this.capacity)).fill(-1);
    this.#seen = new Uint32Array(this.capacity);
  }

  /**
   * Finds or makes the entry of the packet's innermost transport; sets p.flow and p.direction (0: from the lower
   * endpoint). Does not count the packet, see `count`.
   */
  see(p: Packet): number {
    let flow = p.netKind === IPV4 ? this.#findIpv4(p) : p.netKind === IPV6 ? this.#findIpv6(p) : -1;
    this.isNew = false;
    if (flow < 0) flow = this.#findOrMake(p);
    p.flow = flow;
    return flow;
  }

  #findOrMake(p: Packet): number {
    this.#readKey(p);
    const hash = this.#hash();
    let flow = this.#lookup(hash);
    this.isNew = flow < 0;
    if (flow < 0) flow = this.#insert(p, hash);
    return flow;
  }

  /** Counts the frame in the entry p.flow. */
  count(p: Packet): void {
    const at = p.flow * RECORD_WORDS;
    const doubles = p.flow * RECORD_DOUBLES;
    this.#words[at + LAST_NANOSECONDS] = p.nanoseconds;
    this.#words[at + PACKETS + p.direction]! += 1;
    this.#doubles[doubles + LAST_SECONDS] = p.seconds;
    this.#seen[p.flow] = p.seconds;
    this.#doubles[doubles + BYTES + p.direction]! += p.wireLength;
  }

  /** tcp.stream, udp.stream …: conversations are numbered per transport. */
  stream(flow: number): number {
    return this.#words[flow * RECORD_WORDS + STREAM]!;
  }

  /** Writes the address of the lower (0) or higher (1) endpoint to the beginning of `bytes`: 4 or 16 bytes, which it returns. */
  address(flow: number, side: number, bytes: Uint8Array): number {
    const at = flow * RECORD_WORDS;
    const count = (this.#words[at + KIND]! & 0xff) === IPV4 ? 1 : ADDRESS_WORDS;
    const from = at + (side === 0 ? LOW : HIGH);
    for (let k = 0; k < count; k++) {
      const word = this.#words[from + k]!;
      bytes[4 * k] = word >>> 24;
      bytes[4 * k + 1] = word >>> 16;
      bytes[4 * k + 2] = word >>> 8;
      bytes[4 * k + 3] = word;
    }
    return count * 4;
  }

  port(flow: number, side: number): number {
    const ports = this.#words[flow * RECORD_WORDS + PORTS]!;
    return side === 0 ? ports >>> 16 : ports & 0xffff;
  }

  /** Packets and bytes (frame lengths) sent by the lower (0) or higher (1) endpoint. */
  packets(flow: number, direction: number): number {
    return this.#words[flow * RECORD_WORDS + PACKETS + direction]!;
  }

  bytes(flow: number, direction: number): number {
    return this.#doubles[flow * RECORD_DOUBLES + BYTES + direction]!;
  }

  firstSeconds(flow: number): number {
    return this.#doubles[flow * RECORD_DOUBLES + FIRST_SECONDS]!;
  }

  firstNanoseconds(flow: number): number {
    return this.#words[flow * RECORD_WORDS + FIRST_NANOSECONDS]!;
  }

  lastSeconds(flow: number): number {
    return this.#doubles[flow * RECORD_DOUBLES + LAST_SECONDS]!;
  }

  lastNanoseconds(flow: number): number {
    return this.#words[flow * RECORD_WORDS + LAST_NANOSECONDS]!;
  }

  /** Id + 1 of the protocol that the payload was recognized as; 0: not yet. */
  application(flow: number): number {
    return this.#words[flow * RECORD_WORDS + APPLICATION]!;
  }

  /** Payloads of the conversation that no heuristic recognized. */
  guesses(flow: number): number {
    return this.#words[flow * RECORD_WORDS + GUESSES]!;
  }

  addGuess(flow: number): void {
    this.#words[flow * RECORD_WORDS + GUESSES]! += 1;
  }

  /** Starts a new conversation in the entry p.flow, which has the same key (reused ports). */
  renew(p: Packet): number {
    const flow = p.flow;
    this.#unlink(flow);
    this.#readKey(p);
    this.#place(p, flow, this.#hash());
    return flow;
  }

  /** Fixes the protocol of the conversation's payload, whatever its ports. */
  setApplication(flow: number, protocol: Protocol): void {
    this.#words[flow * RECORD_WORDS + APPLICATION] = protocol.id + 1;
    this.#protocols[protocol.id] = protocol;
  }

  /** The protocol for a non-zero value of `application`. */
  protocolOf(application: number): Protocol {
    return this.#protocols[application - 1]!;
  }

  /** Number of conversations of a transport so far. */
  streams(transport: number): number {
    return this.#streams.of(transport);
  }

  /** The keys of all entries in order, KEY_WORDS each; unused words are 0. */
  keys(): Uint32Array<ArrayBuffer> {
    const keys = new Uint32Array(this.size * KEY_WORDS);
    for (let flow = 0; flow < this.size; flow++) {
      const from = flow * RECORD_WORDS;
      const at = flow * KEY_WORDS;
      keys.set(this.#words.subarray(from, from + KEY_WORDS), at);
      if ((keys[at + KIND]! & 0xff) !== IPV4) continue;
      keys.fill(0, at + LOW + 1, at + HIGH);
      keys.fill(0, at + HIGH + 1, at + PORTS);
    }
    return keys;
  }

  /** Sets the number of a transport's next conversation, for reading from the middle of a capture. */
  startAt(transport: number, stream: number): void {
    this.#streams.startAt(transport, stream);
  }

  /**
   * The fast path: the known conversation of an IPv4 packet, or -1; sets p.direction. Does what #readKey, #hash and
   * #lookup do, but holds the key in local variables, which halves the time.
   */
  #findIpv4(p: Packet): number {
    const { netBuf: b, netSrc: s, netDst: d, srcPort, dstPort } = p;
    const src = word(b, s);
    const dst = word(b, d);
    const isFromHigh = src === dst ? srcPort > dstPort : (src ^ SIGN) > (dst ^ SIGN);
    p.direction = isFromHigh ? 1 : 0;
    const low = isFromHigh ? dst : src;
    const high = isFromHigh ? src : dst;
    const ports = isFromHigh ? (dstPort << 16) | srcPort : (srcPort << 16) | dstPort;
    const kind = p.transport * 256 + IPV4;
    const slots = this.#slots;
    const words = this.#words;
    const mask = slots.length - 1;
    const hasher = this.#hasher;
    const hash = hasher.end(hasher.mix(hasher.mix(hasher.mix(kind, ports), low), high));
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const flow = slots[i]!;
      if (flow < 0) return -1;
      const at = flow * RECORD_WORDS;
      if (
        (words[at + PORTS]! | 0) === ports &&
        (words[at + LOW]! | 0) === low &&
        (words[at + HIGH]! | 0) === high &&
        words[at + KIND] === kind
      )
        return flow;
    }
  }

  /** The same for IPv6. */
  #findIpv6(p: Packet): number {
    const { netBuf: b, netSrc: s, netDst: d, srcPort, dstPort } = p;
    let same = 0;
    while (same < 15 && b[s + same] === b[d + same]) same++;
    const order = b[s + same]! - b[d + same]!;
    const isFromHigh = order === 0 ? srcPort > dstPort : order > 0;
    p.direction = isFromHigh ? 1 : 0;
    const low = isFromHigh ? d : s;
    const high = isFromHigh ? s : d;
    const l0 = word(b, low);
    const l1 = word(b, low + 4);
    const l2 = word(b, low + 8);
    const l3 = word(b, low + 12);
    const h0 = word(b, high);
    const h1 = word(b, high + 4);
    const h2 = word(b, high + 8);
    const h3 = word(b, high + 12);
    const ports = isFromHigh ? (dstPort << 16) | srcPort : (srcPort << 16) | dstPort;
    const kind = p.transport * 256 + IPV6;
    const hasher = this.#hasher;
    let h = hasher.mix(hasher.mix(hasher.mix(kind, ports), l0), h0);
    h = hasher.mix(hasher.mix(h, l1), h1);
    h = hasher.mix(hasher.mix(h, l2), h2);
    const hash = hasher.end(hasher.mix(hasher.mix(h, l3), h3));
    const slots = this.#slots;
    const words = this.#words;
    const mask = slots.length - 1;
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const flow = slots[i]!;
      if (flow < 0) return -1;
      const at = flow * RECORD_WORDS;
      if (
        words[at + HASH] === hash &&
        (words[at + PORTS]! | 0) === ports &&
        words[at + KIND] === kind &&
        (words[at + LOW]! | 0) === l0 &&
        (words[at + LOW + 1]! | 0) === l1 &&
        (words[at + LOW + 2]! | 0) === l2 &&
        (words[at + LOW + 3]! | 0) === l3 &&
        (words[at + HIGH]! | 0) === h0 &&
        (words[at + HIGH + 1]! | 0) === h1 &&
        (words[at + HIGH + 2]! | 0) === h2 &&
        (words[at + HIGH + 3]! | 0) === h3
      )
        return flow;
    }
  }

  /** The key of the packet's conversation; sets p.direction. */
  #readKey(p: Packet): void {
    const key = this.#key;
    const { netBuf: b, netSrc: s, netDst: d, srcPort, dstPort } = p;
    if (p.netKind === IPV4) {
      const src = u32(b, s);
      const dst = u32(b, d);
      p.direction = src > dst || (src === dst && srcPort > dstPort) ? 1 : 0;
      key[LOW] = p.direction === 0 ? src : dst;
      key[HIGH] = p.direction === 0 ? dst : src;
    } else {
      let k = 0;
      while (k < 15 && b[s + k] === b[d + k]) k++;
      const order = (b[s + k]! - b[d + k]!) | 0;
      p.direction = order > 0 || (order === 0 && srcPort > dstPort) ? 1 : 0;
      const low = p.direction === 0 ? s : d;
      const high = p.direction === 0 ? d : s;
      for (let word = 0; word < ADDRESS_WORDS; word++) {
        key[LOW + word] = u32(b, low + word * 4);
        key[HIGH + word] = u32(b, high + word * 4);
      }
    }
    key[PORTS] = p.direction === 0 ? (srcPort << 16) | dstPort : (dstPort << 16) | srcPort;
    key[KIND] = p.transport * 256 + p.netKind;
  }

  /** Words of an address in use: one for IPv4, else four. */
  #addressWords(): number {
    return (this.#key[KIND]! & 0xff) === IPV4 ? 1 : ADDRESS_WORDS;
  }

  #hash(): number {
    const key = this.#key;
    const hasher = this.#hasher;
    const words = this.#addressWords();
    let h = hasher.mix(key[KIND]!, key[PORTS]!);
    for (let k = 0; k < words; k++) h = hasher.mix(hasher.mix(h, key[LOW + k]!), key[HIGH + k]!);
    return hasher.end(h);
  }

  #lookup(hash: number): number {
    const slots = this.#slots;
    const words = this.#words;
    const mask = slots.length - 1;
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const flow = slots[i]!;
      if (flow < 0) return -1;
      if (words[flow * RECORD_WORDS + HASH] === hash && this.#hasKey(flow * RECORD_WORDS)) return flow;
    }
  }

  #hasKey(at: number): boolean {
    const words = this.#words;
    const key = this.#key;
    if (words[at + PORTS] !== key[PORTS] || words[at + KIND] !== key[KIND]) return false;
    const count = this.#addressWords();
    for (let k = 0; k < count; k++)
      if (words[at + LOW + k] !== key[LOW + k] || words[at + HIGH + k] !== key[HIGH + k]) return false;
    return true;
  }

  #insert(p: Packet, hash: number): number {
    const flow = this.size < this.maxFlows ? this.#grow() : this.#evict();
    this.#place(p, flow, hash);
    return flow;
  }

  #place(p: Packet, flow: number, hash: number): void {
    const words = this.#words;
    const at = flow * RECORD_WORDS;
    for (let k = 0; k < KEY_WORDS; k++) words[at + k] = this.#key[k]!;
    for (let k = KEY_WORDS; k < RECORD_WORDS; k++) words[at + k] = 0;
    words[at + HASH] = hash;
    words[at + STREAM] = this.#streams.next(p.transport);
    words[at + FIRST_NANOSECONDS] = words[at + LAST_NANOSECONDS] = p.nanoseconds;
    const doubles = flow * RECORD_DOUBLES;
    this.#doubles[doubles + FIRST_SECONDS] = this.#doubles[doubles + LAST_SECONDS] = p.seconds;
    this.#seen[flow] = p.seconds;
    this.memory[flow] = null;
    this.#link(flow, hash);
  }

  #hashOf(flow: number): number {
    return this.#words[flow * RECORD_WORDS + HASH]!;
  }

  #link(flow: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let i = hash & mask;
    while (this.#slots[i]! >= 0) i = (i + 1) & mask;
    this.#slots[i] = flow;
  }

  /** Deletion in open addressing without tombstones: later entries of the cluster move up into the gap. */
  #unlink(flow: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let gap = this.#hashOf(flow) & mask;
    while (slots[gap] !== flow) gap = (gap + 1) & mask;
    for (let i = (gap + 1) & mask; slots[i]! >= 0; i = (i + 1) & mask) {
      const home = this.#hashOf(slots[i]!) & mask;
      if (((i - home) & mask) >= ((i - gap) & mask)) {
        slots[gap] = slots[i]!;
        gap = i;
      }
    }
    slots[gap] = -1;
    this.onEvict?.(flow);
  }

  /** Approximate LRU: of a few entries after the clock hand, the one idle longest is evicted. */
  #evict(): number {
    let victim = this.#hand;
    for (let k = 0; k < EVICTION_SWEEP; k++) {
      this.#hand = (this.#hand + 1) % this.size;
      if (this.#seen[this.#hand]! < this.#seen[victim]!) victim = this.#hand;
    }
    this.#unlink(victim);
    this.evicted++;
    return victim;
  }

  #grow(): number {
    if (this.size === this.capacity) this.#resize(Math.min(this.capacity * 2, this.maxFlows));
    this.memory.push(null);
    return this.size++;
  }

  #resize(capacity: number): void {
    this.#words = grown(this.#words, capacity * RECORD_WORDS);
    this.#doubles = new Float64Array(this.#words.buffer);
    this.capacity = capacity;
    this.#seen = grown(this.#seen, capacity);
    const old = this.#slots;
    this.#slots = new Int32Array(slotsFor(capacity)).fill(-1);
    for (const flow of old) if (flow >= 0) this.#link(flow, this.#hashOf(flow));
  }
}

/** Twice as many as entries at least, and a power of two, because the hash is masked. */
function slotsFor(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity * 2));
}
