// X.25 over TCP (RFC 1613), and X.25 packets (ITU-T X.25 §5): calls and data on virtual circuits.
import { u16 } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import { type Protocol, protocol, REJECTED } from '../../core/protocol.ts';
import { llcSaps, tcpPorts } from '../../core/table.ts';
import { thenData } from './head.ts';

const HEADER = 4;

const x = { length: uint('xot.length', 'Length').at(2, 2) };
export const xot: Protocol = protocol({
  name: 'xot',
  title: 'X.25 over TCP',
  column: 'XOT',
  fields: x,
  on: [[tcpPorts, 1998]],
  framing: { header: HEADER, length: (p) => (u16(p.buf, p.at) === 0 ? HEADER + u16(p.buf, p.at + 2) : 0) },
  step(p) {
    if (p.end - p.at < HEADER || u16(p.buf, p.at) !== 0) return REJECTED;
    p.at += HEADER;
    return p.at < p.end ? x25 : null;
  },
  info: () => '',
});

/** X.25 table 5-2: packet types; data packets have a zero in the lowest bit. */
const types: Readonly<Record<number, string>> = {
  0x0b: 'Call req.',
  0x0f: 'Call acc.',
  0x13: 'Clear req.',
  0x17: 'Clear conf.',
  0x23: 'Interrupt',
  0x27: 'Interrupt conf.',
  0x1b: 'Reset req.',
  0x1f: 'Reset conf.',
  0xfb: 'Restart req.',
  0xff: 'Restart conf.',
  0xf1: 'Diagnostic',
  0xf3: 'Registration req.',
  0xf7: 'Registration conf.',
};
const f = {
  format: uint('x25.gfi', 'GFI').at(0, 2).mask(0xf000),
  channel: uint('x25.lcn', 'Logical Channel').at(0, 2).mask(0x0fff),
  type: uint('x25.type', 'Packet Type').at(2, 1).hex().named(types),
};
export const x25: Protocol = protocol({
  name: 'x25',
  title: 'X.25',
  column: 'X.25',
  fields: f,
  on: [[llcSaps, 0x7e]],
  step(p) {
    if (p.end - p.at < 3) return p.cut(3);
    const isData = (p.buf[p.at + 2]! & 1) === 0;
    p.at += 3;
    if (isData) return thenData(p);
    p.at = p.end;
    return null;
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < 3) return '';
    const type = b[start + 2]!;
    const channel = u16(b, start) & 0x0fff;
    if ((type & 1) === 0) return `Data VC:${channel} P(S):${(type >> 1) & 7} P(R):${type >> 5} `;
    return `${types[type] ?? 'Unknown'} VC:${channel}`;
  },
});
