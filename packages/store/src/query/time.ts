// Points in time: nanoseconds since 1970 inside, seconds with nine decimals outside.
import { StoreError } from '../errors.ts';

const SECOND = 1_000_000_000n;

/** `1700000000.123456789` */
export function secondsText(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : '';
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  return `${sign}${magnitude / SECOND}.${String(magnitude % SECOND).padStart(9, '0')}`;
}

export function secondsOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : secondsText(BigInt(value as bigint));
}

export function nanosecondsOf(seconds: string | number, name: string): bigint {
  const text = typeof seconds === 'number' ? seconds.toFixed(9) : seconds.trim();
  const parts = /^(-?)(\d{1,11})(?:\.(\d{0,9})\d*)?$/.exec(text);
  if (parts === null)
    throw new StoreError('ERR_STORE_QUERY', `${name}: "${seconds}" is not a number of seconds since 1970`);
  const magnitude = BigInt(parts[2]!) * SECOND + BigInt((parts[3] ?? '').padEnd(9, '0'));
  const signed = parts[1] === '-' ? -magnitude : magnitude;
  // The columns hold 64 bits.
  const most = 2n ** 63n - 1n;
  return signed > most ? most : signed < -most ? -most : signed;
}
