// TCP segments as text: the Info column, the flags, and the findings of the sequence analysis.
import { u16, u32 } from '../core/bytes.ts';
import type { Place } from '../core/expert.ts';
import { none, seconds, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import type { Sink } from '../core/sink.ts';
import { type TextSink, Words } from '../core/text-sink.ts';
import * as a from '../flows/tcp-analysis.ts';
import type { TcpTiming } from '../flows/tcp-timing.ts';
import { writeTcpOptions } from './tcp-options.ts';

const FLAG_NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE'] as const;
/** Texts of the flag combinations, made on first use. Preallocated, because V8 makes sparse arrays hash tables. */
const flagsTexts = new Array<string>(0x1000).fill('');

/** `SYN, ACK`; `<None>` when none is set. */
export function tcpFlagsText(flags: number): string {
  const known = flagsTexts[flags & 0xfff]!;
  if (known !== '') return known;
  const names: string[] = FLAG_NAMES.filter((_, bit) => flags & (1 << bit));
  if (flags & 0xe00) names.push('Reserved');
  const text = names.length === 0 ? '<None>' : names.join(', ');
  flagsTexts[flags & 0xfff] = text;
  return text;
}

/** Its Info text is followed by its number. */
const DUPLICATE = 'TCP Dup ACK';

/** Bit, field and Info text of each finding, in the order in which Wireshark checks them. */
const FINDINGS = [
  [
    a.REUSED_PORTS,
    none(
      'tcp.analysis.reused_ports',
      'A new tcp session is started with the same ports as an earlier session in this trace',
    ),
    'TCP Port numbers reused',
  ],
  [
    a.RETRANSMISSION,
    none('tcp.analysis.retransmission', 'This frame is a (suspected) retransmission'),
    'TCP Retransmission',
  ],
  [
    a.FAST_RETRANSMISSION,
    none('tcp.analysis.fast_retransmission', 'This frame is a (suspected) fast retransmission'),
    'TCP Fast Retransmission',
  ],
  [
    a.SPURIOUS_RETRANSMISSION,
    none('tcp.analysis.spurious_retransmission', 'This frame is a (suspected) spurious retransmission'),
    'TCP Spurious Retransmission',
  ],
  [
    a.OUT_OF_ORDER,
    none('tcp.analysis.out_of_order', 'This frame is a (suspected) out-of-order segment'),
    'TCP Out-Of-Order',
  ],
  [
    a.LOST_SEGMENT,
    none('tcp.analysis.lost_segment', 'Previous segment(s) not captured (common at capture start)'),
    'TCP Previous segment not captured',
  ],
  [
    a.ACK_LOST_SEGMENT,
    none('tcp.analysis.ack_lost_segment', "ACKed segment that wasn't captured (common at capture start)"),
    'TCP ACKed unseen segment',
  ],
  [a.WINDOW_UPDATE, none('tcp.analysis.window_update', 'Window update'), 'TCP Window Update'],
  [
    a.WINDOW_FULL,
    none('tcp.analysis.window_full', 'TCP window specified by the receiver is now completely full'),
    'TCP Window Full',
  ],
  [a.KEEP_ALIVE, none('tcp.analysis.keep_alive', 'TCP keep-alive segment'), 'TCP Keep-Alive'],
  [
    a.KEEP_ALIVE_ACK,
    none('tcp.analysis.keep_alive_ack', 'ACK to a TCP keep-alive segment'),
    'TCP Keep-Alive ACK',
  ],
  [
    a.DUPLICATE_ACK,
    none('tcp.analysis.duplicate_ack', 'Duplicate ACK').shownAs(() => '[This is a TCP duplicate ack]'),
    DUPLICATE,
  ],
  [
    a.ZERO_WINDOW_PROBE,
    none('tcp.analysis.zero_window_probe', 'TCP Zero Window Probe'),
    'TCP ZeroWindowProbe',
  ],
  [a.ZERO_WINDOW, none('tcp.analysis.zero_window', 'TCP Zero Window segment'), 'TCP ZeroWindow'],
  [
    a.ZERO_WINDOW_PROBE_ACK,
    none('tcp.analysis.zero_window_probe_ack', 'This is an ACK to a TCP zero-window-probe'),
    'TCP ZeroWindowProbeAck',
  ],
] as const;

const analysisField = none('tcp.analysis', '[SEQ/ACK analysis]');
const timedFields = {
  acksFrame: uint('tcp.analysis.acks_frame', 'This is an ACK to the segment in frame').timed(),
  ackRtt: seconds('tcp.analysis.ack_rtt', 'The RTT to ACK the segment was').timed(),
  initialRtt: seconds('tcp.analysis.initial_rtt', 'iRTT').timed(),
  bytesInFlight: uint('tcp.analysis.bytes_in_flight', 'Bytes in flight').timed(),
  pushBytesSent: uint('tcp.analysis.push_bytes_sent', 'Bytes sent since last PSH flag').timed(),
  rto: seconds('tcp.analysis.rto', 'The RTO for this segment was').timed(),
  rtoFrame: uint('tcp.analysis.rto_frame', 'RTO based on delta from frame').timed(),
};
const flagsField = none('tcp.analysis.flags', 'TCP Analysis Flags').shownAs(() => '[TCP Analysis Flags]');
const fieldOf = new Map(FINDINGS.map(([bit, field]) => [bit as number, field]));
const retransmission = fieldOf.get(a.RETRANSMISSION)!;
const duplicateAck = fieldOf.get(a.DUPLICATE_ACK)!;
const duplicateNumber = uint('tcp.analysis.duplicate_ack_num', 'Duplicate ACK #');
const duplicateFrame = uint('tcp.analysis.duplicate_ack_frame', 'Duplicate to the ACK in frame');

export const tcpAnalysisFields = Object.fromEntries([
  ['analysis', analysisField],
  ['analysisFlags', flagsField],
  ...Object.entries(timedFields),
  ...FINDINGS.map(([, field], i) => [`analysis${i}`, field] as const),
  ['duplicateNumber', duplicateNumber],
  ['duplicateFrame', duplicateFrame],
]);

/** The bits of `Packet.analysis` with which a field is present. */
export const tcpAnalysisBits: ReadonlyMap<string, number> = new Map([
  [flagsField.name, 0xffff],
  ...FINDINGS.map(([bit, field]) => [field.name, bit] as const),
  [retransmission.name, a.RETRANSMISSION | a.FAST_RETRANSMISSION | a.SPURIOUS_RETRANSMISSION],
]);

/** Where a finding's expert information stands: below the analysis flags, or the frame that a duplicate repeats. */
export const findingPlaces: ReadonlyMap<number, Place> = new Map(
  FINDINGS.map(([bit, name]) => [
    bit,
    bit === a.DUPLICATE_ACK ? { under: duplicateFrame, name, isRepeated: true } : { under: flagsField, name },
  ]),
);

export function emitTcpAnalysis(p: Packet, start: number, out: Sink): void {
  const { timing } = p.session;
  const isTimed = timing !== null && (timing.acksFrame !== 0 || timing.pushBytesSent !== 0);
  if (p.analysis === 0 && !isTimed) return;
  out.open(analysisField, start, 0);
  if (timing !== null) emitTiming(timing, start, out);
  if (p.analysis !== 0) emitFindings(p, start, out);
  out.close();
}

function emitTiming(timing: TcpTiming, start: number, out: Sink): void {
  const { acksFrame, ackRtt, initialRtt, bytesInFlight, pushBytesSent } = timing;
  if (acksFrame !== 0) {
    out.add(timedFields.acksFrame, start, 0, acksFrame);
    if (ackRtt !== 0n) out.add(timedFields.ackRtt, start, 0, ackRtt);
  }
  if (initialRtt > 0n) out.add(timedFields.initialRtt, start, 0, initialRtt);
  if (bytesInFlight === 0) return;
  out.add(timedFields.bytesInFlight, start, 0, bytesInFlight);
  out.add(timedFields.pushBytesSent, start, 0, pushBytesSent);
}

function emitFindings(p: Packet, start: number, out: Sink): void {
  const { timing } = p.session;
  out.open(flagsField, start, 0);
  for (const [bit, field] of FINDINGS) if (p.analysis & bit) out.add(field, start, 0);
  // The special kinds count as retransmissions too, as in Wireshark.
  if (p.analysis & (a.FAST_RETRANSMISSION | a.SPURIOUS_RETRANSMISSION)) out.add(retransmission, start, 0);
  if (timing !== null && timing.rto > 0n) {
    out.add(timedFields.rto, start, 0, timing.rto);
    out.add(timedFields.rtoFrame, start, 0, timing.rtoFrame);
  }
  out.close();
  if (p.analysis & a.DUPLICATE_ACK) {
    out.add(duplicateNumber, start, 0, p.session.tcp.duplicateAcks);
    out.add(duplicateFrame, start, 0, p.session.tcp.duplicatedFrame);
    out.add(duplicateAck, start, 0);
  }
}

/** `443 → 51234 [ACK] Seq=1 Ack=2 Win=501 Len=0 …` with the findings before it. */
export function writeTcpInfo(p: Packet, layer: number, out: TextSink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const captured = p.stop[layer]! - start;
  const isInnermost = layer === p.tcpLayer;
  if (isInnermost && captured >= CUT_MIN) writeFindings(p, out);
  if (isInnermost && p.isPartOfMessage && p.waitingInfo !== null) {
    out.text(p.waitingInfo);
    if (p.waitingInfo === '') out.text(PART_OF_MESSAGE.text.slice(1));
    else out.words(PART_OF_MESSAGE);
    return;
  }
  out.number(u16(b, start));
  out.arrow();
  out.number(u16(b, start + 2));
  if (captured < CUT_MIN) return;
  const flags = u16(b, start + 12) & 0xfff;
  if (isInnermost) {
    writeSegment(p, b, start, flags, p.stop[layer]!, out);
    return;
  }
  out.words(bracketedFlags(flags));
  out.text(headerText(b, start, flags, captured));
}

/** Bytes of the header needed for the flags. */
const CUT_MIN = 16;

/** Preallocated, as above. */
const bracketed = new Array<Words | null>(0x1000).fill(null);

/** ` [SYN, ACK] Seq=`, cached, since few combinations occur. */
function bracketedFlags(flags: number): Words {
  bracketed[flags] ??= new Words(` [${tcpFlagsText(flags)}] Seq=`);
  return bracketed[flags]!;
}

/** The Info column of a truncated or bogus header, with absolute numbers. */
function headerText(b: Uint8Array, start: number, flags: number, captured: number): string {
  let text = `${u32(b, start + 4)}`;
  if (flags & a.ACK) text += ` Ack=${u32(b, start + 8)}`;
  text += ` Win=${u16(b, start + 14)}`;
  const header = (b[start + 12]! >> 4) * 4;
  if (captured < 20 || header >= 20) return text;
  return `${text}, bogus TCP header length (${header}, must be at least 20)`;
}

const ACK_IS = new Words(' Ack=');
const WINDOW_IS = new Words(' Win=');
const LENGTH_IS = new Words(' Len=');
const PART_OF_MESSAGE = new Words(' [TCP segment of a reassembled PDU]');

function writeSegment(
  p: Packet,
  b: Uint8Array,
  start: number,
  flags: number,
  stop: number,
  out: TextSink,
): void {
  out.named(bracketedFlags(flags), p.relativeSeq);
  if (flags & a.ACK) out.named(ACK_IS, p.relativeAck);
  out.named(WINDOW_IS, p.window);
  if (flags & a.URG) {
    out.text(' Urg=');
    out.number(u16(b, start + 18));
  }
  const header = (b[start + 12]! >> 4) * 4;
  if (stop - start < header) return;
  out.named(LENGTH_IS, p.segmentLength);
  // SACK edges are relative like the other side's sequence numbers.
  const base = (u32(b, start + 8) - p.relativeAck) >>> 0;
  if (header > 20) writeTcpOptions(b, start + 20, start + header, base, out);
  if (p.isPartOfMessage) out.words(PART_OF_MESSAGE);
}

/** Texts of findings, split where the number of a duplicate ACK goes. */
type FindingsWords = readonly [before: Words, after: Words];

const findingsWords = new Map<number, FindingsWords>();

/** Cached by combination. In reverse order, because Wireshark prepends each finding. */
function wordsOf(found: number): FindingsWords {
  const known = findingsWords.get(found);
  if (known !== undefined) return known;
  let text = '';
  for (const [bit, , words] of FINDINGS) if (found & bit) text = `[${words}] ${text}`;
  const numbersAt = found & a.DUPLICATE_ACK ? text.indexOf(DUPLICATE) + DUPLICATE.length : text.length;
  const words = [new Words(text.slice(0, numbersAt)), new Words(text.slice(numbersAt))] as const;
  findingsWords.set(found, words);
  return words;
}

/** Writes `[TCP Previous segment not captured] ` and the like. */
export function writeFindings(p: Packet, out: TextSink): void {
  if (p.analysis === 0 || p.isQuoted) return;
  const words = wordsOf(p.analysis);
  out.words(words[0]);
  if ((p.analysis & a.DUPLICATE_ACK) === 0) return;
  const { duplicateAcks, duplicatedFrame } = p.session.tcp;
  // Without its conversation the original is unknown.
  if (duplicatedFrame !== 0) {
    out.text(' ');
    out.number(duplicatedFrame);
    out.text('#');
    out.number(duplicateAcks);
  }
  out.words(words[1]);
}
