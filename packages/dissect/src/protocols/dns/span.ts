// Spans of time in words, as DNS tells lifetimes.
import type { Value } from '../../core/field.ts';

const UNITS: readonly (readonly [number, string])[] = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** `1 hour, 30 minutes` */
export function spanText(span: number): string {
  if (span === 0) return '0 seconds';
  const words: string[] = [];
  for (const [unit, name] of UNITS) {
    const count = Math.floor(span / unit);
    span %= unit;
    if (count > 0) words.push(`${count} ${name}${count === 1 ? '' : 's'}`);
  }
  return words.join(', ');
}

/** The line of a field in seconds: `Refresh Interval: 14400 (4 hours)`. */
export const asSpan =
  (title: string) =>
  (value: Value): string =>
    `${title}: ${value} (${spanText(Number(value))})`;
