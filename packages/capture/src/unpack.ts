// Brotli and Zstandard as Node has them, for bodies within packets: see `SessionOptions.unpack` of dissect.
import { brotliDecompressSync, constants, zstdDecompressSync } from 'node:zlib';

/** Of the window that a frame may ask memory for: 8 MiB, all that a content coding may use (RFC 9659 §3). */
const WINDOW_BITS_MAX = 23;

/** What `packed` holds; of one that was cut as much as there is. Null when it is damaged, or holds more than `limit` bytes. */
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
