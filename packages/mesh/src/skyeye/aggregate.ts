// What is known of many peers together, in a size that does not depend on how many they are. Two aggregates of different
// peers make one of all of them, in any order: so sums go up the tree. Spread is merged as squares about the mean, which
// stays exact where sums of squares would cancel (Chan, Golub, LeVeque 1979).

import { attributes, COORDINATE, shownAttributes, type Values } from './attributes.ts';
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

const maker = new SketchMaker();

/** Of single readings. */
export function aggregateOf(readings: readonly Counted[], nowMs: number): Aggregate {
  let agesMs = 0;
  let oldestMs = 0;
  for (const { readMs } of readings) {
    const ageMs = Math.max(0, nowMs - readMs);
    agesMs += ageMs;
    if (ageMs > oldestMs) oldestMs = ageMs;
  }
  return {
    peers: readings.length,
    agesMs,
    oldestMs,
    stats: attributes.map((_, index) => statsOf(readings, index)),
    most: shownAttributes.map((_, index) => best(readings, index, 1)),
    least: shownAttributes.map((_, index) => best(readings, index, -1)),
  };
}

/** Of one attribute; null where no reading has it. */
export function statsOf(readings: readonly Counted[], index: number): Stats | null {
  let [count, sum] = [0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const isSketched = index < COORDINATE;
  const floor = attributes[index]!.min;
  for (let i = 0; i < readings.length; i++) {
    const value = readings[i]!.values[index]!;
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
    if (isSketched) maker.add(value - floor);
  }
  if (count === 0) return null;
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < readings.length; i++) {
    const off = readings[i]!.values[index]! - mean;
    if (!Number.isNaN(off)) squares += off * off;
  }
  return { count, sum, min, max, squares, sketch: isSketched ? maker.finish() : null };
}

/** The few at one end. Ties go to the smaller name, so that all peers say the same. */
function best(readings: readonly Counted[], index: number, sign: number): Best[] {
  const top: Best[] = [];
  let bar = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < readings.length; i++) {
    const value = readings[i]!.values[index]!;
    if (Number.isNaN(value) || sign * value < bar) continue;
    insert(top, { id: readings[i]!.id, value }, sign);
    if (top.length === TOP_MAX) bar = sign * top[TOP_MAX - 1]!.value;
  }
  return top;
}

function insert(top: Best[], each: Best, sign: number): void {
  const isBefore = (other: Best) =>
    sign * each.value > sign * other.value || (each.value === other.value && each.id < other.id);
  const at = top.findIndex(isBefore);
  if (at >= 0) top.splice(at, 0, each);
  else if (top.length < TOP_MAX) top.push(each);
  if (top.length > TOP_MAX) top.pop();
}

export function merged(all: readonly Aggregate[]): Aggregate {
  const parts = all.filter(({ peers }) => peers > 0);
  if (parts.length === 0) return emptyAggregate;
  if (parts.length === 1) return parts[0]!;
  const joinBest = (lists: (readonly Best[])[], sign: number) => {
    const top: Best[] = [];
    for (const list of lists) for (const each of list) insert(top, each, sign);
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
    if (each.sketch !== null) maker.merge(each.sketch);
  }
  const sketch = parts.every((each) => each.sketch !== null) ? maker.finish() : null;
  if (sketch === null) maker.finish();
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
