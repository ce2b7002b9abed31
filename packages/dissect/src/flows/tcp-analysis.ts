// TCP sequence analysis: retransmissions, lost segments, duplicate ACKs and the other findings of Wireshark's analysis
// (User's Guide §7.5 "TCP Analysis"), and relative sequence numbers.
import { START_CAPACITY } from './flow-table.ts';
import { grown } from './grown.ts';

export const RETRANSMISSION = 0x0001;
export const FAST_RETRANSMISSION = 0x0002;
export const SPURIOUS_RETRANSMISSION = 0x0004;
export const OUT_OF_ORDER = 0x0008;
/** Bytes before this segment were not captured. */
export const LOST_SEGMENT = 0x0010;
/** Acknowledges bytes that were not captured. */
export const ACK_LOST_SEGMENT = 0x0020;
export const DUPLICATE_ACK = 0x0040;
export const ZERO_WINDOW = 0x0080;
export const ZERO_WINDOW_PROBE = 0x0100;
export const ZERO_WINDOW_PROBE_ACK = 0x0200;
export const KEEP_ALIVE = 0x0400;
export const KEEP_ALIVE_ACK = 0x0800;
export const WINDOW_UPDATE = 0x1000;
export const WINDOW_FULL = 0x2000;
export const REUSED_PORTS = 0x4000;

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;
export const URG = 0x20;

/**
 * A conversation is a record of 32-bit words: a cache line for each direction, and one for what is rarely needed.
 * Sequence numbers are signed, which V8 keeps in 32 bits; only their differences and equality matter.
 */
const BASE_SEQ = 0;
const NEXT_SEQ = 1;
/** The highest sequence number that the other side may acknowledge: everything before it was captured. */
const MAX_TO_ACK = 2;
const LAST_ACK = 3;
const WINDOW = 4;
const LAST_ANALYSIS = 5;
/** Duplicate ACKs sent in a row; REPORTED after an ACK of bytes that were not captured, which is reported once. */
const DUP_ACKS = 6;
const REPORTED = -1;
const KNOWN = 7;
/** Window scale shift + 2; 0: no handshake seen. */
const SCALE = 8;
const NO_SCALE = 1;
/** The first frame with the last acknowledgment number. */
const FIRST_ACK_FRAME = 9;
const FLAGS_SEEN = 10;
/** Times of the last segment, and of the one with the highest sequence number: seconds, then nanoseconds. */
const ACK_TIME = 11;
const NEXT_SEQ_TIME = 13;
const WORDS = 16;
/** Two words each, after the words of both directions. */
const RETRANSMISSIONS = 32;
const OUT_OF_ORDERS = 34;
const ZERO_WINDOWS = 36;
const SERVER_PORT = 38;
/** Direction that sent the first FIN, plus 1; 0: none yet. */
const CLOSER = 39;
const SYN_TIME = 40;
const RECORD_WORDS = 48;
/** Index of a 64-bit float in the same record: seconds from SYN to the ACK that ended the handshake. */
const HANDSHAKE = 21;
const RECORD_DOUBLES = RECORD_WORDS / 2;

/** Bits of KNOWN. */
const HAS_BASE = 1;
const HAS_NEXT = 2;
const HAS_MAX_TO_ACK = 4;
const HAS_ACK = 8;
/** The handshake is in progress; set in both directions. */
const IS_OPENING = 16;

/** A segment below the highest one is out of order, not retransmitted, if it follows within the RTT; this stands in for it. */
const REORDER_SECONDS = 0.003;
const FAST_RETRANSMIT_SECONDS = 0.02;

/** What the analysis needs of a segment; one object is reused. */
export interface Segment {
  /** Signed 32-bit integers. */
  seq: number;
  ack: number;
  /** Unscaled, as in the header. */
  window: number;
  flags: number;
  /** Payload bytes on the wire. */
  length: number;
  /** Shift count of the window scale option; -1: none. */
  scale: number;
  seconds: number;
  nanoseconds: number;
  frame: number;
}

/** The sequence number after the segment; SYN and FIN occupy one each (RFC 9293 §3.4). */
const sequenceEnd = (s: Segment): number => (s.seq + s.length + (s.flags & (SYN | FIN) ? 1 : 0)) | 0;

const after = (a: number, b: number): boolean => ((a - b) | 0) > 0;

export class TcpAnalysis {
  #words = new Int32Array(START_CAPACITY * RECORD_WORDS);
  #doubles = new Float64Array(this.#words.buffer);

  // Results for the last segment analysed.
  /**
   * Sequence and acknowledgment number. The array takes differences modulo 2^32; `>>> 0` does so too, but is compiled
   * again for each that is beyond 32 bits.
   */
  readonly #relative = new Uint32Array(2);
  scaledWindow = 0;
  /** For a duplicate ACK: its number in the row, and the frame that it duplicates. */
  duplicateAcks = 0;
  duplicatedFrame = 0;

  get relativeSeq(): number {
    return this.#relative[0]!;
  }

  get relativeAck(): number {
    return this.#relative[1]!;
  }

  /** Makes room for flows 0 to capacity - 1, and clears the record of an earlier conversation with this index. */
  begin(flow: number, capacity: number): void {
    if (this.#words.length < capacity * RECORD_WORDS) this.#resize(capacity);
    const w = this.#words;
    const end = (flow + 1) * RECORD_WORDS;
    for (let i = flow * RECORD_WORDS; i < end; i++) w[i] = 0;
  }

  /** Port of the side that the SYN was sent to; 0: unknown. */
  serverPort(flow: number): number {
    return this.#words[flow * RECORD_WORDS + SERVER_PORT]!;
  }

  setServerPort(flow: number, port: number): void {
    this.#words[flow * RECORD_WORDS + SERVER_PORT] = port;
  }

  /** Seconds from SYN to the ACK that ends the handshake; 0: unknown. */
  handshakeSeconds(flow: number): number {
    return this.#doubles[flow * RECORD_DOUBLES + HANDSHAKE]!;
  }

  /** All TCP flags that a direction has sent. */
  flagsSeen(flow: number, direction: number): number {
    return this.#words[flow * RECORD_WORDS + direction * WORDS + FLAGS_SEEN]!;
  }

  /** The direction that sent the first FIN; -1: none yet. */
  closer(flow: number): number {
    return this.#words[flow * RECORD_WORDS + CLOSER]! - 1;
  }

  /** What a direction's relative sequence numbers count from: its initial one, or the one before its first captured byte. */
  baseSequence(flow: number, direction: number): number | null {
    const at = flow * RECORD_WORDS + direction * WORDS;
    return (this.#words[at + KNOWN]! & HAS_BASE) === 0 ? null : this.#words[at + BASE_SEQ]! >>> 0;
  }

  retransmissions(flow: number, direction: number): number {
    return this.#words[flow * RECORD_WORDS + RETRANSMISSIONS + direction]!;
  }

  outOfOrder(flow: number, direction: number): number {
    return this.#words[flow * RECORD_WORDS + OUT_OF_ORDERS + direction]!;
  }

  zeroWindows(flow: number, direction: number): number {
    return this.#words[flow * RECORD_WORDS + ZERO_WINDOWS + direction]!;
  }

  /** A SYN with another initial sequence number starts a new conversation (RFC 9293 §3.4.1). */
  isReuse(flow: number, direction: number, segment: Segment): boolean {
    if ((segment.flags & (SYN | ACK)) !== SYN) return false;
    const w = this.#words;
    const fwd = flow * RECORD_WORDS + direction * WORDS;
    return (w[fwd + KNOWN]! & HAS_BASE) !== 0 && w[fwd + BASE_SEQ] !== segment.seq;
  }

  /**
   * A SYN-ACK with another initial sequence number: only the server's numbering starts anew.
   */
  restart(flow: number, direction: number, segment: Segment): boolean {
    if ((segment.flags & (SYN | ACK)) !== (SYN | ACK)) return false;
    const w = this.#words;
    const fwd = flow * RECORD_WORDS + direction * WORDS;
    if ((w[fwd + KNOWN]! & HAS_BASE) === 0 || w[fwd + BASE_SEQ] === segment.seq) return false;
    w[fwd + BASE_SEQ] = segment.seq;
    return true;
  }

  /** Analyses one segment that a flow's direction (0 or 1) sent; returns the findings as bits. */
  see(flow: number, direction: number, s: Segment): number {
    const w = this.#words;
    const record = flow * RECORD_WORDS;
    const fwd = record + direction * WORDS;
    const rev = record + (direction ^ 1) * WORDS;
    this.#learnBase(fwd, rev, s);
    if (s.flags & SYN || w[fwd + KNOWN]! & IS_OPENING) this.#learnHandshake(flow, fwd, rev, s);
    const found = this.#judge(fwd, rev, flow, s);
    this.#remember(fwd, s, found);
    this.#relative[0] = s.seq - w[fwd + BASE_SEQ]!;
    this.#relative[1] = s.flags & ACK ? s.ack - w[rev + BASE_SEQ]! : s.ack;
    this.scaledWindow = s.flags & SYN ? s.window : s.window << this.#shift(fwd);
    w[fwd + FLAGS_SEEN]! |= s.flags;
    if (s.flags & FIN && w[record + CLOSER] === 0) w[record + CLOSER] = direction + 1;
    if (found !== 0) this.#tally(record + direction, found);
    return found;
  }

  #learnBase(fwd: number, rev: number, s: Segment): void {
    const w = this.#words;
    if ((w[fwd + KNOWN]! & HAS_BASE) === 0) {
      w[fwd + BASE_SEQ] = s.flags & SYN ? s.seq : s.seq - 1;
      w[fwd + KNOWN]! |= HAS_BASE;
    }
    if (s.flags & ACK && (w[rev + KNOWN]! & HAS_BASE) === 0) {
      w[rev + BASE_SEQ] = s.ack - 1;
      w[rev + KNOWN]! |= HAS_BASE;
    }
  }

  /** Called while the handshake is in progress. */
  #learnHandshake(flow: number, fwd: number, rev: number, s: Segment): void {
    const w = this.#words;
    const synTime = flow * RECORD_WORDS + SYN_TIME;
    const handshake = flow * RECORD_DOUBLES + HANDSHAKE;
    const isOpening = (w[fwd + KNOWN]! & IS_OPENING) !== 0;
    if ((s.flags & (SYN | ACK)) === SYN) {
      if (!isOpening && this.#doubles[handshake] === 0) {
        w[synTime] = s.seconds;
        w[synTime + 1] = s.nanoseconds;
        w[fwd + KNOWN]! |= IS_OPENING;
        w[rev + KNOWN]! |= IS_OPENING;
      }
    } else if (
      isOpening &&
      (s.flags & (SYN | RST)) === 0 &&
      w[fwd + FLAGS_SEEN]! & w[rev + FLAGS_SEEN]! & SYN
    ) {
      this.#doubles[handshake] = this.#since(synTime, s);
      if (this.#doubles[handshake] !== 0) {
        w[fwd + KNOWN]! &= ~IS_OPENING;
        w[rev + KNOWN]! &= ~IS_OPENING;
      }
    }
    if ((s.flags & SYN) === 0) return;
    // RFC 7323 §2.2: windows are scaled only if both SYNs carried the option. A SYN-ACK with it implies that the SYN had
    // it too, even if that was not captured.
    if (s.scale >= 0) w[fwd + SCALE] = s.scale + 2;
    if (w[fwd + SCALE] === 0) w[fwd + SCALE] = w[rev + SCALE] = NO_SCALE;
    else if (s.flags & ACK && w[rev + SCALE] === NO_SCALE) w[fwd + SCALE] = NO_SCALE;
  }

  #judge(fwd: number, rev: number, flow: number, s: Segment): number {
    const w = this.#words;
    const hasNext = (w[fwd + KNOWN]! & HAS_NEXT) !== 0;
    const nextSeq = w[fwd + NEXT_SEQ]!;
    const control = s.flags & (SYN | FIN | RST);
    const revHasAck = (w[rev + KNOWN]! & HAS_ACK) !== 0;
    if (s.length === 1 && hasNext && s.seq === nextSeq && revHasAck && w[rev + WINDOW] === 0) {
      return ZERO_WINDOW_PROBE | this.#judgeAck(rev, s);
    }
    let found = 0;
    if (s.window === 0 && control === 0) found |= ZERO_WINDOW;
    if (hasNext && after(s.seq, nextSeq) && (s.flags & RST) === 0) found |= LOST_SEGMENT;
    if (s.length <= 1 && hasNext && s.seq === ((nextSeq - 1) | 0) && control === 0) found |= KEEP_ALIVE;
    if (s.length === 0 && hasNext && s.seq === nextSeq && control === 0)
      found |= this.#judgeBareAck(fwd, rev, s);
    if (s.length > 0 && control === 0 && this.#fillsWindow(rev, s)) found |= WINDOW_FULL;
    found |= this.#judgeAck(rev, s);
    if ((s.length > 0 || (s.flags & (SYN | FIN)) !== 0) && (found & KEEP_ALIVE) === 0)
      found |= this.#judgeRepeat(fwd, rev, flow, s);
    return found;
  }

  /** An empty segment at the expected number: window update, duplicate ACK, or answer to a probe. */
  #judgeBareAck(fwd: number, rev: number, s: Segment): number {
    const w = this.#words;
    const sameAck = (w[fwd + KNOWN]! & HAS_ACK) !== 0 && s.ack === w[fwd + LAST_ACK];
    const sameWindow = s.window === w[fwd + WINDOW];
    const revLast = w[rev + LAST_ANALYSIS]!;
    if (s.window === 0) {
      const acksProbe = sameAck || s.ack === ((w[fwd + LAST_ACK]! + 1) | 0);
      return sameWindow && acksProbe && revLast & ZERO_WINDOW_PROBE ? ZERO_WINDOW_PROBE_ACK : 0;
    }
    if (!sameAck) return 0;
    if (!sameWindow) return WINDOW_UPDATE;
    return revLast & KEEP_ALIVE ? KEEP_ALIVE_ACK : DUPLICATE_ACK;
  }

  #fillsWindow(rev: number, s: Segment): boolean {
    const w = this.#words;
    if (w[rev + SCALE] === 0 || (w[rev + KNOWN]! & HAS_ACK) === 0) return false;
    const limit = (w[rev + LAST_ACK]! + (w[rev + WINDOW]! << this.#shift(rev))) | 0;
    return ((s.seq + s.length) | 0) === limit;
  }

  /** ACKs of bytes that were not captured are reported once, until more bytes or other acknowledgments follow. */
  #judgeAck(rev: number, s: Segment): number {
    const w = this.#words;
    if ((s.flags & ACK) === 0 || (w[rev + KNOWN]! & HAS_MAX_TO_ACK) === 0) return 0;
    if (!after(s.ack, w[rev + MAX_TO_ACK]!)) return 0;
    if (after(w[rev + NEXT_SEQ]!, w[rev + MAX_TO_ACK]!)) {
      w[rev + MAX_TO_ACK] = w[rev + NEXT_SEQ]!;
      return ACK_LOST_SEGMENT;
    }
    const isNews = w[rev + DUP_ACKS] === 0;
    w[rev + DUP_ACKS] = REPORTED;
    return isNews ? ACK_LOST_SEGMENT : 0;
  }

  /** For data (or SYN, FIN) below the highest number seen or already acknowledged: retransmitted, or out of order? */
  #judgeRepeat(fwd: number, rev: number, flow: number, s: Segment): number {
    const w = this.#words;
    const acked = (w[rev + KNOWN]! & HAS_ACK) !== 0 && w[rev + LAST_ACK] !== 0;
    if (s.length > 0 && acked && !after(s.seq + s.length, w[rev + LAST_ACK]!)) return SPURIOUS_RETRANSMISSION;
    const nextSeq = w[fwd + NEXT_SEQ]!;
    if ((w[fwd + KNOWN]! & HAS_NEXT) === 0 || !after(nextSeq, s.seq)) return 0;
    // The previous byte may have been a zero-window probe.
    if (s.length > 1 && s.seq === ((nextSeq - 1) | 0)) return 0;
    const isAwaited =
      w[rev + LAST_ACK] === s.seq && (w[rev + DUP_ACKS]! >= 2 || w[rev + DUP_ACKS] === REPORTED);
    if (isAwaited && this.#isWithin(FAST_RETRANSMIT_SECONDS, rev + ACK_TIME, s)) return FAST_RETRANSMISSION;
    const rtt = this.#doubles[flow * RECORD_DOUBLES + HANDSHAKE]!;
    const isSoon = this.#isWithin(rtt > 0 ? rtt : REORDER_SECONDS, fwd + NEXT_SEQ_TIME, s);
    return isSoon && nextSeq !== sequenceEnd(s) ? OUT_OF_ORDER : RETRANSMISSION;
  }

  #remember(fwd: number, s: Segment, found: number): void {
    const w = this.#words;
    const known = w[fwd + KNOWN]!;
    let learnt = known | HAS_ACK;
    if ((known & HAS_ACK) === 0 || s.ack !== w[fwd + LAST_ACK]) {
      w[fwd + DUP_ACKS] = 0;
      w[fwd + FIRST_ACK_FRAME] = s.frame;
    } else if (found & DUPLICATE_ACK)
      w[fwd + DUP_ACKS] = w[fwd + DUP_ACKS] === REPORTED ? 1 : w[fwd + DUP_ACKS]! + 1;
    this.duplicateAcks = w[fwd + DUP_ACKS]!;
    this.duplicatedFrame = w[fwd + FIRST_ACK_FRAME]!;
    if ((found & ZERO_WINDOW_PROBE) === 0) {
      const next = sequenceEnd(s);
      if ((known & HAS_NEXT) === 0 || after(next, w[fwd + NEXT_SEQ]!)) {
        w[fwd + NEXT_SEQ] = next;
        // 0 is not a number yet: it is what a RST in reply to a SYN carries.
        if (next !== 0) learnt |= HAS_NEXT;
        w[fwd + NEXT_SEQ_TIME] = s.seconds;
        w[fwd + NEXT_SEQ_TIME + 1] = s.nanoseconds;
      }
      if ((known & HAS_MAX_TO_ACK) === 0 || s.seq === w[fwd + MAX_TO_ACK]) {
        w[fwd + MAX_TO_ACK] = w[fwd + NEXT_SEQ]!;
        if (w[fwd + NEXT_SEQ] !== 0) learnt |= HAS_MAX_TO_ACK;
      }
    }
    w[fwd + WINDOW] = s.window;
    w[fwd + LAST_ACK] = s.ack;
    w[fwd + KNOWN] = learnt;
    w[fwd + LAST_ANALYSIS] = found;
    w[fwd + ACK_TIME] = s.seconds;
    w[fwd + ACK_TIME + 1] = s.nanoseconds;
  }

  /** Seconds from the time stored at `at` to the segment. */
  #since(at: number, s: Segment): number {
    const w = this.#words;
    return ((s.seconds - w[at]!) | 0) + (s.nanoseconds - w[at + 1]!) / 1e9;
  }

  /** Whether the segment came less than this long after the time stored at `at`; false if the clock went backwards. */
  #isWithin(seconds: number, at: number, s: Segment): boolean {
    const since = this.#since(at, s);
    return since >= 0 && since < seconds;
  }

  #shift(side: number): number {
    return Math.max(0, this.#words[side + SCALE]! - 2);
  }

  /** A direction's window scale shift; -1: unknown, for the handshake was not captured; -2: not used. */
  scaling(flow: number, direction: number): number {
    const own = this.#words[flow * RECORD_WORDS + direction * WORDS + SCALE]!;
    return own === 0 ? -1 : own === NO_SCALE ? -2 : own - 2;
  }

  /** `tallies`: the record's start plus the direction. */
  #tally(tallies: number, found: number): void {
    const w = this.#words;
    if (found & (RETRANSMISSION | FAST_RETRANSMISSION | SPURIOUS_RETRANSMISSION))
      w[tallies + RETRANSMISSIONS]! += 1;
    if (found & OUT_OF_ORDER) w[tallies + OUT_OF_ORDERS]! += 1;
    if (found & ZERO_WINDOW) w[tallies + ZERO_WINDOWS]! += 1;
  }

  #resize(capacity: number): void {
    this.#words = grown(this.#words, capacity * RECORD_WORDS);
    this.#doubles = new Float64Array(this.#words.buffer);
  }
}
