// Virtual Network Computing: the Remote Framebuffer protocol (RFC 6143), versions 3.3 to 3.8.
import { spells, u32 } from '../../../core/bytes.ts';
import { MORE_SEGMENT, type Packet } from '../../../core/packet.ts';
import { type Protocol, protocol } from '../../../core/protocol.ts';
import { tcpHeuristics, tcpPorts } from '../../../core/table.ts';
import { emitVnc, f, vncInfo } from './emit.ts';
import { clientMessageLength, MORE, type PixelFormat, serverMessageLength, UNKNOWN } from './messages.ts';
import {
  CHALLENGE,
  CHOICE,
  CLIENT_INIT,
  CLIENT_VERSION,
  FROM_SERVER,
  IS_NEW,
  IS_READ,
  NORMAL,
  PIXEL_SHIFT,
  RESPONSE,
  RESULT,
  SECURED,
  SECURITY,
  SERVER_INIT,
  SERVER_VERSION,
} from './phases.ts';

interface VncState {
  phase: number;
  /** Direction in which the server sends. */
  server: number;
  /** Minor version sent by the client, which determines the version used. */
  minor: number;
  readonly format: PixelFormat;
}

const VERSION_BYTES = 12;
const NONE = 1;
const VNC_AUTHENTICATION = 2;
/** Until this many bytes have arrived a message is parsed on every segment; beyond, it is awaited whole. */
const PENDING_MAX = 1 << 18;

/** §7.1.1: `RFB 003.008` and a line feed. */
function isVersion(b: Uint8Array, at: number, end: number): boolean {
  return end - at >= VERSION_BYTES && spells(b, at, end, 'RFB ') && b[at + 7] === 0x2e && b[at + 11] === 0x0a;
}

export const vnc: Protocol = protocol({
  name: 'vnc',
  title: 'Virtual Network Computing',
  column: (p, layer) => ((p.mark[layer]! & IS_READ) === 0 ? null : 'VNC'),
  fields: f,
  on: [[tcpPorts, 5500, 5501, 5900, 5901]],
  heuristics: [[tcpHeuristics, (p) => p.end - p.at === VERSION_BYTES && isVersion(p.buf, p.at, p.end)]],
  step(p) {
    const s = p.session.stateOf(p, 'vnc', newState);
    const { layer } = p;
    if (s.phase === SERVER_VERSION && isVersion(p.buf, p.at, p.end)) s.server = p.direction;
    const isServer = s.server === p.direction;
    let mark = s.phase | (isServer ? FROM_SERVER : 0) | (s.format.bytes << PIXEL_SHIFT);
    if (s.minor >= 7) mark |= IS_NEW;
    if (s.phase < NORMAL) {
      p.mark[layer] = mark | (startUp(p, s) ? IS_READ : 0);
      return null;
    }
    if (s.phase === SECURED) p.at = p.end;
    else if (isServer) readServer(p, s.format);
    else readClient(p, s);
    if (p.at > p.start[layer]! || p.at === p.end) mark |= IS_READ;
    p.mark[layer] = mark;
    return null;
  },
  emit: emitVnc,
  info: vncInfo,
});

const newState = (): VncState => ({
  phase: SERVER_VERSION,
  server: 0,
  minor: 0,
  format: { bytes: 4, tightBytes: 3 },
});

/** One handshake message; false if more bytes are needed. */
function startUp(p: Packet, s: VncState): boolean {
  const { buf: b, at, end } = p;
  const left = end - at;
  const needed = openingBytes(p, s);
  if (left < needed && p.askMore(needed)) return false;
  if (left >= needed) s.phase = nextPhase(b, at, left, s);
  p.at = end;
  return true;
}

/** Length of the pending message. */
function openingBytes(p: Packet, s: VncState): number {
  const { buf: b, at, end } = p;
  if (s.phase !== SERVER_INIT) return [1, 1, 1, 1, 16, 16, 4, 1][s.phase]!;
  // §7.3.2: framebuffer size, pixel format, and a length-prefixed name.
  return end - at < 24 ? 24 : 24 + (u32(b, at + 20) & 0xffff);
}

function nextPhase(b: Uint8Array, at: number, left: number, s: VncState): number {
  switch (s.phase) {
    case SERVER_VERSION:
      return isVersion(b, at, at + left) ? CLIENT_VERSION : SERVER_VERSION;
    case CLIENT_VERSION:
      if (!isVersion(b, at, at + left)) return CLIENT_VERSION;
      s.minor = b[at + 6]! > 0x33 ? 8 : (b[at + 9]! - 0x30) * 10 + b[at + 10]! - 0x30;
      return SECURITY;
    case SECURITY:
      // §7.1.2: from version 3.7 on the client chooses; before that, the server decides.
      if (s.minor >= 7) return b[at] === 0 ? SECURED : CHOICE;
      return left < 4 ? SECURED : afterChoice(u32(b, at), s);
    case CHOICE:
      return afterChoice(b[at]!, s);
    case CHALLENGE:
      return RESPONSE;
    case RESPONSE:
      return RESULT;
    case RESULT:
      return u32(b, at) === 0 ? CLIENT_INIT : SECURED;
    case CLIENT_INIT:
      return SERVER_INIT;
    default:
      setFormat(b, at + 4, s.format);
      return NORMAL;
  }
}

/** §7.2: with security type None a result is sent only in version 3.8. */
function afterChoice(type: number, s: VncState): number {
  if (type === NONE) return s.minor >= 8 ? RESULT : CLIENT_INIT;
  return type === VNC_AUTHENTICATION ? CHALLENGE : SECURED;
}

/** §7.4: bits per pixel and depth. */
function setFormat(b: Uint8Array, at: number, format: PixelFormat): void {
  const bytes = b[at]! >> 3;
  if (bytes !== 1 && bytes !== 2 && bytes !== 4) return;
  format.bytes = bytes;
  format.tightBytes = bytes === 4 && b[at + 1] === 24 ? 3 : bytes;
}

/** Dissects complete messages; leaves the cursor at the first incomplete one, or at the end. */
function readServer(p: Packet, format: PixelFormat): void {
  const { buf: b, end } = p;
  while (p.at < end) {
    const length = serverMessageLength(b, p.at, end, format);
    const left = end - p.at;
    const isCut = length === MORE || length > left;
    if (isCut && p.askMore(length > PENDING_MAX && left > PENDING_MAX ? length : MORE_SEGMENT)) return;
    p.at += length === UNKNOWN || isCut ? left : length;
  }
}

function readClient(p: Packet, s: VncState): void {
  const { buf: b, end } = p;
  const SET_PIXEL_FORMAT = 0;
  const SET_PIXEL_FORMAT_BYTES = 20;
  while (p.at < end) {
    const length = clientMessageLength(b, p.at, end);
    if (length < 0 || length > end - p.at) break;
    if (b[p.at] === SET_PIXEL_FORMAT && length === SET_PIXEL_FORMAT_BYTES) setFormat(b, p.at + 4, s.format);
    p.at += length;
  }
  p.at = end;
}
