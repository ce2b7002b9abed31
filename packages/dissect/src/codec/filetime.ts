// Windows FILETIME: units of 100 ns since 1601 ([MS-DTYP] §2.3.3).
import { u64le } from '../core/bytes.ts';

/** Units of 100 ns from 1601 to 1970. */
const EPOCH = 116_444_736_000_000_000n;

/** The eight bytes at `at` in nanoseconds since 1970; 0 for the special values "not set" and "never". */
export function filetime(b: Uint8Array, at: number): bigint {
  const ticks = u64le(b, at);
  return ticks === 0n || ticks >= 0x7fff_ffff_ffff_ffffn ? 0n : (ticks - EPOCH) * 100n;
}
