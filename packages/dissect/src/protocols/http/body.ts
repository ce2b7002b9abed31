// A message's body on its way to who reads it: the chunked coding is taken off, then the content coding, then the
// media type decides (RFC 9112 §7, RFC 9110 §8.3 and §8.4).
import { BROTLI, DEFLATED, IDENTITY, UNKNOWN, type Unpack, unpacked, ZSTD } from '../../codec/unpack.ts';
import { ascii } from '../../core/bytes.ts';
import { data } from '../../core/data.ts';
import type { Packet } from '../../core/packet.ts';
import type { Protocol } from '../../core/protocol.ts';
import { nestFrom } from '../media/nesting.ts';
import { callBody, callCompressedBody, mediaTypes, typeEnd } from '../media/types.ts';
import { dechunked } from './chunks.ts';
import { type Head, isWord } from './head.ts';

function contentCoding(head: Head, b: Uint8Array): number {
  const { codingStart: at, codingStop } = head;
  let stop = codingStop;
  while (stop > at && b[stop - 1]! <= 0x20) stop--;
  const length = stop - at;
  if (length === 0) return IDENTITY;
  const is = (word: string): boolean => length === word.length && isWord(b, at, stop, word);
  if (is('gzip') || is('deflate') || is('x-gzip') || is('x-deflate')) return DEFLATED;
  if (is('identity')) return IDENTITY;
  if (is('br')) return BROTLI;
  return is('zstd') ? ZSTD : UNKNOWN;
}

/** Parameters of a media type that are kept: a boundary is 70 characters at most. */
const PARAMETERS_MAX = 300;

/**
 * Hands the body [at, end) of the current buffer to its reader. `sender`: who reads bodies without a media type that
 * is known, because of the port they go to (IPP), or null.
 */
export function readBody(
  p: Packet,
  head: Head,
  at: number,
  end: number,
  wireEnd: number,
  byPort: Protocol | null,
): void {
  if (!head.isChunked) {
    readCoded(p, head, p.buf, at, end, wireEnd, byPort);
    return;
  }
  const headBytes = p.buf;
  const whole = dechunked(p.buf, at, end);
  if (whole.length === 0) return;
  p.within(whole, 0, whole.length, whole.length, () =>
    readCoded(p, head, headBytes, 0, whole.length, whole.length, byPort),
  );
}

function readCoded(
  p: Packet,
  head: Head,
  headBytes: Uint8Array,
  at: number,
  end: number,
  wireEnd: number,
  byPort: Protocol | null,
): void {
  const coding = contentCoding(head, headBytes);
  if (head.isTransferCompressed || coding === UNKNOWN) {
    unread(p, at, end, wireEnd);
    return;
  }
  const type =
    head.typeStop > head.typeStart ? mediaTypes.at(headBytes, head.typeStart, head.typeStop) : null;
  const parametersAt = typeEnd(headBytes, head.typeStart, head.typeStop);
  // Only multipart types need them: no string for the others.
  const needsParameters = type?.name.startsWith('multipart/') === true;
  const parameters = needsParameters
    ? ascii(headBytes, parametersAt, Math.min(head.typeStop, parametersAt + PARAMETERS_MAX))
    : '';
  if (coding !== IDENTITY) {
    if (!callCompressedBody(p, coding, type, at, end, parameters)) unread(p, at, end, wireEnd);
  } else if (byPort !== null && (type === null || type.protocol === null)) p.call(byPort, at, end, wireEnd);
  else callBody(p, type, at, end, wireEnd, parameters);
}

/** Bytes in a coding that can't be undone. */
function unread(p: Packet, at: number, end: number, wireEnd: number): void {
  const layers = p.count;
  p.call(data, at, end, wireEnd);
  nestFrom(p, layers);
}

/** The body as its sender meant it, for fields and export; null when its coding can't be taken off here, or it is larger than `limit`. */
export function decodedBody(
  unpack: Unpack | null,
  head: Head,
  b: Uint8Array,
  at: number,
  end: number,
  limit?: number,
): Uint8Array | null {
  const plain = head.isChunked ? dechunked(b, at, end) : b.subarray(at, end);
  const coding = contentCoding(head, b);
  return head.isTransferCompressed ? plain : unpacked(unpack, coding, plain, 0, plain.length, limit);
}
