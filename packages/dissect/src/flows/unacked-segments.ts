// TCP segments that are not acknowledged yet, of all conversations: lists in one table, whose places are used again.
import type { Packet } from '../core/packet.ts';
import { grown } from './grown.ts';

/** Of all conversations together. */
const SEGMENTS_MAX = 500_000;

const SEQ = 0;
/** The sequence number after the segment. */
const END = 1;
const FRAME = 2;
const NANOSECONDS = 3;
/** The next newer segment of the list, or the next free place; 0: none. */
const NEWER = 4;
const WORDS = 5;

export class UnackedSegments {
  #capacity = 64;
  #words = new Int32Array(this.#capacity * WORDS);
  #seconds = new Float64Array(this.#capacity);
  /** Places from here on were never used; 0 stands for none. */
  #fresh = 1;
  #free = 0;
  #count = 0;

  /** Adds a segment that was sent in this packet behind the newest of its list (0: none yet). Returns 0 when there are too many. */
  add(p: Packet, seq: number, end: number, newest: number): number {
    if (this.#count >= SEGMENTS_MAX) return 0;
    this.#count++;
    const segment = this.#place();
    const w = this.#words;
    const at = segment * WORDS;
    w[at + SEQ] = seq;
    w[at + END] = end;
    w[at + FRAME] = p.number;
    w[at + NANOSECONDS] = p.nanoseconds;
    w[at + NEWER] = 0;
    this.#seconds[segment] = p.seconds;
    if (newest !== 0) this.setNewer(newest, segment);
    return segment;
  }

  /** Gives back a list, or a part of one, of `count` segments from `oldest` to `newest`. */
  drop(oldest: number, newest: number, count: number): void {
    if (count === 0) return;
    this.#count -= count;
    this.setNewer(newest, this.#free);
    this.#free = oldest;
  }

  seq(segment: number): number {
    return this.#words[segment * WORDS + SEQ]!;
  }

  setSeq(segment: number, seq: number): void {
    this.#words[segment * WORDS + SEQ] = seq;
  }

  end(segment: number): number {
    return this.#words[segment * WORDS + END]!;
  }

  frame(segment: number): number {
    return this.#words[segment * WORDS + FRAME]!;
  }

  newer(segment: number): number {
    return this.#words[segment * WORDS + NEWER]!;
  }

  setNewer(segment: number, newer: number): void {
    this.#words[segment * WORDS + NEWER] = newer;
  }

  /** Nanoseconds from the segment to this packet. */
  since(p: Packet, segment: number): bigint {
    return since(p, this.#seconds[segment]!, this.#words[segment * WORDS + NANOSECONDS]!);
  }

  #place(): number {
    const free = this.#free;
    if (free !== 0) {
      this.#free = this.newer(free);
      return free;
    }
    if (this.#fresh === this.#capacity) this.#grow();
    return this.#fresh++;
  }

  #grow(): void {
    this.#capacity = Math.min(this.#capacity * 2, SEGMENTS_MAX + 1);
    this.#words = grown(this.#words, this.#capacity * WORDS);
    this.#seconds = grown(this.#seconds, this.#capacity);
  }
}

/** Nanoseconds from that time to this packet. */
export function since(p: Packet, seconds: number, nanoseconds: number): bigint {
  return BigInt(p.seconds - seconds) * 1_000_000_000n + BigInt(p.nanoseconds - nanoseconds);
}
