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

const DAY_MS = 86_400_000;
const two = (value: number): string => String(value).padStart(2, '0');

/** The function that gives the Time column in this format. */
export function timeColumnOf(format: TimeFormat): (p: Packet) => string {
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
