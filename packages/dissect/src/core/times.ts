// The Time column in the formats of tshark's -t.
import { timeDigits, timeSinceText } from './columns.ts';
import type { Packet } from './packet.ts';

/** a: time of day, d: since the packet before, e: since 1970, r: since the first; see `TIME_FORMATS`. */
export type TimeFormat = 'a' | 'ad' | 'adoy' | 'd' | 'dd' | 'e' | 'r' | 'u' | 'ud' | 'udoy';

export const TIME_FORMATS: Readonly<Record<TimeFormat, string>> = {
  a: 'time of day',
  ad: 'date and time',
  adoy: 'year, day of the year and time',
  d: 'seconds since the packet before',
  dd: 'seconds since the packet displayed before',
  e: 'seconds since 1970',
  r: 'seconds since the first packet',
  u: 'time of day in UTC',
  ud: 'date and time in UTC',
  udoy: 'year, day of the year and time in UTC',
};

/** Seconds to which a number has room for nanoseconds too: 2^53 of them are 104 days. */
const EXACT_MAX = 2 ** 23;

/** The time from another packet to this one in seconds; beyond 97 days in nanoseconds, as a bigint, to be exact. */
export function secondsSince(p: Packet, seconds: number, nanoseconds: number): number | bigint {
  const span = p.seconds - seconds;
  return Math.abs(span) < EXACT_MAX
    ? span + (p.nanoseconds - nanoseconds) / 1e9
    : BigInt(span) * 1_000_000_000n + BigInt(p.nanoseconds - nanoseconds);
}

const DAY_MS = 86_400_000;
const two = (value: number): string => String(value).padStart(2, '0');

/** The function that gives the Time column in this format. `isHms`: times since another packet as `1h  1m  1.500000s`. */
export function timeColumnOf(format: TimeFormat, isHms = false): (p: Packet) => string {
  if (isHms && (format === 'r' || format === 'd' || format === 'dd')) {
    const since = timeColumnOf(format);
    return (p) => hmsText(since(p));
  }
  switch (format) {
    case 'r':
      return (p) => timeSinceText(p, p.session.firstSeconds, p.session.firstNanoseconds);
    case 'd':
      return (p) => timeSinceText(p, p.session.previousSeconds, p.session.previousNanoseconds);
    case 'dd':
      return (p) => timeSinceText(p, p.session.shownSeconds, p.session.shownNanoseconds);
    case 'e':
      return (p) => timeSinceText(p, 0, 0);
    default:
      return (p) => clockText(p, format);
  }
}

/** From `-3661.500000`: `- 1h  1m  1.500000s`; hours and minutes only where there are any. */
function hmsText(since: string): string {
  const isBefore = since.startsWith('-');
  const [whole = '', fraction = ''] = since.slice(isBefore ? 1 : 0).split('.');
  const seconds = Number(whole);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const ofHours = hours > 0 ? `${hours}h ${String(minutes).padStart(2)}m ` : '';
  const ofMinutes = hours === 0 && minutes > 0 ? `${minutes}m ` : '';
  // As tshark: seconds alone are padded only where they are positive and in microseconds.
  const isPadded = seconds >= 60 || (!isBefore && fraction.length < 9);
  const rest = `${String(seconds % 60).padStart(isPadded ? 2 : 1)}.${fraction}s`;
  return `${isBefore ? '- ' : ''}${ofHours}${ofMinutes}${rest}`;
}

/** Date and time of day: local time for formats that begin with `a`, else UTC. */
function clockText(p: Packet, format: TimeFormat): string {
  const date = new Date(p.seconds * 1000);
  if (Number.isNaN(date.getTime())) return timeSinceText(p, 0, 0);
  // The UTC getters of a Date shifted by the zone's offset return local time.
  const local = format.startsWith('a') ? new Date(date.getTime() - date.getTimezoneOffset() * 60_000) : date;
  const fraction = String(p.nanoseconds).padStart(9, '0').slice(0, timeDigits(p));
  const clock = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}.${fraction}`;
  const year = String(local.getUTCFullYear()).padStart(4, '0');
  if (format.endsWith('doy')) {
    const day = Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
    return `${year}/${String(day).padStart(3, '0')} ${clock}`;
  }
  if (!format.endsWith('d')) return clock;
  return `${year}-${two(local.getUTCMonth() + 1)}-${two(local.getUTCDate())} ${clock}`;
}
