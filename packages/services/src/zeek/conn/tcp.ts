// A TCP segment, and what it makes of a connection's two endpoints: their states, the history, what was missed. States and
// letters are those that Zeek documents for conn.log
// (https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html).
import type { Packet } from '@eyrie/dissect';
import type { Conn } from './conn.ts';
import { Coverage } from './coverage.ts';
import type { Endpoint } from './endpoint.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

/** A jump of a sequence number, of a SYN or RST or to 0, that is none of this stream. */
const JUMP_MAX = 1 << 20;
const HEADER = 20;

export interface Segment {
  seq: number;
  ack: number;
  flags: number;
  window: number;
  /** Bytes of payload on the wire. */
  length: number;
  /** Whether the payload was captured whole. */
  isWhole: boolean;
  time: number;
}

/** Reads the innermost TCP header into `s`; false where the capture cut it. */
export function readSegment(p: Packet, time: number, s: Segment): boolean {
  const at = p.start[p.tcpLayer]!;
  const stop = p.stop[p.tcpLayer]!;
  if (at + HEADER > stop) return false;
  const b = p.bufferOf(p.tcpLayer);
  s.seq = (b[at + 4]! << 24) | (b[at + 5]! << 16) | (b[at + 6]! << 8) | b[at + 7]!;
  s.ack = (b[at + 8]! << 24) | (b[at + 9]! << 16) | (b[at + 10]! << 8) | b[at + 11]!;
  s.flags = b[at + 13]!;
  s.window = b[at + 14]! * 256 + b[at + 15]!;
  s.length = p.segmentLength;
  s.isWhole = at + (b[at + 12]! >> 4) * 4 + s.length <= stop;
  s.time = time;
  return true;
}

export type Weird = (name: string) => void;

/** Takes one segment that the originator or the responder sent. */
export function seeSegment(conn: Conn, s: Segment, isOrig: boolean, weird: Weird): void {
  const self = isOrig ? conn.orig : conn.resp;
  const peer = isOrig ? conn.resp : conn.orig;
  const { flags } = s;
  const octets = (flags & RST ? 0 : s.length) + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
  begin(self, s, octets, weird);
  const seq = self.relative(s.seq, self.last);
  noteFlags(conn, self, s, seq, isOrig);
  if (isZeroWindow(s, self, peer) && self.count('W')) conn.note('W', isOrig);
  if (!(conn.orig.hasClosed && conn.resp.hasClosed)) conn.last = s.time;
  if (flags & FIN) self.fins++;
  const ack = flags & ACK ? acknowledged(s, peer) : 0;
  if (advance(self, s, octets) && self.count('T')) conn.note('T', isOrig);
  if (flags & SYN && s.length > 0) weird('SYN_with_data');
  const hasClosed = step(conn, self, peer, s, isOrig, weird);
  if (flags & ACK) findGaps(conn, peer, self, ack, !isOrig);
  if (s.length > 0 && (flags & RST) === 0 && seq >= 0 && s.isWhole) {
    self.coverage ??= new Coverage();
    const from = flags & SYN ? seq + 1 : seq;
    self.coverage.add(from, from + s.length);
  }
  if (hasClosed) close(conn, self, peer);
}

/** Sets where the numbering begins; again where a SYN comes with another number. */
function begin(self: Endpoint, { seq, flags }: Segment, octets: number, weird: Weird): void {
  if (self.state === 'inactive') {
    if (flags & SYN) self.begin(seq, octets);
    // As though there had been a SYN before it.
    else self.begin(seq - 1, 1);
    return;
  }
  const isAgain = (flags & SYN) !== 0 && !self.isStart(seq);
  if (!isAgain || self.state === 'closed' || (self.state === 'reset' && self.before !== 'inactive')) return;
  if (self.state !== 'reset') weird('SYN_seq_jump');
  self.begin(seq, octets);
}

function noteFlags(
  conn: Conn,
  self: Endpoint,
  { flags, length }: Segment,
  seq: number,
  isOrig: boolean,
): void {
  switch (flags & (SYN | FIN | RST)) {
    case 0:
      if (length > 0) conn.noteOnce('D', isOrig);
      else if (flags & ACK) conn.noteOnce('A', isOrig);
      break;
    case SYN:
      noteAgain(conn, self, flags & ACK ? 'H' : 'S', seq, isOrig);
      break;
    case FIN:
      noteAgain(conn, self, 'F', seq + length, isOrig);
      break;
    case RST:
      noteAgain(conn, self, 'R', seq, isOrig);
      break;
    default:
      conn.noteOnce((flags & (FIN | RST)) === (FIN | RST) ? 'I' : 'Q', isOrig);
  }
}

/** Noted again where its number is another than that of the last with this letter. */
function noteAgain(conn: Conn, self: Endpoint, letter: string, at: number, isOrig: boolean): void {
  if (conn.noteOnce(letter, isOrig) && self.marks[letter] !== at) conn.note(letter, isOrig);
  self.marks[letter] = at;
}

/** After the other side's FIN, or a RST, no window is of interest. */
function isZeroWindow({ window, flags }: Segment, self: Endpoint, peer: Endpoint): boolean {
  return window === 0 && (flags & RST) === 0 && peer.state !== 'closed' && self.state !== 'reset';
}

/** Up to where the segment acknowledges what the peer sent. */
function acknowledged({ ack, flags }: Segment, peer: Endpoint): number {
  if (peer.state === 'inactive') {
    peer.begin(ack - 1, 0);
    return 1;
  }
  const to = peer.relative(ack, peer.acknowledged);
  if (to < 0) return 0;
  if ((flags & RST) !== 0 || (ack === 0 && to - peer.acknowledged > JUMP_MAX)) return to;
  peer.acknowledged = Math.max(peer.acknowledged, to);
  return to;
}

/** Moves the end of what was sent; whether the segment repeats what was sent before. */
function advance(self: Endpoint, { seq, flags, length }: Segment, octets: number): boolean {
  const end = self.relative(seq + octets, self.last);
  const by = end - self.last;
  if ((flags & (SYN | RST)) !== 0 && Math.abs(by) > JUMP_MAX) return false;
  if (flags & FIN && self.last === 1) self.last = end;
  else if (self.state === 'reset') return false;
  else if (by > 0) self.last = end;
  else return length > 0;
  return false;
}

/** The endpoint's next state; whether it closes the connection. */
function step(
  conn: Conn,
  self: Endpoint,
  peer: Endpoint,
  s: Segment,
  isOrig: boolean,
  weird: Weird,
): boolean {
  switch (self.state) {
    case 'inactive':
      return stepInactive(conn, self, peer, s, isOrig, weird);
    case 'syn-sent':
    case 'syn-ack-sent':
      return stepOpening(self, s, weird);
    case 'partial':
    case 'established':
      return stepOpen(self, peer, s, weird);
    case 'closed':
      return stepClosed(self, peer, s);
    case 'reset':
      if (s.length > 0 && (s.flags & RST) === 0) weird('data_after_reset');
      return false;
  }
}

function stepInactive(
  conn: Conn,
  self: Endpoint,
  peer: Endpoint,
  { flags, length }: Segment,
  isOrig: boolean,
  weird: Weird,
): boolean {
  if (flags & SYN) {
    if (isOrig) {
      if (flags & ACK) weird('connection_originator_SYN_ack');
      self.enter(flags & ACK ? 'syn-ack-sent' : 'syn-sent');
    } else {
      if ((flags & ACK) === 0) weird('simultaneous_open');
      if (peer.state === 'syn-sent') peer.enter('established');
      else if (peer.state === 'inactive') weird('unsolicited_SYN_response');
      self.enter('established');
    }
  }
  if (flags & FIN) {
    self.enter('closed');
    if (peer.state !== 'partial' && (flags & SYN) === 0) weird('spontaneous_FIN');
  }
  if (flags & RST) {
    self.enter('reset');
    if (peer.state === 'inactive') weird('spontaneous_RST');
  }
  if (self.state === 'inactive') {
    // Some acknowledge a SYN before they answer it.
    const isEarlyAck = !isOrig && length === 0 && conn.orig.state === 'syn-sent';
    // Only the SYN was missed.
    if (!isEarlyAck) self.enter(flags & ACK && peer.state === 'established' ? 'established' : 'partial');
  }
  return (flags & (FIN | RST)) !== 0;
}

function stepOpening(self: Endpoint, { flags, length }: Segment, weird: Weird): boolean {
  if (flags & FIN) self.enter('closed');
  if (flags & RST) self.enter('reset');
  else if (length > 0 && (flags & SYN) === 0) weird('data_before_established');
  return (flags & (FIN | RST)) !== 0;
}

function stepOpen(self: Endpoint, peer: Endpoint, { flags }: Segment, weird: Weird): boolean {
  if ((flags & (SYN | ACK)) === SYN && self.state === 'partial' && peer.state === 'inactive') {
    weird('SYN_after_partial');
    self.enter('syn-sent');
  }
  if ((flags & (FIN | RST)) === FIN) {
    self.enter('closed');
    // The peer sent a FIN and then a RST: that was an ordinary end.
    if (peer.state === 'reset' && peer.before === 'closed') peer.enter('closed');
  }
  if (flags & RST) self.enter('reset');
  return (flags & (FIN | RST)) !== 0;
}

function stepClosed(self: Endpoint, peer: Endpoint, { flags }: Segment): boolean {
  if ((flags & RST) === 0 || peer.state === 'closed') return false;
  self.enter('reset');
  return !self.hasClosed;
}

function close(conn: Conn, self: Endpoint, peer: Endpoint): void {
  if (self.hasClosed) return;
  self.hasClosed = true;
  if (self.state === 'reset' || peer.hasClosed || peer.state === 'inactive') conn.closedAt = conn.last;
}

/** Bytes that arrived and were not captured; known only while both sides are or were open. */
function findGaps(conn: Conn, sender: Endpoint, receiver: Endpoint, to: number, isOrig: boolean): void {
  const data = sender.fins > 0 ? Math.min(to, sender.last - 1) : to;
  if (data <= 1) return;
  sender.coverage ??= new Coverage();
  const holes = sender.coverage.acknowledge(data);
  if (holes.length === 0 || !wasOpen(sender) || !wasOpen(receiver)) return;
  for (const hole of holes) {
    conn.missedBytes += hole;
    if (sender.count('G')) conn.note('G', isOrig);
  }
}

function wasOpen({ state, before }: Endpoint): boolean {
  return state === 'established' || (state === 'closed' && before === 'established');
}

/** The `conn_state` of conn.log. */
export function tcpState({ orig, resp, history }: Conn): string {
  const isOrigAway = orig.state === 'inactive' || orig.state === 'partial';
  const isRespAway = resp.state === 'inactive' || resp.state === 'partial';
  if (resp.state === 'reset') {
    const isEmpty = orig.sizeBeside(resp) === 0 && resp.sizeBeside(orig) === 0;
    if (orig.state === 'syn-sent' || orig.state === 'syn-ack-sent' || (orig.state === 'reset' && isEmpty))
      return 'REJ';
    return isOrigAway ? 'RSTRH' : 'RSTR';
  }
  if (orig.state === 'reset') {
    if (!isRespAway) return 'RSTO';
    return /^\^?S[^HAFGIQ]*R/.test(history) ? 'RSTOS0' : 'OTH';
  }
  if (orig.state === 'closed' && resp.state === 'closed') return 'SF';
  if (orig.state === 'closed') return isRespAway ? 'SH' : 'S2';
  if (resp.state === 'closed') return isOrigAway ? 'SHR' : 'S3';
  if (orig.state === 'syn-sent' && resp.state === 'inactive') return 'S0';
  return orig.state === 'established' && resp.state === 'established' ? 'S1' : 'OTH';
}
