// GPRS Tunnelling Protocol: version 1 for user plane (3GPP TS 29.281) and control plane (TS 29.060), version 0 and GTP'
// (TS 32.295); for version 2 see gtpv2.ts.
import { u16 } from '../../core/bytes.ts';
import { bool, bytes, type Field, none, seconds, text, uint } from '../../core/field.ts';
import { LISTED, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { etherTypes, tcpPorts, udpPorts } from '../../core/table.ts';
import { eth } from '../eth.ts';
import { ip } from '../ip.ts';
import { ipv6 } from '../ipv6.ts';
import { elementFields1, elementOfType, emitElements1 } from './elements1.ts';
import { emitExchange, track } from './exchanges.ts';
import { gtpv2 } from './gtpv2.ts';
import { extensionHeaders, messages1 } from './names1.ts';
import { callConfiguration } from './pco.ts';

const HEADER = 8;
const HEADER_0 = 20;
/** Sequence number, N-PDU number and next extension header type: all present if one of the flags is set. */
const OPTIONAL = 4;
const T_PDU = 255;
const PDU_SESSION_CONTAINER = 0x85;
/** The element with the protocol configuration options (TS 29.060 §7.7.31). */
const CONFIGURATION = 132;
const EXTENSIONS_MAX = 32;

const f = {
  responseIn: uint('gtp.response_in', 'Response In'),
  responseTo: uint('gtp.response_to', 'Response To'),
  time: seconds('gtp.time', 'Time'),
  flags: uint('gtp.flags', 'Flags').at(0, 1).hex(),
  version: uint('gtp.flags.version', 'Version').mask(0xe0),
  payload: uint('gtp.flags.payload', 'Protocol type').at(0, 1).mask(0x10).named({ 0: "GTP'", 1: 'GTP' }),
  hasExtension: bool('gtp.flags.e', 'Is Next Extension Header present?').mask(0x04),
  hasSequence: bool('gtp.flags.s', 'Is Sequence Number present?').mask(0x02),
  hasPdu: bool('gtp.flags.pn', 'Is N-PDU number present?').mask(0x01),
  primeVersion: uint('gtp.prim.flags.version', 'Version').mask(0xe0),
  message: uint('gtp.message', 'Message Type').at(1, 1).hex().named(messages1),
  length: uint('gtp.length', 'Length').at(2, 2),
  teid: uint('gtp.teid', 'TEID').hex(4),
  sequence: uint('gtp.seq_number', 'Sequence number').hex(2),
  flowLabel: uint('gtp.flow_label', 'Flow label').hex(2),
  sndcp: uint('gtp.sndcp_number', 'SNDCP N-PDU LLC Number').hex(1),
  tid: text('gtp.tid', 'TID'),
  pduNumber: uint('gtp.npdu_number', 'N-PDU Number').hex(),
  extension: none('gtp.ext_hdr', 'Extension header'),
  extensionLength: uint('gtp.ext_hdr.length', 'Extension Header Length'),
  extensionNext: uint('gtp.ext_hdr.next', 'Next extension header type').hex().named(extensionHeaders),
  pduType: uint('gtp.ext_hdr.pdu_ses_con.pdu_type', 'PDU Type').mask(0xf0),
  qosFlow: uint('gtp.ext_hdr.pdu_ses_con.qos_flow_id', 'QoS Flow Identifier (QFI)').mask(0x3f),
  data: bytes('gtp.tpdu_data', 'T-PDU Data'),
  ...elementFields1,
};

function definition(name: string, ports: readonly number[]) {
  return {
    name,
    title: 'GPRS Tunneling Protocol',
    column: 'GTP',
    on: [
      [udpPorts, ...ports],
      [tcpPorts, ...ports],
    ],
    step,
    info: (p: Packet, layer: number) => messages1[p.bufferOf(layer)[p.start[layer]! + 1]!] ?? 'Unknown',
  } as const;
}

function step(p: Packet): Protocol | null {
  const b = p.buf;
  const start = p.at;
  if (p.end - start < 2) return p.cut(2);
  const version = b[start]! >> 5;
  if (version === 2 && p.protocols[p.layer] !== gtpPrime) {
    p.flags[p.layer]! &= LISTED;
    return gtpv2;
  }
  if ((version > 2 && p.protocols[p.layer] !== gtpPrime) || messages1[b[start + 1]!] === undefined)
    return REJECTED;
  const header = version === 0 ? HEADER_0 : HEADER;
  // GTP' (protocol type 0) has a 6-byte header, or 20 bytes in version 0.
  if ((b[start]! & 0x10) === 0) {
    p.at = p.end;
    return null;
  }
  if (p.end - start < header) return p.cut(header);
  const layer = p.layer;
  p.narrow(layer, header + u16(b, start + 2));
  p.at = start + header;
  if (version === 1 && (b[start]! & 7) !== 0 && !skipOptional(p, start)) return null;
  track(p, layer, start);
  if (b[start + 1] === T_PDU) return payload(p, layer);
  const options = version === 1 ? elementOfType(b, p.at, p.end, CONFIGURATION) : null;
  if (options !== null) callConfiguration(p, ...options);
  return null;
}

/** Moves behind the optional fields and extension headers; false if truncated. */
function skipOptional(p: Packet, start: number): boolean {
  const b = p.buf;
  if (p.end - p.at < OPTIONAL) {
    p.cut(OPTIONAL);
    return false;
  }
  let next = b[start]! & 4 ? b[p.at + 3]! : 0;
  p.at += OPTIONAL;
  // TS 29.281 §5.2.1: length in 4-byte words; the last byte is the next extension header type.
  for (let i = 0; next !== 0 && i < EXTENSIONS_MAX; i++) {
    const length = p.at < p.end ? b[p.at]! * 4 : 0;
    if (length === 0 || p.at + length > p.end) {
      p.cut(Math.max(1, length));
      return false;
    }
    next = b[p.at + length - 1]!;
    p.at += length;
  }
  return true;
}

/** The payload type of a T-PDU is not signalled: recognized by its first bytes. */
function payload(p: Packet, layer: number): Protocol | null {
  if (p.at >= p.end) return null;
  const b = p.buf;
  const first = b[p.at]!;
  let inner: Protocol | null = null;
  if (first >= 0x45 && first <= 0x4e) inner = ip;
  else if (first >> 4 === 6) inner = ipv6;
  else if (p.end - p.at >= 14 && etherTypes.get(u16(b, p.at + 12)) !== undefined) inner = eth;
  p.mark[layer] = p.at - p.start[layer]!;
  if (inner !== null || first !== 0xff) p.columnWrap = 'GTP';
  return inner;
}

export const gtp: Protocol = protocol({
  ...definition('gtp', [2123, 2152]),
  fields: f,
  emit,
});

/** GTP' has its own port and name. */
export const gtpPrime: Protocol = protocol({
  ...definition('gtpprime', [3386]),
  fields: f,
  emit,
});

function emit(p: Packet, layer: number, out: Sink): void {
  const b = p.bufferOf(layer);
  const start = p.start[layer]!;
  const end = p.stop[layer]!;
  const version = b[start]! >> 5;
  const isPrime = (b[start]! & 0x10) === 0;
  out.openFixed(f.flags);
  out.add(isPrime ? f.primeVersion : f.version, start, 1);
  out.fixed(f.payload);
  const flags: readonly Field[] = version === 1 ? [f.hasExtension, f.hasSequence, f.hasPdu] : [];
  for (const flag of flags) out.add(flag, start, 1);
  out.close();
  out.fixed(f.message);
  out.fixed(f.length);
  if (version === 0 || isPrime) {
    emitOldHeader(b, start, end, isPrime, out);
    return;
  }
  if (version !== 1 || end - start < HEADER) return;
  out.add(f.teid, start + 4, 4);
  let at = start + HEADER;
  if ((b[start]! & 7) !== 0) {
    if (at + OPTIONAL > end) return;
    if (b[start]! & 2) out.add(f.sequence, at, 2);
    if (b[start]! & 1) out.add(f.pduNumber, at + 2, 1);
    if (b[start]! & 4) out.add(f.extensionNext, at + 3, 1);
    at = emitExtensions(b, at + OPTIONAL, b[start]! & 4 ? b[at + 3]! : 0, end, out);
  }
  emitExchange(p, layer, f, out);
  if (b[start + 1] !== T_PDU) emitElements1(b, at, end, out);
  else if (p.payload[layer]! >= end && p.mark[layer] !== 0 && end > at) out.add(f.data, at, end - at);
}

/** GSM 09.60 §6; for GTP' only the sequence number (TS 32.295 §6.1.1). */
function emitOldHeader(b: Uint8Array, start: number, end: number, isPrime: boolean, out: Sink): void {
  if (start + 6 > end) return;
  out.add(f.sequence, start + 4, 2);
  if (isPrime || start + HEADER_0 > end) return;
  out.add(f.flowLabel, start + 6, 2);
  out.add(f.sndcp, start + 8, 1);
  out.add(f.tid, start + 12, 8, swappedDigits(b, start + 12, start + HEADER_0));
}

function swappedDigits(b: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += (b[at]! & 15).toString(16) + (b[at]! >> 4).toString(16);
  return text;
}

function emitExtensions(b: Uint8Array, at: number, next: number, end: number, out: Sink): number {
  for (let i = 0; next !== 0 && i < EXTENSIONS_MAX && at < end; i++) {
    const length = b[at]! * 4;
    if (length === 0 || at + length > end) return end;
    out.open(f.extension, at, length);
    out.note(` (${extensionHeaders[next] ?? 'Unknown'})`);
    out.add(f.extensionLength, at, 1);
    if (next === PDU_SESSION_CONTAINER) {
      out.add(f.pduType, at + 1, 1);
      out.add(f.qosFlow, at + 2, 1);
    }
    out.add(f.extensionNext, at + length - 1, 1);
    out.close();
    next = b[at + length - 1]!;
    at += length;
  }
  return at;
}
