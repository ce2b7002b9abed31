// Resource Reservation Protocol (RFC 2205 §3.1), with its use for traffic engineering (RFC 3209).
import { u16, u32 } from '../../core/bytes.ts';
import { bytes, ipv4, ipv6, text, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { ipProtocols, udpPorts } from '../../core/table.ts';
import { ipv4Address, ipv6Address } from '../../core/text.ts';

const HEADER = 8;
const OBJECT_HEADER = 4;
const SESSION = 1;
const HOP = 3;
const SENDER_TEMPLATE = 11;
const LABEL = 16;
const SESSION_ATTRIBUTE = 207;

const messages: Readonly<Record<number, string>> = {
  1: 'PATH Message. ',
  2: 'RESV Message. ',
  3: 'PATH ERROR Message. ',
  4: 'RESV ERROR Message. ',
  5: 'PATH TEAR Message. ',
  6: 'RESV TEAR Message. ',
  7: 'CONFIRM Message. ',
  10: 'RESV TEAR CONFIRM Message. ',
  12: 'BUNDLE Message. ',
  13: 'ACK Message. ',
  15: 'SREFRESH Message. ',
  20: 'HELLO Message. ',
  21: 'NOTIFY Message. ',
};

const classes: Readonly<Record<number, string>> = {
  1: 'SESSION object',
  3: 'HOP object',
  4: 'INTEGRITY object',
  5: 'TIME VALUES object',
  6: 'ERROR object',
  8: 'STYLE object',
  9: 'FLOWSPEC object',
  10: 'FILTER SPEC object',
  11: 'SENDER TEMPLATE object',
  12: 'SENDER TSPEC object',
  13: 'ADSPEC object',
  16: 'LABEL object',
  19: 'LABEL REQUEST object',
  20: 'EXPLICIT ROUTE object',
  21: 'RECORD ROUTE object',
  22: 'HELLO object',
  23: 'MESSAGE-ID object',
  207: 'SESSION ATTRIBUTE object',
};

const f = {
  version: uint('rsvp.version', 'RSVP Version').at(0, 1).mask(0xf0),
  flags: uint('rsvp.flags', 'Flags').at(0, 1).mask(0x0f).hex(),
  message: uint('rsvp.msg', 'Message Type').at(1, 1).named(messages),
  checksum: uint('rsvp.checksum', 'Message Checksum').at(2, 2).hex(),
  ttl: uint('rsvp.sending_ttl', 'Sending TTL').at(4, 1),
  length: uint('rsvp.message_length', 'Message length').at(6, 2),
  objectLength: uint('rsvp.object_length', 'Length'),
  object: uint('rsvp.object', 'Object class').named(classes),
  ctype: uint('rsvp.ctype', 'C-Type'),
  sessionIp: ipv4('rsvp.session.ip', 'Destination address'),
  sessionIpv6: ipv6('rsvp.session.ipv6', 'Destination address'),
  sessionTunnel: uint('rsvp.session.tunnel_id', 'Tunnel ID'),
  hop: ipv4('rsvp.hop.neighbor_address_ipv4', 'Neighbor address'),
  sender: ipv4('rsvp.sender.ip', 'Sender IPv4 address'),
  senderLsp: uint('rsvp.sender.lsp_id', 'Sender LSP ID'),
  label: uint('rsvp.label', 'Label'),
  name: text('rsvp.session_attribute.name', 'Name'),
  value: bytes('rsvp.object_data', 'Data'),
};

export const rsvp = protocol({
  name: 'rsvp',
  title: 'Resource ReserVation Protocol (RSVP)',
  column: 'RSVP',
  fields: f,
  on: [
    [ipProtocols, 46],
    [udpPorts, 3455],
  ],
  step(p) {
    const start = p.at;
    if (p.end - start < HEADER) return p.cut(HEADER);
    p.narrow(p.layer, Math.max(HEADER, u16(p.buf, start + 6)));
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const end = p.stop[layer]!;
    for (const field of [f.version, f.flags, f.message, f.checksum, f.ttl, f.length]) out.fixed(field);
    for (let at = p.start[layer]! + HEADER; at + OBJECT_HEADER <= end; ) {
      const length = u16(b, at);
      if (length < OBJECT_HEADER || at + length > end) return;
      const kind = b[at + 2]!;
      const type = b[at + 3]!;
      const value = at + OBJECT_HEADER;
      out.group(classes[kind] ?? `Unknown object (${kind})`, at, length);
      out.add(f.objectLength, at, 2);
      out.add(f.object, at + 2, 1);
      out.add(f.ctype, at + 3, 1);
      if (kind === SESSION && type === 2 && length >= 24) out.add(f.sessionIpv6, value, 16);
      else if (kind === SESSION && length >= 12) {
        out.add(f.sessionIp, value, 4);
        // RFC 3209 §4.6.1.1: C-type 7 is a tunnel.
        if (type === 7) out.add(f.sessionTunnel, value + 6, 2);
      } else if (kind === HOP && type === 1 && length >= 12) out.add(f.hop, value, 4);
      else if (kind === SENDER_TEMPLATE && (type === 1 || type === 7) && length >= 12) {
        out.add(f.sender, value, 4);
        if (type === 7) out.add(f.senderLsp, value + 6, 2);
      } else if (kind === LABEL && length >= 8) out.add(f.label, value, 4);
      else if (kind === SESSION_ATTRIBUTE && type === 7 && length >= 8) {
        const nameLength = Math.min(b[value + 3]!, length - 8);
        if (nameLength > 0) out.add(f.name, value + 4, nameLength);
      } else if (length > OBJECT_HEADER) out.add(f.value, value, length - OBJECT_HEADER);
      out.close();
      at += length;
    }
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end - start < HEADER) return '';
    let text = messages[b[start + 1]!] ?? `Unknown (${b[start + 1]}). `;
    for (let at = start + HEADER; at + OBJECT_HEADER <= end; at += Math.max(OBJECT_HEADER, u16(b, at))) {
      if (b[at + 2] === SESSION && at + u16(b, at) <= end) text += sessionText(b, at);
    }
    return text;
  },
});

function sessionText(b: Uint8Array, at: number): string {
  const length = u16(b, at);
  const value = at + OBJECT_HEADER;
  if (b[at + 3] === 1 && length >= 12)
    return `SESSION: IPv4, Destination ${ipv4Address(b, value)}, Protocol ${b[value + 4]}, Port ${u16(b, value + 6)}. `;
  if (b[at + 3] === 2 && length >= 24)
    return `SESSION: IPv6, Destination ${ipv6Address(b, value)}, Protocol ${b[value + 16]}, Port ${u16(b, value + 18)}. `;
  if (b[at + 3] !== 7 || length < 16) return '';
  const extended = u32(b, value + 8).toString(16);
  return `SESSION: IPv4-LSP, Destination ${ipv4Address(b, value)}, Short Call ID ${u16(b, value + 4)}, Tunnel ID ${u16(b, value + 6)}, Ext ID ${extended}. `;
}
