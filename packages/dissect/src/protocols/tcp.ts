// Transmission Control Protocol (RFC 9293).
import { u16, u32 } from '../core/bytes.ts';
import { alias, bool, bytes, type Field, none, seconds, text, uint, type Value } from '../core/field.ts';
import { COLUMN, LATE, LISTED, type Packet, SHOWN } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { ipProtocols } from '../core/table.ts';
import { secondsSince } from '../core/times.ts';
import { badTcpChecksum, statusOf } from '../expert/checksums.ts';
import type { ReassembledMessage } from '../flows/reassembly.ts';
import {
  ACK,
  FIN,
  OUT_OF_ORDER,
  RETRANSMISSION,
  REUSED_PORTS,
  RST,
  type Segment,
  SPURIOUS_RETRANSMISSION,
  SYN,
} from '../flows/tcp-analysis.ts';
import { completenessName } from '../flows/tcp-timing.ts';
import { checksumStatusNames } from './checksum.ts';
import { hasMultipath, mptcp } from './mptcp.ts';
import { emitTcpOptions, sackedBytes, tcpOptionFields, windowScaleOf } from './tcp-options.ts';
import { dissectPayload } from './tcp-payload.ts';
import { emitPduSizes, pduSize } from './tcp-pdus.ts';
import { segments } from './tcp-segments.ts';
import { emitTcpAnalysis, tcpAnalysisFields, tcpFlagsText, writeFindings, writeTcpInfo } from './tcp-text.ts';

const HEADER = 20;
export const TCP = 6;

const srcport = uint('tcp.srcport', 'Source Port').at(0, 2);
const dstport = uint('tcp.dstport', 'Destination Port').at(2, 2);
/** True for the conversation's own segment, not for one quoted in an ICMP error. */
const innermost = (p: Packet, layer: number): boolean =>
  layer === p.tcpLayer && (p.flags[layer]! & COLUMN) !== 0;

/** False for a truncated header, of which only the ports are shown; one quoted in an ICMP error is always incomplete. */
const hasHeader = (p: Packet, layer: number): boolean =>
  p.stop[layer]! - p.start[layer]! >= HEADER || p.isQuoted;

/** `TCP segment data (16 bytes)` */
const segmentData = (title: string): Field =>
  bytes('tcp.segment_data', 'TCP segment data').shownAs(
    (_, width) => `${title} (${width} byte${width === 1 ? '' : 's'})`,
  );
const partOfMessage = segmentData('TCP segment data');
const retransmitted = segmentData('Retransmitted TCP segment data');

const f = {
  srcport,
  dstport,
  port: alias('tcp.port', 'Source or Destination Port', [srcport, dstport]).behindAll(),
  stream: uint('tcp.stream', 'Stream index').get((p, layer) =>
    layer === p.tcpLayer ? p.session.flows.stream(p.flow) : undefined,
  ),
  len: uint('tcp.len', 'TCP Segment Len')
    .derived()
    .get((p, layer) => (innermost(p, layer) ? p.segmentLength : undefined)),
  // A segment quoted in an ICMP error has no conversation to be relative to.
  seq: uint('tcp.seq', 'Sequence Number').get((p, layer) =>
    !hasHeader(p, layer)
      ? undefined
      : innermost(p, layer)
        ? p.relativeSeq
        : u32(p.bufferOf(layer), p.start[layer]! + 4),
  ),
  seqRaw: uint('tcp.seq_raw', 'Sequence Number (raw)').at(4, 4),
  nxtseq: uint('tcp.nxtseq', 'Next Sequence Number').get((p, layer) =>
    innermost(p, layer) ? nextSequence(p, layer) : undefined,
  ),
  ack: uint('tcp.ack', 'Acknowledgment Number').get((p, layer) =>
    !hasHeader(p, layer)
      ? undefined
      : innermost(p, layer)
        ? p.relativeAck
        : u32(p.bufferOf(layer), p.start[layer]! + 8),
  ),
  ackRaw: uint('tcp.ack_raw', 'Acknowledgment number (raw)').at(8, 4),
  hdrLen: uint('tcp.hdr_len', 'Header Length')
    .shownAs(headerLine)
    .get((p, layer) =>
      hasHeader(p, layer) ? (p.bufferOf(layer)[p.start[layer]! + 12]! >> 4) * 4 : undefined,
    ),
  flags: uint('tcp.flags', 'Flags')
    .at(12, 2)
    .mask(0x0fff)
    .hex()
    .shownAs((value) => `Flags: 0x${value.toString(16).padStart(3, '0')}`),
  res: bool('tcp.flags.res', 'Reserved').inBits(12).at(12, 2).mask(0x0e00),
  ae: bool('tcp.flags.ae', 'Accurate ECN').inBits(12).at(12, 2).mask(0x0100),
  cwr: bool('tcp.flags.cwr', 'Congestion Window Reduced').inBits(12).at(12, 2).mask(0x0080),
  ece: bool('tcp.flags.ece', 'ECN-Echo').inBits(12).at(12, 2).mask(0x0040),
  urg: bool('tcp.flags.urg', 'Urgent').inBits(12).at(12, 2).mask(0x0020),
  ackFlag: bool('tcp.flags.ack', 'Acknowledgment').inBits(12).at(12, 2).mask(0x0010),
  psh: bool('tcp.flags.push', 'Push').inBits(12).at(12, 2).mask(0x0008),
  rst: bool('tcp.flags.reset', 'Reset').inBits(12).at(12, 2).mask(0x0004),
  syn: bool('tcp.flags.syn', 'Syn').inBits(12).at(12, 2).mask(0x0002),
  fin: bool('tcp.flags.fin', 'Fin').inBits(12).at(12, 2).mask(0x0001),
  flagsStr: text('tcp.flags.str', 'TCP Flags').get((p, layer) =>
    hasHeader(p, layer) ? flagLetters(p, layer) : undefined,
  ),
  windowValue: uint('tcp.window_size_value', 'Window').at(14, 2),
  window: uint('tcp.window_size', 'Calculated window size')
    .derived()
    .get((p, layer) =>
      !hasHeader(p, layer)
        ? undefined
        : innermost(p, layer)
          ? p.window
          : u16(p.bufferOf(layer), p.start[layer]! + 14),
    ),
  windowScale: uint('tcp.window_size_scalefactor', 'Window size scaling factor').shownAs(scaleLine),
  checksum: uint('tcp.checksum', 'Checksum').at(16, 2).hex(),
  checksumStatus: uint('tcp.checksum.status', 'Checksum Status').byName().named(checksumStatusNames),
  urgentPointer: uint('tcp.urgent_pointer', 'Urgent Pointer').at(18, 2),
  ...tcpOptionFields,
  completeness: uint('tcp.completeness', 'Conversation completeness')
    .named(completenessName)
    .timed()
    .get((p, layer) => (innermost(p, layer) ? p.session.timing?.completeness : undefined)),
  timeDelta: seconds('tcp.time_delta', 'Time since previous frame in this TCP stream')
    .timed()
    .get((p, layer) => (innermost(p, layer) ? p.session.deltaTimes?.of(p.flow) : undefined)),
  timeRelative: seconds('tcp.time_relative', 'Time since first frame in this TCP stream').get((p, layer) =>
    innermost(p, layer) ? sinceFirst(p) : undefined,
  ),
  ...tcpAnalysisFields,
  // The findings of the expert information, by which Wireshark's filters name them.
  isSyn: none('tcp.connection.syn', 'Connection establish request (SYN)'),
  isSynAck: none('tcp.connection.synack', 'Connection establish acknowledge (SYN+ACK)'),
  isFin: none('tcp.connection.fin', 'Connection finish (FIN)'),
  isFinActive: none('tcp.connection.fin_active', 'This frame initiates the connection closing'),
  isFinPassive: none('tcp.connection.fin_passive', 'This frame undergoes the connection closing'),
  isRst: none('tcp.connection.rst', 'Connection reset (RST)'),
  payload: bytes('tcp.payload', 'TCP payload').shownAs(
    (_, width) => `TCP payload (${width} byte${width === 1 ? '' : 's'})`,
  ),
  pduSize,
  // The payload bytes that belong to a reassembled message.
  reassembledIn: uint('tcp.reassembled_in', 'Reassembled PDU in frame'),
  retransmitted,
  partOfMessage,
  segmentData: alias('tcp.segment_data', 'TCP segment data', [retransmitted, partOfMessage]),
};

/** As in Wireshark: the data of a retransmission that would have been reassembled; a spurious one has none. */
function emitRetransmitted(p: Packet, layer: number, payload: number, out: Sink): void {
  const length = p.segmentLength;
  const isJoined = p.session.preferences['tcp.desegment_tcp_streams'];
  if ((p.analysis & RETRANSMISSION) === 0 || length === 0 || !isJoined) return;
  if (p.stop[layer]! - payload >= length) out.add(retransmitted, payload, length);
}

const flagBits = [f.res, f.ae, f.cwr, f.ece, f.urg, f.ackFlag, f.psh, f.rst, f.syn, f.fin];

function emitConnection(p: Packet, start: number, flags: number, out: Sink): void {
  if (flags & SYN) out.add(flags & ACK ? f.isSynAck : f.isSyn, start, 0);
  if (flags & FIN) {
    out.add(f.isFin, start, 0);
    const isFirst = p.session.tcp.closer(p.flow) === p.direction;
    out.add(isFirst ? f.isFinActive : f.isFinPassive, start, 0);
  }
  if (flags & RST) out.add(f.isRst, start, 0);
}

const segment: Segment = {
  seq: 0,
  ack: 0,
  window: 0,
  flags: 0,
  length: 0,
  scale: -1,
  seconds: 0,
  nanoseconds: 0,
  frame: 0,
};

function sinceFirst(p: Packet): number | bigint {
  const { flows } = p.session;
  return secondsSince(p, flows.firstSeconds(p.flow), flows.firstNanoseconds(p.flow));
}

function nextSequence(p: Packet, layer: number): number {
  const flags = p.bufferOf(layer)[p.start[layer]! + 13]!;
  return p.relativeSeq + p.segmentLength + (flags & (SYN | FIN) ? 1 : 0);
}

/** Findings after which the payload is not dissected again. Out-of-order segments are: they may be part of a message. */
const NOT_READ = RETRANSMISSION | SPURIOUS_RETRANSMISSION;

/** Where expert information of the header stands. */
export const tcpPlaces = {
  syn: { under: f.syn, name: f.isSyn },
  synAck: { under: f.syn, name: f.isSynAck },
  fin: { under: f.fin, name: f.isFin },
  finActive: { under: f.flagsStr, name: f.isFinActive },
  finPassive: { under: f.flagsStr, name: f.isFinPassive },
  rst: { under: f.rst, name: f.isRst },
  ack: { under: f.ack },
  checksum: { under: f.checksum },
};

export const tcp: Protocol = protocol({
  name: 'tcp',
  title: 'Transmission Control Protocol',
  column: 'TCP',
  fields: f,
  on: [[ipProtocols, TCP]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.end - start < 4 ? p.cutUnseen(HEADER) : p.cut(HEADER);
    const layer = p.count - 1;
    const headerLength = (b[start + 12]! >> 4) * 4;
    if (headerLength < HEADER) {
      p.at = p.end;
      return null;
    }
    p.srcPort = u16(b, start);
    p.dstPort = u16(b, start + 2);
    p.transport = TCP;
    p.tcpLayer = layer;
    p.segmentLength = Math.max(0, p.wireEnd - start - headerLength);
    track(p, b, start, headerLength);
    p.payload[layer] = p.at = Math.min(start + headerLength, p.end);
    if (headerLength > HEADER) {
      if (p.end - start < headerLength) return p.cut(headerLength);
      if (hasMultipath(b, start + HEADER, start + headerLength)) p.push(mptcp, LISTED | COLUMN);
    }
    // The payload of a quoted segment is shown next to the ICMP error, not inside it.
    if (p.isQuoted) p.visibility |= SHOWN;
    // Truncated segments are not reassembled, so each is dissected by itself, even a retransmission.
    const isRead = (p.analysis & NOT_READ) === 0 || p.wireEnd > p.end;
    if (isRead && (b[start + 13]! & RST) === 0) {
      if (p.at < p.end) readPayload(p, u32(b, start + 4), b[start + 13]!);
      else if (b[start + 13]! & FIN) closeStream(p, u32(b, start + 4));
    }
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const isInnermost = innermost(p, layer);
    out.fixed(f.srcport);
    out.fixed(f.dstport);
    if (!hasHeader(p, layer)) return;
    out.fixed(f.stream);
    out.fixed(f.completeness);
    if (isInnermost) {
      out.add(f.len, start + 12, 1, p.segmentLength);
      out.add(f.seq, start + 4, 4, p.relativeSeq);
      out.note('    (relative sequence number)');
      out.fixed(f.seqRaw);
      out.add(f.nxtseq, start, 0, nextSequence(p, layer));
      out.note('    (relative sequence number)');
      out.add(f.ack, start + 8, 4, p.relativeAck);
      if (hasAck(p, layer)) out.note('    (relative ack number)');
    } else {
      out.add(f.seq, start + 4, 4);
      out.add(f.ack, start + 8, 4);
    }
    out.fixed(f.ackRaw);
    const headerLength = (b[start + 12]! >> 4) * 4;
    out.add(f.hdrLen, start + 12, 1, headerLength);
    out.openFixed(f.flags);
    out.note(` (${tcpFlagsText(u16(b, start + 12) & 0x0fff)})`);
    for (const bit of flagBits) out.fixed(bit);
    out.fixed(f.flagsStr);
    out.close();
    out.fixed(f.windowValue);
    if (isInnermost) {
      out.add(f.window, start + 14, 2, p.window);
      const scaling = p.session.tcp.scaling(p.flow, p.direction);
      if ((b[start + 13]! & SYN) === 0)
        out.add(f.windowScale, start + 14, 2, scaling >= 0 ? 2 ** scaling : scaling);
    }
    out.fixed(f.checksum);
    const isAsked = p.session.preferences['tcp.check_checksum'];
    if (!isAsked) out.note(' [unverified]');
    out.add(f.checksumStatus, start + 16, 0, statusOf(isAsked, badTcpChecksum(p, layer)));
    out.fixed(f.urgentPointer);
    const end = Math.min(start + headerLength, p.stop[layer]!);
    // SACK edges are relative like the other side's sequence numbers.
    const base = isInnermost ? (u32(b, start + 8) - p.relativeAck) >>> 0 : 0;
    if (headerLength > HEADER) emitTcpOptions(b, start + HEADER, end, base, out);
    if (!isInnermost) return;
    out.group('[Timestamps]', start, 0);
    out.add(f.timeRelative, start, 0, sinceFirst(p));
    out.fixed(f.timeDelta);
    out.close();
    emitTcpAnalysis(p, start, out);
    emitConnection(p, start, b[start + 13]!, out);
    if (p.stop[layer]! > end) out.add(f.payload, end, p.stop[layer]! - end);
    emitRetransmitted(p, layer, end, out);
    if (p.joinedBytes > 0) out.add(partOfMessage, end, p.joinedBytes);
    if (p.begunAt >= 0) out.add(partOfMessage, p.begunAt, p.stop[layer]! - p.begunAt);
    if (reassembledIn(p) > 0) out.add(f.reassembledIn, start, 0, reassembledIn(p));
    if (out.wants(pduSize)) emitPduSizes(p, layer, out);
  },
  headline: (p, layer) =>
    p.stop[layer]! - p.start[layer]! < 4
      ? ''
      : `, Src Port: ${u16(p.bufferOf(layer), p.start[layer]!)}, Dst Port: ${u16(p.bufferOf(layer), p.start[layer]! + 2)}` +
        (innermost(p, layer)
          ? `, Seq: ${p.relativeSeq}${hasAck(p, layer) ? `, Ack: ${p.relativeAck}` : ''}, Len: ${p.segmentLength}`
          : quotedSequence(p, layer)),
  writeInfo: writeTcpInfo,
  writeInfoBefore: writeFindings,
});

function quotedSequence(p: Packet, layer: number): string {
  const at = p.start[layer]! + 4;
  return at + 4 > p.stop[layer]! ? '' : `, Seq: ${u32(p.bufferOf(layer), at)}`;
}

/** `·······AP···`: a letter or a dot per flag. */
function flagLetters(p: Packet, layer: number): string {
  const flags = u16(p.bufferOf(layer), p.start[layer]! + 12) & 0xfff;
  if (knownLetters[flags] === '')
    knownLetters[flags] = [...'RRRACEUAPRSF']
      .map((letter, i) => (flags & (0x800 >> i) ? letter : '·'))
      .join('');
  return knownLetters[flags]!;
}

/** By flags; '' until they are seen. */
const knownLetters = new Array<string>(0x1000).fill('');

function hasAck(p: Packet, layer: number): boolean {
  return (p.bufferOf(layer)[p.start[layer]! + 13]! & ACK) !== 0;
}

/** `0101 .... = Header Length: 20 bytes (5)`: the header carries it in 32-bit words. */
function headerLine(value: Value): string {
  const words = Number(value) / 4;
  return `${words.toString(2).padStart(4, '0')} .... = Header Length: ${value} bytes (${words})`;
}

/** RFC 7323 §2.2: -1 where the handshake was not captured, -2 where it has no option. */
function scaleLine(value: Value): string {
  const meaning = value === -1 ? ' (unknown)' : value === -2 ? ' (no window scaling used)' : '';
  return `[Window size scaling factor: ${value}${meaning}]`;
}

/** Finds the segment's conversation and runs the sequence analysis on it. */
function track(p: Packet, b: Uint8Array, start: number, headerLength: number): void {
  const { flows, tcp: analysis } = p.session;
  const flow = flows.see(p);
  const { direction } = p;
  if (flows.isNew) {
    analysis.begin(flow, flows.capacity);
    p.session.timing?.begin(flow, flows.capacity);
    p.session.deltaTimes?.begin(flow, flows.capacity);
  }
  // A segment quoted in an ICMP error was counted when it was sent.
  if (p.isQuoted) return;
  segment.seq = u32(b, start + 4) | 0;
  segment.ack = u32(b, start + 8) | 0;
  segment.flags = b[start + 13]! & 0x3f;
  segment.window = u16(b, start + 14);
  segment.length = p.segmentLength;
  segment.scale = -1;
  let found = 0;
  if (segment.flags & SYN) {
    segment.scale = windowScaleOf(b, start + HEADER, Math.min(start + headerLength, p.end));
    if (analysis.isReuse(flow, direction, segment)) {
      flows.renew(p);
      analysis.begin(flow, flows.capacity);
      p.session.timing?.begin(flow, flows.capacity);
      p.session.deltaTimes?.begin(flow, flows.capacity);
      found = REUSED_PORTS;
    } else if (analysis.restart(flow, direction, segment)) found = REUSED_PORTS;
    analysis.setServerPort(flow, segment.flags & ACK ? p.srcPort : p.dstPort);
  }
  segment.seconds = p.seconds;
  segment.nanoseconds = p.nanoseconds;
  segment.frame = p.number;
  p.analysis = found | analysis.see(flow, direction, segment);
  const { preferences, timing, deltaTimes } = p.session;
  if (timing !== null) {
    const end = Math.min(start + headerLength, p.end);
    timing.see(p, segment, p.analysis, headerLength > HEADER ? sackedBytes(b, start + HEADER, end) : 0);
    deltaTimes?.see(p);
  }
  if (!preferences['tcp.analyze_sequence_numbers']) p.analysis = 0;
  const isRelative =
    preferences['tcp.relative_sequence_numbers'] && preferences['tcp.analyze_sequence_numbers'];
  p.relativeSeq = isRelative ? analysis.relativeSeq : segment.seq >>> 0;
  p.relativeAck = isRelative ? analysis.relativeAck : segment.ack >>> 0;
  p.window = analysis.scaledWindow;
}

function pushReassembled(p: Packet, message: ReassembledMessage): void {
  const { ahead } = p.session;
  if (ahead !== null)
    for (let i = 0; i < message.segments.length; i += 3)
      if (message.segments[i] !== p.number) ahead.enter('tcp', message.segments[i]!, 0, p.number);
  if (p.push(segments, SHOWN | LATE)) p.notes[p.layer] = message;
}

function readPayload(p: Packet, seq: number, flags: number): void {
  // A segment quoted in an ICMP error is not part of the stream.
  if (p.isQuoted || !p.session.preferences['tcp.desegment_tcp_streams']) {
    dissectPayload(p);
    return;
  }
  // An out-of-order segment may fill a gap in a message, but dissection does not start in it, as in Wireshark.
  const isLate = (p.analysis & OUT_OF_ORDER) !== 0;
  const isLast = (flags & FIN) !== 0;
  const half = p.flow * 2 + p.direction;
  if (isLate) p.session.streams.payload(p, half, seq, isLast, ignore, ignore);
  else p.session.streams.payload(p, half, seq, isLast, dissectPayload, pushReassembled);
  if (p.isPartOfMessage && reassembledIn(p) > 0) hideBegun(p);
}

/** The frame that completes the message this segment is part of; 0 if unknown (single-pass analysis). */
function reassembledIn(p: Packet): number {
  return p.session.ahead?.of('tcp', p.number, 0) ?? 0;
}

/** Hides the layers of a message that begins here and is known to continue, as Wireshark's second pass does. */
function hideBegun(p: Packet): void {
  const from = p.layerFrom[p.tcpLayer]!;
  for (let i = p.tcpLayer + 1; p.begunAt >= 0 && i < p.count; i++)
    if (p.layerFrom[i] === from && p.start[i]! >= p.begunAt) p.flags[i] = 0;
}

function ignore(): void {}

/** FIN (RFC 9293 §3.6): completes a message that lasts until the end of the stream. */
function closeStream(p: Packet, seq: number): void {
  if (!p.isQuoted && p.segmentLength === 0)
    p.session.streams.close(p, p.flow * 2 + p.direction, seq, dissectPayload, pushReassembled);
}
