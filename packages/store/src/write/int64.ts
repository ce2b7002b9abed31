// Integers and timestamps as 64-bit values, without a bigint per row.

const WORD = 2 ** 32;

/** `value` is whole, between -2^53 and 2^53; `words` are those of a BigInt64Array on this machine, low first. */
export function putInt64(words: Int32Array, i: number, value: number): void {
  words[2 * i] = value | 0;
  words[2 * i + 1] = Math.floor(value / WORD);
}

/** Most and least seconds whose nanoseconds fit into 64 bits: the years 1677 and 2262. */
const SECONDS_MAX = 9_223_372_035;

/**
 * Nanoseconds since 1970; times beyond 64 bits count as the outermost that fit. In parts of 16 and 32 bits, for a double
 * holds whole numbers only up to 2^53.
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
