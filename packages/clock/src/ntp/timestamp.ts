// NTP's 64-bit timestamps (RFC 5905 §6): seconds since 1900 in the upper half, a binary fraction in the lower. They wrap
// around every 136 years (an era), and therefore are compared by their difference only.

/** 1 January 1970 in seconds since 1 January 1900, the zero of era 0 (RFC 5905 §6, figure 4). */
const UNIX_EPOCH_SECONDS = 2_208_988_800n;
const NANOS = 1_000_000_000n;
const MASK = (1n << 64n) - 1n;
const FRACTIONS_PER_SECOND = 2 ** 32;

/** A timestamp as on the wire: 64 bits, unsigned, era unknown. */
export type Timestamp = bigint;

/** `unixNs`: nanoseconds since 1 January 1970 UTC. */
export function toTimestamp(unixNs: bigint): Timestamp {
  const seconds = floorDivide(unixNs, NANOS);
  const nanos = unixNs - seconds * NANOS;
  // Rounded up, so that converting back, which rounds down, restores the nanoseconds.
  const fraction = ((nanos << 32n) + NANOS - 1n) / NANOS;
  return (((seconds + UNIX_EPOCH_SECONDS) << 32n) + fraction) & MASK;
}

/** Nanoseconds since 1970, in the era that puts the timestamp nearest to `nearUnixNs` (RFC 5905 §6). */
export function toUnixNs(timestamp: Timestamp, nearUnixNs: bigint): bigint {
  const near = toTimestamp(nearUnixNs);
  const apart = BigInt.asIntN(64, timestamp - near);
  const fixed = (floorDivide(nearUnixNs, NANOS) + UNIX_EPOCH_SECONDS) << 32n;
  const whole = fixed + (near & 0xffff_ffffn) + apart;
  const seconds = whole >> 32n;
  return (seconds - UNIX_EPOCH_SECONDS) * NANOS + (((whole & 0xffff_ffffn) * NANOS) >> 32n);
}

/** `later` − `earlier` in seconds; right if the two are within 68 years of each other. */
export function secondsBetween(later: Timestamp, earlier: Timestamp): number {
  return Number(BigInt.asIntN(64, later - earlier)) / FRACTIONS_PER_SECOND;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient;
}
