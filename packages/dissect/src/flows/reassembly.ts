// TCP reassembly: the bytes of a message that spans segments are kept until it is whole, then delivered at once.
// A protocol says how much it needs with `Packet.askMore`. State is kept per half-connection, whose index is
// flow * 2 + direction.
import { LATE, LAYERS_MAX, MORE_SEGMENT, MORE_UNTIL_END, type Packet } from '../core/packet.ts';
import { BufferPool } from './buffer-pool.ts';

/** Bytes kept of one message; a longer one is dissected as if the capture had truncated it. */
const KEPT_BYTES_MAX = 16 << 20;
/** Bytes kept of all unfinished messages together; the oldest are dropped first. */
export const TOTAL_BYTES_MAX = 48 << 20;
/** Messages that one segment may complete or begin. */
const ROUNDS_MAX = 512;

/** Flags per half-connection: most have neither, which saves the look-up in the maps. */
const IS_PENDING = 1;
const HAS_FINISHED = 2;

/** Separate ranges of bytes that an unfinished message may consist of. */
const RANGES_MAX = 64;

/** Segments of a message that are recorded one by one; further ones only add to its length. */
const SEGMENTS_MAX = 16_384;
/** Memory that a recorded segment takes: more than its payload, where that is a single byte. */
const SEGMENT_BYTES = 24;

/** A message made of several segments; borrowed, as the packet is. */
export interface ReassembledMessage {
  /** Three numbers per segment, in order of arrival: its frame, and the range [start, end) of the message it carried. */
  readonly segments: readonly number[];
  /** Length of the message in bytes; those from KEPT_BYTES_MAX on are not kept. */
  readonly extent: number;
  readonly bytes: Uint8Array;
}

interface Pending extends ReassembledMessage {
  readonly segments: number[];
  /** Sequence number of the first byte. */
  seq: number;
  /** Bytes the message needs, or MORE_SEGMENT / MORE_UNTIL_END. */
  wanted: number;
  /** Offsets [start, end) received, sorted; a single range from 0 on unless segments are missing. */
  readonly ranges: number[];
  /** The end of the highest range. */
  extent: number;
  /** At least the first `extent` bytes, as far as they are kept. */
  bytes: Uint8Array;
}

export class StreamReassembly {
  readonly #title: string;
  readonly #pending = new Map<number, Pending>();
  readonly #pool = new BufferPool();
  /** Buffers to return to the pool with the next packet: layers of the current one still point into them. */
  readonly #released: Uint8Array[] = [];
  /** The last message of several segments, by half-connection: retransmissions of it are not dissected again. */
  readonly #finished = new Map<number, { readonly seq: number; readonly length: number }>();
  #known = new Uint8Array(4096);
  #packet = 0;
  #total = 0;
  /** High-water mark of the bytes kept. */
  mostBytes = 0;

  /** `title`: what the buffer of a message is called. */
  constructor(title: string) {
    this.#title = title;
  }

  /**
   * Takes the payload [p.at, p.end) with sequence number `seq`, and calls `deliver` for what can be dissected now:
   * first messages that it completes, then what follows them. `onReassembled` is called before a message made of
   * several segments is delivered. `isLast`: the segment carries FIN.
   */
  payload(
    p: Packet,
    half: number,
    seq: number,
    isLast: boolean,
    deliver: (p: Packet) => void,
    onReassembled: (p: Packet, message: ReassembledMessage) => void,
  ): void {
    this.#startPacket(p.number);
    // A truncated segment leaves a hole that nothing will fill.
    const isTruncated = p.wireEnd > p.end;
    if (isTruncated) this.#drop(half);
    const { at: payload, end, wireEnd } = p;
    let at = payload;
    for (let round = 0; round < ROUNDS_MAX && at < end; round++) {
      const pending = this.#pendingOf(half);
      const offset = pending === undefined ? -1 : (seq - pending.seq) | 0;
      if (pending === undefined || offset < 0 || !covers(pending, offset)) {
        if (offset >= 0) this.#drop(half);
        if (this.#isRepeated(half, seq)) return;
        p.at = at;
        p.end = end;
        p.wireEnd = wireEnd;
        this.#deliverFresh(p, half, seq, isLast, deliver, !isTruncated);
        return;
      }
      const taken = pending.wanted > 0 ? Math.min(end - at, pending.wanted - offset) : end - at;
      if (!this.#store(pending, p, at, taken, offset)) {
        this.#drop(half);
        return;
      }
      p.joinedBytes = at + taken - payload;
      let isShown = true;
      if (isWhole(pending, isLast)) isShown = this.#deliverWhole(p, half, pending, deliver, onReassembled);
      else {
        p.isPartOfMessage = true;
        if (at + taken === end) return;
        // Segments are missing, but the message ends here: what follows begins another.
        this.#drop(half);
      }
      // The Protocol column shows what the segment began with, as in Wireshark.
      if (isShown && p.protocolLayers === LAYERS_MAX) p.protocolLayers = p.count;
      at += taken;
      seq = (seq + taken) >>> 0;
    }
  }

  /** Delivers bytes that continue no message; keeps those of a message that the protocol asks more for. */
  #deliverFresh(
    p: Packet,
    half: number,
    seq: number,
    isLast: boolean,
    deliver: (p: Packet) => void,
    mayAskMore: boolean,
  ): void {
    const { at, end } = p;
    p.mayAskMore = mayAskMore;
    p.wanted = 0;
    deliver(p);
    p.mayAskMore = false;
    if (p.wanted !== 0 && !(isLast && p.wanted === MORE_UNTIL_END)) {
      const from = p.wantedAt;
      this.#begin(half, (seq + from - at) >>> 0, p.wanted, p.buf, from, end, [p.number, 0, end - from]);
      p.isPartOfMessage = true;
      p.begunAt = from;
    }
    p.wanted = 0;
  }

  /** A FIN without data: completes a message that lasts until the end of the stream. */
  close(
    p: Packet,
    half: number,
    seq: number,
    deliver: (p: Packet) => void,
    onReassembled: (p: Packet, message: ReassembledMessage) => void,
  ): void {
    const pending = this.#pendingOf(half);
    if (pending === undefined || pending.wanted !== MORE_UNTIL_END || !isWhole(pending, true)) return;
    if (((seq - pending.seq) | 0) !== pending.extent) return;
    this.#startPacket(p.number);
    this.#deliverWhole(p, half, pending, deliver, onReassembled, true);
  }

  #startPacket(number: number): void {
    if (number === this.#packet) return;
    this.#packet = number;
    while (this.#released.length > 0) this.#pool.give(this.#released.pop()!);
  }

  /** Drops all state of a half-connection whose flow has ended. */
  forget(half: number): void {
    this.#drop(half);
    if (this.#knows(half, HAS_FINISHED)) this.#finished.delete(half);
    if (half < this.#known.length) this.#known[half] = 0;
  }

  #knows(half: number, what: number): boolean {
    return half < this.#known.length && (this.#known[half]! & what) !== 0;
  }

  #note(half: number, what: number): void {
    if (half >= this.#known.length) {
      const known = new Uint8Array(Math.max(half + 1, this.#known.length * 2));
      known.set(this.#known);
      this.#known = known;
    }
    this.#known[half]! |= what;
  }

  #pendingOf(half: number): Pending | undefined {
    return this.#knows(half, IS_PENDING) ? this.#pending.get(half) : undefined;
  }

  #drop(half: number): void {
    const pending = this.#pendingOf(half);
    if (pending === undefined) return;
    this.#take(half, pending);
    this.#release(pending.bytes);
  }

  /** Whether `seq` lies within the last message of several segments, but not at its start. */
  #isRepeated(half: number, seq: number): boolean {
    const finished = this.#knows(half, HAS_FINISHED) ? this.#finished.get(half) : undefined;
    if (finished === undefined) return false;
    const offset = (seq - finished.seq) | 0;
    return offset > 0 && offset < finished.length;
  }

  /** False if the protocol, having seen the message, asked for more: then it is not shown yet. */
  #deliverWhole(
    p: Packet,
    half: number,
    whole: Pending,
    deliver: (p: Packet) => void,
    onReassembled: (p: Packet, message: ReassembledMessage) => void,
    isEnd = false,
  ): boolean {
    const layer = p.count;
    onReassembled(p, whole);
    this.#take(half, whole);
    const { bytes, extent } = whole;
    const kept = Math.min(extent, KEPT_BYTES_MAX);
    // At the end of the stream no more will come.
    p.mayAskMore = kept === extent && !isEnd;
    p.wanted = 0;
    p.within(this.#title, bytes, 0, kept, extent, deliver);
    if (p.count > layer && p.flags[layer]! & LATE) p.mark[layer] = p.count;
    p.mayAskMore = false;
    const { wanted, wantedAt } = p;
    p.wanted = 0;
    if (wanted !== 0) p.isPartOfMessage = true;
    if (wanted !== 0 && wantedAt === 0) {
      // The message goes on: it is kept as it is.
      whole.wanted = wanted;
      this.#keep(half, whole);
      if (p.count > layer) p.flags[layer] = 0;
      return false;
    }
    this.#note(half, HAS_FINISHED);
    this.#finished.set(half, { seq: whole.seq, length: wanted !== 0 ? wantedAt : extent });
    if (wanted !== 0) {
      const seq = (whole.seq + wantedAt) >>> 0;
      this.#begin(half, seq, wanted, bytes, wantedAt, extent, segmentsAfter(whole.segments, wantedAt));
    }
    this.#release(bytes);
    return true;
  }

  #begin(
    half: number,
    seq: number,
    wanted: number,
    from: Uint8Array,
    start: number,
    end: number,
    segments: number[],
  ): void {
    const bytes = this.#pool.take(Math.max(end - start, Math.min(wanted, 1 << 16), 2048));
    bytes.set(from.subarray(start, end));
    this.#keep(half, { seq, wanted, ranges: [0, end - start], extent: end - start, bytes, segments });
  }

  #keep(half: number, pending: Pending): void {
    this.#pending.set(half, pending);
    this.#note(half, IS_PENDING);
    this.#total += weightOf(pending);
    this.#bound(pending);
  }

  /** Drops the oldest messages beyond the bound, sparing the one being written to. */
  #bound(spared: Pending): void {
    if (this.#total > this.mostBytes) this.mostBytes = this.#total;
    if (this.#total <= TOTAL_BYTES_MAX) return;
    for (const [half, pending] of this.#pending) {
      if (this.#total <= TOTAL_BYTES_MAX) return;
      if (pending === spared) continue;
      this.#drop(half);
    }
  }

  #store(pending: Pending, p: Packet, at: number, length: number, offset: number): boolean {
    const from = p.buf;
    const end = offset + length;
    if (!addRange(pending.ranges, offset, end)) return false;
    const kept = Math.min(end, KEPT_BYTES_MAX);
    if (kept > pending.bytes.length) {
      const larger = this.#pool.take(Math.max(kept, Math.min(KEPT_BYTES_MAX, pending.bytes.length * 2)));
      larger.set(pending.bytes.subarray(0, Math.min(pending.extent, pending.bytes.length)));
      this.#total += larger.length - pending.bytes.length;
      this.#release(pending.bytes);
      pending.bytes = larger;
    }
    if (kept > offset) pending.bytes.set(from.subarray(at, at + kept - offset), offset);
    if (end > pending.extent) pending.extent = end;
    if (pending.segments.length < 3 * SEGMENTS_MAX) {
      pending.segments.push(p.number, offset, end);
      this.#total += SEGMENT_BYTES;
    }
    this.#bound(pending);
    return true;
  }

  #take(half: number, pending: Pending): void {
    this.#pending.delete(half);
    this.#known[half]! &= ~IS_PENDING;
    this.#total -= weightOf(pending);
  }

  #release(bytes: Uint8Array): void {
    this.#released.push(bytes);
  }
}

function covers(pending: Pending, offset: number): boolean {
  if (pending.wanted > 0) return offset < pending.wanted;
  return pending.wanted === MORE_UNTIL_END || offset <= pending.extent;
}

/** Whether all bytes of the message are there, as far as its length is known. */
function isWhole(pending: Pending, isLast: boolean): boolean {
  const { ranges, wanted } = pending;
  if (ranges.length > 2 || ranges[0] !== 0) return false;
  if (wanted === MORE_UNTIL_END) return isLast;
  return wanted === MORE_SEGMENT || ranges[1]! >= wanted;
}

/** Adds [start, end) to the ranges, merging those it touches; false if there are too many. */
function addRange(ranges: number[], start: number, end: number): boolean {
  const last = ranges.length - 1;
  // In order: the common case.
  if (start <= ranges[last]! && start >= ranges[last - 1]!) {
    if (end > ranges[last]!) ranges[last] = end;
    return true;
  }
  let first = 0;
  while (first < ranges.length && ranges[first + 1]! < start) first += 2;
  let after = first;
  while (after < ranges.length && ranges[after]! <= end) {
    start = Math.min(start, ranges[after]!);
    end = Math.max(end, ranges[after + 1]!);
    after += 2;
  }
  ranges.splice(first, after - first, start, end);
  return ranges.length <= 2 * RANGES_MAX;
}

function weightOf({ bytes, segments }: Pending): number {
  return bytes.length + (segments.length / 3) * SEGMENT_BYTES;
}

/** The segments from offset `at` on, where the next message begins, with offsets relative to that. */
function segmentsAfter(segments: readonly number[], at: number): number[] {
  const left: number[] = [];
  for (let i = 0; i < segments.length; i += 3)
    if (segments[i + 2]! > at)
      left.push(segments[i]!, Math.max(0, segments[i + 1]! - at), segments[i + 2]! - at);
  return left;
}
