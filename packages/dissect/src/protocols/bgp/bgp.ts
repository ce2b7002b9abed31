// Border Gateway Protocol 4 (RFC 4271). Message boundaries in the stream come from marker and length.
import { u16 } from '../../core/bytes.ts';
import { bytes, none, uint } from '../../core/field.ts';
import { COLUMN, LISTED, type Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { tcpPorts } from '../../core/table.ts';
import { attributeFields } from './attributes.ts';
import { messageNames } from './names.ts';
import { reachFields } from './nlri.ts';
import { emitNotification, notificationFields } from './notification.ts';
import { emitOpen, openFields } from './open.ts';
import { emitRefresh, refreshFields } from './refresh.ts';
import { emitUpdate, isUpdateWhole, updateFields } from './update.ts';

const PORT = 179;
const MARKER = 16;
/** §4.1 */
const HEADER = 19;
const OPEN = 1;
const UPDATE = 2;
const NOTIFICATION = 3;
const REFRESH = 5;
const CISCO_REFRESH = 128;

const f = {
  marker: bytes('bgp.marker', 'Marker'),
  length: uint('bgp.length', 'Length'),
  type: uint('bgp.type', 'Type').named(messageNames),
  continuation: none('bgp.continuation', 'Continuation'),
  ...openFields,
  ...updateFields,
  ...attributeFields,
  ...reachFields,
  ...notificationFields,
  ...refreshFields,
};

export const bgp: Protocol = protocol({
  name: 'bgp',
  title: 'Border Gateway Protocol',
  column: 'BGP',
  fields: f,
  on: [[tcpPorts, PORT]],
  framing: { header: 1, length: messageLength },
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (markerLength(b, start, p.end) < MARKER) return null;
    if (p.end - start < HEADER) return p.cutUnseen(HEADER, COLUMN);
    if (u16(b, start + MARKER) < HEADER) {
      p.flags[p.layer]! &= LISTED | COLUMN;
      return p.malformed();
    }
    const needed = HEADER + bodyMinimum(b[start + 18]!);
    if (p.end - start < needed) return p.cut(needed);
    if (b[start + 18] === UPDATE && !isUpdateWhole(b, start + HEADER, p.wireEnd, p.end)) return p.malformed();
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const end = p.stop[layer]!;
    if (!isMessage(p, layer)) {
      out.add(f.continuation, start, end - start);
      return;
    }
    out.add(f.marker, start, MARKER);
    out.add(f.length, start + MARKER, 2);
    out.add(f.type, start + 18, 1);
    emitBody(b, b[start + 18]!, start + HEADER, end, out);
  },
  headline: (p, layer) => (isMessage(p, layer) ? ` - ${typeText(p, layer)}` : ''),
  info(p, layer) {
    const texts: string[] = [];
    for (let i = 0; i <= layer; i++) {
      if (p.protocols[i] === bgp && isMessage(p, i)) texts.push(typeText(p, i));
    }
    return texts.join(', ');
  },
});

/** Bytes without a marker are skipped up to the next one: the capture began in the middle of a message. */
function messageLength(p: Packet): number {
  const b = p.buf;
  const left = p.end - p.at;
  const marker = markerLength(b, p.at, p.end);
  if (marker < MARKER) {
    if (marker === left) return MARKER;
    let at = p.at + marker + 1;
    while (at < p.end && markerLength(b, at, p.end) < MARKER) at++;
    return at - p.at;
  }
  return left < HEADER ? HEADER : Math.max(HEADER, u16(b, p.at + 16));
}

/** Number of marker bytes (all ones, §4.1) at `at`. */
function markerLength(b: Uint8Array, at: number, end: number): number {
  let length = 0;
  while (length < MARKER && at + length < end && b[at + length] === 0xff) length++;
  return length;
}

const isMessage = (p: Packet, layer: number): boolean =>
  p.stop[layer]! - p.start[layer]! >= HEADER &&
  markerLength(p.bufferOf(layer), p.start[layer]!, p.stop[layer]!) === MARKER &&
  u16(p.bufferOf(layer), p.start[layer]! + MARKER) >= HEADER;

function typeText(p: Packet, layer: number): string {
  const type = p.bufferOf(layer)[p.start[layer]! + 18]!;
  return messageNames[type] ?? `Unknown message type (0x${type.toString(16).padStart(2, '0')})`;
}

/** Minimum length by message type; shorter messages are malformed. */
function bodyMinimum(type: number): number {
  switch (type) {
    case OPEN:
      return 10;
    case UPDATE:
      return 4;
    case NOTIFICATION:
      return 2;
    case REFRESH:
    case CISCO_REFRESH:
      return 4;
    default:
      return 0;
  }
}

function emitBody(b: Uint8Array, type: number, at: number, end: number, out: Sink): void {
  if (end - at < bodyMinimum(type)) return;
  switch (type) {
    case OPEN:
      emitOpen(b, at, end, out);
      break;
    case UPDATE:
      emitUpdate(b, at, end, out);
      break;
    case NOTIFICATION:
      emitNotification(b, at, end, out);
      break;
    case REFRESH:
    case CISCO_REFRESH:
      emitRefresh(b, at, end, out);
      break;
  }
}
