// The WebSocket protocol (RFC 6455), after its handshake over HTTP.
import { u16, u32, utf8 } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import { bool, bytes, none, text, uint, uint64 } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { type Protocol, protocol } from '../../core/protocol.ts';
import type { Sink } from '../../core/sink.ts';
import { textLines } from '../media/text-lines.ts';
import { callReader } from '../media/types.ts';

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const opcodes: Readonly<Record<number, string>> = {
  0: 'Continuation',
  1: 'Text',
  2: 'Binary',
  8: 'Connection Close',
  9: 'Ping',
  10: 'Pong',
};

/** RFC 6455 §7.4.1. */
const closeCodes: Readonly<Record<number, string>> = {
  1000: 'Normal Closure',
  1001: 'Going Away',
  1002: 'Protocol error',
  1003: 'Unsupported Data',
  1004: '---Reserved----',
  1005: 'No Status Rcvd',
  1006: 'Abnormal Closure',
  1007: 'Invalid frame payload data',
  1008: 'Policy Violation',
  1009: 'Message Too Big',
  1010: 'Mandatory Ext.',
  1011: 'Internal Server',
  1015: 'TLS handshake',
};

const f = {
  fin: bool('websocket.fin', 'Fin').at(0, 1).mask(0x80),
  rsv: uint('websocket.rsv', 'Reserved').at(0, 1).mask(0x70).hex(),
  opcode: uint('websocket.opcode', 'Opcode').at(0, 1).mask(0x0f).named(opcodes),
  mask: bool('websocket.mask', 'Mask').at(1, 1).mask(0x80),
  length: uint('websocket.payload_length', 'Payload length').at(1, 1).mask(0x7f),
  length16: uint('websocket.payload_length_ext_16', 'Extended Payload length (16 bits)'),
  length64: uint64('websocket.payload_length_ext_64', 'Extended Payload length (64 bits)'),
  maskingKey: bytes('websocket.masking_key', 'Masking-Key'),
  payload: none('websocket.payload', 'Payload'),
  text: text('websocket.payload.text', 'Text'),
  closeCode: uint('websocket.payload.close.status_code', 'Status code').named(closeCodes),
  closeReason: text('websocket.payload.close.reason', 'Reason'),
  ping: bytes('websocket.payload.ping', 'Ping'),
  pong: bytes('websocket.payload.pong', 'Pong'),
  continuation: bytes('websocket.payload.continue', 'Continue'),
};

/** §5.2: bytes of the header, its extended length and masking key included. */
function headerLength(b: Uint8Array, at: number): number {
  const length = b[at + 1]! & 0x7f;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (b[at + 1]! & 0x80 ? 4 : 0);
}

function payloadLength(b: Uint8Array, at: number): number {
  const length = b[at + 1]! & 0x7f;
  if (length === 126) return u16(b, at + 2);
  return length === 127 ? u32(b, at + 2) * 0x1_0000_0000 + u32(b, at + 6) : length;
}

/** §5.3. */
function unmasked(b: Uint8Array, key: number, start: number, end: number): Uint8Array {
  const bytes = b.slice(start, end);
  for (let i = 0; i < bytes.length; i++) bytes[i]! ^= b[key + (i & 3)]!;
  return bytes;
}

/** The kind of the message whose fragments are coming, by direction. */
interface Fragments {
  readonly opcode: [number, number];
  readonly isCompressed: [boolean, boolean];
}

/** Readers of messages by the subprotocol that the server chose (Sec-WebSocket-Protocol). */
const subprotocols = new Map<string, Protocol>();

export function onSubprotocol(name: string, made: Protocol): void {
  subprotocols.set(name, made);
}

const LONGEST_HEADER = 14;

export const websocket = protocol({
  name: 'websocket',
  title: 'WebSocket',
  column: 'WebSocket',
  fields: f,
  framing: {
    header: 2,
    length(p) {
      const header = headerLength(p.buf, p.at);
      // The length itself may not be here yet.
      return p.end - p.at < header ? header : header + payloadLength(p.buf, p.at);
    },
  },
  step(p) {
    const b = p.buf;
    const start = p.at;
    if (p.end - start < 2 || p.end - start < headerLength(b, start)) return p.cut(LONGEST_HEADER);
    const at = start + headerLength(b, start);
    p.payload[p.count - 1] = at;
    if (at < p.end) readPayload(p, b, start, at);
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const stop = p.stop[layer]!;
    for (const field of [f.fin, f.rsv, f.opcode, f.mask, f.length]) out.fixed(field);
    if (stop - start < 2 || stop - start < headerLength(b, start)) return;
    const length = b[start + 1]! & 0x7f;
    if (length === 126) out.add(f.length16, start + 2, 2);
    else if (length === 127) out.add(f.length64, start + 2, 8);
    const at = start + headerLength(b, start);
    const isMasked = (b[start + 1]! & 0x80) !== 0;
    if (isMasked) out.add(f.maskingKey, at - 4, 4);
    if (at >= stop) return;
    const payload = isMasked ? unmasked(b, at - 4, at, stop) : b.subarray(at, stop);
    out.open(f.payload, at, stop - at);
    emitPayload(b[start]! & 0x0f, payload, at, out);
    out.close();
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const opcode = opcodes[b[start]! & 0x0f] ?? 'Unknown Opcode';
    return `WebSocket ${opcode}${b[start]! & 0x80 ? ' [FIN]' : '[FRAGMENT] '} ${b[start + 1]! & 0x80 ? '[MASKED]' : ''}`;
  },
});

function readPayload(p: Packet, b: Uint8Array, start: number, at: number): void {
  const isFinal = (b[start]! & 0x80) !== 0;
  let opcode = b[start]! & 0x0f;
  // RFC 7692 §6: the first reserved bit says that the message is compressed.
  let isCompressed = (b[start]! & 0x40) !== 0;
  if (!isFinal || opcode === CONTINUATION) {
    const fragments = p.session.stateOf<Fragments>(p, 'websocket', () => ({
      opcode: [0, 0],
      isCompressed: [false, false],
    }));
    const direction = p.direction as 0 | 1;
    if (opcode !== CONTINUATION) {
      fragments.opcode[direction] = opcode;
      fragments.isCompressed[direction] = isCompressed;
    }
    if (!isFinal) return;
    opcode = fragments.opcode[direction];
    isCompressed = fragments.isCompressed[direction];
  }
  if (opcode !== TEXT && opcode !== BINARY) return;
  const made = subprotocols.get(p.session.knownState<{ name: string }>(p, 'websocket.protocol')?.name ?? '');
  const reader = made ?? (opcode === TEXT ? textLines : data);
  const content = { type: null, parameters: '', isCompressed };
  if ((b[start + 1]! & 0x80) === 0) callReader(p, reader, content, at, p.end);
  else {
    const payload = unmasked(b, at - 4, at, p.end);
    p.within(payload, 0, payload.length, payload.length, () =>
      callReader(p, reader, content, 0, payload.length),
    );
  }
}

function emitPayload(opcode: number, payload: Uint8Array, at: number, out: Sink): void {
  const { length } = payload;
  if (opcode === TEXT) out.add(f.text, at, length, utf8(payload, 0, length));
  else if (opcode === PING) out.add(f.ping, at, length, payload);
  else if (opcode === PONG) out.add(f.pong, at, length, payload);
  else if (opcode === CONTINUATION) out.add(f.continuation, at, length, payload);
  else if (opcode === CLOSE && length >= 2) {
    out.add(f.closeCode, at, 2, u16(payload, 0));
    if (length > 2) out.add(f.closeReason, at + 2, length - 2, utf8(payload, 2, length));
  }
}
