// Points in time as Windows counts them: 100 nanoseconds since 1601 ([MS-DTYP] §2.3.3).
import { u64le } from '../core/bytes.ts';

/** From 1601 to 1970. */
const EPOCH = 116_444_736_000_000_000n;

/** Nanoseconds since 1970 of the eight bytes at `at`; 0 where no time is given (all zero, or never). */
export function filetime(b: Uint8Array, at: number): bigint {
  const ticks = u64le(b, at);
  return ticks === 0n || ticks >= 0x7fff_ffff_ffff_ffffn ? 0n : (ticks - EPOCH) * 100n;
}
