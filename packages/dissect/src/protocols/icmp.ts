// Internet Control Message Protocol (RFC 792), router discovery (RFC 1256), path MTU (RFC 1191), multi-part
// messages (RFC 4884), extended echo (RFC 8335).
import { u16, u16le, u32, u32le } from '../core/bytes.ts';
import { data } from '../core/data.ts';
import { bool, bytes, double, type Field, int, ipv4, none, seconds, time, uint } from '../core/field.ts';
import { COLUMN, LISTED, NESTED, type Packet } from '../core/packet.ts';
import { type Protocol, protocol } from '../core/protocol.ts';
import type { Sink } from '../core/sink.ts';
import { ipProtocols } from '../core/table.ts';
import { addBadChecksum } from '../expert/checksums.ts';
import { BAD, checksumStatus, checksumStatusNames, expectedChecksum, statusNote } from './checksum.ts';
import { decimalAndHex } from './decimal-and-hex.ts';
import { emitIcmpExtensions, icmpExtensionFields } from './icmp-extensions.ts';
import { ip } from './ip.ts';
import { icmpCode, icmpTypes } from './names/icmp.ts';
import { type Answer, answeredPing, pingText, rememberPing, replyTo } from './pings.ts';
import { quote } from './quoted.ts';

const HEADER = 8;
const ECHO_REPLY = 0;
const UNREACHABLE = 3;
const SOURCE_QUENCH = 4;
const REDIRECT = 5;
const ECHO = 8;
const ROUTER_ADVERTISEMENT = 9;
const TIME_EXCEEDED = 11;
const PARAMETER_PROBLEM = 12;
const TIMESTAMP = 13;
const MASK_REPLY = 18;
const EXTENDED_ECHO = 42;
const EXTENDED_ECHO_REPLY = 43;

const FRAGMENTATION_NEEDED = 4;
/** Offset of the extensions if the length of the quoted packet is not given (RFC 4884 §3). */
const QUOTED_MIN = 128;

const states = {
  0: 'Reserved',
  1: 'Incomplete',
  2: 'Reachable',
  3: 'Stale',
  4: 'Delay',
  5: 'Probe',
  6: 'Failed',
};

const answerOf = (p: Packet, layer: number): Answer | null => p.notes[layer] as Answer | null;

const f = {
  type: uint('icmp.type', 'Type')
    .at(0, 1)
    .named(icmpTypes)
    .shownAs((type) => `Type: ${type} (${icmpTypes[type as number] ?? 'Unknown'})`),
  code: uint('icmp.code', 'Code').at(1, 1),
  checksum: uint('icmp.checksum', 'Checksum').at(2, 2).hex(),
  badChecksum: none('icmp.checksum_bad', 'Bad checksum'),
  checksumStatus: uint('icmp.checksum.status', 'Checksum Status').byName().named(checksumStatusNames),
  unused: bytes('icmp.unused', 'Unused'),
  ident: uint('icmp.ident', 'Identifier (BE)').shownAs(decimalAndHex('Identifier (BE)', 2)),
  identLe: uint('icmp.ident_le', 'Identifier (LE)').le().shownAs(decimalAndHex('Identifier (LE)', 2)),
  seq: uint('icmp.seq', 'Sequence Number (BE)').shownAs(decimalAndHex('Sequence Number (BE)', 2)),
  seqLe: uint('icmp.seq_le', 'Sequence Number (LE)').le().shownAs(decimalAndHex('Sequence Number (LE)', 2)),
  mtu: uint('icmp.mtu', 'MTU of next hop'),
  length: uint('icmp.length', 'Length'),
  lengthOriginal: uint('icmp.length.original_datagram', 'Length of original datagram'),
  pointer: uint('icmp.pointer', 'Pointer'),
  gateway: ipv4('icmp.redir_gw', 'Gateway Address'),
  addressCount: uint('icmp.num_addrs', 'Number of addresses'),
  addressSize: uint('icmp.addr_entry_size', 'Address entry size'),
  lifetime: uint('icmp.lifetime', 'Lifetime'),
  routerAddress: ipv4('icmp.router_address', 'Router address'),
  preference: int('icmp.pref_level', 'Preference level'),
  originate: uint('icmp.originate_timestamp', 'Originate Timestamp'),
  receive: uint('icmp.receive_timestamp', 'Receive Timestamp'),
  transmit: uint('icmp.transmit_timestamp', 'Transmit Timestamp'),
  mask: ipv4('icmp.address_mask', 'Address Mask'),
  extEchoSeq: uint('icmp.ext.echo.seq', 'Sequence Number'),
  extEchoLocal: bool('icmp.ext.echo.req.local', 'Local bit').mask(0x01),
  extEchoState: uint('icmp.ext.echo.rsp.state', 'State').mask(0xe0).named(states),
  extEchoActive: bool('icmp.ext.echo.rsp.active', 'Active bit').mask(0x04),
  extEchoIpv4: bool('icmp.ext.echo.rsp.ipv4', 'IPv4 bit').mask(0x02),
  extEchoIpv6: bool('icmp.ext.echo.rsp.ipv6', 'IPv6 bit').mask(0x01),
  respTo: uint('icmp.resp_to', 'Request frame').get((p, layer) => answerOf(p, layer)?.request),
  respIn: uint('icmp.resp_in', 'Response frame').get((p, layer) => replyTo(p, layer) || undefined),
  noResp: none('icmp.no_resp', 'No response seen').derived(),
  respTime: double('icmp.resptime', 'Response time').get((p, layer) => answerOf(p, layer)?.milliseconds),
  dataTime: time('icmp.data_time', 'Timestamp from icmp data'),
  dataTimeRelative: seconds('icmp.data_time_relative', 'Timestamp from icmp data (relative)'),
  ...icmpExtensionFields,
};

/** Minimum bytes of a message of this type after the common header. */
const BODY: Readonly<Record<number, number>> = { 13: 12, 14: 12, 17: 4, 18: 4 };

export const icmp: Protocol = protocol({
  name: 'icmp',
  title: 'Internet Control Message Protocol',
  column: 'ICMP',
  fields: f,
  on: [[ipProtocols, 1]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < HEADER) return p.cutUnseen(HEADER, COLUMN);
    const layer = p.count - 1;
    p.payload[layer] = p.end;
    const type = b[start]!;
    const needed = HEADER + (BODY[type] ?? 0);
    if (p.end - start < needed) return p.cut(needed);
    switch (type) {
      case UNREACHABLE:
      case SOURCE_QUENCH:
      case REDIRECT:
      case TIME_EXCEEDED:
      case PARAMETER_PROBLEM:
        quoteOriginal(p, type, start);
        return null;
      case ECHO:
      case ECHO_REPLY:
        matchEcho(p, layer, type, start);
        p.at = start + HEADER + (hasTimestamp(p, b, start + HEADER, p.end) ? 8 : 0);
        break;
      case ROUTER_ADVERTISEMENT:
        if (b[start + 5] === 2) {
          const length = HEADER + b[start + 4]! * 8;
          return p.end - start < length ? p.cut(length) : null;
        }
        p.at = start + HEADER;
        break;
      default:
        return null;
    }
    if (p.at < p.end) p.run(data, LISTED | NESTED);
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    out.fixed(f.type);
    out.fixed(f.code);
    const code = icmpCode(b[start]!, b[start + 1]!);
    if (code !== null) out.note(` (${code})`);
    out.fixed(f.checksum);
    if (p.stop[layer]! - start < HEADER) return;
    const status = checksumStatus(p, layer);
    out.note(statusNote(status, status === BAD ? expectedOf(p, layer) : 0));
    if (status === BAD) out.add(f.badChecksum, start + 2, 0);
    out.add(f.checksumStatus, start + 2, 0, status);
    emitBody(p, b, start, p.stop[layer]!, out);
    out.fixed(f.respTo);
    out.fixed(f.respIn);
    if (replyTo(p, layer) === 0) out.add(f.noResp, start, 0, '');
    out.fixed(f.respTime);
    if (out.wants(f.respTime) && answerOf(p, layer) !== null) out.note(' ms');
  },
  expert(p, layer, add) {
    if (p.stop[layer]! - p.start[layer]! < HEADER || checksumStatus(p, layer) !== BAD) return;
    addBadChecksum(expectedOf(p, layer), add, { under: f.checksum, name: f.badChecksum }, 'warn');
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const type = b[start]!;
    if (p.stop[layer]! - start < HEADER) return '';
    let text = typeName(type, b[start + 1]!).padEnd(20);
    const code = icmpCode(type, b[start + 1]!);
    if (code !== null) text += ` (${code})`;
    if (!hasIdentifier(type)) return text;
    const id = u16(b, start + 4)
      .toString(16)
      .padStart(4, '0');
    text += ` id=0x${id}, seq=${u16(b, start + 6)}/${u16le(b, start + 6)}`;
    if (layer > 0 && p.protocols[layer - 1] === ip)
      text += `, ttl=${p.bufferOf(layer - 1)[p.start[layer - 1]! + 8]}`;
    return text + pingText(p, layer);
  },
});

function expectedOf(p: Packet, layer: number): number {
  const start = p.start[layer]!;
  return expectedChecksum(p.bufferOf(layer), start, p.stop[layer]!, start + 2);
}

function typeName(type: number, code: number): string {
  // RFC 5944 §2.1: advertisements of Mobile IP agents.
  if (type === ROUTER_ADVERTISEMENT && (code === 0 || code === 16)) return 'Mobile IP Advertisement';
  return icmpTypes[type] ?? 'Unknown ICMP (obsolete or malformed?)';
}

const hasIdentifier = (type: number): boolean =>
  type === ECHO || type === ECHO_REPLY || (type >= TIMESTAMP && type <= MASK_REPLY);

/** Quoted packet (RFC 792, "Destination Unreachable"): the original header and at least 64 bits of its data. */
function quoteOriginal(p: Packet, type: number, start: number): void {
  const b = p.buf;
  const at = start + HEADER;
  if (at >= p.end) return;
  const headerLength = (b[at]! & 0x0f) * 4;
  const words = b[start + 5]!;
  let wireEnd = p.wireEnd;
  if (type === REDIRECT) wireEnd = Math.min(wireEnd, at + headerLength + 8);
  else if (words > 0 && wireEnd - at > words * 4 && at + 4 <= p.end && u16(b, at + 2) > words * 4)
    wireEnd = Math.min(wireEnd, at + headerLength + words * 4);
  quote(p, ip, at, Math.min(p.end, wireEnd), wireEnd);
}

function matchEcho(p: Packet, layer: number, type: number, start: number): void {
  if (p.isQuoted) return;
  if (type === ECHO) rememberPing(p, start);
  else p.notes[layer] = answeredPing(p, start);
}

/** ping puts its send time first, in host byte order; accepted if it is within a day of the capture time. */
function hasTimestamp(p: Packet, b: Uint8Array, at: number, end: number): boolean {
  return (
    end - at >= 8 && (isNear(p, u32(b, at), u32(b, at + 4)) || isNear(p, u32le(b, at), u32le(b, at + 4)))
  );
}

function isNear(p: Packet, secondsThen: number, microseconds: number): boolean {
  return microseconds < 1_000_000 && Math.abs(p.seconds - secondsThen) < 86_400;
}

function emitBody(p: Packet, b: Uint8Array, start: number, end: number, out: Sink): void {
  const type = b[start]!;
  switch (type) {
    case UNREACHABLE:
    case TIME_EXCEEDED:
    case PARAMETER_PROBLEM:
      emitErrorHeader(b, type, start, out);
      emitQuotedExtensions(b, start, end, out);
      break;
    case REDIRECT:
      out.add(f.gateway, start + 4, 4);
      break;
    case ROUTER_ADVERTISEMENT:
      emitRouters(b, start, end, out);
      break;
    case EXTENDED_ECHO:
    case EXTENDED_ECHO_REPLY:
      emitExtendedEcho(b, type, start, end, out);
      break;
    default:
      if (hasIdentifier(type)) emitEcho(p, b, type, start, end, out);
  }
}

function emitErrorHeader(b: Uint8Array, type: number, start: number, out: Sink): void {
  const words = b[start + 5]!;
  const hasMtu = type === UNREACHABLE && b[start + 1] === FRAGMENTATION_NEEDED;
  if (type === PARAMETER_PROBLEM) out.add(f.pointer, start + 4, 1);
  if (words > 0) {
    if (type !== PARAMETER_PROBLEM) out.add(f.unused, start + 4, 1);
    out.add(f.length, start + 5, 1);
    out.add(f.lengthOriginal, start + 5, 1, words * 4);
  } else if (type === PARAMETER_PROBLEM) out.add(f.unused, start + 5, 3);
  else out.add(f.unused, start + 4, hasMtu ? 2 : 4);
  if (hasMtu) out.add(f.mtu, start + 6, 2);
  else if (words > 0) out.add(f.unused, start + 6, 2);
}

function emitQuotedExtensions(b: Uint8Array, start: number, end: number, out: Sink): void {
  const at = start + HEADER;
  if (end - at <= QUOTED_MIN || u16(b, at + 2) > QUOTED_MIN) return;
  emitIcmpExtensions(b, at + Math.max(b[start + 5]! * 4, QUOTED_MIN), end, out);
}

function emitRouters(b: Uint8Array, start: number, end: number, out: Sink): void {
  out.add(f.addressCount, start + 4, 1);
  out.add(f.addressSize, start + 5, 1);
  out.add(f.lifetime, start + 6, 2);
  if (b[start + 5] !== 2) return;
  for (let i = 0, at = start + HEADER; i < b[start + 4]! && at + 8 <= end; i++, at += 8) {
    out.add(f.routerAddress, at, 4);
    out.add(f.preference, at + 4, 4);
  }
}

function emitExtendedEcho(b: Uint8Array, type: number, start: number, end: number, out: Sink): void {
  out.add(f.ident, start + 4, 2);
  out.add(f.identLe, start + 4, 2);
  out.add(f.extEchoSeq, start + 6, 1);
  const flags: readonly Field[] =
    type === EXTENDED_ECHO
      ? [f.extEchoLocal]
      : [f.extEchoState, f.extEchoActive, f.extEchoIpv4, f.extEchoIpv6];
  for (const flag of flags) out.add(flag, start + 7, 1);
  if (type === EXTENDED_ECHO && end > start + HEADER) emitIcmpExtensions(b, start + HEADER, end, out);
}

function emitEcho(p: Packet, b: Uint8Array, type: number, start: number, end: number, out: Sink): void {
  out.add(f.ident, start + 4, 2);
  out.add(f.identLe, start + 4, 2);
  out.add(f.seq, start + 6, 2);
  out.add(f.seqLe, start + 6, 2);
  const at = start + HEADER;
  if (type === TIMESTAMP || type === TIMESTAMP + 1) {
    out.add(f.originate, at, 4);
    out.add(f.receive, at + 4, 4);
    out.add(f.transmit, at + 8, 4);
  } else if (type === MASK_REPLY || type === MASK_REPLY - 1) out.add(f.mask, at, 4);
  else if ((type === ECHO || type === ECHO_REPLY) && hasTimestamp(p, b, at, end))
    emitTimestamp(p, b, at, out);
}

function emitTimestamp(p: Packet, b: Uint8Array, at: number, out: Sink): void {
  const isBigEndian = isNear(p, u32(b, at), u32(b, at + 4));
  const secondsThen = isBigEndian ? u32(b, at) : u32le(b, at);
  const microseconds = isBigEndian ? u32(b, at + 4) : u32le(b, at + 4);
  const then = BigInt(secondsThen) * 1_000_000_000n + BigInt(microseconds) * 1000n;
  const now = BigInt(p.seconds) * 1_000_000_000n + BigInt(p.nanoseconds);
  out.add(f.dataTime, at, 8, then);
  out.add(f.dataTimeRelative, at, 8, now - then);
}
