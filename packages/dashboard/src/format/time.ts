// Time formats. The API sends seconds since 1970 as decimal text with nine places, as a double cannot hold nanoseconds.
// Exact calculations use nanoseconds as BigInt; drawing uses seconds as a double.

const NANOSECONDS = 1_000_000_000n;

/** A mean year of the calendar, in seconds. */
const YEAR = 365.2425 * 86_400;

export function nanoseconds(time: string): bigint {
  const [seconds = '0', fraction = ''] = time.split('.');
  const nano = BigInt(fraction.padEnd(9, '0').slice(0, 9));
  const whole = BigInt(seconds) * NANOSECONDS;
  return seconds.startsWith('-') ? whole - nano : whole + nano;
}

/** The time one nanosecond later: turns an inclusive end into an exclusive one. */
export function justAfter(time: string): string {
  const nano = nanoseconds(time) + 1n;
  return `${nano / NANOSECONDS}.${String(nano % NANOSECONDS).padStart(9, '0')}`;
}

/** The difference of two exact times with `places` decimals: 12.345678. */
export function secondsBetween(from: string, to: string, places = 6): string {
  const apart = nanoseconds(to) - nanoseconds(from);
  const size = apart < 0n ? -apart : apart;
  const text = `${size / NANOSECONDS}.${String(size % NANOSECONDS).padStart(9, '0')}`;
  return `${apart < 0n ? '−' : ''}${text.slice(0, text.length - 9 + places)}`;
}

const two = (n: number) => String(n).padStart(2, '0');

/** Null for a time that a Date cannot hold (ECMA-262 §21.4.1.1): a pcapng timestamp of 64 bits reaches beyond. */
function dateOf(seconds: number): Date | null {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** 11:52:18, optionally with decimals, in the browser's time zone; empty beyond the calendar. */
export function clock(seconds: number, places = 0): string {
  const date = dateOf(seconds);
  if (date === null) return '';
  const fraction = places === 0 ? '' : (seconds - Math.floor(seconds)).toFixed(places).slice(1);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${fraction}`;
}

/** 11:52:18.123456 from exact text, in the browser's time zone. */
export function clockOf(time: string, places = 6): string {
  const seconds = Number(time.split('.')[0]);
  const fraction = (time.split('.')[1] ?? '').padEnd(9, '0').slice(0, places);
  if (dateOf(seconds) === null) return day(seconds);
  return places === 0 ? clock(seconds) : `${clock(seconds)}.${fraction}`;
}

/** 2026-11-21, in the browser's time zone; `year 586524` beyond the calendar. */
export function day(seconds: number): string {
  const date = dateOf(seconds);
  if (date === null) return `year ${Math.floor(1970 + seconds / YEAR)}`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function dayAndClock(time: string | number): string {
  const seconds = Number(time);
  return `${day(seconds)} ${clock(seconds)}`.trimEnd();
}

/** How much of the date is needed to tell times apart. */
export type Dating = 'none' | 'day' | 'year';

/** @param times seconds since 1970 */
export function datingOf(times: readonly number[]): Dating {
  if (times.length === 0) return 'none';
  const [first, last] = [Math.min(...times), Math.max(...times)].map(day) as [string, string];
  if (first.slice(0, 4) !== last.slice(0, 4)) return 'year';
  return first === last ? 'none' : 'day';
}

/** The browser's offset from UTC at that time, which changes with daylight saving: UTC+02:00; empty beyond the calendar. */
export function zoneOf(seconds: number): string {
  const date = dateOf(seconds);
  if (date === null) return '';
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return minutes === 0
    ? 'UTC'
    : `UTC${minutes < 0 ? '−' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** 2026-11-21 11:52:18 in UTC. */
export function inUtc(seconds: number): string {
  const date = dateOf(seconds);
  if (date === null) return day(seconds);
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

/** 2026-11-21 11:52:18 to 11:58:48: the date appears once if it is the same. */
export function fromTo(from: string | number, to: string | number): string {
  const isSameDay = day(Number(from)) === day(Number(to));
  return `${dayAndClock(from)} to ${isSameDay ? clock(Number(to)) : dayAndClock(to)}`;
}

/** 3 min 39 s, 12.4 s, 340 ms, 18 µs: at most the two largest units. */
export function duration(seconds: number): string {
  const size = Math.abs(seconds);
  if (size >= 2 * YEAR) return `${(size / YEAR).toPrecision(3)} years`;
  if (size >= 86_400) return twoUnits(size, 86_400, 'd', 3600, 'h');
  if (size >= 3600) return twoUnits(size, 3600, 'h', 60, 'min');
  if (size >= 60) return twoUnits(size, 60, 'min', 1, 's');
  if (size >= 1) return `${Number(size.toPrecision(3))} s`;
  if (size >= 1e-3) return `${Number((size * 1e3).toPrecision(3))} ms`;
  if (size === 0) return '0 s';
  return `${Number((size * 1e6).toPrecision(3))} µs`;
}

/** 9.00 s, 3.10 ms: as `duration`, but below a minute always three digits, for columns of measured times. */
export function timing(seconds: number): string {
  const [size, unit] =
    seconds >= 0.9995 ? [seconds, 's'] : seconds >= 0.9995e-3 ? [seconds * 1e3, 'ms'] : [seconds * 1e6, 'µs'];
  if (seconds >= 59.95 || !(size > 0)) return duration(seconds);
  return `${size.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2)} ${unit}`;
}

function twoUnits(size: number, large: number, largeName: string, small: number, smallName: string): string {
  const rounded = Math.round(size / small) * small;
  const rest = Math.round((rounded % large) / small);
  const head = `${Math.floor(rounded / large)} ${largeName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}
