// Locator/ID Separation Protocol: encapsulated packets (RFC 9300 §5) and control messages (RFC 9301 §5).
import { u16, u24 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, ipv4, ipv6 as ipv6Field, uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { udpPorts } from '../../core/table.ts';
import { ipv4Address, ipv6Address } from '../../core/text.ts';
import { ip } from '../ip.ts';
import { ipv6 } from '../ipv6.ts';

const HEADER = 8;
const AFI_IPV4 = 1;
const AFI_IPV6 = 2;

const MAP_REQUEST = 1;
const MAP_REPLY = 2;
const MAP_REGISTER = 3;
const MAP_NOTIFY = 4;
const INFO = 7;
const ENCAPSULATED = 8;
/** Length of a Map-Register before its records, without authentication data. */
const REGISTER_HEADER = 16;
/** Length of a record before its EID. */
const RECORD_HEADER = 10;

const types: Readonly<Record<number, string>> = {
  1: 'Map-Request',
  2: 'Map-Reply',
  3: 'Map-Register',
  4: 'Map-Notify',
  5: 'Map-Notify-Ack',
  6: 'Map-Referral',
  7: 'Info',
  8: 'Encapsulated Control Message',
};

const d = {
  flags: uint('lisp-data.flags', 'Flags').at(0, 1).hex(),
  hasNonce: bool('lisp-data.flags.nonce', 'N bit (Nonce present)').at(0, 1).mask(0x80),
  hasStatus: bool('lisp-data.flags.lsb', 'L bit (Locator-Status-Bits field enabled)').at(0, 1).mask(0x40),
  echo: bool('lisp-data.flags.enr', 'E bit (Echo-Nonce-Request)').at(0, 1).mask(0x20),
  hasVersion: bool('lisp-data.flags.mv', 'V bit (Map-Version present)').at(0, 1).mask(0x10),
  hasInstance: bool('lisp-data.flags.iid', 'I bit (Instance ID present)').at(0, 1).mask(0x08),
  nonce: uint('lisp-data.nonce', 'Nonce').at(1, 3),
  status: uint('lisp-data.lsb', 'Locator-Status-Bits').at(4, 4).hex(),
};

export const lispData: Protocol = protocol({
  name: 'lisp-data',
  title: 'Locator/ID Separation Protocol (Data)',
  column: 'LISP',
  fields: d,
  on: [[udpPorts, 4341]],
  step(p) {
    if (p.end - p.at < HEADER) return REJECTED;
    p.at += HEADER;
    return inner(p);
  },
});

function inner(p: Packet): Protocol | null {
  if (p.at >= p.end) return null;
  const version = p.buf[p.at]! >> 4;
  return version === 4 ? ip : version === 6 ? ipv6 : data;
}

const f = {
  type: uint('lisp.type', 'Type').at(0, 3).mask(0xf00000).named(types),
  records: uint('lisp.records', 'Record Count'),
  nonce: uint64('lisp.nonce', 'Nonce').hex(),
  requestAuthoritative: bool('lisp.mreq.flags.auth', 'A bit (Authoritative)').mask(0x080000),
  requestProbe: bool('lisp.mreq.flags.probe', 'P bit (Probe)').mask(0x020000),
  requestSolicit: bool('lisp.mreq.flags.smr', 'S bit (Solicit-Map-Request)').mask(0x010000),
  requestPrefix: uint('lisp.mreq.record.prefix.length', 'Prefix Length'),
  requestIpv4: ipv4('lisp.mreq.record.prefix.ipv4', 'Prefix'),
  requestIpv6: ipv6Field('lisp.mreq.record.prefix.ipv6', 'Prefix'),
  keyId: uint('lisp.keyid', 'Key ID').hex(2),
  authLength: uint('lisp.authlen', 'Authentication Data Length'),
};

export const lisp: Protocol = protocol({
  name: 'lisp',
  title: 'Locator/ID Separation Protocol',
  column: 'LISP',
  fields: f,
  on: [[udpPorts, 4342]],
  step(p) {
    const start = p.at;
    if (p.end - start < 4) return p.cut(4);
    const type = p.buf[start]! >> 4;
    if (type === ENCAPSULATED) {
      p.at = start + 4;
      return inner(p);
    }
    if (p.end - start < 12) return p.cut(12);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    out.fixed(f.type);
    const type = b[start]! >> 4;
    if (end - start < 12 || type === ENCAPSULATED) return;
    if (type === MAP_REQUEST)
      for (const flag of [f.requestAuthoritative, f.requestProbe, f.requestSolicit]) out.add(flag, start, 3);
    if (type !== INFO) out.add(f.records, start + 3, 1);
    out.add(f.nonce, start + 4, 8);
    if (type === MAP_REQUEST) emitRequest(b, start, end, out);
    else if (type === MAP_REGISTER || type === MAP_NOTIFY) {
      if (start + REGISTER_HEADER > end) return;
      out.add(f.keyId, start + 12, 2);
      out.add(f.authLength, start + 14, 2);
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end - start < 12) return '';
    const type = b[start]! >> 4;
    // The columns are set by the inner message of an encapsulated control message.
    const outer = p.protocols.indexOf(lisp) < layer ? 'Encapsulated ' : '';
    if (type === INFO) return b[start]! & 0x08 ? 'Info-Reply' : 'Info-Request';
    const eid = eidText(b, type, start, end);
    return `${outer}${types[type] ?? `Unknown LISP Control Packet (${type})`}${eid}`;
  },
});

/** Offset of the first EID record of a request, after the source EID and the ITR RLOCs; -1 if truncated. */
function requestRecord(b: Uint8Array, start: number, end: number): number {
  let at = start + 12;
  for (let i = (u24(b, start) & 31) + 2; i > 0; i--) {
    if (at + 2 > end) return -1;
    const width = afiWidth(u16(b, at));
    if (width < 0) return -1;
    at += 2 + width;
  }
  return at + 4 <= end ? at : -1;
}

/** Length of an address in bytes; -1 if the address family is not supported. */
function afiWidth(afi: number): number {
  return afi === 0 ? 0 : afi === AFI_IPV4 ? 4 : afi === AFI_IPV6 ? 16 : -1;
}

function emitRequest(b: Uint8Array, start: number, end: number, out: Sink): void {
  const record = requestRecord(b, start, end);
  if (record < 0) return;
  out.add(f.requestPrefix, record + 1, 1);
  const afi = u16(b, record + 2);
  const width = afiWidth(afi);
  if (width > 0 && record + 4 + width <= end)
    out.add(afi === AFI_IPV4 ? f.requestIpv4 : f.requestIpv6, record + 4, width);
}

/** ` for 10.0.0.0/24`: the EID of the first record. */
function eidText(b: Uint8Array, type: number, start: number, end: number): string {
  if (type === MAP_REQUEST) {
    const record = requestRecord(b, start, end);
    return record < 0 ? '' : prefixText(b, u16(b, record + 2), record + 4, b[record + 1]!, end);
  }
  let at = start + 12;
  if (type === MAP_REGISTER || type === MAP_NOTIFY) {
    if (start + REGISTER_HEADER > end) return '';
    at = start + REGISTER_HEADER + u16(b, start + 14);
  } else if (type !== MAP_REPLY) return '';
  return at + RECORD_HEADER + 2 > end
    ? ''
    : prefixText(b, u16(b, at + RECORD_HEADER), at + RECORD_HEADER + 2, b[at + 5]!, end);
}

function prefixText(b: Uint8Array, afi: number, at: number, length: number, end: number): string {
  if (afi === AFI_IPV4 && at + 4 <= end) return ` for ${ipv4Address(b, at)}/${length}`;
  return afi === AFI_IPV6 && at + 16 <= end ? ` for ${ipv6Address(b, at)}/${length}` : '';
}
