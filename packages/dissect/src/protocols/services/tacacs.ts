// TACACS+ (RFC 8907) over TCP, and its ancestors TACACS and XTACACS (RFC 1492) over UDP: access to network devices.
import { u32 } from '../../core/bytes.ts';
import { bool, ipv4, uint } from '../../core/field.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts, udpPorts } from '../../core/table.ts';

const PORT = 49;
const HEADER = 12;
/** Longer bodies are nobody's (RFC 8907 §4.1 leaves it to the receiver). */
const BODY_MAX = 0xffff;

const kinds: Record<number, string> = { 1: 'Authentication', 2: 'Authorization', 3: 'Accounting' };

const f = {
  major: uint('tacplus.majvers', 'Major version').at(0, 1).mask(0xf0).named({ 12: 'TACACS+' }),
  minor: uint('tacplus.minvers', 'Minor version').at(0, 1).mask(0x0f),
  type: uint('tacplus.type', 'Type').at(1, 1).named(kinds),
  seq: uint('tacplus.seqno', 'Sequence number').at(2, 1),
  flags: uint('tacplus.flags', 'Flags').at(3, 1).hex(),
  unencrypted: bool('tacplus.flags.unencrypted', 'Unencrypted').at(3, 1).mask(0x01),
  single: bool('tacplus.flags.singleconn', 'Single Connection').at(3, 1).mask(0x04),
  session: uint('tacplus.session_id', 'Session ID').at(4, 4),
  length: uint('tacplus.packet_len', 'Packet length').at(8, 4),
};

/** RFC 8907 §4.1. */
export const tacplus = protocol({
  name: 'tacplus',
  title: 'TACACS+',
  column: 'TACACS+',
  fields: f,
  on: [[tcpPorts, PORT]],
  framing: {
    header: HEADER,
    length: (p) => (p.buf[p.at]! >> 4 === 12 ? HEADER + Math.min(u32(p.buf, p.at + 8), BODY_MAX) : 0),
  },
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return 'TACACS+';
    // Requests have odd numbers (RFC 8907 §4.1).
    return `${p.dstPort === PORT ? 'Q' : 'R'}: ${kinds[b[start + 1]!] ?? 'Unknown'}`;
  },
});

const requests: Record<number, string> = {
  1: 'Login',
  2: 'Response',
  3: 'Change',
  4: 'Follow',
  5: 'Connect',
  6: 'Superuser',
  7: 'Logout',
  8: 'Reload',
  9: 'SLIP On',
  10: 'SLIP Off',
  11: 'SLIP Addr',
};

const of = {
  version: uint('tacacs.version', 'Version').at(0, 1).named({ 0x00: 'TACACS', 0x80: 'XTACACS' }),
  type: uint('tacacs.type', 'Type').at(1, 1).named(requests),
  nonce: uint('tacacs.nonce', 'Nonce').at(2, 2).hex(),
  userLength: uint('tacacs.userlen', 'Username length').at(4, 1),
  passwordLength: uint('tacacs.passlen', 'Password length').at(5, 1),
  response: uint('tacacs.response', 'Response').at(6, 1),
  reason: uint('tacacs.reason', 'Reason').at(7, 1),
  result: uint('tacacs.result1', 'Result 1'),
  address: ipv4('tacacs.destaddr', 'Destination address'),
  port: uint('tacacs.destport', 'Destination port'),
};

export const tacacs = protocol({
  name: 'tacacs',
  title: 'TACACS',
  column: (p, layer) => (p.bufferOf(layer)[p.start[layer]!]! & 0x80 ? 'XTACACS' : 'TACACS'),
  fields: of,
  on: [[udpPorts, PORT]],
  step(p) {
    if (p.end - p.at < 8) return p.cut(8);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (end - start < 8) return;
    const isAnswer = b[start + 1] === 2;
    for (const field of [of.version, of.type, of.nonce]) out.fixed(field);
    if (b[start] === 0 && isAnswer) return out.add(of.response, start + 4, 1);
    for (const field of [of.userLength, of.passwordLength]) out.fixed(field);
    if (b[start] === 0) return;
    for (const field of [of.response, of.reason]) out.fixed(field);
    if (end - start < 18) return;
    out.add(of.result, start + 8, 4);
    out.add(of.address, start + 12, 4);
    out.add(of.port, start + 16, 2);
  },
  info: (p, layer) => requests[p.bufferOf(layer)[p.start[layer]! + 1]!] ?? 'Unknown',
});
