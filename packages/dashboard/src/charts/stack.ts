// From series a protocol to series a family, one on top of the other, as the timeline draws them.

import type { Timeline } from '../api/types.ts';
import { FAMILIES, type Family, familyOf } from '../families.ts';

export type Unit = 'packets' | 'bytes';

export interface FamilySeries {
  family: Family;
  values: Float64Array;
  total: number;
  /** Protocols in it, most first. */
  protocols: string[];
}

export interface Stack {
  /** Where each bucket begins, seconds since 1970. */
  times: Float64Array;
  step: number;
  /** Lowest first, in the order of FAMILIES; only those that occur. */
  series: FamilySeries[];
  /** The series summed up from below: `tops[i]` is where series i ends. */
  tops: Float64Array[];
  totals: Float64Array;
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

/** Decimal places that a bucket's border needs. */
export function placesOf(step: number): number {
  return Math.min(9, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
}
