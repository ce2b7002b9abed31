// What a TCP segment means in its conversation: retransmission, lost segment, duplicate ACK and the other findings
// of Wireshark's sequence analysis (User's Guide §7.5 "TCP Analysis"), and relative sequence numbers.
import { grown } from './flow-table.ts';

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

/** Cells of one direction in `words`. */
const BASE_SEQ = 0;
const NEXT_SEQ = 1;
/** Highest sequence number up to which everything was captured. */
const MAX_TO_ACK = 2;
const LAST_ACK = 3;
const WINDOW = 4;
const LAST_ANALYSIS = 5;
const DUP_ACKS = 6;
const KNOWN = 7;
/** Window scale shift + 1; 0: no handshake seen. */
const SCALE = 8;
/** Frame that first carried the last acknowledgment number. */
const FIRST_ACK_FRAME = 9;
const WORDS = 10;

/** Cells of one direction in `times`, seconds relative to the flow's first packet. */
const NEXT_SEQ_TIME = 0;
const ACK_TIME = 1;
const TIMES = 2;

/** Bits of KNOWN. */
const HAS_BASE = 1;
const HAS_NEXT = 2;
const HAS_MAX_TO_ACK = 4;
const HAS_ACK = 8;

/** Segments after the highest one within this time look reordered rather than sent again. Seconds; RTT when known. */
const REORDER_SECONDS = 0.003;
const FAST_RETRANSMIT_SECONDS = 0.02;

/** A segment as the analysis needs it; one object is reused. */
export interface Segment {
  seq: number;
  ack: number;
  /** As in the header, unscaled. */
  window: number;
  flags: number;
  /** Payload bytes on the wire. */
  length: number;
  /** Shift count of the window scale option, -1 without. */
  scale: number;
  /** Seconds since the flow's first packet. */
  now: number;
  frame: number;
}

/** The sequence number after the segment; SYN and FIN take one each (RFC 9293 §3.4). */
const sequenceEnd = (s: Segment): number => (s.seq + s.length + (s.flags & (SYN | FIN) ? 1 : 0)) >>> 0;

const after = (a: number, b: number): boolean => ((a - b) | 0) > 0;

export class TcpAnalysis {
  #words = new Uint32Array(2048 * WORDS);
  #times = new Float64Array(2048 * TIMES);
  /** Per flow: seconds from SYN to the ACK that ends the handshake; 0 unknown. */
  handshakeSeconds = new Float64Array(1024);
  #synTime = new Float64Array(1024);
  /** Union of TCP flags seen, per direction. */
  flagsSeen = new Uint8Array(2048);
  /** Count of retransmissions and out-of-order segments, per direction. */
  retransmissions = new Uint32Array(2048);
  outOfOrder = new Uint32Array(2048);
  zeroWindows = new Uint32Array(2048);
  /** Port of the side that answered the SYN; 0 unknown. Per flow. */
  serverPort = new Uint16Array(1024);

  /** Relative numbers and scaled window of the last segment analysed. */
  relativeSeq = 0;
  relativeAck = 0;
  scaledWindow = 0;
  /** Of a duplicate ACK: which one it is, and of which frame. */
  duplicateAcks = 0;
  duplicatedFrame = 0;

  /** Makes room for flows 0 to capacity - 1 and forgets what an earlier flow of this index was. */
  begin(flow: number, capacity: number): void {
    if (this.serverPort.length < capacity) this.#resize(capacity);
    this.#words.fill(0, flow * 2 * WORDS, (flow * 2 + 2) * WORDS);
    this.#times.fill(0, flow * 2 * TIMES, (flow * 2 + 2) * TIMES);
    this.handshakeSeconds[flow] = 0;
    this.#synTime[flow] = -1;
    this.flagsSeen.fill(0, flow * 2, flow * 2 + 2);
    this.retransmissions.fill(0, flow * 2, flow * 2 + 2);
    this.outOfOrder.fill(0, flow * 2, flow * 2 + 2);
    this.zeroWindows.fill(0, flow * 2, flow * 2 + 2);
    this.serverPort[flow] = 0;
  }

  /** A SYN whose number differs from the one this conversation began with starts another one (RFC 9293 §3.4.1). */
  isReuse(cell: number, segment: Segment): boolean {
    if ((segment.flags & (SYN | ACK)) !== SYN) return false;
    const w = this.#words;
    const fwd = cell * WORDS;
    return (w[fwd + KNOWN]! & HAS_BASE) !== 0 && w[fwd + BASE_SEQ] !== segment.seq;
  }

  /**
   * A SYN-ACK with another number than before: the server began anew for the same client ports. Only its numbering
   * starts again.
   */
  restart(cell: number, segment: Segment): boolean {
    if ((segment.flags & (SYN | ACK)) !== (SYN | ACK)) return false;
    const w = this.#words;
    const fwd = cell * WORDS;
    if ((w[fwd + KNOWN]! & HAS_BASE) === 0 || w[fwd + BASE_SEQ] === segment.seq) return false;
    w[fwd + BASE_SEQ] = segment.seq;
    return true;
  }

  /** Analyses one segment; cell is flow * 2 + direction. Returns the findings' bits. */
  see(cell: number, s: Segment): number {
    const fwd = cell * WORDS;
    const rev = (cell ^ 1) * WORDS;
    this.#learnBase(fwd, rev, s);
    this.#learnHandshake(cell, s);
    const found = this.#judge(fwd, rev, cell, s);
    this.#remember(fwd, rev, cell, s, found);
    this.#show(fwd, rev, s);
    this.flagsSeen[cell]! |= s.flags;
    if (found !== 0) this.#tally(cell, found);
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

  #learnHandshake(cell: number, s: Segment): void {
    const flow = cell >> 1;
    if ((s.flags & (SYN | ACK)) === SYN) {
      if (this.#synTime[flow]! < 0) this.#synTime[flow] = s.now;
    } else if (
      this.#synTime[flow]! >= 0 &&
      this.handshakeSeconds[flow] === 0 &&
      (s.flags & (SYN | RST)) === 0
    ) {
      if (this.flagsSeen[cell ^ 1]! & SYN && this.flagsSeen[cell]! & SYN)
        this.handshakeSeconds[flow] = s.now - this.#synTime[flow]!;
    }
    // RFC 7323 §2.2: scaling is in force only when both SYNs carried the option.
    if (s.flags & SYN) this.#words[cell * WORDS + SCALE] = s.scale + 2;
  }

  #judge(fwd: number, rev: number, cell: number, s: Segment): number {
    const w = this.#words;
    const hasNext = (w[fwd + KNOWN]! & HAS_NEXT) !== 0;
    const nextSeq = w[fwd + NEXT_SEQ]!;
    const control = s.flags & (SYN | FIN | RST);
    const revHasAck = (w[rev + KNOWN]! & HAS_ACK) !== 0;
    if (s.length === 1 && hasNext && s.seq === nextSeq && revHasAck && w[rev + WINDOW] === 0) {
      return ZERO_WINDOW_PROBE | this.#judgeAck(fwd, rev, s);
    }
    let found = 0;
    if (s.window === 0 && control === 0) found |= ZERO_WINDOW;
    if (hasNext && after(s.seq, nextSeq) && (s.flags & RST) === 0) found |= LOST_SEGMENT;
    if (s.length <= 1 && hasNext && s.seq === (nextSeq - 1) >>> 0 && control === 0) found |= KEEP_ALIVE;
    if (s.length === 0 && hasNext && s.seq === nextSeq && control === 0)
      found |= this.#judgeBareAck(fwd, rev, s);
    if (s.length > 0 && control === 0 && this.#fillsWindow(fwd, rev, s)) found |= WINDOW_FULL;
    found |= this.#judgeAck(fwd, rev, s);
    if ((s.length > 0 || (s.flags & (SYN | FIN)) !== 0) && (found & KEEP_ALIVE) === 0)
      found |= this.#judgeRepeat(fwd, rev, cell, s);
    return found;
  }

  /** An empty segment at the expected number: update, duplicate, or answer to a probe. */
  #judgeBareAck(fwd: number, rev: number, s: Segment): number {
    const w = this.#words;
    const sameAck = (w[fwd + KNOWN]! & HAS_ACK) !== 0 && s.ack === w[fwd + LAST_ACK];
    const sameWindow = s.window === w[fwd + WINDOW];
    const revLast = w[rev + LAST_ANALYSIS]!;
    if (s.window === 0) {
      const acksProbe = sameAck || s.ack === (w[fwd + LAST_ACK]! + 1) >>> 0;
      return sameWindow && acksProbe && revLast & ZERO_WINDOW_PROBE ? ZERO_WINDOW_PROBE_ACK : 0;
    }
    if (!sameAck) return 0;
    if (!sameWindow) return WINDOW_UPDATE;
    return revLast & KEEP_ALIVE ? KEEP_ALIVE_ACK : DUPLICATE_ACK;
  }

  #fillsWindow(_fwd: number, rev: number, s: Segment): boolean {
    const w = this.#words;
    if (w[rev + SCALE] === 0 || (w[rev + KNOWN]! & HAS_ACK) === 0) return false;
    const limit = (w[rev + LAST_ACK]! + w[rev + WINDOW]! * 2 ** this.#shift(_fwd, rev, rev)) >>> 0;
    return (s.seq + s.length) >>> 0 === limit;
  }

  #judgeAck(fwd: number, rev: number, s: Segment): number {
    const w = this.#words;
    if ((s.flags & ACK) === 0 || (w[rev + KNOWN]! & HAS_MAX_TO_ACK) === 0) return 0;
    if ((w[fwd + KNOWN]! & HAS_ACK) !== 0 && s.ack === w[fwd + LAST_ACK]) return 0;
    return after(s.ack, w[rev + MAX_TO_ACK]!) ? ACK_LOST_SEGMENT : 0;
  }

  /** Bytes (or SYN, FIN) below the highest number seen: sent again, or late? */
  #judgeRepeat(fwd: number, rev: number, cell: number, s: Segment): number {
    const w = this.#words;
    if ((w[fwd + KNOWN]! & HAS_NEXT) === 0 || !after(w[fwd + NEXT_SEQ]!, s.seq)) return 0;
    const sinceAck = s.now - this.#times[(cell ^ 1) * TIMES + ACK_TIME]!;
    if (w[rev + DUP_ACKS]! >= 2 && w[rev + LAST_ACK] === s.seq && sinceAck < FAST_RETRANSMIT_SECONDS)
      return FAST_RETRANSMISSION;
    const rtt = this.handshakeSeconds[cell >> 1]!;
    const sinceNext = s.now - this.#times[cell * TIMES + NEXT_SEQ_TIME]!;
    if (sinceNext < (rtt > 0 ? rtt : REORDER_SECONDS) && w[fwd + NEXT_SEQ] !== sequenceEnd(s))
      return OUT_OF_ORDER;
    const acked = (w[rev + KNOWN]! & HAS_ACK) !== 0 && w[rev + LAST_ACK] !== 0;
    if (s.length > 0 && acked && !after(s.seq + s.length, w[rev + LAST_ACK]!)) return SPURIOUS_RETRANSMISSION;
    return RETRANSMISSION;
  }

  #remember(fwd: number, rev: number, cell: number, s: Segment, found: number): void {
    const w = this.#words;
    if ((w[fwd + KNOWN]! & HAS_ACK) === 0 || s.ack !== w[fwd + LAST_ACK]) {
      w[fwd + DUP_ACKS] = 0;
      w[fwd + FIRST_ACK_FRAME] = s.frame;
    } else if (found & DUPLICATE_ACK) w[fwd + DUP_ACKS]! += 1;
    this.duplicateAcks = w[fwd + DUP_ACKS]!;
    this.duplicatedFrame = w[fwd + FIRST_ACK_FRAME]!;
    if (found & ACK_LOST_SEGMENT)
      w[rev + MAX_TO_ACK] = w[rev + KNOWN]! & HAS_NEXT ? w[rev + NEXT_SEQ]! : s.ack;
    const next = sequenceEnd(s);
    const isProbe = (found & ZERO_WINDOW_PROBE) !== 0;
    if (!isProbe && ((w[fwd + KNOWN]! & HAS_NEXT) === 0 || after(next, w[fwd + NEXT_SEQ]!))) {
      w[fwd + NEXT_SEQ] = next;
      w[fwd + KNOWN]! |= HAS_NEXT;
      this.#times[cell * TIMES + NEXT_SEQ_TIME] = s.now;
    }
    if (!isProbe && ((w[fwd + KNOWN]! & HAS_MAX_TO_ACK) === 0 || s.seq === w[fwd + MAX_TO_ACK])) {
      w[fwd + MAX_TO_ACK] = next;
      w[fwd + KNOWN]! |= HAS_MAX_TO_ACK;
    }
    w[fwd + WINDOW] = s.window;
    w[fwd + LAST_ACK] = s.ack;
    w[fwd + KNOWN]! |= HAS_ACK;
    w[fwd + LAST_ANALYSIS] = found;
    this.#times[cell * TIMES + ACK_TIME] = s.now;
  }

  #show(fwd: number, rev: number, s: Segment): void {
    const w = this.#words;
    this.relativeSeq = (s.seq - w[fwd + BASE_SEQ]!) >>> 0;
    this.relativeAck = s.flags & ACK ? (s.ack - w[rev + BASE_SEQ]!) >>> 0 : s.ack;
    this.scaledWindow = s.flags & SYN ? s.window : s.window * 2 ** this.#shift(fwd, rev, fwd);
  }

  #shift(fwd: number, rev: number, of: number): number {
    const w = this.#words;
    return w[fwd + SCALE]! >= 2 && w[rev + SCALE]! >= 2 ? w[of + SCALE]! - 2 : 0;
  }

  /** Window scaling: 'unknown' without the handshake, 'none' when a side has no option, else the shift. */
  scaling(cell: number): number {
    const own = this.#words[cell * WORDS + SCALE]!;
    const other = this.#words[(cell ^ 1) * WORDS + SCALE]!;
    if (own === 0) return -1;
    return own >= 2 && other >= 2 ? own - 2 : -2;
  }

  #tally(cell: number, found: number): void {
    if (found & (RETRANSMISSION | FAST_RETRANSMISSION | SPURIOUS_RETRANSMISSION))
      this.retransmissions[cell]! += 1;
    if (found & OUT_OF_ORDER) this.outOfOrder[cell]! += 1;
    if (found & ZERO_WINDOW) this.zeroWindows[cell]! += 1;
  }

  #resize(capacity: number): void {
    this.#words = grown(this.#words, capacity * 2 * WORDS);
    this.#times = grown(this.#times, capacity * 2 * TIMES);
    this.handshakeSeconds = grown(this.handshakeSeconds, capacity);
    this.#synTime = grown(this.#synTime, capacity);
    this.flagsSeen = grown(this.flagsSeen, capacity * 2);
    this.retransmissions = grown(this.retransmissions, capacity * 2);
    this.outOfOrder = grown(this.outOfOrder, capacity * 2);
    this.zeroWindows = grown(this.zeroWindows, capacity * 2);
    this.serverPort = grown(this.serverPort, capacity);
  }
}
