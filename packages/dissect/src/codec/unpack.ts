// Removes content codings from bodies (RFC 9110 §8.4.1): gzip and deflate here; Brotli (RFC 7932, whose dictionary
// alone has 120 KB) and Zstandard (RFC 8878) through an `Unpack` function that the session supplies.
import { INFLATE_BYTES_MAX, inflate } from './inflate.ts';

/** Content codings; a body with an UNKNOWN one cannot be decoded. */
export const IDENTITY = 0;
export const DEFLATED = 1;
export const BROTLI = 2;
export const ZSTD = 3;
export const UNKNOWN = 4;

/**
 * Maximum expansion ratio. It is Deflate's (258 bytes from two bits); Brotli can expand a million times, so that
 * fourteen bytes would cost as much time as a thousand packets. Brotli and Zstandard are held to the same ratio.
 */
const RATIO_MAX = 1032;
/** Output size in bytes up to which the ratio does not apply. */
const SHORT_MAX = 1 << 16;

/** Decompresses `packed`; null if it is unusably damaged, or its contents exceed `limit` bytes. */
export type Unpack = (coding: 'br' | 'zstd', packed: Uint8Array, limit: number) => Uint8Array | null;

/** The content coding with this name, which must be in lower case. */
export function codingNamed(name: string): number {
  if (/^(x-)?(gzip|deflate)$/.test(name)) return DEFLATED;
  if (name === '' || name === 'identity') return IDENTITY;
  return name === 'br' ? BROTLI : name === 'zstd' ? ZSTD : UNKNOWN;
}

/** Removes the coding of [at, end) of `b`; null if that fails. */
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
