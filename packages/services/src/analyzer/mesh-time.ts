// Converts timestamps to mesh time, which all peers share.
import type { ClockReading } from '@eyrie/store';
import type { MeshStamp } from '../mesh-time/index.ts';
import type { MeshMoment } from './schemas/index.ts';

const SECOND = 1_000_000_000n;

/**
 * @param time timestamp of the local clock: seconds since 1970 with nine decimals, negative before
 * @returns null if the clock's offset from mesh time is unknown
 */
export function meshTime(time: string, clock: ClockReading | null): MeshMoment | null {
  if (clock === null) return null;
  const { mesh, aheadSeconds, uncertaintySeconds } = clock;
  const shared = nanosecondsOf(time) - BigInt(Math.round(aheadSeconds * 1e9));
  return { mesh, time: secondsText(shared), uncertainty: uncertaintySeconds };
}

/** Converts a stamp that was taken in mesh time. */
export function momentOf({ mesh, ms, uncertaintyMs }: MeshStamp): MeshMoment {
  return { mesh, time: secondsText(BigInt(Math.round(ms * 1e6))), uncertainty: uncertaintyMs / 1000 };
}

/** Nanoseconds; the sign applies to the fraction, too: `-0.5` is half a second before 1970. */
function nanosecondsOf(time: string): bigint {
  const [seconds = '0', fraction = ''] = time.replace('-', '').split('.');
  const magnitude = BigInt(seconds) * SECOND + BigInt(fraction.padEnd(9, '0').slice(0, 9));
  return time.startsWith('-') ? -magnitude : magnitude;
}

function secondsText(ns: bigint): string {
  const magnitude = ns < 0n ? -ns : ns;
  return `${ns < 0n ? '-' : ''}${magnitude / SECOND}.${String(magnitude % SECOND).padStart(9, '0')}`;
}
