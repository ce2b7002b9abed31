// ZigBee Encapsulation Protocol: captured IEEE 802.15.4 frames over UDP.
import { uint as read, spells } from '../../../core/bytes.ts';
import { uint } from '../../../core/field.ts';
import { type Protocol, protocol, REJECTED } from '../../../core/protocol.ts';
import { udpPorts } from '../../../core/table.ts';
import { wpan } from './wpan.ts';

const VERSION1_HEADER = 16;
const VERSION2_HEADER = 32;
const ACK_HEADER = 8;
const DATA = 1;

const f = {
  version: uint('zep.version', 'Protocol Version').at(2, 1),
  type: uint('zep.type', 'Type').named({ 1: 'Data', 2: 'Ack' }),
  channel: uint('zep.channel_id', 'Channel ID'),
  device: uint('zep.device_id', 'Device ID'),
};

function headerLength(b: Uint8Array, at: number): number {
  if (b[at + 2] === 1) return VERSION1_HEADER;
  return b[at + 3] === DATA ? VERSION2_HEADER : ACK_HEADER;
}

export const zep: Protocol = protocol({
  name: 'zep',
  title: 'ZigBee Encapsulation Protocol',
  column: 'ZEP',
  fields: f,
  on: [[udpPorts, 17754]],
  step(p) {
    const { buf: b, at: start, end } = p;
    if (!spells(b, start, end, 'EX') || end - start < ACK_HEADER) return REJECTED;
    const length = headerLength(b, start);
    if (end - start < length) return p.cut(length);
    p.at = start + length;
    return p.at < end ? wpan : null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    out.fixed(f.version);
    const isSecond = b[start + 2] !== 1;
    if (isSecond) out.add(f.type, start + 3, 1);
    if (isSecond && b[start + 3] !== DATA) return;
    const at = start + (isSecond ? 4 : 3);
    out.add(f.channel, at, 1);
    out.add(f.device, at + 1, 2, read(b, at + 1, 2));
  },
  info: () => '',
});
