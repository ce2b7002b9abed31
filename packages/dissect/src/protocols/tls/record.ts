// TLS record layer (RFC 5246 §6.2, RFC 8446 §5.1): kind and length of what begins at an offset of the stream.
import { u16 } from '../../core/bytes.ts';
import { GMTLS, SSL2, SSL3, TLS12 } from './session.ts';

export const RECORD_HEADER = 5;

/** A record of SSL 3.0 or later. */
export const RECORD = 1;
/** A record of SSL 2.0. */
export const SSL2_RECORD = 2;
/** Not the start of a record: the stream was joined in its middle, or is something else. */
export const CONTINUATION = 3;
/** RFC 2246 §6: a record type that is not known is ignored. */
export const IGNORED = 4;
/** The header goes on in the next segment. */
export const HEADER_CUT = 5;
/** The header was not captured. */
export const NOT_CAPTURED = 6;

export function isContentType(type: number): boolean {
  return type >= 20 && type <= 25;
}

/** Kind of what begins at `at`, given the session's version so far. Bytes are captured up to `end`. */
export function kindOf(b: Uint8Array, at: number, end: number, wireEnd: number, version: number): number {
  if (version === SSL2) return kindOfSsl2(b, at, end, wireEnd);
  if (wireEnd - at < RECORD_HEADER) return HEADER_CUT;
  if (end - at < RECORD_HEADER) return NOT_CAPTURED;
  if ((version >= SSL3 && version <= TLS12) || version === GMTLS) {
    if (b[at] === 0x80 && b[at + 2] === 1) return SSL2_RECORD;
    if (isContentType(b[at]!)) return RECORD;
    return version === SSL3 ? CONTINUATION : IGNORED;
  }
  if (looksLikeSsl2(b, at)) return SSL2_RECORD;
  return looksLikeRecord(b, at) ? RECORD : CONTINUATION;
}

function kindOfSsl2(b: Uint8Array, at: number, end: number, wireEnd: number): number {
  const header = at < end && b[at]! & 0x80 ? 2 : 3;
  if (wireEnd - at < header) return HEADER_CUT;
  return end - at < header ? NOT_CAPTURED : SSL2_RECORD;
}

/** An unencrypted handshake message of SSL 2.0: no padding, and a type that is sent in clear. */
function looksLikeSsl2(b: Uint8Array, at: number): boolean {
  const type = b[at + 2]!;
  return b[at]! >= 0x80 && (type <= 2 || type === 4);
}

function looksLikeRecord(b: Uint8Array, at: number): boolean {
  const version = u16(b, at + 1);
  return isContentType(b[at]!) && ((version >= SSL3 && version <= TLS12) || version === GMTLS);
}

/** RFC 8446 §5.2, with room for the expansion of older versions. */
const RECORD_BYTES_MAX = 16384 + 2048;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;

/** Is the payload that begins here TLS beyond reasonable doubt? */
export function beginsRecord(b: Uint8Array, at: number, end: number): boolean {
  if (end - at < RECORD_HEADER) return false;
  if (b[at] !== HANDSHAKE && b[at] !== APPLICATION_DATA) return false;
  const version = u16(b, at + 1);
  if ((version < SSL3 || version > TLS12) && version !== GMTLS) return false;
  const length = u16(b, at + 3);
  return length > 0 && length < RECORD_BYTES_MAX;
}

/** RFC 5246 §E.2: a ClientHello in the form of SSL 2.0, as clients sent that could do both. */
export function beginsSsl2Hello(b: Uint8Array, at: number, end: number): boolean {
  if (end - at < 46 || b[at] !== 0x80 || b[at + 2] !== 1) return false;
  const ciphers = u16(b, at + 5);
  const sessionId = u16(b, at + 7);
  return ciphers !== 0 && ciphers % 3 === 0 && (sessionId === 0 || sessionId === 16) && u16(b, at + 9) === 32;
}
