// Classic STUN, Simple Traversal of UDP Through NATs (RFC 3489): messages without a magic cookie.
import { u16, u32 } from '../../core/bytes.ts';
import { bytes, ipv4, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpHeuristics, udpHeuristics } from '../../core/table.ts';

const HEADER = 20;
const COOKIE = 0x2112a442;

const types: Readonly<Record<number, string>> = {
  0x0001: 'Binding Request',
  0x0101: 'Binding Response',
  0x0111: 'Binding Error Response',
  0x0002: 'Shared Secret Request',
  0x0102: 'Shared Secret Response',
  0x0112: 'Shared Secret Error Response',
  0x0003: 'Allocate Request',
  0x0103: 'Allocate Response',
  0x0113: 'Allocate Error Response',
  0x0004: 'Send Request',
  0x0104: 'Send Response',
  0x0114: 'Send Error Response',
  0x0115: 'Data Indication',
  0x0006: 'Set Active Destination Request',
  0x0106: 'Set Active Destination Response',
  0x0116: 'Set Active Destination Error Response',
};

const f = {
  type: uint('classicstun.type', 'Message Type').at(0, 2).hex().named(types),
  length: uint('classicstun.length', 'Message Length').at(2, 2).hex(),
  id: bytes('classicstun.id', 'Message Transaction ID').at(4, 16),
  attType: uint('classicstun.att.type', 'Attribute Type').at(-1, 2).hex(),
  attLength: uint('classicstun.att.length', 'Attribute Length'),
  port: uint('classicstun.att.port', 'Port'),
  ipv4: ipv4('classicstun.att.ipv4', 'IP'),
  value: bytes('classicstun.att.value', 'Value'),
};

/** Whether the type is that of classic STUN, the length matches exactly, and there is no magic cookie. */
function looksLikeIt(p: Packet): boolean {
  const { buf: b, at } = p;
  if (p.end - at < HEADER || b[at]! > 1 || types[u16(b, at)] === undefined) return false;
  return (
    u16(b, at + 2) === p.wireEnd - at - HEADER &&
    u32(b, at + 4) !== COOKIE &&
    hasWholeAttributes(b, at, p.end)
  );
}

/** Whether the attributes fill the message exactly; the header alone would be too weak a heuristic. */
function hasWholeAttributes(b: Uint8Array, start: number, end: number): boolean {
  let at = start + HEADER;
  while (at + 4 <= end && (u16(b, at) <= 0x24 || u16(b, at) >= 0x8000)) at += 4 + u16(b, at + 2);
  return at === end;
}

export const classicStun = protocol({
  name: 'classicstun',
  title: 'Simple Traversal of UDP Through NAT',
  column: 'CLASSIC-STUN',
  fields: f,
  heuristics: [
    [udpHeuristics, looksLikeIt],
    [tcpHeuristics, looksLikeIt],
  ],
  step(p) {
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    for (const field of [f.type, f.length, f.id]) out.fixed(field);
    for (let at = start + HEADER, count = 0; at + 4 <= end && count < 50; count++) {
      const length = u16(b, at + 2);
      if (at + 4 + length > end) return;
      out.group('Attribute', at, 4 + length);
      out.add(f.attType, at, 2);
      out.add(f.attLength, at + 2, 2);
      // RFC 3489 §11.2.1: family, port and address.
      if (length === 8 && b[at + 5] === 1) {
        out.add(f.port, at + 6, 2);
        out.add(f.ipv4, at + 8, 4);
      } else if (length > 0) out.add(f.value, at + 4, length);
      out.close();
      at += 4 + length;
    }
  },
  info: (p, layer) => `Message: ${types[u16(p.bufferOf(layer), p.start[layer]!)] ?? 'Unknown'}`,
});
