// Remote Desktop Protocol ([MS-RDPBCGR]): connection negotiation, client and server settings, and, without TLS, the
// types of later messages.
import { ascii, indexOf, spells, u16, u16le, u32le } from '../../core/bytes.ts';
import { bool, type Field, text, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { cotpConfirmHeuristics, cotpRequestHeuristics } from '../cotp.ts';

/** Negotiation structures (§2.2.1.1.1, §2.2.1.2), each of eight bytes. */
const REQUEST = 1;
const RESPONSE = 2;
const FAILURE = 3;
const NEGOTIATION_BYTES = 8;

/** Marks: kind of layer: negotiation, a message over MCS, or a fast-path PDU. */
const NEGOTIATION = 0;
const SLOW_PATH = 1;
const FAST_PATH = 2;

const failures: Readonly<Record<number, string>> = {
  1: 'TLS required by server',
  2: 'TLS not allowed by server',
  3: 'TLS certificate not on server',
  4: 'Inconsistent flags',
  5: 'Server requires Enhanced RDP Security with CredSSP',
  6: 'Server requires Enhanced RDP Security with TLS and certificate-based client authentication',
};

/** Share control PDUs (§2.2.8.1.1.1.1), by the low byte of their type. */
const shareTypes: Readonly<Record<number, string>> = {
  1: 'Demand Active',
  3: 'Confirm Active',
  6: 'Deactivate All',
  7: 'Data',
  10: 'Server Redirection Packet',
};
/** Fast-path updates from the server (§2.2.9.1.2.1), and input events from the client (§2.2.8.1.2.2). */
const updates = [
  'Orders',
  'Bitmap',
  'Palette',
  'Synchronize',
  'Surface Commands',
  'Pointer Hidden',
  'Pointer Default',
];
const events = ['Scancode', 'Mouse', 'Mouse Extended', 'Sync', 'Unicode', '', 'QoE timestamp'];

const f = {
  cookie: text('rdp.rt_cookie', 'Routing Token/Cookie'),
  type: uint('rdp.neg_type', 'Type')
    .hex(1)
    .named({
      [REQUEST]: 'RDP Negotiation Request',
      [RESPONSE]: 'RDP Negotiation Response',
      [FAILURE]: 'RDP Negotiation Failure',
    }),
  requestFlags: uint('rdp.negReq.flags', 'Flags').hex(1),
  responseFlags: uint('rdp.negRsp.flags', 'Flags').hex(1),
  length: uint('rdp.neg_length', 'Length').le(),
  requested: uint('rdp.negReq.requestedProtocols', 'requestedProtocols').le().hex(4),
  tls: bool('rdp.negReq.requestedProtocols.ssl', 'TLS security supported').le().mask(1),
  credSsp: bool('rdp.negReq.requestedProtocols.hybrid', 'CredSSP supported').le().mask(2),
  rdsTls: bool('rdp.negReq.requestedProtocols.rdstls', 'RDSTLS supported').le().mask(4),
  selected: uint('rdp.negReq.selectedProtocol', 'selectedProtocol').le().hex(4).named({
    0: 'Standard RDP Security',
    1: 'TLS 1.0, TLS 1.1 or TLS 1.2',
    2: 'CredSSP',
    4: 'RDSTLS',
    8: 'CredSSP with Early User Authorization Result PDU',
  }),
  failure: uint('rdp.negFailure.failureCode', 'failureCode').le().hex(4).named(failures),
  share: uint('rdp.pduType.type', 'pduType').le().mask(0x0f).hex(2).named(shareTypes),
};

/** Whether a cookie or a negotiation request follows the connection request (§2.2.1.1). */
function isRequest(p: Packet): boolean {
  return spells(p.buf, p.at, p.end, 'Cookie: ') || isNegotiation(p.buf, p.at, p.end, REQUEST, REQUEST);
}

function isNegotiation(b: Uint8Array, at: number, end: number, least: number, most: number): boolean {
  return (
    end - at >= NEGOTIATION_BYTES &&
    b[at]! >= least &&
    b[at]! <= most &&
    u16le(b, at + 2) === NEGOTIATION_BYTES
  );
}

/** Offset of the negotiation structure, after the optional cookie. */
function negotiationAt(b: Uint8Array, start: number, end: number): number {
  if (b[start] !== 0x43) return start;
  const line = indexOf(b, 0x0a, start, end);
  return line < 0 ? end : line + 1;
}

export const rdp: Protocol = protocol({
  name: 'rdp',
  title: 'Remote Desktop Protocol',
  column: 'RDP',
  fields: f,
  heuristics: [
    [cotpRequestHeuristics, isRequest],
    [cotpConfirmHeuristics, (p) => isNegotiation(p.buf, p.at, p.end, RESPONSE, FAILURE)],
  ],
  step(p) {
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (p.mark[layer] === NEGOTIATION) emitNegotiation(b, start, end, out);
    else if (p.mark[layer] === SLOW_PATH && end - start >= 6) out.add(f.share, start + 2, 2);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (p.mark[layer] === FAST_PATH) return fastPathText(b, start, end, p.srcPort < p.dstPort);
    if (p.mark[layer] === SLOW_PATH)
      return end - start < 4 ? '' : `RDP PDU Type: ${shareTypes[b[start + 2]! & 15] ?? 'Unknown'}`;
    return negotiationText(b, start, end);
  },
});

function emitNegotiation(b: Uint8Array, start: number, end: number, out: Sink): void {
  const at = negotiationAt(b, start, end);
  if (at > start) out.add(f.cookie, start, at - start, ascii(b, start, at).trimEnd());
  if (end - at < NEGOTIATION_BYTES) return;
  out.add(f.type, at, 1);
  if (b[at] !== FAILURE) out.add(b[at] === REQUEST ? f.requestFlags : f.responseFlags, at + 1, 1);
  out.add(f.length, at + 2, 2);
  const what: Field = b[at] === REQUEST ? f.requested : b[at] === RESPONSE ? f.selected : f.failure;
  out.open(what, at + 4, 4);
  if (b[at] === REQUEST) for (const flag of [f.tls, f.credSsp, f.rdsTls]) out.add(flag, at + 4, 4);
  out.close();
}

function negotiationText(b: Uint8Array, start: number, end: number): string {
  const at = negotiationAt(b, start, end);
  const summary = at > start ? [ascii(b, start, at).trimEnd()] : [];
  if (end - at >= NEGOTIATION_BYTES) {
    const code = u32le(b, at + 4);
    if (b[at] === REQUEST) summary.push('Negotiate Request');
    else if (b[at] === RESPONSE) summary.push('Negotiate Response');
    else if (b[at] === FAILURE)
      summary.push(`Negotiate Failure, failureCode ${failures[code] ?? `Unknown (${code})`}`);
  }
  return summary.join(', ');
}

/**
 * Length of a fast-path PDU (§2.2.9.1.2): action 0 in the lowest bits of the first octet, then one or two length
 * octets.
 */
export function fastPathLength(b: Uint8Array, at: number, end: number): number {
  if ((b[at]! & 3) !== 0 || end - at < 2) return 0;
  if ((b[at + 1]! & 0x80) === 0) return b[at + 1]!;
  return end - at < 3 ? 3 : u16(b, at + 1) & 0x7fff;
}

function fastPathText(b: Uint8Array, start: number, end: number, isServer: boolean): string {
  const at = start + (b[start + 1]! & 0x80 ? 3 : 2);
  if (at >= end) return 'Fast-Path PDU';
  const name = isServer ? updates[b[at]! & 15] : events[b[at]! >> 5];
  return `Fast-Path PDU,${name ?? 'Unknown'}`;
}

/** Dissects [p.at, p.end) as a message over MCS. */
export function runSlowPath(p: Packet): void {
  const layer = p.count;
  p.call(rdp, p.at, p.end);
  if (p.count > layer) p.mark[layer] = SLOW_PATH;
}

/** Dissects [p.at, p.end) as a fast-path PDU. */
export function runFastPath(p: Packet): void {
  const layer = p.count;
  p.run(rdp);
  if (p.count > layer) p.mark[layer] = FAST_PATH;
}
