// WebSocket (RFC 6455), after its handshake over HTTP.
import { inflateWithWindow } from '../../codec/inflate.ts';
import { copyOf, u16, u32, utf8 } from '../../core/bytes.ts';
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

/** Header length (§5.2), including extended length and masking key. */
function headerLength(b: Uint8Array, at: number): number {
  const length = b[at + 1]! & 0x7f;
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (b[at + 1]! & 0x80 ? 4 : 0);
}

function payloadLength(b: Uint8Array, at: number): number {
  const length = b[at + 1]! & 0x7f;
  if (length === 126) return u16(b, at + 2);
  return length === 127 ? u32(b, at + 2) * 0x1_0000_0000 + u32(b, at + 6) : length;
}

/** The unmasked payload, §5.3. */
function unmasked(b: Uint8Array, start: number): Uint8Array {
  const at = start + headerLength(b, start);
  const end = Math.min(b.length, at + payloadLength(b, start));
  const bytes = copyOf(b, at, end);
  for (let i = 0; i < bytes.length; i++) bytes[i]! ^= b[at - 4 + (i & 3)]!;
  return bytes;
}

/** State of a direction: the fragmented message, and the window of compressed messages. */
class Direction {
  opcode = 0;
  isCompressed = false;
  parts: Uint8Array[] = [];
  length = 0;
  window: Uint8Array = NO_BYTES;
}

const NO_BYTES = new Uint8Array(0);
/** Maximum length of a fragmented message that is kept. */
const MESSAGE_BYTES_MAX = 1 << 20;
/** The bytes that a sender removes from a compressed message, RFC 7692 §7.2.2. */
const DEFLATE_TAIL = [0x00, 0x00, 0xff, 0xff];
const WINDOW_BYTES = 32768;

/** Protocols of messages by the negotiated subprotocol (Sec-WebSocket-Protocol). */
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
      // The length may not have been received yet.
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
    const whole = p.notes[layer] as Uint8Array | null;
    const payload = whole ?? (isMasked ? unmasked(b, start) : b.subarray(at, stop));
    const opcode = b[start]! & 0x0f;
    const isPart = (b[start]! & 0x80) === 0;
    out.open(f.payload, at, stop - at);
    emitPayload(isPart ? CONTINUATION : opcode === CONTINUATION ? TEXT : opcode, payload, at, stop - at, out);
    out.close();
  },
  info(p, layer) {
    const b = p.bufferOf(layer);
    const start = p.start[layer]!;
    const opcode = opcodes[b[start]! & 0x0f] ?? 'Unknown Opcode';
    return `WebSocket ${opcode}${b[start]! & 0x80 ? ' [FIN]' : '[FRAGMENT] '} ${b[start + 1]! & 0x80 ? '[MASKED]' : ''}`;
  },
});

function direction(p: Packet): Direction {
  return p.session.stateOf(p, 'websocket', () => [new Direction(), new Direction()] as const)[
    p.direction as 0 | 1
  ];
}

function readPayload(p: Packet, b: Uint8Array, start: number, at: number): void {
  const isFinal = (b[start]! & 0x80) !== 0;
  const isMasked = (b[start + 1]! & 0x80) !== 0;
  const opcode = b[start]! & 0x0f;
  if (opcode > BINARY) return;
  // RFC 7692 §6: RSV1 marks a compressed message.
  const isCompressed = (b[start]! & 0x40) !== 0;
  if (isFinal && opcode !== CONTINUATION && !isMasked && !isCompressed) {
    callReader(p, readerOf(p, opcode), NO_CONTENT, at, p.end);
    return;
  }
  const payload = isMasked ? unmasked(b, start).subarray(0, p.end - at) : b.subarray(at, p.end);
  const message =
    isFinal && opcode !== CONTINUATION ? payload : assembled(p, opcode, isCompressed, isFinal, payload);
  if (message === null) return;
  const state = direction(p);
  const kind = opcode === CONTINUATION ? state.opcode : opcode;
  const isDeflated = opcode === CONTINUATION ? state.isCompressed : isCompressed;
  const whole = isDeflated ? inflated(state, message) : message;
  p.notes[p.count - 1] = whole;
  if (kind === TEXT || kind === BINARY)
    p.within(
      isDeflated ? 'Decompressed payload' : 'Unmasked data',
      whole,
      0,
      whole.length,
      whole.length,
      () => callReader(p, readerOf(p, kind), NO_CONTENT, 0, whole.length),
    );
}

/** The message that this fragment completes (§5.4), or null. */
function assembled(
  p: Packet,
  opcode: number,
  isCompressed: boolean,
  isFinal: boolean,
  payload: Uint8Array,
): Uint8Array | null {
  const state = direction(p);
  if (opcode !== CONTINUATION) {
    state.opcode = opcode;
    state.isCompressed = isCompressed;
    state.parts = [];
    state.length = 0;
  }
  if (state.length + payload.length <= MESSAGE_BYTES_MAX) {
    state.parts.push(copyOf(payload, 0, payload.length));
    state.length += payload.length;
  }
  if (!isFinal) return null;
  const whole = joined(state.parts, state.length, []);
  state.parts = [];
  state.length = 0;
  return whole;
}

function joined(parts: readonly Uint8Array[], length: number, tail: readonly number[]): Uint8Array {
  const whole = new Uint8Array(length + tail.length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  whole.set(tail, at);
  return whole;
}

/** RFC 7692 §7.2.2. */
function inflated(state: Direction, message: Uint8Array): Uint8Array {
  const bytes = inflateWithWindow(
    joined([message], message.length, DEFLATE_TAIL),
    state.window,
    MESSAGE_BYTES_MAX,
  );
  const window = joined([state.window, bytes], state.window.length + bytes.length, []);
  state.window = copyOf(window, Math.max(0, window.length - WINDOW_BYTES), window.length);
  return bytes;
}

function readerOf(p: Packet, opcode: number): Protocol {
  const chosen = p.session.knownState<{ readonly name: string }>(p, 'websocket.protocol');
  return subprotocols.get(chosen?.name ?? '') ?? (opcode === TEXT ? textLines : data);
}

const NO_CONTENT = { type: null, parameters: '', isCompressed: false };

function emitPayload(opcode: number, payload: Uint8Array, at: number, length: number, out: Sink): void {
  if (opcode === TEXT) out.add(f.text, at, length, utf8(payload, 0, payload.length));
  else if (opcode === PING) out.add(f.ping, at, length, payload);
  else if (opcode === PONG) out.add(f.pong, at, length, payload);
  else if (opcode === CONTINUATION) out.add(f.continuation, at, length, payload);
  else if (opcode === CLOSE && payload.length >= 2) {
    out.add(f.closeCode, at, 2, u16(payload, 0));
    if (length > 2) out.add(f.closeReason, at + 2, length - 2, utf8(payload, 2, payload.length));
  }
}
