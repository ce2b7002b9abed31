// Messages that span TCP segments: bytes are kept per direction until the message is whole, then read at once.
// A protocol says how much it needs with `Packet.askMore`.
import { MORE_SEGMENT, MORE_UNTIL_END, type Packet } from '../core/packet.ts';

/** A message longer than this is not put together: its segments stay segments. */
const MESSAGE_BYTES_MAX = 16 << 20;
/** All unfinished messages together; the oldest go first. */
const TOTAL_BYTES_MAX = 48 << 20;
/** Buffers kept for use again, and the largest kept. */
const SPARE_MAX = 16;
const SPARE_BYTES_MAX = 1 << 18;
/** Messages one segment may complete or begin. */
const ROUNDS_MAX = 512;

interface Pending {
  /** Sequence number of the first byte. */
  seq: number;
  /** Bytes the message needs, or MORE_SEGMENT / MORE_UNTIL_END. */
  wanted: number;
  /** Bytes stored, and the highest offset stored to. */
  stored: number;
  extent: number;
  bytes: Uint8Array;
  /** Segments it came in, for the tree. */
  segments: number;
}

export class StreamReassembly {
  readonly #pending = new Map<number, Pending>();
  /** Buffers to use again; those given back while a packet is read wait in #used, for its layers still point into them. */
  readonly #spare: Uint8Array[] = [];
  readonly #used: Uint8Array[] = [];
  #packet = 0;
  #total = 0;
  /** Unfinished messages given up because of the bound. */
  dropped = 0;

  /**
   * Hands the payload [p.at, p.end) with sequence number `seq` to `deliver`, whole messages first.
   * `cell` is flow * 2 + direction; `isLast`: the segment carries FIN. `onWhole` is called before a message made of
   * several segments is delivered.
   */
  payload(
    p: Packet,
    cell: number,
    seq: number,
    isLast: boolean,
    deliver: (p: Packet) => void,
    onWhole: (p: Packet) => void,
  ): void {
    if (p.number !== this.#packet) {
      this.#packet = p.number;
      while (this.#used.length > 0 && this.#spare.length < SPARE_MAX) this.#spare.push(this.#used.pop()!);
      this.#used.length = 0;
    }
    // What the capture cut can't be put together.
    const isCut = p.wireEnd > p.end;
    let at = p.at;
    const { end, wireEnd } = p;
    for (let round = 0; round < ROUNDS_MAX && at < end; round++) {
      const pending = this.#pending.get(cell);
      const offset = pending === undefined ? -1 : (seq - pending.seq) | 0;
      if (pending !== undefined && offset >= 0 && this.#covers(pending, offset)) {
        const taken = pending.wanted > 0 ? Math.min(end - at, pending.wanted - offset) : end - at;
        if (isCut || !this.#store(pending, p.buf, at, taken, offset)) {
          this.forget(cell);
          return;
        }
        const isWhole =
          pending.wanted === MORE_SEGMENT || (pending.wanted > 0 ? pending.stored >= pending.wanted : isLast);
        if (!isWhole) {
          p.isPartOfMessage = true;
          return;
        }
        this.#take(cell, pending);
        onWhole(p);
        this.#deliverWhole(p, cell, pending, deliver);
        at += taken;
        seq = (seq + taken) >>> 0;
        continue;
      }
      if (pending !== undefined && offset >= 0) this.forget(cell);
      p.at = at;
      p.end = end;
      p.wireEnd = wireEnd;
      p.mayAskMore = !isCut;
      p.wanted = 0;
      deliver(p);
      p.mayAskMore = false;
      if (p.wanted !== 0 && !(isLast && p.wanted === MORE_UNTIL_END)) {
        const from = p.wantedAt;
        this.#begin(cell, (seq + from - at) >>> 0, p.wanted, p.buf, from, end);
        p.isPartOfMessage = true;
      }
      p.wanted = 0;
      return;
    }
  }

  /** The flow is over: what was kept for it is given back. */
  forget(cell: number): void {
    const pending = this.#pending.get(cell);
    if (pending === undefined) return;
    this.#take(cell, pending);
    this.#release(pending.bytes);
  }

  #deliverWhole(p: Packet, cell: number, whole: Pending, deliver: (p: Packet) => void): void {
    const { bytes, extent } = whole;
    p.mayAskMore = true;
    p.wanted = 0;
    p.within(bytes, 0, extent, extent, deliver);
    p.mayAskMore = false;
    if (p.wanted !== 0) {
      this.#begin(cell, (whole.seq + p.wantedAt) >>> 0, p.wanted, bytes, p.wantedAt, extent);
      p.isPartOfMessage = true;
    }
    p.wanted = 0;
    this.#release(bytes);
  }

  #covers(pending: Pending, offset: number): boolean {
    return pending.wanted > 0 ? offset < pending.wanted : offset <= pending.extent;
  }

  #begin(cell: number, seq: number, wanted: number, from: Uint8Array, start: number, end: number): void {
    if (wanted > MESSAGE_BYTES_MAX) return;
    const bytes = this.#buffer(Math.max(end - start, Math.min(wanted, 1 << 16), 2048));
    bytes.set(from.subarray(start, end));
    this.#pending.set(cell, { seq, wanted, stored: end - start, extent: end - start, bytes, segments: 1 });
    this.#total += bytes.length;
    while (this.#total > TOTAL_BYTES_MAX) {
      const oldest = this.#pending.keys().next().value;
      if (oldest === undefined) break;
      this.forget(oldest);
      this.dropped++;
    }
  }

  #store(pending: Pending, from: Uint8Array, at: number, length: number, offset: number): boolean {
    const end = offset + length;
    if (end > MESSAGE_BYTES_MAX) return false;
    if (end > pending.bytes.length) {
      const larger = this.#buffer(Math.max(end, pending.bytes.length * 2));
      larger.set(pending.bytes.subarray(0, pending.extent));
      this.#total += larger.length - pending.bytes.length;
      this.#release(pending.bytes);
      pending.bytes = larger;
    }
    pending.bytes.set(from.subarray(at, at + length), offset);
    pending.stored += length;
    pending.segments++;
    if (end > pending.extent) pending.extent = end;
    return true;
  }

  #take(cell: number, pending: Pending): void {
    this.#pending.delete(cell);
    this.#total -= pending.bytes.length;
  }

  #release(bytes: Uint8Array): void {
    if (bytes.length <= SPARE_BYTES_MAX) this.#used.push(bytes);
  }

  #buffer(length: number): Uint8Array {
    for (let i = this.#spare.length - 1; i >= 0; i--) {
      const spare = this.#spare[i]!;
      if (spare.length < length) continue;
      this.#spare[i] = this.#spare[this.#spare.length - 1]!;
      this.#spare.pop();
      return spare;
    }
    return new Uint8Array(1 << (32 - Math.clz32(length - 1)));
  }
}
