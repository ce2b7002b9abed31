// Decompression of Brotli and Zstandard bodies with Node's zlib, for `SessionOptions.unpack` of dissect.
import { brotliDecompressSync, constants, zstdDecompressSync } from 'node:zlib';

/** Largest Zstandard window: 8 MiB, the limit for content codings (RFC 9659 §3). */
const WINDOW_BITS_MAX = 23;

/** Decompresses `packed`, or as much of it as was captured. Null if it is damaged or would exceed `limit` bytes. */
export function unpack(coding: 'br' | 'zstd', packed: Uint8Array, limit: number): Uint8Array | null {
  try {
    return coding === 'br'
      ? brotliDecompressSync(packed, {
          maxOutputLength: limit,
          finishFlush: constants.BROTLI_OPERATION_FLUSH,
        })
      : zstdDecompressSync(packed, {
          maxOutputLength: limit,
          finishFlush: constants.ZSTD_e_flush,
          params: { [constants.ZSTD_d_windowLogMax]: WINDOW_BITS_MAX },
        });
  } catch {
    return null;
  }
}
