// Content codings taken off bodies (RFC 9110 §8.4.1): gzip and deflate here, Brotli (RFC 7932, whose dictionary alone
// has 120 KB) and Zstandard (RFC 8878) by who runs the dissector, if it can.
import { INFLATE_BYTES_MAX, inflate } from './inflate.ts';

/** Content codings; UNKNOWN ones can't be taken off. */
export const IDENTITY = 0;
export const DEFLATED = 1;
export const BROTLI = 2;
export const ZSTD = 3;
export const UNKNOWN = 4;

/**
 * Deflate holds no more than so many times its bytes: 258 of them in two bits. Brotli could hold a million times as much,
 * so that fourteen bytes of a packet would cost as long as a thousand packets; it and Zstandard are held to the same.
 */
const RATIO_MAX = 1032;
/** Up to here anything may be held, however short. */
const SHORT_MAX = 1 << 16;

/** What `packed` holds; null when it is damaged beyond use, or holds more than `limit` bytes. */
export type Unpack = (coding: 'br' | 'zstd', packed: Uint8Array, limit: number) => Uint8Array | null;

/** The coding of this name, in lower case. */
export function codingNamed(name: string): number {
  if (/^(x-)?(gzip|deflate)$/.test(name)) return DEFLATED;
  if (name === '' || name === 'identity') return IDENTITY;
  return name === 'br' ? BROTLI : name === 'zstd' ? ZSTD : UNKNOWN;
}

/** [at, end) of `b` without its coding; null when that can't be taken off. */
export function unpacked(
  unpack: Unpack | null,
  coding: number,
  b: Uint8Array,
  at: number,
  end: number,
  limit = INFLATE_BYTES_MAX,
): Uint8Array | null {
  if (coding === IDENTITY) return b.subarray(at, end);
  if (coding === DEFLATED) return inflate(b, at, end, limit)?.bytes ?? null;
  if (unpack === null || coding === UNKNOWN) return null;
  const most = Math.min(limit, Math.max(SHORT_MAX, RATIO_MAX * (end - at)));
  return unpack(coding === BROTLI ? 'br' : 'zstd', b.subarray(at, end), most);
}
