// Time stamps of pcapng: 64 bits that count units of the interface's resolution since the epoch.

const TWO_32 = 4294967296;

/** Meaning of `if_tsresol` (draft-ietf-opsawg-pcapng §4.2): 10^-n seconds, or 2^-n if the top bit is set. */
export function ticksPerSecond(resolution: number): number {
  const exponent = resolution & 0x7f;
  return (resolution & 0x80) === 0 ? 10 ** exponent : 2 ** exponent;
}

/** Time stamps of units that do not divide a second into whole nanoseconds, or are finer. Slow, and exact. */
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

/** The low word of `seconds * unit + ticks`, a time stamp in units of 1/`unit` second; `ticksHigh()` is the other. */
export function ticksLow(seconds: number, ticks: number, unit: number): number {
  return (Math.imul(seconds, unit) + ticks) >>> 0;
}

export function ticksHigh(seconds: number, ticks: number, unit: number): number {
  // The sum is rounded beyond 2^53, but by far less than 2^32.
  return Math.round((seconds * unit + ticks - ticksLow(seconds, ticks, unit)) / TWO_32) >>> 0;
}
