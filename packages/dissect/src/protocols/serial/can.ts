// Controller Area Network in SocketCAN captures (ISO 11898-1;
// https://www.tcpdump.org/linktypes/LINKTYPE_CAN_SOCKETCAN.html).
import { u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, uint } from '../../core/field.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import { linkTypes } from '../../core/table.ts';
import { sllTypes } from '../link/tables.ts';

const HEADER = 8;
const EXTENDED = 0x80000000;
const REMOTE = 0x40000000;
const ERROR = 0x20000000;
const FD_FRAME = 0x04;

const f = {
  id: uint('can.id', 'Identifier'),
  extended: bool('can.flags.xtd', 'Extended Flag').at(0, 4).mask(EXTENDED),
  remote: bool('can.flags.rtr', 'Remote Transmission Request Flag').at(0, 4).mask(REMOTE),
  error: bool('can.flags.err', 'Error Message Flag').at(0, 4).mask(ERROR),
  length: uint('can.len', 'Frame-Length').at(4, 1),
};
const errors: Readonly<Record<number, string>> = {
  1: 'Transmit timeout',
  2: 'Lost arbitration',
  4: 'Controller problems',
  8: 'Protocol violation',
  16: 'Transceiver status',
  32: 'No acknowledgement',
  64: 'Bus off',
  128: 'Bus error',
  256: 'Controller restarted',
};

function idOf(word: number): number {
  return word & (word & EXTENDED ? 0x1fffffff : 0x7ff);
}

export const can: Protocol = protocol({
  name: 'can',
  title: 'Controller Area Network',
  column: (p, layer) =>
    p.stop[layer]! - p.start[layer]! >= HEADER && p.bufferOf(layer)[p.start[layer]! + 5]! & FD_FRAME
      ? 'CANFD'
      : 'CAN',
  fields: f,
  on: [
    [linkTypes, 227],
    [sllTypes, 12, 13],
  ],
  step(p) {
    if (p.end - p.at < HEADER) return p.cut(HEADER);
    const word = u32(p.buf, p.at);
    const length = p.buf[p.at + 4]!;
    p.at += HEADER;
    if (p.end > p.at + length) p.end = p.wireEnd = p.at + length;
    return word & (ERROR | REMOTE) || p.at >= p.end ? null : data;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return;
    out.add(f.id, start, 4, idOf(u32(p.bufferOf(layer), start)));
    for (const field of [f.extended, f.remote, f.error, f.length]) out.fixed(field);
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    if (p.stop[layer]! - start < HEADER) return '';
    const word = u32(b, start);
    if (word & ERROR) return `ERR: ${errors[word & 0x1ff] ?? 'Reserved'}`;
    const id = idOf(word);
    const kind = word & EXTENDED ? 'Ext. ID' : 'ID';
    return `${kind}: ${id} (0x${id.toString(16)}), Length: ${b[start + 4]}${word & REMOTE ? '(Remote Transmission Request)' : ''}`;
  },
});
