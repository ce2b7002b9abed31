// ICMPv6 (RFC 4443) with neighbor discovery (RFC 4861), multicast listener discovery (RFC 2710, RFC 3810),
// RPL control (RFC 6550), node information (RFC 4620) and duplicate address messages (RFC 6775).
import { u16 } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { bool, bytes, double, type Field, ipv6 as ipv6Field, none, uint, uint64 } from '../core/field.ts';
import { LISTED, NESTED, type Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { ipProtocols } from '../core/table.ts';
import { ethernetAddress, ipv6Address } from '../core/text.ts';
import { addBadChecksum } from '../expert/checksums.ts';
import {
  BAD,
  checksumStatus,
  checksumStatusNames,
  expectedChecksum,
  pseudoHeader,
  statusNote,
} from './checksum.ts';
import { emitIcmpExtensions, icmpExtensionFields } from './icmp-extensions.ts';
import { ipv6 } from './ipv6.ts';
import { emitMldQuery, emitMldReport, mldFields, mldQueryLength, mldReportLack } from './mld.ts';
import { icmpv6Code, icmpv6Types } from './names/icmpv6.ts';
import {
  emitNdpOptions,
  findNdpOption,
  ndpOptionFields,
  preferences,
  SOURCE_LINK_ADDRESS,
  stepNdpOptions,
  TARGET_LINK_ADDRESS,
} from './ndp-options.ts';
import { type Answer, answeredPing, pingText, rememberPing, replyTo } from './pings.ts';
import { quote } from './quoted.ts';

const ICMPV6 = 58;
const HEADER = 8;
const UNREACHABLE = 1;
const PACKET_TOO_BIG = 2;
const TIME_EXCEEDED = 3;
const PARAMETER_PROBLEM = 4;
const ECHO_REQUEST = 128;
const ECHO_REPLY = 129;
const MLD_QUERY = 130;
const MLD_DONE = 132;
const ROUTER_SOLICITATION = 133;
const ROUTER_ADVERTISEMENT = 134;
const NEIGHBOR_SOLICITATION = 135;
const NEIGHBOR_ADVERTISEMENT = 136;
const REDIRECT = 137;
const NI_QUERY = 139;
const NI_REPLY = 140;
const MLD2_REPORT = 143;
const RPL = 155;
const DUPLICATE_REQUEST = 157;
const DUPLICATE_CONFIRMATION = 158;
const EXTENDED_ECHO = 160;

/** Minimum message lengths in bytes. */
const RPL_MIN = 6;
const TEREDO_PORT = 3544;

/** Offset of the options by message type. */
const OPTIONS_AT: Readonly<Record<number, number>> = {
  133: 8,
  134: 16,
  135: 24,
  136: 24,
  137: 40,
  141: 8,
  142: 8,
};
/** Minimum length of other messages by type. */
const MIN: Readonly<Record<number, number>> = {
  131: 24,
  132: 24,
  138: 16,
  139: 16,
  140: 16,
  157: 32,
  158: 32,
};

const answerOf = (p: Packet, layer: number): Answer | null => p.notes[layer] as Answer | null;

const f = {
  ...ndpOptionFields,
  ...mldFields,
  type: uint('icmpv6.type', 'Type').at(0, 1).named(icmpv6Types),
  code: uint('icmpv6.code', 'Code').at(1, 1),
  checksum: uint('icmpv6.checksum', 'Checksum').at(2, 2).hex(),
  badChecksum: none('icmpv6.checksum_bad.expert', 'Bad checksum'),
  checksumStatus: uint('icmpv6.checksum.status', 'Checksum Status').byName().named(checksumStatusNames),
  reserved: bytes('icmpv6.reserved', 'Reserved'),
  mtuOfLink: uint('icmpv6.mtu', 'MTU'),
  pointer: uint('icmpv6.pointer', 'Pointer'),
  identifier: uint('icmpv6.echo.identifier', 'Identifier').hex(2),
  sequence: uint('icmpv6.echo.sequence_number', 'Sequence'),
  responseIn: uint('icmpv6.resp_in', 'Response In').get((p, layer) => replyTo(p, layer) || undefined),
  noResponse: none('icmpv6.no_resp', 'No response seen').derived(),
  responseTo: uint('icmpv6.resp_to', 'Response To').get((p, layer) => answerOf(p, layer)?.request),
  responseTime: double('icmpv6.resptime', 'Response Time').get(
    (p, layer) => answerOf(p, layer)?.milliseconds,
  ),
  raHopLimit: uint('icmpv6.nd.ra.cur_hop_limit', 'Cur hop limit'),
  raFlag: uint('icmpv6.nd.ra.flag', 'Flags').hex(),
  raManaged: bool('icmpv6.nd.ra.flag.m', 'Managed address configuration').mask(0x80),
  raOther: bool('icmpv6.nd.ra.flag.o', 'Other configuration').mask(0x40),
  raHomeAgent: bool('icmpv6.nd.ra.flag.h', 'Home Agent').mask(0x20),
  raPreference: uint('icmpv6.nd.ra.flag.prf', 'Prf (Default Router Preference)')
    .mask(0x18)
    .named(preferences),
  raProxy: bool('icmpv6.nd.ra.flag.p', 'Proxy').mask(0x04),
  raLifetime: uint('icmpv6.nd.ra.router_lifetime', 'Router lifetime (s)'),
  raReachable: uint('icmpv6.nd.ra.reachable_time', 'Reachable time (ms)'),
  raRetrans: uint('icmpv6.nd.ra.retrans_timer', 'Retrans timer (ms)'),
  nsTarget: ipv6Field('icmpv6.nd.ns.target_address', 'Target Address'),
  raReserved: uint('icmpv6.nd.ra.flag.rsv', 'Reserved').mask(0x03),
  naFlag: uint('icmpv6.nd.na.flag', 'Flags').hex(4),
  naRouter: bool('icmpv6.nd.na.flag.r', 'Router').mask(0x80000000),
  naSolicited: bool('icmpv6.nd.na.flag.s', 'Solicited').mask(0x40000000),
  naOverride: bool('icmpv6.nd.na.flag.o', 'Override').mask(0x20000000),
  naReserved: uint('icmpv6.nd.na.flag.rsv', 'Reserved').mask(0x1fffffff),
  naTarget: ipv6Field('icmpv6.nd.na.target_address', 'Target Address'),
  rdTarget: ipv6Field('icmpv6.nd.rd.target_address', 'Target Address'),
  rdDestination: ipv6Field('icmpv6.rd.na.destination_address', 'Destination Address'),
  niQtype: uint('icmpv6.ni.qtype', 'Qtype').named({
    0: 'NOOP',
    1: 'Supported query types (Obsolete)',
    2: 'Node Name',
    3: 'Node addresses',
    4: 'IPv4 node addresses',
  }),
  niFlag: uint('icmpv6.ni.flag', 'Flags').hex(2),
  niNonce: uint64('icmpv6.ni.nonce', 'Nonce').hex(),
  niSubject: ipv6Field('icmpv6.ni.query.subject_ipv6', 'IPv6 subject address'),
  rplInstance: uint('icmpv6.rpl.dio.instance', 'RPLInstanceID'),
  rplVersion: uint('icmpv6.rpl.dio.version', 'Version'),
  rplRank: uint('icmpv6.rpl.dio.rank', 'Rank'),
  rplFlag: uint('icmpv6.rpl.dio.flag', 'Flags').hex(),
  rplMode: uint('icmpv6.rpl.dio.flag.mop', 'Mode of Operation (MOP)').mask(0x38).hex(),
  rplDtsn: uint('icmpv6.rpl.dio.dtsn', 'Destination Advertisement Trigger Sequence Number (DTSN)'),
  rplDodag: ipv6Field('icmpv6.rpl.dio.dagid', 'DODAGID'),
  daStatus: uint('icmpv6.6lowpannd.da.status', 'Status'),
  daLifetime: uint('icmpv6.6lowpannd.da.lifetime', 'Lifetime'),
  daEui64: bytes('icmpv6.6lowpannd.da.eui64', 'EUI-64'),
  daAddress: ipv6Field('icmpv6.6lowpannd.da.reg_addr', 'Registered Address'),
  data: bytes('icmpv6.data', 'Data'),
};

/** Extensions of a multi-part error, which Wireshark lists as ICMP. */
const extensions = protocol({
  name: 'icmp',
  title: 'Internet Control Message Protocol',
  fields: icmpExtensionFields,
  step: () => null,
  emit: (p, layer, out) => emitIcmpExtensions(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!, out),
});

export const icmpv6: Protocol = protocol({
  name: 'icmpv6',
  title: 'Internet Control Message Protocol v6',
  column: (p, layer) => (isConnectivityTest(p, layer) ? 'Teredo' : 'ICMPv6'),
  fields: f,
  on: [[ipProtocols, ICMPV6]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    // RPL's DODAG Information Solicitation is the only message shorter than 8 bytes (RFC 6550 §6.2.1).
    const header = p.end - start >= RPL_MIN && b[start] === RPL ? RPL_MIN : HEADER;
    if (p.end - start < header) return p.cut(header);
    const layer = p.count - 1;
    const type = b[start]!;
    if (type >= UNREACHABLE && type <= PARAMETER_PROBLEM) {
      quoteOriginal(p, type, start);
      return null;
    }
    const optionsAt = OPTIONS_AT[type];
    if (optionsAt !== undefined) {
      if (p.end - start < optionsAt) return p.cut(optionsAt);
      stepNdpOptions(p, start + optionsAt, ipv6);
      return null;
    }
    switch (type) {
      case ECHO_REQUEST:
      case ECHO_REPLY:
        matchEcho(p, layer, type, start);
        p.at = start + HEADER;
        // The connectivity test of a Teredo client contains a nonce.
        if (p.at < p.end && !isConnectivityTest(p, layer)) p.run(data, LISTED | NESTED);
        return null;
      case MLD_QUERY: {
        const length = mldQueryLength(p, start);
        return p.end - start < length ? p.cut(length) : null;
      }
      case MLD2_REPORT: {
        const lack = mldReportLack(p, start);
        return lack > 0 ? p.cut(lack) : null;
      }
      case EXTENDED_ECHO:
        p.at = start + HEADER;
        if (p.at < p.end) p.run(data, LISTED | NESTED);
        return null;
      default: {
        const length = MIN[type] ?? header;
        return p.end - start < length ? p.cut(length) : null;
      }
    }
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    out.fixed(f.type);
    out.fixed(f.code);
    const code = end - start < 2 ? null : icmpv6Code(b[start]!, b[start + 1]!);
    if (code !== null) out.note(` (${code})`);
    out.fixed(f.checksum);
    if (end - start < RPL_MIN) return;
    const status = statusOf(p, layer);
    out.note(statusNote(status, status === BAD ? expectedOf(p, layer) : 0));
    if (status === BAD) out.add(f.badChecksum, start + 2, 0);
    out.add(f.checksumStatus, start + 2, 0, status);
    emitBody(b, start, end, out);
    out.fixed(f.responseTo);
    out.fixed(f.responseIn);
    if (replyTo(p, layer) === 0) out.add(f.noResponse, start, 0, '');
    out.fixed(f.responseTime);
  },
  expert(p, layer, add) {
    if (p.stop[layer]! - p.start[layer]! < RPL_MIN || statusOf(p, layer) !== BAD) return;
    addBadChecksum(expectedOf(p, layer), add, { under: f.checksum, name: f.badChecksum }, 'warn');
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    const type = b[start]!;
    if (end - start < 1) return '';
    let text = isConnectivityTest(p, layer)
      ? 'Direct IPv6 Connectivity Test'
      : (icmpv6Types[type] ?? `Unknown (${type})`);
    if (end - start < RPL_MIN) return text;
    const code = icmpv6Code(type, b[start + 1]!);
    if (code !== null) text += ` (${code})`;
    if (end - start < HEADER) return text;
    return type === ECHO_REQUEST || type === ECHO_REPLY
      ? text + echoText(p, layer, b, start)
      : text + neighborText(b, type, start, end);
  },
});

function statusOf(p: Packet, layer: number): number {
  return checksumStatus(p, layer, pseudoHeader(p, ICMPV6, p.stop[layer]! - p.start[layer]!));
}

function expectedOf(p: Packet, layer: number): number {
  const [start, stop] = [p.start[layer]!, p.stop[layer]!];
  return expectedChecksum(p.bufferOf(layer), start, stop, start + 2, pseudoHeader(p, ICMPV6, stop - start));
}

/** RFC 4380 §5.2.9: direct IPv6 connectivity test of a Teredo client. */
function isConnectivityTest(p: Packet, layer: number): boolean {
  return p.dstPort === TEREDO_PORT && p.bufferOf(layer)[p.start[layer]!] === ECHO_REQUEST;
}

/** RFC 4443 §2.4(c): as much of the packet as fits. RFC 4884 §4.2: its length in units of 8 bytes, then extensions. */
function quoteOriginal(p: Packet, type: number, start: number): void {
  const at = start + HEADER;
  if (at >= p.end) return;
  const units = type === UNREACHABLE || type === TIME_EXCEEDED ? p.buf[start + 4]! : 0;
  const original = units * 8;
  const hasExtensions = units > 0 && p.wireEnd - at > original && p.end - at > original;
  const wireEnd = hasExtensions ? at + original : p.wireEnd;
  quote(p, ipv6, at, Math.min(p.end, wireEnd), wireEnd);
  if (!hasExtensions) return;
  p.at = at + original;
  p.run(extensions, LISTED | NESTED);
}

function matchEcho(p: Packet, layer: number, type: number, start: number): void {
  if (p.isQuoted) return;
  if (type === ECHO_REQUEST) rememberPing(p, start);
  else p.notes[layer] = answeredPing(p, start);
}

function echoText(p: Packet, layer: number, b: Uint8Array, start: number): string {
  let text = ` id=0x${u16(b, start + 4)
    .toString(16)
    .padStart(4, '0')}, seq=${u16(b, start + 6)}`;
  for (let below = layer - 1; below >= 0; below--) {
    if (p.protocols[below] !== ipv6) continue;
    text += `, hop limit=${p.bufferOf(below)[p.start[below]! + 7]}`;
    break;
  }
  return text + pingText(p, layer);
}

function neighborText(b: Uint8Array, type: number, start: number, end: number): string {
  const optionsAt = OPTIONS_AT[type];
  if (optionsAt === undefined || end - start < optionsAt) return '';
  let text = '';
  if (type === NEIGHBOR_SOLICITATION) text = ` for ${ipv6Address(b, start + 8)}`;
  else if (type === NEIGHBOR_ADVERTISEMENT)
    text = ` ${ipv6Address(b, start + 8)} (${advertised(b[start + 4]!)})`;
  const from = findNdpOption(b, start + optionsAt, end, SOURCE_LINK_ADDRESS);
  if (from >= 0) text += ` from ${ethernetAddress(b, from + 2)}`;
  const is = findNdpOption(b, start + optionsAt, end, TARGET_LINK_ADDRESS);
  return is < 0 ? text : `${text} is at ${ethernetAddress(b, is + 2)}`;
}

/** RFC 4861 §4.4: router, solicited, override. */
function advertised(flags: number): string {
  const names = ['rtr', 'sol', 'ovr'].filter((_, i) => flags & (0x80 >> i));
  return names.length === 0 ? 'none' : names.join(', ');
}

function emitBody(b: Uint8Array, start: number, end: number, out: Sink): void {
  const type = b[start]!;
  const optionsAt = OPTIONS_AT[type];
  if (end - start < (optionsAt ?? (type === RPL ? RPL_MIN : HEADER))) return;
  switch (type) {
    case UNREACHABLE:
    case TIME_EXCEEDED:
      out.add(f.reserved, start + 4, 4);
      break;
    case PACKET_TOO_BIG:
      out.add(f.mtuOfLink, start + 4, 4);
      break;
    case PARAMETER_PROBLEM:
      out.add(f.pointer, start + 4, 4);
      break;
    case ECHO_REQUEST:
    case ECHO_REPLY:
      out.add(f.identifier, start + 4, 2);
      out.add(f.sequence, start + 6, 2);
      break;
    case MLD_QUERY:
    case MLD_QUERY + 1:
    case MLD_DONE:
      emitMldQuery(b, start, type === MLD_QUERY ? end : Math.min(end, start + 24), out);
      break;
    case MLD2_REPORT:
      emitMldReport(b, start, end, out);
      break;
    case ROUTER_ADVERTISEMENT:
      emitRouterAdvertisement(start, out);
      break;
    case NEIGHBOR_SOLICITATION:
      out.add(f.reserved, start + 4, 4);
      out.add(f.nsTarget, start + 8, 16);
      break;
    case NEIGHBOR_ADVERTISEMENT:
      out.open(f.naFlag, start + 4, 4);
      for (const flag of [f.naRouter, f.naSolicited, f.naOverride, f.naReserved]) out.add(flag, start + 4, 4);
      out.close();
      out.add(f.naTarget, start + 8, 16);
      break;
    case REDIRECT:
      out.add(f.reserved, start + 4, 4);
      out.add(f.rdTarget, start + 8, 16);
      out.add(f.rdDestination, start + 24, 16);
      break;
    case ROUTER_SOLICITATION:
      out.add(f.reserved, start + 4, 4);
      break;
    case NI_QUERY:
    case NI_REPLY:
      if (end - start >= 16) emitNodeInformation(b, start, end, out);
      break;
    case RPL:
      if (b[start + 1] === 1 && end - start >= HEADER) emitRplInformation(start, end, out);
      break;
    case DUPLICATE_REQUEST:
    case DUPLICATE_CONFIRMATION:
      if (end - start >= 32) emitDuplicate(start, out);
      break;
    default:
      if ((icmpv6Types[type] === undefined || isExperiment(type)) && end > start + 4)
        out.add(f.data, start + 4, end - start - 4);
  }
  if (optionsAt !== undefined) emitNdpOptions(b, start + optionsAt, end, out);
}

/** RFC 4443 §2.1: private experimentation, and reserved for expansion. */
function isExperiment(type: number): boolean {
  return type === 100 || type === 101 || type === 127 || type === 200 || type === 201 || type === 255;
}

function emitRouterAdvertisement(start: number, out: Sink): void {
  out.add(f.raHopLimit, start + 4, 1);
  out.open(f.raFlag, start + 5, 1);
  const flags: readonly Field[] = [
    f.raManaged,
    f.raOther,
    f.raHomeAgent,
    f.raPreference,
    f.raProxy,
    f.raReserved,
  ];
  for (const flag of flags) out.add(flag, start + 5, 1);
  out.close();
  out.add(f.raLifetime, start + 6, 2);
  out.add(f.raReachable, start + 8, 4);
  out.add(f.raRetrans, start + 12, 4);
}

function emitNodeInformation(b: Uint8Array, start: number, end: number, out: Sink): void {
  out.add(f.niQtype, start + 4, 2);
  out.add(f.niFlag, start + 6, 2);
  out.add(f.niNonce, start + 8, 8);
  const isAddress = b[start] === NI_QUERY && b[start + 1] === 0;
  if (isAddress && end - start >= 32) out.add(f.niSubject, start + 16, 16);
}

/** RFC 6550 §6.3.1. */
function emitRplInformation(start: number, end: number, out: Sink): void {
  out.add(f.rplInstance, start + 4, 1);
  out.add(f.rplVersion, start + 5, 1);
  out.add(f.rplRank, start + 6, 2);
  if (end - start < 28) return;
  out.add(f.rplFlag, start + 8, 1);
  out.add(f.rplMode, start + 8, 1);
  out.add(f.rplDtsn, start + 9, 1);
  out.add(f.rplDodag, start + 12, 16);
}

function emitDuplicate(start: number, out: Sink): void {
  out.add(f.daStatus, start + 4, 1);
  out.add(f.daLifetime, start + 6, 2);
  out.add(f.daEui64, start + 8, 8);
  out.add(f.daAddress, start + 16, 16);
}
