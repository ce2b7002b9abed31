// What is known of many peers together, in a size that does not depend on how many they are. Two aggregates of different
// peers make one of all of them, in any order: so sums go up the tree. Spread is merged as squares about the mean, which
// stays exact where sums of squares would cancel (Chan, Golub, LeVeque 1979).

import { attributes, shownAttributes, type Values } from './attributes.ts';
import { type Sketch, SketchMaker } from './sketch.ts';

/** Of one attribute. */
export interface Stats {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Sum of the squares about the mean. */
  readonly squares: number;
  /** Null of what is aggregated for its bounds alone. */
  readonly sketch: Sketch | null;
}

export interface Best {
  readonly id: string;
  readonly value: number;
}
export const TOP_MAX = 3;

export interface Aggregate {
  /** Peers in it. */
  readonly peers: number;
  /** Sum of the ages of their readings, and the oldest, when this was made. */
  readonly agesMs: number;
  readonly oldestMs: number;
  /** In the order of the table; null where nobody knows the value. */
  readonly stats: readonly (Stats | null)[];
  /** Of each shown attribute, the peers with the most of it, and those with the least: best first. */
  readonly most: readonly (readonly Best[])[];
  readonly least: readonly (readonly Best[])[];
}

export interface Counted {
  readonly id: string;
  readonly values: Values;
  /** When it was measured, on the clock of whoever holds it (elapsedMs). */
  readonly readMs: number;
}

export const emptyAggregate: Aggregate = {
  peers: 0,
  agesMs: 0,
  oldestMs: 0,
  stats: attributes.map(() => null),
  most: shownAttributes.map(() => []),
  least: shownAttributes.map(() => []),
};

const makers = attributes.map(() => new SketchMaker());
const floors = attributes.map(({ min }) => min);
const shown = shownAttributes.length;

/** What is gathered of one attribute, while all readings are looked at once. */
class Gathering {
  count = 0;
  sum = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  mean = 0;
  squares = 0;
  readonly most: Best[] = [];
  readonly least: Best[] = [];

  add(value: number): void {
    this.count++;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    // Welford 1962: no cancellation.
    const off = value - this.mean;
    this.mean += off / this.count;
    this.squares += off * (value - this.mean);
  }

  rank(id: string, value: number): void {
    const { most, least } = this;
    const [high, low] = [most[TOP_MAX - 1], least[TOP_MAX - 1]];
    if (high === undefined || value > high.value || (value === high.value && id < high.id))
      insert(most, id, value, 1);
    if (low === undefined || value < low.value || (value === low.value && id < low.id))
      insert(least, id, value, -1);
  }

  stats(sketch: Sketch | null): Stats | null {
    const { count, sum, min, max, squares } = this;
    return count === 0 ? null : { count, sum, min, max, squares, sketch };
  }
}

/** Of single readings. */
export function aggregateOf(readings: readonly Counted[], nowMs: number): Aggregate {
  const all = attributes.map(() => new Gathering());
  let agesMs = 0;
  let oldestMs = 0;
  for (const { id, values, readMs } of readings) {
    const ageMs = Math.max(0, nowMs - readMs);
    agesMs += ageMs;
    if (ageMs > oldestMs) oldestMs = ageMs;
    for (let i = 0; i < all.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      all[i]!.add(value);
      if (i >= shown) continue;
      all[i]!.rank(id, value);
      makers[i]!.add(value - floors[i]!);
    }
  }
  return {
    peers: readings.length,
    agesMs,
    oldestMs,
    stats: all.map((each, i) => each.stats(i < shown && each.count > 0 ? makers[i]!.finish() : null)),
    most: all.slice(0, shown).map(({ most }) => most),
    least: all.slice(0, shown).map(({ least }) => least),
  };
}

/** Of one attribute; null where no reading has it. */
export function statsOf(readings: readonly Counted[], index: number): Stats | null {
  const gathering = new Gathering();
  for (const { values } of readings) {
    const value = values[index]!;
    if (Number.isNaN(value)) continue;
    gathering.add(value);
    if (index < shown) makers[index]!.add(value - floors[index]!);
  }
  return gathering.stats(index < shown && gathering.count > 0 ? makers[index]!.finish() : null);
}

/** Ties go to the smaller name, so that all peers say the same. */
function insert(top: Best[], id: string, value: number, sign: number): void {
  const at = top.findIndex(
    (other) => sign * value > sign * other.value || (value === other.value && id < other.id),
  );
  top.splice(at < 0 ? top.length : at, 0, { id, value });
  if (top.length > TOP_MAX) top.pop();
}

export function merged(all: readonly Aggregate[]): Aggregate {
  const parts = all.filter(({ peers }) => peers > 0);
  if (parts.length === 0) return emptyAggregate;
  if (parts.length === 1) return parts[0]!;
  const joinBest = (lists: (readonly Best[])[], sign: number) => {
    const top: Best[] = [];
    for (const list of lists) for (const each of list) insert(top, each.id, each.value, sign);
    return top;
  };
  return {
    peers: parts.reduce((sum, each) => sum + each.peers, 0),
    agesMs: parts.reduce((sum, each) => sum + each.agesMs, 0),
    oldestMs: Math.max(...parts.map((each) => each.oldestMs)),
    stats: attributes.map((_, i) => mergedStats(parts.map((each) => each.stats[i]!))),
    most: shownAttributes.map((_, i) =>
      joinBest(
        parts.map((each) => each.most[i]!),
        1,
      ),
    ),
    least: shownAttributes.map((_, i) =>
      joinBest(
        parts.map((each) => each.least[i]!),
        -1,
      ),
    ),
  };
}

export function mergedStats(all: readonly (Stats | null)[]): Stats | null {
  const parts = all.filter((each) => each !== null);
  if (parts.length < 2) return parts[0] ?? null;
  let [count, sum, squares] = [0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const each of parts) {
    const apart = count === 0 ? 0 : each.sum / each.count - sum / count;
    squares += each.squares + (count === 0 ? 0 : (apart * apart * count * each.count) / (count + each.count));
    count += each.count;
    sum += each.sum;
    min = Math.min(min, each.min);
    max = Math.max(max, each.max);
    if (each.sketch !== null) makers[0]!.merge(each.sketch);
  }
  const sketch = parts.every((each) => each.sketch !== null) ? makers[0]!.finish() : null;
  if (sketch === null) makers[0]!.finish();
  return { count, sum, min, max, squares, sketch };
}

/** The aggregate, some time later. */
export function aged(aggregate: Aggregate, byMs: number): Aggregate {
  if (byMs <= 0 || aggregate.peers === 0) return aggregate;
  return {
    ...aggregate,
    agesMs: aggregate.agesMs + byMs * aggregate.peers,
    oldestMs: aggregate.oldestMs + byMs,
  };
}
