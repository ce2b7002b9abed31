// COTP, the connection-oriented transport protocol (ISO 8073, ITU-T X.224 §13).
import { ascii, u32 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { bool, bytes, text, uint } from '../core/field.ts';
import type { Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { HeuristicList } from '../core/table.ts';
import { hex } from '../core/text.ts';

/** Dissectors of user data: of data TPDUs, connection requests and connection confirmations. */
export const cotpHeuristics = new HeuristicList('cotp');
export const cotpRequestHeuristics = new HeuristicList('cotp_cr');
export const cotpConfirmHeuristics = new HeuristicList('cotp_cc');

/** TPDU types: the upper half of the octet after the length indicator. */
const ED = 0x1;
const EA = 0x2;
const RJ = 0x5;
const AK = 0x6;
const ER = 0x7;
const DR = 0x8;
const DC = 0xc;
const CC = 0xd;
const CR = 0xe;
const DT = 0xf;

/** Octets of a header without its variable part, length indicator included, in the normal format. */
const HEADERS = new Map([
  [ED, 5],
  [EA, 5],
  [RJ, 5],
  [AK, 5],
  [ER, 5],
  [DR, 7],
  [DC, 6],
  [CC, 7],
  [CR, 7],
]);

/** Data TPDUs by length indicator: classes 0 and 1; 2 to 4; those with extended formats; with a checksum. */
const DT_01 = 2;
const DT_NORMAL = 4;
const DT_NORMAL_CHECKSUM = 8;
const DT_EXTENDED = 7;
const DT_EXTENDED_CHECKSUM = 11;

/** Reassembly limits: TPDUs and bytes per message. */
const MESSAGE_BYTES_MAX = 1 << 20;

const typeNames = {
  [ED]: 'ED Expedited Data',
  [EA]: 'EA Expedited Data Acknowledgement',
  [RJ]: 'RJ Reject',
  [AK]: 'AK Data Acknowledgement',
  [ER]: 'ER TPDU Error',
  [DR]: 'DR Disconnect Request',
  [DC]: 'DC Disconnect Confirm',
  [CC]: 'CC Connect Confirm',
  [CR]: 'CR Connect Request',
  [DT]: 'DT Data',
};

const parameterNames = {
  0x85: 'ack time',
  0x86: 'res error',
  0x87: 'priority',
  0x88: 'transit delay',
  0x89: 'throughput',
  0x8a: 'seq number',
  0x8b: 'reassignment',
  0x8c: 'flow control',
  0xc0: 'tpdu-size',
  0xc1: 'src-tsap',
  0xc2: 'dst-tsap',
  0xc3: 'checksum',
  0xc4: 'version',
  0xc5: 'protection',
  0xc6: 'options',
  0xc7: 'proto class',
  0xe0: 'additional connection clearing info',
  0xf0: 'preferred max TPDU size',
  0xf2: 'inactivity timer',
};

const causeNames = {
  0: 'Reason not specified',
  1: 'Congestion at TSAP',
  2: 'Session entity not attached to TSAP',
  3: 'Address unknown',
  128: 'Normal Disconnect',
  129: 'Remote transport entity congestion',
  130: 'Connection negotiation failed',
  131: 'Duplicate source reference',
  132: 'Mismatched references',
  133: 'Protocol error',
  135: 'Reference overflow',
  136: 'Connection request refused',
  138: 'Header or parameter length invalid',
};

const f = {
  li: uint('cotp.li', 'Length').at(0, 1),
  type: uint('cotp.type', 'PDU Type').at(1, 1).mask(0xf0).hex().named(typeNames),
  destref: uint('cotp.destref', 'Destination reference').hex(2),
  srcref: uint('cotp.srcref', 'Source reference').hex(2),
  cause: uint('cotp.cause', 'Cause').named(causeNames),
  rejectCause: uint('cotp.reject_cause', 'Reject cause'),
  class: uint('cotp.class', 'Class').mask(0xf0),
  extended: bool('cotp.opts.extended_formats', 'Extended formats').mask(0x02),
  noFlow: bool('cotp.opts.no_explicit_flow_control', 'No explicit flow control').mask(0x01),
  number: uint('cotp.tpdu-number', 'TPDU number').mask(0x7f).hex(),
  next: uint('cotp.next-tpdu-number', 'Your TPDU number').hex(),
  eot: bool('cotp.eot', 'Last data unit').mask(0x80),
  code: uint('cotp.parameter_code', 'Parameter code').hex().named(parameterNames),
  codeLength: uint('cotp.parameter_length', 'Parameter length'),
  value: bytes('cotp.parameter_value', 'Parameter value'),
  size: uint('cotp.tpdu_size', 'TPDU size'),
  srcTsap: text('cotp.src-tsap', 'Source TSAP'),
  srcTsapBytes: bytes('cotp.src-tsap-bytes', 'Source TSAP').hidden(),
  dstTsap: text('cotp.dst-tsap', 'Destination TSAP'),
  dstTsapBytes: bytes('cotp.dst-tsap-bytes', 'Destination TSAP').hidden(),
  segmentData: bytes('cotp.segment_data', 'COTP segment data'),
};

function typeOf(b: Uint8Array, start: number): number {
  return b[start + 1]! >> 4;
}

/** X.224 §13.7.2: offset and width of a data TPDU's number and end mark; width 0: not the length of a data TPDU. */
function numberAt(li: number): number {
  return li === DT_01 ? 2 : 4;
}

function numberWidth(li: number): number {
  if (li === DT_EXTENDED || li === DT_EXTENDED_CHECKSUM) return 4;
  return li === DT_01 || li === DT_NORMAL || li === DT_NORMAL_CHECKSUM ? 1 : 0;
}

function isLastUnit(b: Uint8Array, start: number): boolean {
  return (b[start + numberAt(b[start]!)]! & 0x80) !== 0;
}

/** Data TPDUs of one direction that await the last one. */
interface Unfinished {
  parts: Uint8Array[];
  length: number;
}

export const cotp: Protocol = protocol({
  name: 'cotp',
  title: 'ISO 8073/X.224 COTP Connection-Oriented Transport Protocol',
  column: 'COTP',
  fields: f,
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < 2) return p.cut(2);
    const li = b[start]!;
    const type = typeOf(b, start);
    if (type === DT) {
      if (numberWidth(li) === 0) return p.malformed();
    } else if (li + 1 < (HEADERS.get(type) ?? 256)) return p.malformed();
    if (p.end - start < li + 1) return p.cut(li + 1);
    if ((type === CR || type === CC) && desktopRequest(p, start, type)) return null;
    p.at = start + li + 1;
    if (type === DT) return dataUnit(p, start, li);
    if (p.at >= p.end || (type !== CR && type !== CC && type !== DR && type !== ED)) return null;
    return readerOf(p, null);
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    out.fixed(f.li);
    out.fixed(f.type);
    const type = typeOf(b, start);
    const isShort = layer + 1 < p.count && p.start[layer + 1] === start + FIXED;
    const end = isShort ? start + FIXED : Math.min(start + b[start]! + 1, p.stop[layer]!);
    if (type === DT) emitDataUnit(p, layer, start, out);
    else if (HEADERS.has(type)) emitControl(b, start, end, type, out);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (start + Math.min(b[start]!, 5) >= end) return '';
    const type = typeOf(b, start);
    const short = (typeNames as Record<number, string>)[type]?.slice(0, 2) ?? '';
    if (type === DT) return `DT TPDU (${tpduNumber(b, start)})${unitInfo(b, start, end)}`;
    const destination = `dst-ref: 0x${hex(b, start + 2, start + 4)}`;
    if (type === CR || type === CC || type === DR || type === DC) {
      return `${short} TPDU src-ref: 0x${hex(b, start + 4, start + 6)} ${destination}`;
    }
    if (type === ER) return `ER TPDU ${destination}`;
    return `${short} TPDU (${b[start + 4]! & 0x7f}) ${destination}`;
  },
});

/** The RDP negotiation takes the place of parameters and is counted in the header length. */
const FIXED = 7;
function desktopRequest(p: Packet, start: number, type: number): boolean {
  p.at = start + FIXED;
  const list = type === CR ? cotpRequestHeuristics : cotpConfirmHeuristics;
  for (const { protocol: guess, matches } of list.entries) if (matches(p) && p.offer(guess)) return true;
  return false;
}

function tpduNumber(b: Uint8Array, start: number): number {
  const at = start + numberAt(b[start]!);
  return numberWidth(b[start]!) === 4 ? u32(b, at) & 0x7fffffff : b[at]! & 0x7f;
}

function unitInfo(b: Uint8Array, start: number, end: number): string {
  const destination = b[start] === DT_01 ? '' : ` dst-ref: 0x${hex(b, start + 2, start + 4)}`;
  const length = end - start - b[start]! - 1;
  return `${destination}${isLastUnit(b, start) ? ' EOT' : ` [COTP fragment, ${length} byte${length === 1 ? '' : 's'}]`}`;
}

/** §13.7: a data TPDU; the last one of a message hands the reassembled message to its dissector. */
function dataUnit(p: Packet, start: number, li: number): Protocol | null {
  if (li === DT_01 && p.flow < 0) return p.at < p.end ? readerOf(p, cotpHeuristics) : null;
  const key = p.direction === 0 ? 'cotp.lower' : 'cotp.higher';
  const waiting = p.session.knownState<Unfinished>(p, key);
  if (!isLastUnit(p.buf, start)) {
    keep(p, waiting ?? p.session.stateOf(p, key, (): Unfinished => ({ parts: [], length: 0 })));
    return null;
  }
  if (waiting === null || waiting.length === 0) return p.at < p.end ? readerOf(p, cotpHeuristics) : null;
  keep(p, waiting);
  const whole = joined(waiting);
  p.within('Reassembled COTP', whole, 0, whole.length, whole.length, (inner) =>
    inner.run(readerOf(inner, cotpHeuristics)),
  );
  return null;
}

function keep(p: Packet, waiting: Unfinished): void {
  if (p.wireEnd > p.end || waiting.length + p.end - p.at > MESSAGE_BYTES_MAX) {
    waiting.parts.length = waiting.length = 0;
    return;
  }
  waiting.parts.push(p.buf.slice(p.at, p.end));
  waiting.length += p.end - p.at;
}

function joined(waiting: Unfinished): Uint8Array {
  const whole = new Uint8Array(waiting.length);
  let at = 0;
  for (const part of waiting.parts) {
    whole.set(part, at);
    at += part.length;
  }
  waiting.parts.length = waiting.length = 0;
  return whole;
}

function readerOf(p: Packet, list: HeuristicList | null): Protocol | null {
  if (list !== null) {
    for (const { protocol: guess, matches } of list.entries) if (matches(p) && p.offer(guess)) return null;
  }
  return data;
}

function emitDataUnit(p: Packet, layer: number, start: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const li = b[start]!;
  const width = numberWidth(li);
  if (width === 0) return;
  const at = start + numberAt(li);
  if (li !== DT_01) out.add(f.destref, start + 2, 2);
  out.add(f.number, at, width, tpduNumber(b, start));
  out.add(f.eot, at, 1);
  const content = start + li + 1;
  if (!isLastUnit(b, start) && p.stop[layer]! > content)
    out.add(f.segmentData, content, p.stop[layer]! - content);
}

function emitControl(b: Uint8Array, start: number, end: number, type: number, out: Sink): void {
  out.add(f.destref, start + 2, 2);
  if (type === CR || type === CC || type === DR || type === DC) out.add(f.srcref, start + 4, 2);
  if (type === CR || type === CC) {
    out.add(f.class, start + 6, 1);
    out.add(f.extended, start + 6, 1);
    out.add(f.noFlow, start + 6, 1);
  } else if (type === DR) out.add(f.cause, start + 6, 1);
  else if (type === ER) out.add(f.rejectCause, start + 4, 1);
  else if (type !== DC) out.add(f.next, start + 4, 1);
  emitParameters(b, start + HEADERS.get(type)!, end, out);
}

/** §13.2.3: the variable part: parameters with code, length and value. */
function emitParameters(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at + 2 <= end) {
    const code = b[at]!;
    const length = b[at + 1]!;
    const value = at + 2;
    out.add(f.code, at, 1);
    out.add(f.codeLength, at + 1, 1);
    if (value + length > end) return;
    if (code === 0xc0 && length === 1) out.add(f.size, value, 1, b[value]! < 31 ? 2 ** b[value]! : 0);
    else if (code === 0xc1) emitTsap(b, value, length, f.srcTsap, f.srcTsapBytes, out);
    else if (code === 0xc2) emitTsap(b, value, length, f.dstTsap, f.dstTsapBytes, out);
    else if (length > 0) out.add(f.value, value, length);
    at = value + length;
  }
}

/** Transport selectors are octets; shown as text when all of them are printable. */
function emitTsap(
  b: Uint8Array,
  at: number,
  length: number,
  field: typeof f.srcTsap,
  raw: typeof f.srcTsapBytes,
  out: Sink,
): void {
  let isText = length > 0;
  for (let i = at; i < at + length; i++) if (b[i]! < 0x20 || b[i]! > 0x7e) isText = false;
  out.add(field, at, length, isText ? ascii(b, at, at + length) : `0x${hex(b, at, at + length)}`);
  out.add(raw, at, length);
}
