// QUIC frames (RFC 9000 §19; DATAGRAM of RFC 9221): their boundaries, and their names in the Info column.
import { isVarint, varint, varintBytes } from './varint.ts';

export const PADDING_FRAME = 0x00;
const PING = 0x01;
export const ACK = 0x02;
export const ACK_ECN = 0x03;
export const RESET_STREAM = 0x04;
export const STOP_SENDING = 0x05;
export const CRYPTO = 0x06;
export const NEW_TOKEN = 0x07;
const STREAM = 0x08;
/** Bits of a STREAM frame's type (RFC 9000 §19.8). */
export const STREAM_FIN = 0x01;
export const STREAM_LENGTH = 0x02;
export const STREAM_OFFSET = 0x04;
export const MAX_DATA = 0x10;
export const MAX_STREAM_DATA = 0x11;
export const MAX_STREAMS_BIDI = 0x12;
export const MAX_STREAMS_UNI = 0x13;
export const DATA_BLOCKED = 0x14;
export const STREAM_DATA_BLOCKED = 0x15;
export const STREAMS_BLOCKED_BIDI = 0x16;
export const STREAMS_BLOCKED_UNI = 0x17;
export const NEW_CONNECTION_ID = 0x18;
export const RETIRE_CONNECTION_ID = 0x19;
export const PATH_CHALLENGE = 0x1a;
export const PATH_RESPONSE = 0x1b;
export const CLOSE = 0x1c;
export const CLOSE_APP = 0x1d;
const HANDSHAKE_DONE = 0x1e;
export const DATAGRAM = 0x30;
export const DATAGRAM_LENGTH = 0x31;

/** Lengths of a stateless reset token (RFC 9000 §19.15), and of the data of PATH_CHALLENGE (§19.17). */
export const RESET_TOKEN_BYTES = 16;
const PATH_BYTES = 8;

export const isStream = (type: number): boolean => (type & ~0x07) === STREAM;
/** Whether a STREAM frame has the FIN bit (RFC 9000 §19.8). */
export const isLastPart = (type: number): boolean => (type & 0x01) !== 0;

/** Skips `count` variable-length integers; -1 if truncated. */
function skip(b: Uint8Array, at: number, end: number, count: number): number {
  for (let n = 0; n < count; n++) {
    if (!isVarint(b, at, end)) return -1;
    at += varintBytes(b, at);
  }
  return at;
}

/** Skips a length and that many bytes. */
function skipBytes(b: Uint8Array, at: number, end: number): number {
  if (at < 0 || !isVarint(b, at, end)) return -1;
  const stop = at + varintBytes(b, at) + varint(b, at);
  return stop > end ? -1 : stop;
}

/** Frame types that consist of integers only, with their number. */
const NUMBERS: Readonly<Record<number, number>> = {
  [PING]: 0,
  [RESET_STREAM]: 3,
  [STOP_SENDING]: 2,
  [MAX_DATA]: 1,
  [MAX_STREAM_DATA]: 2,
  [MAX_STREAMS_BIDI]: 1,
  [MAX_STREAMS_UNI]: 1,
  [DATA_BLOCKED]: 1,
  [STREAM_DATA_BLOCKED]: 2,
  [STREAMS_BLOCKED_BIDI]: 1,
  [STREAMS_BLOCKED_UNI]: 1,
  [RETIRE_CONNECTION_ID]: 1,
  [HANDSHAKE_DONE]: 0,
};

/** End of the frame whose body starts at `body`; -1 if truncated or of unknown type. */
function frameEnd(b: Uint8Array, type: number, body: number, end: number): number {
  switch (type) {
    case PADDING_FRAME: {
      let i = body;
      while (i < end && b[i] === 0) i++;
      return i;
    }
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
    case NEW_CONNECTION_ID: {
      const length = skip(b, body, end, 2);
      return length < 0 || length >= end ? -1 : within(length + 1 + b[length]! + RESET_TOKEN_BYTES, end);
    }
    case PATH_CHALLENGE:
    case PATH_RESPONSE:
      return within(body + PATH_BYTES, end);
    case DATAGRAM:
      return end;
    case DATAGRAM_LENGTH:
      return skipBytes(b, body, end);
    default: {
      if (isStream(type)) return streamEnd(b, type, body, end);
      const count = NUMBERS[type];
      return count === undefined ? -1 : skip(b, body, end, count);
    }
  }
}

const within = (at: number, end: number): number => (at > end ? -1 : at);

/** End of a STREAM frame (RFC 9000 §19.8); without a length it extends to the end of the packet. */
function streamEnd(b: Uint8Array, type: number, body: number, end: number): number {
  const at = skip(b, body, end, (type & STREAM_OFFSET) === 0 ? 1 : 2);
  return (type & STREAM_LENGTH) !== 0 ? skipBytes(b, at, end) : at < 0 ? -1 : end;
}

/** Calls `visit` with type, start, start of the body, and end of each frame, until it returns false. */
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

/** Data of a STREAM frame: bytes [at, end) of the packet, at `offset` of stream `id`. */
export interface StreamPart {
  readonly id: number;
  readonly offset: number;
  readonly at: number;
}

/** Parses the header of a complete STREAM frame. */
export function streamPart(b: Uint8Array, type: number, body: number): StreamPart {
  let at = body + varintBytes(b, body);
  let offset = 0;
  if ((type & STREAM_OFFSET) !== 0) {
    offset = varint(b, at);
    at += varintBytes(b, at);
  }
  if ((type & STREAM_LENGTH) !== 0) at += varintBytes(b, at);
  return { id: varint(b, body), offset, at };
}

const WORDS: Readonly<Record<number, string>> = {
  [PADDING_FRAME]: 'PADDING',
  [PING]: 'PING',
  [ACK]: 'ACK',
  [ACK_ECN]: 'ACK',
  [RESET_STREAM]: 'RS',
  [STOP_SENDING]: 'SS',
  [CRYPTO]: 'CRYPTO',
  [NEW_TOKEN]: 'NT',
  [MAX_DATA]: 'MD',
  [MAX_STREAM_DATA]: 'MSD',
  [MAX_STREAMS_BIDI]: 'MS',
  [MAX_STREAMS_UNI]: 'MS',
  [DATA_BLOCKED]: 'DB',
  [STREAM_DATA_BLOCKED]: 'SDB',
  [STREAMS_BLOCKED_BIDI]: 'SB',
  [STREAMS_BLOCKED_UNI]: 'SB',
  [NEW_CONNECTION_ID]: 'NCI',
  [RETIRE_CONNECTION_ID]: 'RC',
  [PATH_CHALLENGE]: 'PC',
  [PATH_RESPONSE]: 'PR',
  [CLOSE]: 'CC',
  [CLOSE_APP]: 'CC',
  [HANDSHAKE_DONE]: 'DONE',
  [DATAGRAM]: 'DG',
  [DATAGRAM_LENGTH]: 'DG',
};

/** Frame name for the Info column: `CRYPTO`, `STREAM(4)`. */
export function frameWord(b: Uint8Array, type: number, body: number): string {
  return isStream(type) ? `STREAM(${varint(b, body)})` : (WORDS[type] ?? 'Unknown');
}

/** Names of all frames, `, CRYPTO, PADDING`; `inside` maps a frame's offset to the text for its content. */
export function framesText(b: Uint8Array, inside: ReadonlyMap<number, string>): string {
  let text = '';
  eachFrame(b, 0, b.length, (type, at, body) => {
    text += `, ${frameWord(b, type, body)}${inside.get(at) ?? ''}`;
    return true;
  });
  return text;
}
