// Media gateways and announcements: MGCP (RFC 3435), SAP (RFC 2974), MSRP (RFC 4975), and T.38 fax as announced in SDP.
import { ascii, spells, u16 } from '../../core/bytes.ts';
import { bool, bytes, ipv4, ipv6, text, uint } from '../../core/field.ts';
import { MORE_SEGMENT } from '../../core/packet.ts';
import { protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpHeuristics, tcpPorts, udpPorts } from '../../core/table.ts';
import { bodySuffix } from '../media/suffix.ts';
import { callBody, mediaTypes } from '../media/types.ts';
import { eachLine, endOfLine, firstLine } from '../text/lines.ts';
import { sdp, setFax } from './sdp.ts';

const mgcpFields = {
  request: bool('mgcp.req', 'Request').hidden(),
  response: bool('mgcp.rsp', 'Response').hidden(),
  verb: text('mgcp.req.verb', 'Verb'),
  endpoint: text('mgcp.req.endpoint', 'Endpoint'),
  transaction: text('mgcp.transid', 'Transaction ID'),
  version: text('mgcp.version', 'Version'),
  code: uint('mgcp.rsp.rspcode', 'Response Code'),
  phrase: text('mgcp.rsp.rspstring', 'Response String'),
};

const VERBS = ['EPCF', 'CRCX', 'MDCX', 'DLCX', 'RQNT', 'NTFY', 'AUEP', 'AUCX', 'RSIP', 'MESG'];

function isMgcp(b: Uint8Array, at: number, end: number): boolean {
  for (const verb of VERBS) if (spells(b, at, end, verb) && b[at + 4] === 0x20) return true;
  return /^\d{3} \d{1,9}(\s|$)/.test(ascii(b, at, Math.min(end, at + 14)));
}

/** Offset of the session description, after an empty line; -1 if there is none. */
function descriptionAt(b: Uint8Array, start: number, end: number): number {
  let found = -1;
  eachLine(b, start, end, (at, stop, next) => {
    if (found < 0 && stop === at && next < end) found = next;
  });
  return found;
}

export const mgcp = protocol({
  name: 'mgcp',
  title: 'Media Gateway Control Protocol',
  column: 'MGCP',
  fields: mgcpFields,
  on: [
    [udpPorts, 2427, 2727],
    [tcpPorts, 2427, 2727],
  ],
  step(p) {
    if (!isMgcp(p.buf, p.at, p.end)) return REJECTED;
    const body = descriptionAt(p.buf, p.at, p.end);
    if (body < 0) {
      p.at = p.end;
      return null;
    }
    p.at = body;
    return sdp;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = endOfLine(b, start, p.stop[layer]!);
    emitMgcp(b, start, stop, out);
  },
  info: (p, layer) => firstLine(p, layer),
});

function emitMgcp(b: Uint8Array, at: number, stop: number, out: Sink): void {
  const words = ascii(b, at, stop).split(' ');
  const length = stop - at;
  if (/^\d{3}$/.test(words[0]!)) {
    out.add(mgcpFields.response, at, 0, true);
    out.add(mgcpFields.code, at, 3, Number(words[0]));
    if (words[1] !== undefined) out.add(mgcpFields.transaction, at, length, words[1]);
    if (words[2] !== undefined) out.add(mgcpFields.phrase, at, length, words.slice(2).join(' '));
    return;
  }
  out.add(mgcpFields.request, at, 0, true);
  [mgcpFields.verb, mgcpFields.transaction, mgcpFields.endpoint].forEach((field, i) => {
    if (words[i] !== undefined) out.add(field, at, length, words[i]);
  });
  if (words.length > 3) out.add(mgcpFields.version, at, length, words.slice(3).join(' '));
}

const sapFields = {
  flags: uint('sap.flags', 'Flags').at(0, 1).hex(),
  version: uint('sap.flags.v', 'Version Number').at(0, 1).mask(0xe0),
  isIpv6: bool('sap.flags.a', 'Address Type').at(0, 1).mask(0x10),
  isDeletion: bool('sap.flags.t', 'Message Type').at(0, 1).mask(0x04),
  isEncrypted: bool('sap.flags.e', 'Encryption Bit').at(0, 1).mask(0x02),
  isCompressed: bool('sap.flags.c', 'Compression Bit').at(0, 1).mask(0x01),
  authLength: uint('sap.auth.len', 'Authentication Length').at(1, 1),
  hash: uint('sap.message_identifier_hash', 'Message Identifier Hash').at(2, 2).hex(),
  source: ipv4('sap.originating_source', 'Originating Source'),
  source6: ipv6('sap.originating_source.ipv6', 'Originating Source'),
  payloadType: text('sap.payload_type', 'Payload type'),
};

/** Offset of the payload type, after source and authentication data (RFC 2974 §6). */
function sapPayload(b: Uint8Array, start: number): number {
  return start + 4 + (b[start]! & 0x10 ? 16 : 4) + b[start + 1]! * 4;
}

export const sap = protocol({
  name: 'sap',
  title: 'Session Announcement Protocol',
  column: 'SAP',
  fields: sapFields,
  on: [[udpPorts, 9875]],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < 8) return p.cut(8);
    const at = sapPayload(b, start);
    if (at > p.end) return p.cut(at - start);
    p.at = at;
    // Encrypted or compressed: the contents cannot be dissected.
    if (b[start]! & 0x03) return null;
    // §6: the payload type is optional; without it the session description follows immediately.
    if (!spells(b, at, p.end, 'v=0')) {
      const zero = b.indexOf(0, at);
      if (zero < 0 || zero >= p.end) return null;
      if (ascii(b, at, zero) !== 'application/sdp') return null;
      p.at = zero + 1;
    }
    return p.at < p.end ? sdp : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const { flags, version, isIpv6, isDeletion, isEncrypted, isCompressed, authLength, hash } = sapFields;
    for (const field of [flags, version, isIpv6, isDeletion, isEncrypted, isCompressed, authLength, hash])
      out.fixed(field);
    if (b[start]! & 0x10) out.add(sapFields.source6, start + 4, 16);
    else out.add(sapFields.source, start + 4, 4);
    const at = sapPayload(b, start);
    const zero = b.indexOf(0, at);
    if (zero > at && zero < p.stop[layer]! && !spells(b, at, zero, 'v=0'))
      out.add(sapFields.payloadType, at, zero - at);
  },
  info(p, layer) {
    const first = p.bufferOf(layer)[p.start[layer]!]!;
    return `${first & 0x04 ? 'Deletion' : 'Announcement'} (v${first >> 5})`;
  },
});

const msrpFields = {
  method: text('msrp.method', 'Method'),
  code: uint('msrp.status.code', 'Status code'),
  transaction: text('msrp.transaction.id', 'Transaction Id'),
};

export const msrp = protocol({
  name: 'msrp',
  title: 'Message Session Relay Protocol',
  column: 'MSRP',
  fields: msrpFields,
  on: [[tcpPorts, 2855]],
  heuristics: [
    [tcpHeuristics, (p) => spells(p.buf, p.at, p.end, 'MSRP ') && msrpLine(p.buf, p.at, p.end) !== null],
  ],
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (!spells(b, start, p.end, 'MSRP ')) return REJECTED;
    const found = msrpLine(b, start, p.end);
    if (found === null) return REJECTED;
    // RFC 4975 §7.1: the message ends with a line of dashes and the transaction identifier.
    const text = ascii(b, start, p.end);
    if (!text.includes(`-------${found[1]}`) && p.end - start < 65536 && p.askMore(MORE_SEGMENT)) {
      p.flags[p.count - 1] = 0;
      return null;
    }
    const body = text.indexOf('\r\n\r\n');
    const end = text.lastIndexOf('\r\n-------');
    const type = /^content-type\s*:\s*([^\s;]+)/im.exec(text)?.[1];
    if (body > 0 && end > body + 4 && type !== undefined)
      callBody(p, mediaTypes.named(type.toLowerCase()), start + body + 4, start + end);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const found = msrpLine(b, start, p.stop[layer]!);
    if (found === null) return;
    out.add(msrpFields.transaction, start + 5, found[1]!.length, found[1]!);
    const at = start + 6 + found[1]!.length;
    if (/^\d{3}$/.test(found[2]!)) out.add(msrpFields.code, at, 3, Number(found[2]));
    else out.add(msrpFields.method, at, found[2]!.length, found[2]!);
  },
  info(p, layer) {
    const found = msrpLine(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!);
    if (found === null) return null;
    const isResponse = /^\d{3}$/.test(found[2]!);
    return `${isResponse ? 'Response' : 'Request'}: ${found[2]}${isResponse ? found[3] : ''} Transaction ID: ${found[1]}${bodySuffix(p, layer)}`;
  },
});

function msrpLine(b: Uint8Array, at: number, end: number): RegExpExecArray | null {
  return /^MSRP ([A-Za-z0-9.+%=-]{3,32}) ([A-Z]+|\d{3})(.*)$/.exec(
    ascii(b, at, Math.min(endOfLine(b, at, end), at + 200)),
  );
}

const faxFields = {
  sequence: uint('t38.seq_number', 'seq-number').at(0, 2),
  field: bytes('t38.primary_ifp_packet', 'primary-ifp-packet'),
};

/** ITU-T T.38 real-time fax over UDPTL: only sequence numbers are dissected. */
export const t38 = protocol({
  name: 't38',
  title: 'T.38',
  column: 'T.38',
  fields: faxFields,
  step(p) {
    if (p.end - p.at < 3) return REJECTED;
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    out.fixed(faxFields.sequence);
    const start = p.start[layer]!;
    if (p.stop[layer]! > start + 2) out.add(faxFields.field, start + 2, p.stop[layer]! - start - 2);
  },
  info: (p, layer) =>
    `UDP: UDPTLPacket Seq=${String(u16(p.bufferOf(layer), p.start[layer]!)).padStart(5, '0')}`,
});

setFax(t38);
