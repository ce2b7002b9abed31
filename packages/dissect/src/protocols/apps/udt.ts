// UDP-based Data Transfer (draft-gg-udt-03), which is also the frame of SRT (draft-sharabayko-srt-01 §3): reliable
// streams over UDP. Recognized by the handshake that begins them.
import { u16, u32 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { type Field, int, uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { udpHeuristics } from '../../core/table.ts';

const HEADER = 16;
const HANDSHAKE_MIN = 24;
const CONTROL = 0x8000;
const CONTROL_BIT = 0x80000000;
/** Offset of the initial sequence number in a handshake. */
const ISN = 24;
const HANDSHAKE = 0;
const ACK = 2;
const ACK2 = 6;
/** Handshake: version, and socket type (stream or datagrams). */
const VERSION = 4;
const STREAM = 1;
const DATAGRAM = 2;

/** §3.1 */
const typeNames: Readonly<Record<number, string>> = {
  [HANDSHAKE]: 'handshake',
  1: 'keepalive',
  [ACK]: 'ack',
  3: 'nak',
  5: 'shutdown',
  [ACK2]: 'ack2',
  7: 'msg-drop',
};

const word = (name: string, title: string): Field => uint(`udt.${name}`, title).at(-1, 4);

const f = {
  isControl: word('iscontrol', 'Type').at(0, 4).mask(CONTROL_BIT).named({ 0: 'DATA', 1: 'CONTROL' }),
  type: word('type', 'Type').mask(0x7fff0000).hex(4).named(typeNames),
  sequence: word('seqno', 'Sequence Number').mask(0x7fffffff),
  first: word('msg.first', 'First Indicator').mask(0x80000000),
  last: word('msg.last', 'Last Indicator').mask(0x40000000),
  order: word('msg.order', 'In-Order Indicator').mask(0x20000000),
  message: word('msgno', 'Message Number').mask(0x1fffffff),
  more: word('addinfo', 'Additional Info'),
  ackNumber: word('ackno', 'Ack Number'),
  timestamp: word('timestamp', 'Timestamp'),
  id: word('id', 'ID').hex(4),
};

/** Words after the header of a handshake, and of an acknowledgment. */
const handshakeFields = [
  word('hs.version', 'Version'),
  word('hs.type', 'Type').named({ [STREAM]: 'STREAM', [DATAGRAM]: 'DGRAM' }),
  word('hs.isn', 'Initial Sequence Number'),
  word('hs.mtu', 'MTU'),
  word('hs.flow_window', 'Flow Window'),
  int('udt.hs.reqtype', 'Requested Type').at(-1, 4),
  word('hs.id', 'ID'),
  word('hs.cookie', 'SYN Cookie').hex(4),
];
const ackFields = [
  word('ack_seqno', 'Ack Sequence Number'),
  word('rtt', 'RTT (microseconds)'),
  word('rttvar', 'RTT Variance (microseconds)'),
  word('buf', 'Buffer Available (packets)'),
  word('rate', 'Rate (packets/second)'),
  word('linkcap', 'Link Capacity (packets/second)'),
];

const byName = (fields: readonly Field[]): Record<string, Field> =>
  Object.fromEntries(fields.map((field) => [field.name, field]));

/** The initial sequence number of the handshake; numbers in the Info column are relative to it. */
interface Start {
  isn: number;
}

function isHandshake({ buf: b, at, end }: Packet): boolean {
  if (end - at < HANDSHAKE_MIN || u32(b, at) !== CONTROL_BIT || u32(b, at + 16) !== VERSION) return false;
  const kind = u32(b, at + 20);
  return kind === STREAM || kind === DATAGRAM;
}

const isControlAt = (b: Uint8Array, start: number): boolean => (u16(b, start) & CONTROL) !== 0;
const typeAt = (b: Uint8Array, start: number): number => u16(b, start) & 0x7fff;

export const udt = protocol({
  name: 'udt',
  title: 'UDT Protocol',
  column: 'UDT',
  fields: { ...f, ...byName([...handshakeFields, ...ackFields]) },
  heuristics: [[udpHeuristics, isHandshake]],
  step(p) {
    const { buf: b, at } = p;
    if (p.end - at < HEADER) return p.cut(HEADER);
    const start = p.session.stateOf<Start>(p, 'udt', () => ({ isn: -1 }));
    if (start.isn < 0 && p.end - at >= ISN + 4 && isHandshake(p)) start.isn = u32(b, at + ISN);
    p.notes[p.layer] = start;
    p.at = isControlAt(b, at) ? p.end : at + HEADER;
    return p.at < p.end ? data : null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const b = p.bufferOf(layer);
    if (p.stop[layer]! - start < HEADER) return;
    out.fixed(f.isControl);
    const type = isControlAt(b, start) ? typeAt(b, start) : -1;
    if (type < 0) {
      out.add(f.sequence, start, 4);
      for (const field of [f.first, f.last, f.order, f.message]) out.add(field, start + 4, 4);
    } else {
      out.add(f.type, start, 4);
      out.add(type === ACK || type === ACK2 ? f.ackNumber : f.more, start + 4, 4);
    }
    out.add(f.timestamp, start + 8, 4);
    out.add(f.id, start + 12, 4);
    const words = type === HANDSHAKE ? handshakeFields : type === ACK ? ackFields : [];
    words.forEach((field, i) => {
      out.add(field, start + HEADER + 4 * i, 4);
    });
  },
  info(p, layer) {
    const start = p.start[layer]!;
    const b = p.bufferOf(layer);
    if (p.stop[layer]! - start < HEADER) return '';
    const isn = Math.max(0, (p.notes[layer] as Start | null)?.isn ?? 0);
    const relative = (at: number): number => ((u32(b, at) & 0x7fffffff) - isn) & 0x7fffffff;
    if (!isControlAt(b, start))
      return `UDT type: data seqno: ${relative(start)} msgno: ${u32(b, start + 4) & 0x1fffffff}`;
    const type = typeAt(b, start);
    const hasSequence = type === ACK && p.stop[layer]! - start >= HEADER + 4;
    return `UDT type: ${typeNames[type] ?? 'unknown'}${hasSequence ? `  seqno: ${relative(start + HEADER)}` : ''}`;
  },
});
