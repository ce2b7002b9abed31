// Label Distribution Protocol (RFC 5036 §3): discovery over UDP, sessions over TCP.
import { u16 } from '../../core/bytes.ts';
import { bool, bytes, ipv4, ipv6, uint } from '../../core/field.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';
import { decimalAndHex } from '../decimal-and-hex.ts';

const HEADER = 10;
/** Length of the fields that precede, and are not counted in, PDU and message length. */
const UNCOUNTED = 4;
const PDU_MIN = 6;

const messages: Readonly<Record<number, string>> = {
  0x0001: 'Notification Message',
  0x0100: 'Hello Message',
  0x0200: 'Initialization Message',
  0x0201: 'Keep Alive Message',
  0x0202: 'Capability Message',
  0x0300: 'Address Message',
  0x0301: 'Address Withdrawal Message',
  0x0400: 'Label Mapping Message',
  0x0401: 'Label Request Message',
  0x0402: 'Label Withdrawal Message',
  0x0403: 'Label Release Message',
  0x0404: 'Label Abort Request Message',
  0x0500: 'Call Setup Message',
  0x0501: 'Call Release Message',
};

const tlvs: Readonly<Record<number, string>> = {
  0x0100: 'FEC',
  0x0101: 'Address List',
  0x0103: 'Hop Count',
  0x0104: 'Path Vector',
  0x0200: 'Generic Label',
  0x0300: 'Status',
  0x0400: 'Common Hello Parameters',
  0x0401: 'IPv4 Transport Address',
  0x0402: 'Configuration Sequence Number',
  0x0403: 'IPv6 Transport Address',
  0x0500: 'Common Session Parameters',
  0x0600: 'Label Request Message ID',
};

const f = {
  version: uint('ldp.hdr.version', 'Version').at(0, 2),
  length: uint('ldp.hdr.pdu_len', 'PDU Length').at(2, 2),
  router: ipv4('ldp.hdr.ldpid.lsr', 'LSR ID').at(4, 4),
  space: uint('ldp.hdr.ldpid.lsid', 'Label Space ID').at(8, 2),
  unknown: bool('ldp.msg.ubit', 'U bit').mask(0x80),
  message: uint('ldp.msg.type', 'Message Type').mask(0x7fff).hex().named(messages),
  messageLength: uint('ldp.msg.len', 'Message Length'),
  messageId: uint('ldp.msg.id', 'Message ID').hex(4),
  tlv: uint('ldp.msg.tlv.type', 'TLV Type').mask(0x3fff).hex().named(tlvs),
  tlvLength: uint('ldp.msg.tlv.len', 'TLV Length'),
  tlvValue: bytes('ldp.msg.tlv.value', 'TLV Value'),
  helloHold: uint('ldp.msg.tlv.hello.hold', 'Hold Time'),
  helloTargeted: bool('ldp.msg.tlv.hello.targeted', 'Targeted Hello').mask(0x8000),
  transport: ipv4('ldp.msg.tlv.ipv4.taddr', 'IPv4 Transport Address'),
  transport6: ipv6('ldp.msg.tlv.ipv6.taddr', 'IPv6 Transport Address'),
  sessionKeepAlive: uint('ldp.msg.tlv.sess.ka', 'Session KeepAlive Time'),
  sessionReceiver: ipv4('ldp.msg.tlv.sess.rxlsr', 'Session Receiver LSR Identifier'),
  label: uint('ldp.msg.tlv.generic.label', 'Generic Label').shownAs(decimalAndHex('Generic Label', 4)),
};

export const ldp: Protocol = protocol({
  name: 'ldp',
  title: 'Label Distribution Protocol',
  column: 'LDP',
  fields: f,
  on: [
    [udpPorts, 646],
    [tcpPorts, 646],
  ],
  framing: {
    header: UNCOUNTED,
    length: (p) =>
      u16(p.buf, p.at) === 1 && u16(p.buf, p.at + 2) >= PDU_MIN ? UNCOUNTED + u16(p.buf, p.at + 2) : 0,
  },
  step(p) {
    const start = p.at;
    if (p.end - start < UNCOUNTED || u16(p.buf, start) !== 1) return REJECTED;
    if (p.end - start < HEADER) return p.cut(HEADER);
    p.narrow(p.layer, UNCOUNTED + Math.max(PDU_MIN, u16(p.buf, start + 2)));
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    for (const field of [f.version, f.length, f.router, f.space]) out.fixed(field);
    for (let at = p.start[layer]! + HEADER; at + 8 <= end; ) {
      const stop = Math.min(end, at + UNCOUNTED + u16(b, at + 2));
      out.group(messages[u16(b, at) & 0x7fff] ?? 'Unknown Message', at, stop - at);
      out.add(f.unknown, at, 1);
      out.add(f.message, at, 2);
      out.add(f.messageLength, at + 2, 2);
      out.add(f.messageId, at + 4, 4);
      emitTlvs(b, at + 8, stop, out);
      out.close();
      at = Math.max(at + UNCOUNTED, stop);
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    let text = '';
    for (let at = p.start[layer]! + HEADER; at + UNCOUNTED <= end; at += UNCOUNTED + u16(b, at + 2))
      text += `${messages[u16(b, at) & 0x7fff] ?? 'Unknown'} `;
    return text;
  },
});

function emitTlvs(b: Uint8Array, at: number, end: number, out: Sink): void {
  while (at + 4 <= end) {
    const type = u16(b, at) & 0x3fff;
    const length = u16(b, at + 2);
    if (at + 4 + length > end) return;
    out.group(tlvs[type] ?? 'Unknown TLV', at, 4 + length);
    out.add(f.tlv, at, 2);
    out.add(f.tlvLength, at + 2, 2);
    emitValue(type, at + 4, length, out);
    out.close();
    at += 4 + length;
  }
}

function emitValue(type: number, at: number, length: number, out: Sink): void {
  if (type === 0x0400 && length >= 4) {
    out.add(f.helloHold, at, 2);
    out.add(f.helloTargeted, at + 2, 2);
  } else if (type === 0x0401 && length >= 4) out.add(f.transport, at, 4);
  else if (type === 0x0403 && length >= 16) out.add(f.transport6, at, 16);
  else if (type === 0x0500 && length >= 14) {
    out.add(f.sessionKeepAlive, at + 2, 2);
    out.add(f.sessionReceiver, at + 8, 4);
  } else if (type === 0x0200 && length === 4) out.add(f.label, at, 4);
  else if (length > 0) out.add(f.tlvValue, at, length);
}
