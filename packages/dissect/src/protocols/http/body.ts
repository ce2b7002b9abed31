// Dissects a message's body: decodes the chunked coding, then the content coding, and dispatches by media type
// (RFC 9112 §7, RFC 9110 §8.3 and §8.4).
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

/** Bytes of media-type parameters kept; a boundary has at most 70 characters. */
const PARAMETERS_MAX = 300;

/**
 * Dissects the body [at, end) of the current buffer. `sender`: the protocol of bodies with an unknown media type, by the
 * server's port (IPP), or null.
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
  p.within('De-chunked entity body', whole, 0, whole.length, whole.length, () =>
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
  // Only multipart types need the parameters.
  const needsParameters = type?.name.startsWith('multipart/') === true;
  const parameters = needsParameters
    ? ascii(headBytes, parametersAt, Math.min(head.typeStop, parametersAt + PARAMETERS_MAX))
    : '';
  if (coding !== IDENTITY) {
    if (!callCompressedBody(p, coding, type, at, end, parameters)) unread(p, at, end, wireEnd);
  } else if (byPort !== null && (type === null || type.protocol === null)) p.call(byPort, at, end, wireEnd);
  else callBody(p, type, at, end, wireEnd, parameters);
}

/** Shows bytes in an unsupported coding. */
function unread(p: Packet, at: number, end: number, wireEnd: number): void {
  const layers = p.count;
  p.call(data, at, end, wireEnd);
  nestFrom(p, layers);
}

/** The decoded body, for fields and export; null if its coding is unsupported, or it exceeds `limit`. */
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
