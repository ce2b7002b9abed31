// Round-trip times, bytes in flight and completeness of TCP conversations: the part of Wireshark's TCP analysis that
// must remember every unacknowledged segment, and therefore is optional (`SessionOptions.timesConversations`).
import type { Packet } from '../core/packet.ts';
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

/** Unacknowledged segments remembered per direction; further ones are not, as in Wireshark. */
const UNACKED_MAX = 10_000;
/** The same of all conversations together, about 100 bytes each. */
const UNACKED_TOTAL_MAX = 500_000;

/** Bits of `tcp.completeness`. */
const SYN_SENT = 0x01;
const SYN_ACK = 0x02;
const PLAIN_ACK = 0x04;
const DATA = 0x08;
const FINISHED = 0x10;
const RESET = 0x20;

interface Moment {
  readonly frame: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

interface Unacked extends Moment {
  seq: number;
  readonly next: number;
}

interface Way {
  /** Unacknowledged segments, oldest first. */
  unacked: Unacked[];
  /** False after lost segments until the next acknowledgment: the bytes in flight are unknown then. */
  knowsFlight: boolean;
  wasPushed: boolean;
  pushedBytes: number;
  /** Bytes that this side's last segment acknowledged selectively (RFC 2018). */
  sackedBytes: number;
  highest: number;
  hasHighest: boolean;
  highestAt: Moment;
}

interface Conversation {
  readonly ways: readonly [Way, Way];
  completeness: number;
  synAt: Moment | null;
  initialRtt: bigint;
}

const NONE = -1n;

export class TcpTiming {
  readonly #conversations: (Conversation | undefined)[] = [];
  #total = 0;

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

  /** Forgets the state of an earlier conversation with this flow index. */
  begin(flow: number): void {
    const old = this.#conversations[flow];
    if (old !== undefined) this.#total -= old.ways[0].unacked.length + old.ways[1].unacked.length;
    this.#conversations[flow] = undefined;
  }

  see(p: Packet, s: Segment, found: number, sackedBytes: number): void {
    const now: Moment = { frame: p.number, seconds: p.seconds, nanoseconds: p.nanoseconds };
    let conversation = this.#conversations[p.flow];
    const isNew = conversation === undefined;
    if (conversation === undefined) {
      conversation = { ways: [newWay(now), newWay(now)], completeness: 0, synAt: null, initialRtt: NONE };
      this.#conversations[p.flow] = conversation;
    }
    const fwd = conversation.ways[p.direction]!;
    const rev = conversation.ways[p.direction ^ 1]!;
    this.completeness = conversation.completeness;
    conversation.completeness |= progress(s, isNew);
    if (s.flags & SYN) conversation.synAt = (s.flags & ACK) === 0 ? now : conversation.synAt;
    else if (s.flags & ACK && conversation.synAt !== null && conversation.initialRtt <= 0n)
      conversation.initialRtt = since(now, conversation.synAt);
    this.initialRtt = conversation.initialRtt;
    this.#retransmitted(fwd, now, found);
    if (s.flags & ACK) rev.knowsFlight = true;
    if (found & LOST_SEGMENT) fwd.knowsFlight = false;
    fwd.sackedBytes = sackedBytes;
    this.#remember(fwd, s, now, found);
    this.#acknowledge(rev, s.ack, now);
    this.#flight(fwd, rev, s);
  }

  /** Retransmission timeout (RFC 6298): how long after its first transmission a segment was sent again. */
  #retransmitted(fwd: Way, now: Moment, found: number): void {
    this.rto = NONE;
    this.rtoFrame = 0;
    if ((found & RETRANSMISSION) === 0) return;
    const first = fwd.unacked[0] ?? fwd.highestAt;
    this.rto = since(now, first);
    this.rtoFrame = first.frame;
  }

  #remember(fwd: Way, s: Segment, now: Moment, found: number): void {
    const next = (s.seq + s.length + (s.flags & (SYN | FIN) ? 1 : 0)) | 0;
    const takesNumbers = s.length > 0 || (s.flags & (SYN | FIN)) !== 0;
    if (takesNumbers && fwd.unacked.length < UNACKED_MAX && this.#total < UNACKED_TOTAL_MAX) {
      fwd.unacked.push({ ...now, seq: s.seq, next });
      this.#total++;
    }
    if (found & ZERO_WINDOW_PROBE || (fwd.hasHighest && !isAfter(next, fwd.highest))) return;
    fwd.highest = next;
    fwd.hasHighest = next !== 0;
    fwd.highestAt = now;
  }

  /** Removes acknowledged segments; the oldest one that ends at `ack` is the one being acknowledged. */
  #acknowledge(rev: Way, ack: number, now: Moment): void {
    this.acksFrame = 0;
    this.ackRtt = NONE;
    if (rev.unacked.length === 0) return;
    const left: Unacked[] = [];
    for (let i = rev.unacked.length - 1; i >= 0; i--) {
      const segment = rev.unacked[i]!;
      if (segment.next === ack) {
        this.acksFrame = segment.frame;
        this.ackRtt = since(now, segment);
      } else if (isAfter(segment.next, ack)) {
        // Part of it may be acknowledged.
        if (isAfter(ack, segment.seq)) segment.seq = ack;
        left.push(segment);
      }
    }
    if (left.length === rev.unacked.length) return;
    this.#total -= rev.unacked.length - left.length;
    rev.unacked = left.reverse();
  }

  #flight(fwd: Way, rev: Way, s: Segment): void {
    this.bytesInFlight = this.pushBytesSent = 0;
    if (s.length === 0 || fwd.unacked.length === 0 || !fwd.knowsFlight) return;
    const [{ seq, next }] = fwd.unacked as [Unacked];
    let first = 0;
    let last = (next - seq) | 0;
    for (const segment of fwd.unacked) {
      first = Math.min(first, (segment.seq - seq) | 0);
      last = Math.max(last, (segment.next - seq) | 0);
    }
    const bytes = last - first - rev.sackedBytes;
    if (bytes > 0) this.bytesInFlight = bytes - (s.flags & (SYN | FIN) ? 1 : 0);
    const isPush = (s.flags & PSH) !== 0;
    fwd.pushedBytes = fwd.wasPushed ? s.length : fwd.pushedBytes + s.length;
    fwd.wasPushed = isPush;
    this.pushBytesSent = fwd.pushedBytes;
  }
}

function newWay(now: Moment): Way {
  return {
    unacked: [],
    knowsFlight: true,
    wasPushed: false,
    pushedBytes: 0,
    sackedBytes: 0,
    highest: 0,
    hasHighest: false,
    highestAt: now,
  };
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

function since(now: Moment, then: Moment): bigint {
  return BigInt(now.seconds - then.seconds) * 1_000_000_000n + BigInt(now.nanoseconds - then.nanoseconds);
}

/** Sequence numbers wrap around (RFC 9293 §3.4). */
function isAfter(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}
