// Messages that span TCP segments: bytes are kept per direction until the message is whole, then read at once.
// A protocol says how much it needs with `Packet.askMore`.
import { LATE, LAYERS_MAX, MORE_SEGMENT, MORE_UNTIL_END, type Packet } from '../core/packet.ts';
import { BufferPool } from './buffer-pool.ts';

/** Of a longer message only the beginning is kept: it is read like a packet that the capture cut. */
const KEPT_BYTES_MAX = 16 << 20;
/** All unfinished messages together; the oldest go first. */
export const TOTAL_BYTES_MAX = 48 << 20;
/** Messages one segment may complete or begin. */
const ROUNDS_MAX = 512;

/** Bits of what is known of a cell: most have neither, and then no map is asked. */
const IS_PENDING = 1;
const HAS_FINISHED = 2;

/** Runs of bytes an unfinished message may have with gaps between them. */
const RUNS_MAX = 64;

/** Pieces of a message that are told apart: of one that has more, the others are counted in its length alone. */
const PIECES_MAX = 16_384;
/** Memory that one of them takes: segments of a byte each are told apart by more than they carry. */
const PIECE_BYTES = 24;

/** A message that several segments brought; borrowed, as the packet is. */
export interface Joined {
  /** Three numbers a segment, in the order of their coming: its frame, and the bytes [start, end) that it brought. */
  readonly pieces: readonly number[];
  /** Bytes of the message; of a longer one only the first are kept. */
  readonly extent: number;
  readonly bytes: Uint8Array;
}

interface Pending extends Joined {
  readonly pieces: number[];
  /** Sequence number of the first byte. */
  seq: number;
  /** Bytes the message needs, or MORE_SEGMENT / MORE_UNTIL_END. */
  wanted: number;
  /** What has come, as offsets [start, end) in order; one run from 0 on unless something is missing. */
  readonly runs: number[];
  /** The highest offset that has come. */
  extent: number;
  /** The bytes; those from KEPT_BYTES_MAX on are only counted. */
  bytes: Uint8Array;
}

export class StreamReassembly {
  readonly #pending = new Map<number, Pending>();
  readonly #pool = new BufferPool();
  /** Given back while a packet is read, to the pool only after it: the packet's layers still point into them. */
  readonly #used: Uint8Array[] = [];
  /** By cell, where the last message of several segments lay: what comes again of it is not read again. */
  readonly #finished = new Map<number, { readonly seq: number; readonly length: number }>();
  #known = new Uint8Array(4096);
  #packet = 0;
  #total = 0;
  /** Most bytes of unfinished messages that were ever kept. */
  mostBytes = 0;
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
    onWhole: (p: Packet, joined: Joined) => void,
  ): void {
    this.#newPacket(p.number);
    // What the capture cut can't be put together.
    const isCut = p.wireEnd > p.end;
    if (isCut) this.#drop(cell);
    const payload = p.at;
    let at = payload;
    const { end, wireEnd } = p;
    for (let round = 0; round < ROUNDS_MAX && at < end; round++) {
      const pending = this.#pendingOf(cell);
      const offset = pending === undefined ? -1 : (seq - pending.seq) | 0;
      if (pending !== undefined && offset >= 0 && covers(pending, offset)) {
        const taken = pending.wanted > 0 ? Math.min(end - at, pending.wanted - offset) : end - at;
        if (!this.#store(pending, p, at, taken, offset)) {
          this.#drop(cell);
          return;
        }
        p.joinedBytes = at + taken - payload;
        let isShown = true;
        if (isWhole(pending, isLast)) isShown = this.#deliverWhole(p, cell, pending, deliver, onWhole);
        else {
          p.isPartOfMessage = true;
          if (at + taken === end) return;
          // Parts of it are missing, but its end is here: behind it another message begins.
          this.#drop(cell);
        }
        // As in Wireshark, the column shows what the segment began with.
        if (isShown && p.protocolLayers === LAYERS_MAX) p.protocolLayers = p.count;
        at += taken;
        seq = (seq + taken) >>> 0;
        continue;
      }
      if (pending !== undefined && offset >= 0) this.#drop(cell);
      if (this.#isRepeated(cell, seq)) return;
      p.at = at;
      p.end = end;
      p.wireEnd = wireEnd;
      p.mayAskMore = !isCut;
      p.wanted = 0;
      deliver(p);
      p.mayAskMore = false;
      if (p.wanted !== 0 && !(isLast && p.wanted === MORE_UNTIL_END)) {
        const from = p.wantedAt;
        this.#begin(cell, (seq + from - at) >>> 0, p.wanted, p.buf, from, end, [p.number, 0, end - from]);
        p.isPartOfMessage = true;
        p.begunAt = from;
      }
      p.wanted = 0;
      return;
    }
  }

  /** The sender closed with a segment that carries no data: a message that lasts until then is whole. */
  close(
    p: Packet,
    cell: number,
    seq: number,
    deliver: (p: Packet) => void,
    onWhole: (p: Packet, joined: Joined) => void,
  ): void {
    const pending = this.#pendingOf(cell);
    if (pending === undefined || pending.wanted !== MORE_UNTIL_END || !isWhole(pending, true)) return;
    if (((seq - pending.seq) | 0) !== pending.extent) return;
    this.#newPacket(p.number);
    this.#deliverWhole(p, cell, pending, deliver, onWhole, true);
  }

  #newPacket(number: number): void {
    if (number === this.#packet) return;
    this.#packet = number;
    while (this.#used.length > 0) this.#pool.give(this.#used.pop()!);
  }

  /** The flow is over: what was kept for it is given back. */
  forget(cell: number): void {
    this.#drop(cell);
    if (this.#knows(cell, HAS_FINISHED)) this.#finished.delete(cell);
    if (cell < this.#known.length) this.#known[cell] = 0;
  }

  #knows(cell: number, what: number): boolean {
    return cell < this.#known.length && (this.#known[cell]! & what) !== 0;
  }

  #note(cell: number, what: number): void {
    if (cell >= this.#known.length) {
      const known = new Uint8Array(Math.max(cell + 1, this.#known.length * 2));
      known.set(this.#known);
      this.#known = known;
    }
    this.#known[cell]! |= what;
  }

  #pendingOf(cell: number): Pending | undefined {
    return this.#knows(cell, IS_PENDING) ? this.#pending.get(cell) : undefined;
  }

  #drop(cell: number): void {
    const pending = this.#pendingOf(cell);
    if (pending === undefined) return;
    this.#take(cell, pending);
    this.#release(pending.bytes);
  }

  /** Inside the last message that took several segments, but not at its start. */
  #isRepeated(cell: number, seq: number): boolean {
    const finished = this.#knows(cell, HAS_FINISHED) ? this.#finished.get(cell) : undefined;
    if (finished === undefined) return false;
    const offset = (seq - finished.seq) | 0;
    return offset > 0 && offset < finished.length;
  }

  /** False when the message turned out to be longer than it looked: nothing was shown of it yet. */
  #deliverWhole(
    p: Packet,
    cell: number,
    whole: Pending,
    deliver: (p: Packet) => void,
    onWhole: (p: Packet, joined: Joined) => void,
    isEnd = false,
  ): boolean {
    const layer = p.count;
    onWhole(p, whole);
    this.#take(cell, whole);
    const { bytes, extent } = whole;
    const kept = Math.min(extent, KEPT_BYTES_MAX);
    // Where nothing more can come, nobody is asked to wait.
    p.mayAskMore = kept === extent && !isEnd;
    p.wanted = 0;
    p.within(bytes, 0, kept, extent, deliver);
    if (p.count > layer && p.flags[layer]! & LATE) p.mark[layer] = p.count;
    p.mayAskMore = false;
    const { wanted, wantedAt } = p;
    p.wanted = 0;
    if (wanted !== 0) p.isPartOfMessage = true;
    if (wanted !== 0 && wantedAt === 0) {
      // The same message again, longer than it looked: nothing is copied.
      whole.wanted = wanted;
      this.#keep(cell, whole);
      if (p.count > layer) p.flags[layer] = 0;
      return false;
    }
    this.#note(cell, HAS_FINISHED);
    this.#finished.set(cell, { seq: whole.seq, length: wanted !== 0 ? wantedAt : extent });
    if (wanted !== 0) {
      const seq = (whole.seq + wantedAt) >>> 0;
      this.#begin(cell, seq, wanted, bytes, wantedAt, extent, piecesBehind(whole.pieces, wantedAt));
    }
    this.#release(bytes);
    return true;
  }

  #begin(
    cell: number,
    seq: number,
    wanted: number,
    from: Uint8Array,
    start: number,
    end: number,
    pieces: number[],
  ): void {
    const bytes = this.#pool.take(Math.max(end - start, Math.min(wanted, 1 << 16), 2048));
    bytes.set(from.subarray(start, end));
    this.#keep(cell, { seq, wanted, runs: [0, end - start], extent: end - start, bytes, pieces });
  }

  #keep(cell: number, pending: Pending): void {
    this.#pending.set(cell, pending);
    this.#note(cell, IS_PENDING);
    this.#total += weightOf(pending);
    this.#bound(pending);
  }

  /** The oldest go first; the one that is being written to stays. */
  #bound(spared: Pending): void {
    if (this.#total > this.mostBytes) this.mostBytes = this.#total;
    if (this.#total <= TOTAL_BYTES_MAX) return;
    for (const [cell, pending] of this.#pending) {
      if (this.#total <= TOTAL_BYTES_MAX) return;
      if (pending === spared) continue;
      this.#drop(cell);
      this.dropped++;
    }
  }

  #store(pending: Pending, p: Packet, at: number, length: number, offset: number): boolean {
    const from = p.buf;
    const end = offset + length;
    if (!addRun(pending.runs, offset, end)) return false;
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
    if (pending.pieces.length < 3 * PIECES_MAX) {
      pending.pieces.push(p.number, offset, end);
      this.#total += PIECE_BYTES;
    }
    this.#bound(pending);
    return true;
  }

  #take(cell: number, pending: Pending): void {
    this.#pending.delete(cell);
    this.#known[cell]! &= ~IS_PENDING;
    this.#total -= weightOf(pending);
  }

  #release(bytes: Uint8Array): void {
    this.#used.push(bytes);
  }
}

function covers(pending: Pending, offset: number): boolean {
  if (pending.wanted > 0) return offset < pending.wanted;
  return pending.wanted === MORE_UNTIL_END || offset <= pending.extent;
}

/** Nothing is missing, as far as the message is known to go. */
function isWhole(pending: Pending, isLast: boolean): boolean {
  const { runs, wanted } = pending;
  if (runs.length > 2 || runs[0] !== 0) return false;
  if (wanted === MORE_UNTIL_END) return isLast;
  return wanted === MORE_SEGMENT || runs[1]! >= wanted;
}

/** Adds [start, end) to the runs, joining those it touches; false when there are too many. */
function addRun(runs: number[], start: number, end: number): boolean {
  const last = runs.length - 1;
  // In order: the ordinary case.
  if (start <= runs[last]! && start >= runs[last - 1]!) {
    if (end > runs[last]!) runs[last] = end;
    return true;
  }
  let first = 0;
  while (first < runs.length && runs[first + 1]! < start) first += 2;
  let behind = first;
  while (behind < runs.length && runs[behind]! <= end) {
    start = Math.min(start, runs[behind]!);
    end = Math.max(end, runs[behind + 1]!);
    behind += 2;
  }
  runs.splice(first, behind - first, start, end);
  return runs.length <= 2 * RUNS_MAX;
}

function weightOf({ bytes, pieces }: Pending): number {
  return bytes.length + (pieces.length / 3) * PIECE_BYTES;
}

/** The pieces of what is left of a message from `at` on, which is where the next one begins. */
function piecesBehind(pieces: readonly number[], at: number): number[] {
  const left: number[] = [];
  for (let i = 0; i < pieces.length; i += 3)
    if (pieces[i + 2]! > at) left.push(pieces[i]!, Math.max(0, pieces[i + 1]! - at), pieces[i + 2]! - at);
  return left;
}
