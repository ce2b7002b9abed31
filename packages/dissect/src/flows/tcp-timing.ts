// Round-trip times, bytes in flight and completeness of TCP conversations: the part of Wireshark's TCP analysis that
// must remember every unacknowledged segment, and therefore is optional (`SessionOptions.timesConversations`).
import type { Packet } from '../core/packet.ts';
import { START_CAPACITY } from './flow-table.ts';
import { grown } from './grown.ts';
import {
  ACK,
  FIN,
  LOST_SEGMENT,
  PSH,
  RETRANSMISSION,
  RST,
  type Segment,
  SYN,
  ZERO_WINDOW_PROBE,
} from './tcp-analysis.ts';
import { since, UnackedSegments } from './unacked-segments.ts';

/** Unacknowledged segments remembered per direction; further ones are not, as in Wireshark. */
const UNACKED_MAX = 10_000;

/** Bits of `tcp.completeness`. */
const SYN_SENT = 0x01;
const SYN_ACK = 0x02;
const PLAIN_ACK = 0x04;
const DATA = 0x08;
const FINISHED = 0x10;
const RESET = 0x20;

/**
 * A conversation is a record of 32-bit words, those of each direction first. Of the unacknowledged segments, which are a
 * list from the oldest to the newest, it has the ends; 0: none.
 */
const OLDEST = 0;
const NEWEST = 1;
const UNACKED = 2;
const STATE = 3;
/** Bytes since the last segment with PSH. */
const PUSHED_BYTES = 4;
/** Bytes that this side's last segment acknowledged selectively (RFC 2018). */
const SACKED_BYTES = 5;
/** The highest sequence number sent, and the moment of the segment that ended there. */
const HIGHEST = 6;
const HIGHEST_FRAME = 7;
const HIGHEST_NANOSECONDS = 8;
/** Where the first of the unacknowledged segments begins, and where the last one ends. */
const BOTTOM = 9;
const TOP = 12;
const WORDS = 14;
/** Behind the words of both directions. */
const COMPLETENESS = 28;
const SYN_NANOSECONDS = 29;
const RECORD_WORDS = 34;

/** Indices of 64-bit words in the same record: seconds are doubles, the round-trip time is a whole number. */
const HIGHEST_SECONDS = 5;
const SYN_SECONDS = 15;
const INITIAL_RTT = 16;
const RECORD_DOUBLES = RECORD_WORDS / 2;

/** Bits of STATE. */
/** After lost segments, until the next acknowledgment: the bytes in flight are unknown. */
const HAS_LOST = 1;
const WAS_PUSHED = 2;
const HAS_HIGHEST = 4;
/** Each unacknowledged segment begins where the one before ends, or behind it. */
const IS_ORDERED = 8;
/** They span half of all sequence numbers, which can't be compared then (RFC 9293 §3.4). */
const IS_WIDE = 16;

/** Bits of COMPLETENESS beside those of `tcp.completeness`. */
const IS_KNOWN = 0x100;
const HAS_SYN = 0x200;

/** Of all sequence numbers. */
const HALF = 2 ** 31;

const NONE = -1n;

export class TcpTiming {
  #words = new Int32Array(START_CAPACITY * RECORD_WORDS);
  #doubles = new Float64Array(this.#words.buffer);
  #bigints = new BigInt64Array(this.#words.buffer);
  readonly #unacked = new UnackedSegments();

  // Results for the segment seen last; times in nanoseconds, -1: none.
  /** Completeness of the conversation before this segment. */
  completeness = 0;
  acksFrame = 0;
  ackRtt = NONE;
  /** From the SYN to the ACK that ended the handshake. */
  initialRtt = NONE;
  bytesInFlight = 0;
  pushBytesSent = 0;
  rto = NONE;
  rtoFrame = 0;

  /** Makes room for flows 0 to capacity - 1, and forgets the state of an earlier conversation with this index. */
  begin(flow: number, capacity: number): void {
    if (this.#words.length < capacity * RECORD_WORDS) this.#resize(capacity);
    const w = this.#words;
    const record = flow * RECORD_WORDS;
    this.#unacked.drop(w[record + OLDEST]!, w[record + NEWEST]!, w[record + UNACKED]!);
    const other = record + WORDS;
    this.#unacked.drop(w[other + OLDEST]!, w[other + NEWEST]!, w[other + UNACKED]!);
    w.fill(0, record, record + RECORD_WORDS);
  }

  see(p: Packet, s: Segment, found: number, sackedBytes: number): void {
    const w = this.#words;
    const record = p.flow * RECORD_WORDS;
    const fwd = record + p.direction * WORDS;
    const rev = record + (p.direction ^ 1) * WORDS;
    const isNew = (w[record + COMPLETENESS]! & IS_KNOWN) === 0;
    if (isNew) {
      this.#setHighest(fwd, p);
      this.#setHighest(rev, p);
      this.#bigints[p.flow * RECORD_DOUBLES + INITIAL_RTT] = NONE;
    }
    this.completeness = w[record + COMPLETENESS]! & 0xff;
    w[record + COMPLETENESS]! |= IS_KNOWN | progress(s, isNew);
    this.#handshake(p, s, record);
    this.#retransmitted(p, fwd, found);
    if (s.flags & ACK) w[rev + STATE]! &= ~HAS_LOST;
    if (found & LOST_SEGMENT) w[fwd + STATE]! |= HAS_LOST;
    w[fwd + SACKED_BYTES] = sackedBytes;
    this.#remember(p, fwd, s, found);
    this.#acknowledge(p, rev, s.ack);
    this.#flight(fwd, rev, s);
  }

  #handshake(p: Packet, s: Segment, record: number): void {
    const w = this.#words;
    const double = p.flow * RECORD_DOUBLES;
    let rtt = this.#bigints[double + INITIAL_RTT]!;
    if (s.flags & SYN) {
      if ((s.flags & ACK) === 0) {
        w[record + COMPLETENESS]! |= HAS_SYN;
        w[record + SYN_NANOSECONDS] = p.nanoseconds;
        this.#doubles[double + SYN_SECONDS] = p.seconds;
      }
    } else if (s.flags & ACK && w[record + COMPLETENESS]! & HAS_SYN && rtt <= 0n) {
      rtt = since(p, this.#doubles[double + SYN_SECONDS]!, w[record + SYN_NANOSECONDS]!);
      this.#bigints[double + INITIAL_RTT] = rtt;
    }
    this.initialRtt = rtt;
  }

  /** Retransmission timeout (RFC 6298): how long after its first transmission a segment was sent again. */
  #retransmitted(p: Packet, fwd: number, found: number): void {
    this.rto = NONE;
    this.rtoFrame = 0;
    if ((found & RETRANSMISSION) === 0) return;
    const w = this.#words;
    const first = w[fwd + OLDEST]!;
    if (first !== 0) {
      this.rto = this.#unacked.since(p, first);
      this.rtoFrame = this.#unacked.frame(first);
    } else {
      this.rto = since(p, this.#doubles[fwd / 2 + HIGHEST_SECONDS]!, w[fwd + HIGHEST_NANOSECONDS]!);
      this.rtoFrame = w[fwd + HIGHEST_FRAME]!;
    }
  }

  #remember(p: Packet, fwd: number, s: Segment, found: number): void {
    const w = this.#words;
    const next = (s.seq + s.length + (s.flags & (SYN | FIN) ? 1 : 0)) | 0;
    const takesNumbers = s.length > 0 || (s.flags & (SYN | FIN)) !== 0;
    if (takesNumbers && w[fwd + UNACKED]! < UNACKED_MAX) {
      const before = w[fwd + NEWEST]!;
      const segment = this.#unacked.add(p, s.seq, next, before);
      if (segment !== 0) {
        if (w[fwd + UNACKED]! === 0) w[fwd + OLDEST] = segment;
        w[fwd + NEWEST] = segment;
        w[fwd + UNACKED]! += 1;
        this.#bound(fwd, segment, before);
      }
    }
    if (found & ZERO_WINDOW_PROBE) return;
    if (w[fwd + STATE]! & HAS_HIGHEST && !isAfter(next, w[fwd + HIGHEST]!)) return;
    w[fwd + HIGHEST] = next;
    if (next !== 0) w[fwd + STATE]! |= HAS_HIGHEST;
    else w[fwd + STATE]! &= ~HAS_HIGHEST;
    this.#setHighest(fwd, p);
  }

  #setHighest(way: number, p: Packet): void {
    this.#words[way + HIGHEST_FRAME] = p.number;
    this.#words[way + HIGHEST_NANOSECONDS] = p.nanoseconds;
    this.#doubles[way / 2 + HIGHEST_SECONDS] = p.seconds;
  }

  /** Widens the bounds of the unacknowledged segments by one that follows `before`; 0: it is the first. */
  #bound(way: number, segment: number, before: number): void {
    const w = this.#words;
    const seq = this.#unacked.seq(segment);
    const end = this.#unacked.end(segment);
    if (before === 0) {
      w[way + STATE] = (w[way + STATE]! & ~IS_WIDE) | IS_ORDERED;
      w[way + BOTTOM] = seq;
      w[way + TOP] = end;
    }
    const bottom = w[way + BOTTOM]!;
    const from = (seq - bottom) | 0;
    const to = (end - bottom) | 0;
    const lowest = Math.min(0, from);
    const highest = Math.max((w[way + TOP]! - bottom) | 0, to);
    w[way + BOTTOM] = bottom + lowest;
    w[way + TOP] = bottom + highest;
    if (before !== 0 && isAfter(this.#unacked.end(before), seq)) w[way + STATE]! &= ~IS_ORDERED;
    if (to <= from || highest - lowest >= HALF) w[way + STATE] = (w[way + STATE]! & ~IS_ORDERED) | IS_WIDE;
  }

  /**
   * Removes acknowledged segments; the oldest one that ends at `ack` is the one being acknowledged. All are looked at only
   * where some are out of order and `ack` is news to them: a bulk transfer has thousands under way.
   */
  #acknowledge(p: Packet, rev: number, ack: number): void {
    const w = this.#words;
    const unacked = this.#unacked;
    this.acksFrame = 0;
    this.ackRtt = NONE;
    const isNews = isAfter(ack, w[rev + BOTTOM]!);
    if (!isNews && isAfter(w[rev + TOP]!, ack) && (w[rev + STATE]! & IS_WIDE) === 0) return;
    const isOrdered = isNews && (w[rev + STATE]! & IS_ORDERED) !== 0;
    let before = 0;
    for (let segment = w[rev + OLDEST]!, next = 0; segment !== 0; segment = next) {
      next = unacked.newer(segment);
      const isExact = unacked.end(segment) === ack;
      if (!isExact && isAfter(unacked.end(segment), ack)) {
        // Part of it may be acknowledged.
        if (isAfter(ack, unacked.seq(segment))) unacked.setSeq(segment, ack);
        if (isOrdered) {
          w[rev + BOTTOM] = unacked.seq(segment);
          return;
        }
        this.#bound(rev, segment, before);
        before = segment;
        continue;
      }
      if (isExact && this.acksFrame === 0) {
        this.acksFrame = unacked.frame(segment);
        this.ackRtt = unacked.since(p, segment);
      }
      if (before === 0) w[rev + OLDEST] = next;
      else unacked.setNewer(before, next);
      if (next === 0) w[rev + NEWEST] = before;
      w[rev + UNACKED]! -= 1;
      unacked.drop(segment, segment, 1);
    }
  }

  #flight(fwd: number, rev: number, s: Segment): void {
    const w = this.#words;
    this.bytesInFlight = this.pushBytesSent = 0;
    if (s.length === 0 || w[fwd + OLDEST] === 0 || w[fwd + STATE]! & HAS_LOST) return;
    const bytes = this.#span(fwd) - w[rev + SACKED_BYTES]!;
    if (bytes > 0) this.bytesInFlight = bytes - (s.flags & (SYN | FIN) ? 1 : 0);
    w[fwd + PUSHED_BYTES] = w[fwd + STATE]! & WAS_PUSHED ? s.length : w[fwd + PUSHED_BYTES]! + s.length;
    if (s.flags & PSH) w[fwd + STATE]! |= WAS_PUSHED;
    else w[fwd + STATE]! &= ~WAS_PUSHED;
    this.pushBytesSent = w[fwd + PUSHED_BYTES]! >>> 0;
  }

  /** Sequence numbers from the first to the last that is not acknowledged. */
  #span(way: number): number {
    const w = this.#words;
    if ((w[way + STATE]! & IS_WIDE) === 0) return (w[way + TOP]! - w[way + BOTTOM]!) | 0;
    const unacked = this.#unacked;
    const oldest = w[way + OLDEST]!;
    const seq = unacked.seq(oldest);
    let first = 0;
    let last = (unacked.end(oldest) - seq) | 0;
    for (let segment = unacked.newer(oldest); segment !== 0; segment = unacked.newer(segment)) {
      first = Math.min(first, (unacked.seq(segment) - seq) | 0);
      last = Math.max(last, (unacked.end(segment) - seq) | 0);
    }
    return last - first;
  }

  #resize(capacity: number): void {
    this.#words = grown(this.#words, capacity * RECORD_WORDS);
    this.#doubles = new Float64Array(this.#words.buffer);
    this.#bigints = new BigInt64Array(this.#words.buffer);
  }
}

/** What a segment adds to the completeness; a SYN counts only as the first segment of a conversation. */
function progress({ flags, length }: Segment, isNew: boolean): number {
  if (isNew) return (flags & (SYN | ACK)) === SYN ? SYN_SENT | (length > 0 ? DATA : 0) : 0;
  let bits = 0;
  if ((flags & (SYN | ACK)) === (SYN | ACK)) bits |= SYN_ACK;
  if ((flags & (SYN | ACK)) === ACK) bits |= length > 0 ? DATA : PLAIN_ACK;
  if ((flags & (FIN | ACK)) === (FIN | ACK)) bits |= FINISHED;
  if (flags & RST) bits |= RESET;
  return bits;
}

const OPENED = SYN_SENT | SYN_ACK;

/** `Complete, WITH_DATA`: in Wireshark's words. */
export function completenessName(bits: number): string {
  const state = bits & ~(FINISHED | RESET);
  const isEnded = (bits & (FINISHED | RESET)) !== 0;
  if (isEnded && state === (OPENED | PLAIN_ACK | DATA)) return 'Complete, WITH_DATA';
  if (isEnded && state === (OPENED | PLAIN_ACK)) return 'Complete, NO_DATA';
  if (isEnded) return 'Incomplete';
  switch (state) {
    case SYN_SENT:
      return 'Incomplete, SYN_SENT';
    case OPENED:
      return 'Incomplete, CLIENT_ESTABLISHED';
    case OPENED | PLAIN_ACK:
      return 'Incomplete, ESTABLISHED';
    case OPENED | PLAIN_ACK | DATA:
      return 'Incomplete, DATA';
    default:
      return 'Incomplete';
  }
}

/** Sequence numbers wrap around (RFC 9293 §3.4). */
function isAfter(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}
