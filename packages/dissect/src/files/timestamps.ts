// pcapng timestamps: 64-bit tick counts since the epoch, in the interface's resolution.

const TWO_32 = 4294967296;

/** Ticks per second for `if_tsresol` (draft-ietf-opsawg-pcapng §4.2): 10^-n seconds, or 2^-n if the top bit is set. */
export function ticksPerSecond(resolution: number): number {
  const exponent = resolution & 0x7f;
  return (resolution & 0x80) === 0 ? 10 ** exponent : 2 ** exponent;
}

/** Splits timestamps whose tick is not a whole number of nanoseconds. Slow but exact. */
export function splitTicks(
  high: number,
  low: number,
  resolution: number,
): { seconds: number; nanoseconds: number } {
  const exponent = BigInt(resolution & 0x7f);
  const perSecond = (resolution & 0x80) === 0 ? 10n ** exponent : 2n ** exponent;
  const ticks = (BigInt(high) << 32n) | BigInt(low);
  return {
    seconds: Number(ticks / perSecond),
    nanoseconds: Number(((ticks % perSecond) * 1_000_000_000n) / perSecond),
  };
}

/** Low word of the timestamp `seconds * unit + ticks`, with `unit` ticks per second; the high one is `ticksHigh()`. */
export function ticksLow(seconds: number, ticks: number, unit: number): number {
  return (Math.imul(seconds, unit) + ticks) >>> 0;
}

export function ticksHigh(seconds: number, ticks: number, unit: number): number {
  // The sum is rounded beyond 2^53, but the error is far below 2^32.
  return Math.round((seconds * unit + ticks - ticksLow(seconds, ticks, unit)) / TWO_32) >>> 0;
}
