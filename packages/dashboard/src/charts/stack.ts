// Converts a timeline per protocol into a stacked series per family.

import type { Timeline } from '../api/types.ts';
import { FAMILIES, type Family, familyOf } from '../families.ts';

export type Unit = 'packets' | 'bytes';

export interface FamilySeries {
  family: Family;
  values: Float64Array;
  total: number;
  /** Protocols of the family in descending order of traffic. */
  protocols: string[];
}

/** Seconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

/** What each bucket holds. */
export interface Totals {
  /** Start of each bucket in seconds since 1970. */
  times: ArrayLike<number>;
  step: number;
  totals: Float64Array;
}

export interface Stack extends Totals {
  times: Float64Array;
  /** Bottom of the stack first, in the order of FAMILIES; only families that occur. */
  series: FamilySeries[];
  /** Cumulative sums: `tops[i]` is the upper edge of series i. */
  tops: Float64Array[];
}

export function stackOf(timeline: Timeline, unit: Unit): Stack {
  const { buckets, start, step } = timeline;
  const byFamily = new Map<Family, FamilySeries>();
  for (const one of timeline.series) {
    const family = familyOf(one.key);
    let series = byFamily.get(family);
    if (series === undefined) {
      series = { family, values: new Float64Array(buckets), total: 0, protocols: [] };
      byFamily.set(family, series);
    }
    if (one.key !== 'other') series.protocols.push(one.key);
    const values = one[unit];
    for (let i = 0; i < buckets; i++) {
      series.values[i]! += values[i]!;
      series.total += values[i]!;
    }
  }
  const series = FAMILIES.flatMap((family) => byFamily.get(family) ?? []);
  const totals = new Float64Array(buckets);
  const tops = series.map(({ values }) => {
    for (let i = 0; i < buckets; i++) totals[i]! += values[i]!;
    return totals.slice();
  });
  const times = new Float64Array(buckets);
  for (let i = 0; i < buckets; i++) times[i] = start + i * step;
  return { times, step, series, tops, totals };
}

/** Share of the packets that a dense span has at least, and of the buckets that it has at most. */
const DENSE = 0.95;
const NARROW = 0.05;

/**
 * Where nearly all of it is, if that is a small part of the time: a packet dated 1970 stretches a timeline to decades.
 *
 * @returns seconds since 1970, of the narrowest such span of adjacent buckets
 */
export function denseSpan({ times, step, totals }: Totals): Span | null {
  const enough = totals.reduce((sum, one) => sum + one, 0) * DENSE;
  let [first, held, width] = [0, 0, Number.POSITIVE_INFINITY];
  let span: Span | null = null;
  totals.forEach((one, last) => {
    held += one;
    while (first < last && held - totals[first]! >= enough) held -= totals[first++]!;
    if (held === 0 || held < enough || last - first + 1 >= width) return;
    width = last - first + 1;
    span = { from: times[first]!, to: times[last]! + step };
  });
  return width <= totals.length * NARROW ? span : null;
}

/** Decimal places for the border of a bucket that is `step` seconds wide. */
export function placesOf(step: number): number {
  return Math.min(9, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
}
