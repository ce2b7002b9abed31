// The chunked transfer coding (RFC 9112 §7.1).
import { indexOf } from '../../core/bytes.ts';

/** Called per chunk: start of the size line, start of the data, end after CR LF. The last chunk has size 0. */
export type ChunkVisitor = (lineStart: number, dataStart: number, size: number, end: number) => void;

/** The body continues beyond the bytes given; `resumeAt` is the start of the next chunk's size line. */
export const CHUNKS_INCOMPLETE = -1;

/** Where `endOfChunks` stopped in an incomplete body. */
export const progress = { resumeAt: 0 };

/** A larger chunk size is invalid. */
const CHUNK_BYTES_MAX = 2 ** 31;

/** The size in the line [at, stop), ignoring extensions after a semicolon; -1 if invalid. */
function sizeIn(b: Uint8Array, at: number, stop: number): number {
  let size = 0;
  let i = at;
  while (i < stop && (b[i] === 0x20 || b[i] === 9)) i++;
  const first = i;
  for (; i < stop; i++) {
    const c = b[i]! | 0x20;
    if (c >= 0x30 && c <= 0x39) size = size * 16 + c - 0x30;
    else if (c >= 0x61 && c <= 0x66) size = size * 16 + c - 0x57;
    else break;
    if (size > CHUNK_BYTES_MAX) return -1;
  }
  return i === first ? -1 : size;
}

/**
 * End of the chunked body at `at`, including trailers; CHUNKS_INCOMPLETE if it continues. An invalid size line ends the
 * body.
 */
export function endOfChunks(b: Uint8Array, at: number, end: number): number {
  for (;;) {
    const feed = indexOf(b, 10, at, end);
    if (feed < 0) return incomplete(at);
    const size = sizeIn(b, at, feed);
    if (size < 0) return at;
    if (size === 0) return endOfTrailers(b, at, feed + 1, end);
    const next = feed + 1 + size + 2;
    if (next > end) return incomplete(at);
    at = next;
  }
}

function incomplete(at: number): number {
  progress.resumeAt = at;
  return CHUNKS_INCOMPLETE;
}

/** Trailer fields and an empty line, RFC 9112 §7.1.2. */
function endOfTrailers(b: Uint8Array, lastChunk: number, at: number, end: number): number {
  for (;;) {
    const feed = indexOf(b, 10, at, end);
    if (feed < 0) return incomplete(lastChunk);
    if (feed === at || (feed === at + 1 && b[at] === 13)) return feed + 1;
    at = feed + 1;
  }
}

/** Visits the available chunks of a body, including an incomplete last one. */
export function eachChunk(b: Uint8Array, at: number, end: number, visit: ChunkVisitor): void {
  while (at < end) {
    const feed = indexOf(b, 10, at, end);
    if (feed < 0) return;
    const size = sizeIn(b, at, feed);
    if (size < 0) return;
    const next = Math.min(end, feed + 1 + size + 2);
    visit(at, feed + 1, Math.max(0, Math.min(size, end - feed - 1)), next);
    if (size === 0) return;
    at = next;
  }
}

/** The body without chunk headers. */
export function dechunked(b: Uint8Array, at: number, end: number): Uint8Array {
  let length = 0;
  eachChunk(b, at, end, (_line, _data, size) => {
    length += size;
  });
  const whole = new Uint8Array(length);
  let to = 0;
  eachChunk(b, at, end, (_line, data, size) => {
    whole.set(b.subarray(data, data + size), to);
    to += size;
  });
  return whole;
}
