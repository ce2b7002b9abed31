// Frames of QUIC packets that can be read without secrets: those of Initial packets (RFC 9000 §12.4, §19).
import type { Sink } from '../../core/sink.ts';
import { f } from './fields.ts';
import { isVarint, varint, varint64, varintBytes } from './varint.ts';

const PADDING_FRAME = 0x00;
const PING = 0x01;
const ACK = 0x02;
const ACK_ECN = 0x03;
export const CRYPTO = 0x06;
const NEW_TOKEN = 0x07;
const CLOSE = 0x1c;
const CLOSE_APP = 0x1d;
/** ACK ranges shown of one frame. */
const RANGES_MAX = 256;

/** Skips `count` variable-length numbers; -1 when the bytes end before. */
function skip(b: Uint8Array, at: number, end: number, count: number): number {
  for (let n = 0; n < count; n++) {
    if (!isVarint(b, at, end)) return -1;
    at += varintBytes(b, at);
  }
  return at;
}

/** Skips a length and as many bytes. */
function skipBytes(b: Uint8Array, at: number, end: number): number {
  if (at < 0 || !isVarint(b, at, end)) return -1;
  const stop = at + varintBytes(b, at) + varint(b, at);
  return stop > end ? -1 : stop;
}

/** End of the frame whose body (behind the type) starts at `body`; -1 when it doesn't fit or is of another type. */
function frameEnd(b: Uint8Array, type: number, body: number, end: number): number {
  switch (type) {
    case PADDING_FRAME: {
      let i = body;
      while (i < end && b[i] === 0) i++;
      return i;
    }
    case PING:
      return body;
    case ACK:
    case ACK_ECN: {
      const count = skip(b, body, end, 2);
      if (count < 0 || !isVarint(b, count, end)) return -1;
      const ranges = Math.min(end, varint(b, count));
      const last = skip(b, count, end, 2 + 2 * ranges);
      return type === ACK || last < 0 ? last : skip(b, last, end, 3);
    }
    case CRYPTO:
      return skipBytes(b, skip(b, body, end, 1), end);
    case NEW_TOKEN:
      return skipBytes(b, body, end);
    case CLOSE:
      return skipBytes(b, skip(b, body, end, 2), end);
    case CLOSE_APP:
      return skipBytes(b, skip(b, body, end, 1), end);
    default:
      return -1;
  }
}

/** Calls `visit` for each frame, until it returns false: type, start, start of the body, end. */
export function eachFrame(
  b: Uint8Array,
  at: number,
  end: number,
  visit: (type: number, at: number, body: number, end: number) => boolean,
): void {
  while (isVarint(b, at, end)) {
    const type = varint(b, at);
    const body = at + varintBytes(b, at);
    const stop = frameEnd(b, type, body, end);
    if (stop < 0 || !visit(type, at, body, stop)) return;
    at = stop;
  }
}

const WORDS: Readonly<Record<number, string>> = {
  [PADDING_FRAME]: 'PADDING',
  [PING]: 'PING',
  [ACK]: 'ACK',
  [ACK_ECN]: 'ACK',
  [CRYPTO]: 'CRYPTO',
  [NEW_TOKEN]: 'NT',
  [CLOSE]: 'CC',
  [CLOSE_APP]: 'CC',
};

/** `, CRYPTO, PADDING`: the frames as the Info column names them. */
export function framesText(b: Uint8Array): string {
  let text = '';
  eachFrame(b, 0, b.length, (type) => {
    text += `, ${WORDS[type] ?? 'Unknown'}`;
    return true;
  });
  return text;
}

type Number64 = typeof f.ackLargest;

/** A variable-length number as a field; returns where the next thing stands. */
function number(out: Sink, b: Uint8Array, at: number, field: Number64): number {
  const bytes = varintBytes(b, at);
  out.add(field, at, bytes, varint64(b, at));
  return at + bytes;
}

export function emitFrame(
  out: Sink,
  b: Uint8Array,
  type: number,
  at: number,
  body: number,
  end: number,
): void {
  out.open(f.frame, at, end - at);
  out.note(`: ${WORDS[type] ?? 'Unknown'}`);
  out.add(f.frameType, at, body - at, BigInt(type));
  if (type === PADDING_FRAME) out.add(f.paddingLength, at, 0, end - at);
  else if (type === ACK || type === ACK_ECN) emitAck(out, b, body, type);
  else if (type === CRYPTO) {
    const data = number(out, b, number(out, b, body, f.cryptoOffset), f.cryptoLength);
    out.add(f.cryptoData, data, end - data);
  } else if (type === NEW_TOKEN) {
    const token = number(out, b, body, f.newTokenLength);
    out.add(f.newToken, token, end - token);
  } else if (type === CLOSE || type === CLOSE_APP) emitClose(out, b, body, end, type);
  out.close();
}

/** RFC 9000 §19.3. */
function emitAck(out: Sink, b: Uint8Array, body: number, type: number): void {
  const delay = number(out, b, body, f.ackLargest);
  const countAt = number(out, b, delay, f.ackDelay);
  const count = varint(b, countAt);
  let at = number(out, b, countAt, f.ackRangeCount);
  at = number(out, b, at, f.ackFirstRange);
  for (let n = 0; n < count; n++) {
    if (n >= RANGES_MAX) at += varintBytes(b, at) + varintBytes(b, at + varintBytes(b, at));
    else at = number(out, b, number(out, b, at, f.ackGap), f.ackRange);
  }
  if (type !== ACK_ECN) return;
  at = number(out, b, at, f.ackEct0);
  at = number(out, b, at, f.ackEct1);
  number(out, b, at, f.ackCe);
}

/** RFC 9000 §20.1: errors from 0x100 on are alerts of TLS. */
function emitClose(out: Sink, b: Uint8Array, body: number, end: number, type: number): void {
  const error = varint(b, body);
  let at = number(out, b, body, type === CLOSE ? f.closeError : f.closeErrorApp);
  if (type === CLOSE) {
    if (error >= 0x100 && error < 0x200) out.add(f.closeAlert, body, at - body, error & 0xff);
    at = number(out, b, at, f.closeFrameType);
  }
  at = number(out, b, at, f.closeReasonLength);
  if (end > at) out.add(f.closeReason, at, end - at);
}
