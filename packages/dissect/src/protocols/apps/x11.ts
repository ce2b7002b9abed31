// X Window System protocol, version 11: message boundaries, requests and events by number.
import { u16, u16le, u32, u32le } from '../../core/bytes.ts';
import { uint } from '../../core/field.ts';
import type { Packet } from '../../core/packet.ts';
import { protocol } from '../../core/protocol.ts';
import { tcpPorts } from '../../core/table.ts';
import { joinedInfo } from './joined.ts';
import { eventNames, requestNames } from './x11-names.ts';

const FIRST_PORT = 6000;
/** Displays that have a registered port. */
const PORTS = 64;
/** Size of errors, events, and replies without additional data. */
const UNIT = 32;
const ERROR = 0;
const REPLY = 1;
const GENERIC_EVENT = 35;
const SETUP = 12;
const BIG_ENDIAN = 0x42;
const LITTLE_ENDIAN = 0x6c;

const f = {
  opcode: uint('x11.opcode', 'opcode').named(requestNames),
  reply: uint('x11.reply', 'reply'),
  eventcode: uint('x11.eventcode', 'eventcode').named(eventNames),
  errorcode: uint('x11.errorcode', 'errorcode'),
};

/** From the connection setup: byte order, and whether each side has sent its own. */
interface XState {
  isBigEndian: boolean;
  hasAsked: boolean;
  isAnswered: boolean;
}
const newState = (): XState => ({ isBigEndian: false, hasAsked: false, isAnswered: false });

/** Layer marks: kind of message. */
const REQUEST = 0;
const SETUP_REQUEST = 1;
const SETUP_REPLY = 2;
const FROM_SERVER = 3;

const isDisplay = (port: number): boolean => port >= FIRST_PORT && port < FIRST_PORT + PORTS;
const isFromServer = (p: Packet): boolean => isDisplay(p.srcPort) && !isDisplay(p.dstPort);

const short = (b: Uint8Array, at: number, isBig: boolean): number => (isBig ? u16(b, at) : u16le(b, at));
const long = (b: Uint8Array, at: number, isBig: boolean): number => (isBig ? u32(b, at) : u32le(b, at));
const padded = (length: number): number => (length + 3) & ~3;

/** §8 "Connection Setup": the first byte gives the byte order, the version is 11. */
function isSetup(p: Packet): boolean {
  const b = p.buf;
  if (p.end - p.at < SETUP || (b[p.at] !== BIG_ENDIAN && b[p.at] !== LITTLE_ENDIAN)) return false;
  return short(b, p.at + 2, b[p.at] === BIG_ENDIAN) === 11;
}

function requestLength(p: Packet, isBig: boolean): number {
  const length = short(p.buf, p.at + 2, isBig);
  if (length > 0) return length * 4;
  // The BIG-REQUESTS extension.
  return p.end - p.at < 8 ? 8 : Math.max(8, long(p.buf, p.at + 4, isBig) * 4);
}

function answerLength(p: Packet, isBig: boolean): number {
  const type = p.buf[p.at]!;
  if (type !== REPLY && (type & 0x7f) !== GENERIC_EVENT) return UNIT;
  return UNIT + (p.end - p.at < 8 ? 0 : long(p.buf, p.at + 4, isBig) * 4);
}

const stateOf = (p: Packet): XState => p.session.stateOf(p, 'x11', newState);

export const x11 = protocol({
  name: 'x11',
  title: 'X11',
  column: 'X11',
  fields: f,
  on: [[tcpPorts, ...Array.from({ length: PORTS }, (_, i) => FIRST_PORT + i)]],
  framing: {
    header: 4,
    length(p) {
      const state = stateOf(p);
      const { isBigEndian: isBig } = state;
      if (isFromServer(p)) {
        if (state.hasAsked && !state.isAnswered)
          return p.end - p.at < 8 ? 8 : 8 + short(p.buf, p.at + 6, isBig) * 4;
        return answerLength(p, isBig);
      }
      if (!isSetup(p)) return requestLength(p, isBig);
      const big = p.buf[p.at] === BIG_ENDIAN;
      return SETUP + padded(short(p.buf, p.at + 6, big)) + padded(short(p.buf, p.at + 8, big));
    },
  },
  step(p) {
    const state = stateOf(p);
    const layer = p.count - 1;
    if (isFromServer(p)) {
      const isSetupReply = state.hasAsked && !state.isAnswered;
      p.mark[layer] = isSetupReply ? SETUP_REPLY : FROM_SERVER;
      if (isSetupReply) state.isAnswered = true;
    } else if (isSetup(p)) {
      p.mark[layer] = SETUP_REQUEST;
      state.isBigEndian = p.buf[p.at] === BIG_ENDIAN;
      state.hasAsked = true;
      state.isAnswered = false;
    }
    p.at = p.end;
    return null;
  },
  emit(p, layer, out) {
    const start = p.start[layer]!;
    const b = p.bufferOf(layer);
    const kind = p.mark[layer]!;
    if (start >= p.stop[layer]!) return;
    if (kind === REQUEST) out.add(f.opcode, start, 1);
    else if (kind === FROM_SERVER) {
      if (b[start] === ERROR) out.add(f.errorcode, start + 1, 1);
      else if (b[start] === REPLY) out.add(f.reply, start, 1);
      else out.add(f.eventcode, start, 1, b[start]! & 0x7f);
    }
  },
  info(p, layer) {
    const kind = p.mark[layer]!;
    if (kind === SETUP_REQUEST) return 'Initial connection request';
    if (kind === SETUP_REPLY) return 'Initial connection reply';
    if (kind === REQUEST) return `Requests: ${joinedInfo(p, layer, ', ', requestName)}`;
    return joinedInfo(p, layer, ', ', answerName);
  },
});

function requestName(p: Packet, layer: number): string {
  const opcode = p.bufferOf(layer)[p.start[layer]!]!;
  return requestNames[opcode] ?? `<Unknown opcode ${opcode}>`;
}

function answerName(p: Packet, layer: number): string {
  const type = p.bufferOf(layer)[p.start[layer]!]! & 0x7f;
  if (type === ERROR) return 'Error';
  if (type === REPLY) return 'Reply';
  return `Event: ${eventNames[type] ?? `<Unknown eventcode ${type}>`}`;
}
