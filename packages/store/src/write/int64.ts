// Integers and timestamps as 64-bit values, without a bigint per row.

const WORD = 2 ** 32;

/** Writes an integer between -2^53 and 2^53; `words` are those of a BigInt64Array, low word first. */
export function putInt64(words: Int32Array, i: number, value: number): void {
  words[2 * i] = value | 0;
  words[2 * i + 1] = Math.floor(value / WORD);
}

/** Times are clamped to ± this (1684 to 2255): their nanoseconds fit 64 bits, also rounded down to the widest tally. */
export const SECONDS_MAX = 9_000_000_000;

/**
 * Writes nanoseconds since 1970; times beyond ±SECONDS_MAX are clamped. Computed in parts of 16 and 32 bits, because a
 * double is exact only up to 2^53.
 */
export function putNanoseconds(words: Int32Array, i: number, seconds: number, nanoseconds: number): void {
  const clamped = seconds > SECONDS_MAX ? SECONDS_MAX : seconds < -SECONDS_MAX ? -SECONDS_MAX : seconds;
  const high = Math.floor(clamped / 65_536);
  const fromHigh = high * 1e9;
  const fromLow = (clamped - high * 65_536) * 1e9 + nanoseconds;
  const upper = Math.floor(fromHigh / 65_536);
  const low = (fromHigh - upper * 65_536) * 65_536 + (fromLow % WORD);
  const carry = low >= WORD ? 1 : 0;
  words[2 * i] = low | 0;
  words[2 * i + 1] = upper + Math.floor(fromLow / WORD) + carry;
}

/** The two words of each value, low word first: all platforms of Node are little-endian. */
export function halvesOf(values: BigInt64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
}
