// DNS messages (RFC 1035 §4): header, questions and resource records. DNS, multicast DNS (RFC 6762) and LLMNR (RFC
// 4795) share this format and its fields.
import { u16, u32 } from '../../core/bytes.ts';
import { bool, bytes, type Field, int, none, seconds, text, uint } from '../../core/field.ts';
import { COLUMN, type Packet } from '../../core/packet.ts';
import { printable } from '../../core/printable.ts';
import type { Protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { AGAIN, Exchanges, FIRST } from '../../flows/exchanges.ts';
import { DSO, dsoFields, emitDso } from './dso.ts';
import { type Rdata, respType } from './layout.ts';
import { labelCount, nameEnd, nameLength, readName, skipName } from './name.ts';
import { layouts, recordFields, unknownLayout } from './records.ts';
import { spanText } from './span.ts';
import {
  AXFR,
  className,
  classNames,
  IXFR,
  OPT,
  opcodeNames,
  rcodeNames,
  SRV,
  typeName,
  typeTitles,
  UPDATE,
} from './types.ts';

export const HEADER = 12;
export const RESPONSE = 0x8000;
/**
 * RFC 6762 §10.2 and §5.4: in multicast DNS the top bit of the class is cache-flush, or in questions unicast-response.
 */
export const TOP_BIT = 0x8000;
/** As in Wireshark, a question repeated within this time is a retransmission. */
const RETRANSMISSION_SECONDS = 5;

const f = {
  length: uint('dns.length', 'Length'),
  id: uint('dns.id', 'Transaction ID').hex(2),
  flags: uint('dns.flags', 'Flags').hex(2),
  response: bool('dns.flags.response', 'Response')
    .mask(0x8000)
    .named({ 0: 'Message is a query', 1: 'Message is a response' }),
  opcode: uint('dns.flags.opcode', 'Opcode').mask(0x7800).named(opcodeNames),
  authoritative: bool('dns.flags.authoritative', 'Authoritative')
    .mask(0x0400)
    .named({ 0: 'Server is not an authority for domain', 1: 'Server is an authority for domain' }),
  conflict: bool('dns.flags.conflict', 'Conflict').mask(0x0400),
  truncated: bool('dns.flags.truncated', 'Truncated')
    .mask(0x0200)
    .named({ 0: 'Message is not truncated', 1: 'Message is truncated' }),
  recdesired: bool('dns.flags.recdesired', 'Recursion desired')
    .mask(0x0100)
    .named({ 0: "Don't do query recursively", 1: 'Do query recursively' }),
  tentative: bool('dns.flags.tentative', 'Tentative').mask(0x0100),
  recavail: bool('dns.flags.recavail', 'Recursion available')
    .mask(0x0080)
    .named({ 0: "Server can't do recursive queries", 1: 'Server can do recursive queries' }),
  z: bool('dns.flags.z', 'Z').mask(0x0040).named({ 0: 'reserved (0)', 1: 'reserved - incorrect!' }),
  authenticated: bool('dns.flags.authenticated', 'Answer authenticated').mask(0x0020).named({
    0: 'Answer/authority portion was not authenticated by the server',
    1: 'Answer/authority portion was authenticated by the server',
  }),
  checkdisable: bool('dns.flags.checkdisable', 'Non-authenticated data')
    .mask(0x0010)
    .named({ 0: 'Unacceptable', 1: 'Acceptable' }),
  rcode: uint('dns.flags.rcode', 'Reply code').mask(0x000f).named(rcodeNames),
  queries: uint('dns.count.queries', 'Questions'),
  zones: uint('dns.count.zones', 'Zones'),
  answers: uint('dns.count.answers', 'Answer RRs'),
  prerequisites: uint('dns.count.prerequisites', 'Prerequisites'),
  authRr: uint('dns.count.auth_rr', 'Authority RRs'),
  updates: uint('dns.count.updates', 'Updates'),
  addRr: uint('dns.count.add_rr', 'Additional RRs'),
  qryName: text('dns.qry.name', 'Name'),
  qryNameLen: uint('dns.qry.name.len', 'Name Length').derived(),
  labels: uint('dns.count.labels', 'Label Count').derived(),
  qryType: uint('dns.qry.type', 'Type').named(typeTitles),
  qryClass: uint('dns.qry.class', 'Class').hex(2).named(classNames),
  qryQu: bool('dns.qry.qu', '"QU" question').mask(TOP_BIT).named({ 0: 'False', 1: 'True' }),
  respName: text('dns.resp.name', 'Name'),
  srvService: text('dns.srv.service', 'Service'),
  srvProto: text('dns.srv.proto', 'Protocol'),
  srvName: text('dns.srv.name', 'Name'),
  respType,
  respClass: uint('dns.resp.class', 'Class').hex(2).named(classNames),
  cacheFlush: bool('dns.resp.cache_flush', 'Cache flush').mask(TOP_BIT).named({ 0: 'False', 1: 'True' }),
  ttl: uint('dns.resp.ttl', 'Time to live'),
  respLen: uint('dns.resp.len', 'Data length'),
  payloadSize: uint('dns.rr.udp_payload_size', 'UDP payload size'),
  extRcode: uint('dns.resp.ext_rcode', 'Higher bits in extended RCODE').hex(1),
  version: uint('dns.resp.edns0_version', 'EDNS0 version'),
  respZ: uint('dns.resp.z', 'Z').hex(2),
  respZDo: bool('dns.resp.z.do', 'DO bit')
    .mask(0x8000)
    .named({ 0: 'Cannot handle DNSSEC security RRs', 1: 'Accepts DNSSEC security RRs' }),
  respZReserved: uint('dns.resp.z.reserved', 'Reserved').mask(0x7fff).hex(2),
  responseTo: uint('dns.response_to', 'Request In'),
  responseIn: uint('dns.response_in', 'Response In'),
  time: seconds('dns.time', 'Time'),
  retransmission: bool('dns.retransmission', 'Retransmission'),
  retransmitRequestIn: uint('dns.retransmit_request_in', 'Retransmitted request. Original request in'),
  retransmitResponseIn: uint('dns.retransmit_response_in', 'Retransmitted response. Original response in'),
  unsolicited: bool('dns.unsolicited', 'Unsolicited'),
  extraneous: bytes('dns.extraneous.data', 'Extraneous Data Bytes'),
  extraneousLength: int('dns.extraneous.length', 'Extraneous Data Length'),
};

export const messageFields: Readonly<Record<string, Field>> = {
  ...f,
  ...dsoFields,
  ...Object.fromEntries(recordFields.map((field) => [field.name, field])),
};

/** Registered with no protocol: used only by the tree, so that lines are rendered on demand. */
const line = none('', '');

/** Layer marks: whether a length prefix is present, the role in the exchange, and above them the entry. */
const PREFIXED = 8;
const KIND = 7;
const ENTRY_SHIFT = 4;
/** Kinds: */
const ASKED_AGAIN = 1;
const ANSWERED = 2;
const ANSWERED_AGAIN = 3;
const UNSOLICITED = 4;

const EXCHANGES = 'dns.exchanges';
const makeExchanges = (): Exchanges => new Exchanges('dns');

/** Offset of the message in a layer. */
export function messageStart(p: Packet, layer: number): number {
  return p.start[layer]! + (p.mark[layer]! & PREFIXED ? 2 : 0);
}

/** Whether a query or a response was seen before. */
export function isRepeated(p: Packet, layer: number): boolean {
  const kind = p.mark[layer]! & KIND;
  return kind === ASKED_AGAIN || kind === ANSWERED_AGAIN;
}

/** `prefix`: bytes before the message; over TCP a length (RFC 1035 §4.2.2). */
export function stepMessage(p: Packet, prefix: 0 | 2): Protocol | null {
  const b = p.buf;
  const start = p.at + prefix;
  const { end } = p;
  const layer = p.count - 1;
  p.mark[layer] = prefix > 0 ? PREFIXED : 0;
  if (end - start < HEADER) return p.cut(prefix + HEADER);
  const at = sectionsEnd(b, start, end);
  if (p.visibility & COLUMN) p.mark[layer]! |= exchangeOf(p, b, start);
  p.at = end;
  return at < 0 ? p.cut(1) : null;
}

/** Offset behind the last record, or -1 if the message is truncated. */
function sectionsEnd(b: Uint8Array, start: number, end: number): number {
  let at = start + HEADER;
  for (let left = u16(b, start + 4); left > 0; left--) {
    at = skipName(b, at, end);
    if (at < 0 || at + 4 > end) return -1;
    at += 4;
  }
  for (let left = u16(b, start + 6) + u16(b, start + 8) + u16(b, start + 10); left > 0; left--) {
    at = skipName(b, at, end);
    if (at < 0 || at + 10 > end) return -1;
    at += 10 + u16(b, at + 8);
    if (at > end) return -1;
  }
  return at;
}

function exchangeOf(p: Packet, b: Uint8Array, start: number): number {
  const exchanges = p.session.memoryOf(EXCHANGES, makeExchanges);
  const id = u16(b, start);
  let kind = 0;
  if ((u16(b, start + 2) & RESPONSE) === 0) {
    if (exchanges.seeRequest(p, id, RETRANSMISSION_SECONDS) === AGAIN) kind = ASKED_AGAIN;
  } else {
    const seen = exchanges.seeReply(p, id);
    kind = seen === FIRST ? ANSWERED : seen === AGAIN ? ANSWERED_AGAIN : UNSOLICITED;
    if (kind === ANSWERED_AGAIN && isTransfer(b, start, p.end)) kind = ANSWERED;
  }
  return (Math.max(0, exchanges.entry) << ENTRY_SHIFT) | kind;
}

/** RFC 5936 §2.2: the response to a zone transfer may take several messages. */
function isTransfer(b: Uint8Array, start: number, end: number): boolean {
  if (u16(b, start + 4) === 0) return false;
  const at = skipName(b, start + HEADER, end);
  const type = at >= 0 && at + 2 <= end ? u16(b, at) : 0;
  return type === AXFR || type === IXFR;
}

/** Heuristic as in Wireshark: a standard query with one question, or a response to one, with few records. */
export function looksLikeMessage(p: Packet): boolean {
  const b = p.buf;
  const { at } = p;
  if (p.end - at <= HEADER) return false;
  const flags = u16(b, at + 2);
  if ((flags & 0x7800) !== 0 || u16(b, at + 10) > 10) return false;
  if ((flags & RESPONSE) === 0) return u16(b, at + 4) === 1 && u16(b, at + 6) === 0 && u16(b, at + 8) === 0;
  return u16(b, at + 4) <= 1 && u16(b, at + 6) <= 100 && u16(b, at + 8) <= 10;
}

/** Summary of a record's data for its tree line: `, preference 10, mx mail.example`. */
function dataWords(r: Rdata, type: number): string {
  let words = '';
  const layout = layouts.get(type);
  layout?.words?.forEach((word, i) => {
    const content = layout.parts[i]!.text(r);
    if (word !== null) words += word === '' ? `, ${content}` : `, ${word} ${content}`;
  });
  return words;
}

/** Protocol variant: they differ in flags and in the top bit of the class. */
export interface Variant {
  readonly isMulticast?: boolean;
  readonly isLinkLocal?: boolean;
}

export function emitMessage(p: Packet, layer: number, out: Sink, variant: Variant): void {
  const b = p.bufferOf(layer);
  const start = messageStart(p, layer);
  const end = p.stop[layer]!;
  if (end < start) return;
  if (start > p.start[layer]!) out.add(f.length, start - 2, 2);
  out.add(f.id, start, 2);
  if (end - start < HEADER) return;
  const flags = u16(b, start + 2);
  const isResponse = (flags & RESPONSE) !== 0;
  const isUpdate = ((flags >> 11) & 15) === UPDATE;
  emitFlags(start + 2, flags, variant, out);
  out.add(isUpdate ? f.zones : f.queries, start + 4, 2);
  out.add(isUpdate ? f.prerequisites : f.answers, start + 6, 2);
  out.add(isUpdate ? f.updates : f.authRr, start + 8, 2);
  out.add(f.addRr, start + 10, 2);
  const at = isStateful(b, start)
    ? emitDso(b, start + HEADER, end, out)
    : emitSections(b, start, end, isUpdate, variant.isMulticast === true, out);
  emitExchange(p, layer, start, isResponse, out);
  if (at >= 0 && at < end) {
    out.group(`Extraneous Data (${end - at} bytes)`, at, end - at);
    out.add(f.extraneous, at, end - at);
    out.add(f.extraneousLength, at, 0, end - at);
    out.close();
  }
}

/** RFC 8490 §5.4: DSO opcode and all counts zero. */
function isStateful(b: Uint8Array, start: number): boolean {
  return ((b[start + 2]! >> 3) & 15) === DSO && u32(b, start + 4) === 0 && u32(b, start + 8) === 0;
}

function emitFlags(at: number, flags: number, variant: Variant, out: Sink): void {
  const isResponse = (flags & RESPONSE) !== 0;
  out.open(f.flags, at, 2);
  if (out.wants(line)) {
    const rcode = flags & 15;
    out.note(` ${opcodeNames[(flags >> 11) & 15] ?? 'Unknown operation'}`);
    if (isResponse) out.note(` response, ${rcodeNames[rcode] ?? 'Unknown error'}`);
  }
  out.add(f.response, at, 2);
  out.add(f.opcode, at, 2);
  if (variant.isLinkLocal) out.add(f.conflict, at, 2);
  else if (isResponse) out.add(f.authoritative, at, 2);
  out.add(f.truncated, at, 2);
  if (variant.isLinkLocal) out.add(f.tentative, at, 2);
  else {
    out.add(f.recdesired, at, 2);
    if (isResponse) out.add(f.recavail, at, 2);
    out.add(f.z, at, 2);
    if (isResponse) out.add(f.authenticated, at, 2);
    out.add(f.checkdisable, at, 2);
  }
  if (isResponse) out.add(f.rcode, at, 2);
  out.close();
}

/** Offset behind the last record; -1 if the message is truncated. */
function emitSections(
  b: Uint8Array,
  start: number,
  end: number,
  isUpdate: boolean,
  isMulticast: boolean,
  out: Sink,
): number {
  let at = start + HEADER;
  const questions = u16(b, start + 4);
  if (questions > 0) {
    out.group(isUpdate ? 'Zone' : 'Queries', at, 0);
    for (let left = questions; left > 0 && at >= 0; left--)
      at = emitQuestion(b, at, start, end, isMulticast, out);
    out.close();
  }
  for (let section = 0; section < 3; section++) {
    let left = u16(b, start + 6 + section * 2);
    if (left === 0 || at < 0) continue;
    out.group(isUpdate ? updateSections[section]! : sections[section]!, at, 0);
    for (; left > 0 && at >= 0; left--) at = emitRecord(b, at, start, end, isMulticast, out);
    out.close();
  }
  return at;
}

const sections = ['Answers', 'Authoritative nameservers', 'Additional records'];
/** RFC 2136 §2. */
const updateSections = ['Prerequisites', 'Updates', 'Additional records'];

function emitQuestion(
  b: Uint8Array,
  at: number,
  start: number,
  end: number,
  isMulticast: boolean,
  out: Sink,
): number {
  const name = readName(b, at, start, end);
  const after = nameEnd;
  if (after < 0 || after + 4 > end) return -1;
  let klass = u16(b, after + 2);
  if (isMulticast) klass &= ~TOP_BIT;
  out.group(
    out.wants(line)
      ? `${printable(name)}: type ${typeName(u16(b, after))}, class ${className(klass)}${isMulticast ? questionKind(b, after) : ''}`
      : '',
    at,
    after + 4 - at,
  );
  out.add(f.qryName, at, after - at, name);
  if (out.wants(f.qryNameLen)) out.add(f.qryNameLen, at, after - at, nameLength(name));
  if (out.wants(f.labels)) out.add(f.labels, at, after - at, labelCount(name));
  out.add(f.qryType, after, 2);
  out.add(f.qryClass, after + 2, 2, klass);
  if (isMulticast) out.add(f.qryQu, after + 2, 2);
  out.close();
  return after + 4;
}

function emitRecord(
  b: Uint8Array,
  at: number,
  start: number,
  end: number,
  isMulticast: boolean,
  out: Sink,
): number {
  const after = skipName(b, at, end);
  if (after < 0 || after + 10 > end) return -1;
  const type = u16(b, after);
  const data = after + 10;
  const next = data + u16(b, after + 8);
  const r: Rdata = { b, base: start, messageEnd: end, at: data, end: Math.min(next, end) };
  out.group(out.wants(line) ? recordLine(r, type, at, after, isMulticast) : '', at, r.end - at);
  if (type === SRV) emitServiceName(readName(b, at, start, end), at, after - at, out);
  else if (out.wants(f.respName)) out.add(f.respName, at, after - at, readName(b, at, start, end));
  out.add(f.respType, after, 2);
  if (type === OPT) emitOptHeader(b, after, isMulticast, out);
  else {
    out.add(f.respClass, after + 2, 2, isMulticast ? u16(b, after + 2) & ~TOP_BIT : u16(b, after + 2));
    if (isMulticast) out.add(f.cacheFlush, after + 2, 2);
    out.add(f.ttl, after + 4, 4);
    if (out.wants(line)) out.note(` (${spanText(u32(b, after + 4))})`);
  }
  out.add(f.respLen, after + 8, 2);
  if (r.at < r.end)
    for (const part of (layouts.get(type) ?? unknownLayout).parts) if (r.at <= r.end) part.emit(r, out);
  out.close();
  return next > end ? -1 : next;
}

function recordLine(r: Rdata, type: number, at: number, after: number, isMulticast: boolean): string {
  const name = printable(readName(r.b, at, r.base, r.messageEnd));
  if (type === OPT) return `${name}: type OPT`;
  const klass = u16(r.b, after + 2);
  const flush = isMulticast && klass & TOP_BIT ? ', cache flush' : '';
  const line = `${name}: type ${typeName(type)}, class ${className(isMulticast ? klass & ~TOP_BIT : klass)}${flush}`;
  return r.at < r.end ? line + dataWords({ ...r }, type) : line;
}

/** RFC 2782: `_service._proto.name`. */
function emitServiceName(name: string, at: number, length: number, out: Sink): void {
  const proto = name.indexOf('.');
  out.add(f.srvService, at, length, proto < 0 ? name : name.slice(0, proto));
  if (proto < 0) return;
  const rest = name.indexOf('.', proto + 1);
  out.add(f.srvProto, at, length, rest < 0 ? name.slice(proto + 1) : name.slice(proto + 1, rest));
  if (rest >= 0) out.add(f.srvName, at, length, name.slice(rest + 1));
}

/** RFC 6891 §6.1.3: in OPT, class and TTL have other meanings. */
function emitOptHeader(b: Uint8Array, after: number, isMulticast: boolean, out: Sink): void {
  out.add(f.payloadSize, after + 2, 2, isMulticast ? u16(b, after + 2) & ~TOP_BIT : u16(b, after + 2));
  if (isMulticast) out.add(f.cacheFlush, after + 2, 2);
  out.add(f.extRcode, after + 4, 1);
  out.add(f.version, after + 5, 1);
  out.open(f.respZ, after + 6, 2);
  out.add(f.respZDo, after + 6, 2);
  out.add(f.respZReserved, after + 6, 2);
  out.close();
}

function emitExchange(p: Packet, layer: number, start: number, isResponse: boolean, out: Sink): void {
  const mark = p.mark[layer]!;
  const kind = mark & KIND;
  const entry = mark >> ENTRY_SHIFT;
  const exchanges = p.session.memoryOf(EXCHANGES, makeExchanges);
  if (kind === 0) {
    const answer = isResponse ? 0 : exchanges.answerTo(p, u16(p.bufferOf(layer), start));
    if (answer > 0) out.add(f.responseIn, start, 0, answer);
    return;
  }
  if (kind === ASKED_AGAIN || kind === ANSWERED_AGAIN) {
    const field = isResponse ? f.retransmitResponseIn : f.retransmitRequestIn;
    out.add(field, start, 0, isResponse ? exchanges.reply[entry]! : exchanges.request[entry]!);
    out.add(f.retransmission, start, 0, true);
  } else if (kind === ANSWERED) {
    out.add(f.responseTo, start, 0, exchanges.request[entry]!);
    if (out.wants(f.time)) out.add(f.time, start, 0, exchanges.responseTimeNs(p, entry));
  } else if (kind === UNSOLICITED) out.add(f.unsolicited, start, 0, true);
}

/** RFC 6762 §5.4: the top bit of the class asks for an answer by unicast. */
export function questionKind(b: Uint8Array, at: number): string {
  return u16(b, at + 2) & TOP_BIT ? ', "QU" question' : ', "QM" question';
}
