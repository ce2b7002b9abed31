// Aggregates of many peers, whose size does not depend on the number of peers. Aggregates of disjoint sets can be
// merged in any order, so they are summed up the tree. Variance is merged as squares about the mean, which stays
// accurate where sums of squares would cancel (Chan, Golub, LeVeque 1979).

import { attributes, shownAttributes } from './attributes.ts';
import { type Sketch, SketchMaker } from './sketch.ts';
import { type Table, WIDTH } from './table.ts';

/** Statistics of one attribute. */
export interface Stats {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Sum of the squares about the mean. */
  readonly squares: number;
  /** Null in aggregates that are only needed for their bounds. */
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
  /** Sum of the ages of their readings and the oldest age, when the aggregate was made. */
  readonly agesMs: number;
  readonly oldestMs: number;
  /** In the order of the attribute table; null where no peer knows the value. */
  readonly stats: readonly (Stats | null)[];
  /** For each shown attribute, the peers with the highest and the lowest values, best first. */
  readonly most: readonly (readonly Best[])[];
  readonly least: readonly (readonly Best[])[];
}

export const emptyAggregate: Aggregate = {
  peers: 0,
  agesMs: 0,
  oldestMs: 0,
  stats: attributes.map(() => null),
  most: shownAttributes.map(() => []),
  least: shownAttributes.map(() => []),
};

const shown = shownAttributes.length;
const makers = attributes.map(() => new SketchMaker());
const floors = Float64Array.from(attributes, ({ min }) => min);

/**
 * What is gathered of each attribute while many readings are gone through: columns of numbers, which are used again and
 * again, since the sum of thousands is made every second.
 */
class Gatherer {
  readonly #count = new Float64Array(WIDTH);
  readonly #sum = new Float64Array(WIDTH);
  readonly #min = new Float64Array(WIDTH);
  readonly #max = new Float64Array(WIDTH);
  readonly #mean = new Float64Array(WIDTH);
  readonly #squares = new Float64Array(WIDTH);
  /** The last of the best so far: a value must exceed it to be among them. */
  readonly #high = new Float64Array(WIDTH);
  readonly #low = new Float64Array(WIDTH);
  #most: Best[][] = [];
  #least: Best[][] = [];

  begin(): void {
    for (const each of [this.#count, this.#sum, this.#mean, this.#squares]) each.fill(0);
    for (const each of [this.#max, this.#high]) each.fill(Number.NEGATIVE_INFINITY);
    for (const each of [this.#min, this.#low]) each.fill(Number.POSITIVE_INFINITY);
    this.#most = shownAttributes.map(() => []);
    this.#least = shownAttributes.map(() => []);
  }

  add(i: number, value: number): void {
    const count = ++this.#count[i]!;
    this.#sum[i]! += value;
    if (value < this.#min[i]!) this.#min[i] = value;
    if (value > this.#max[i]!) this.#max[i] = value;
    // Welford 1962: no cancellation.
    const off = value - this.#mean[i]!;
    const mean = this.#mean[i]! + off / count;
    this.#mean[i] = mean;
    this.#squares[i]! += off * (value - mean);
    if (i < shown) makers[i]!.add(value - floors[i]!);
  }

  rank(i: number, id: string, value: number): void {
    if (value >= this.#high[i]!) this.#high[i] = insert(this.#most[i]!, id, value, 1);
    if (value <= this.#low[i]!) this.#low[i] = insert(this.#least[i]!, id, value, -1);
  }

  get best(): { most: Best[][]; least: Best[][] } {
    return { most: this.#most, least: this.#least };
  }

  stats(i: number): Stats | null {
    const count = this.#count[i]!;
    if (count === 0) return null;
    const sketch = i < shown ? makers[i]!.finish() : null;
    const [sum, squares] = [this.#sum[i]!, this.#squares[i]!];
    return { count, sum, min: this.#min[i]!, max: this.#max[i]!, squares, sketch };
  }
}

const gatherer = new Gatherer();

export function aggregateOf({ ids, values, readMs }: Table, nowMs: number): Aggregate {
  gatherer.begin();
  let peers = 0;
  let agesMs = 0;
  let oldestMs = 0;
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]!;
    if (id === null) continue;
    peers++;
    const ageMs = Math.max(0, nowMs - readMs[row]!);
    agesMs += ageMs;
    if (ageMs > oldestMs) oldestMs = ageMs;
    for (let i = 0, at = row * WIDTH; i < WIDTH; i++, at++) {
      const value = values[at]!;
      if (Number.isNaN(value)) continue;
      gatherer.add(i, value);
      if (i < shown) gatherer.rank(i, id, value);
    }
  }
  const stats = attributes.map((_, i) => gatherer.stats(i));
  return { peers, agesMs, oldestMs, stats, ...gatherer.best };
}

/** Returns the statistics of one attribute over these rows; null if no row has a value. */
export function statsOf({ values }: Table, rows: readonly number[], index: number): Stats | null {
  gatherer.begin();
  for (const row of rows) {
    const value = values[row * WIDTH + index]!;
    if (!Number.isNaN(value)) gatherer.add(index, value);
  }
  return gatherer.stats(index);
}

/**
 * Ties go to the smaller name, so that all peers give the same result.
 *
 * @returns the value that the next one must reach to be among them
 */
function insert(top: Best[], id: string, value: number, sign: number): number {
  let at = top.length;
  while (at > 0 && isBefore(id, value, top[at - 1]!, sign)) at--;
  if (at < TOP_MAX) top.splice(at, 0, { id, value });
  if (top.length > TOP_MAX) top.pop();
  return top.length < TOP_MAX ? -sign * Number.POSITIVE_INFINITY : top[TOP_MAX - 1]!.value;
}

function isBefore(id: string, value: number, other: Best, sign: number): boolean {
  return sign * value > sign * other.value || (value === other.value && id < other.id);
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

/** Returns the aggregate with its ages increased by `byMs`. */
export function aged(aggregate: Aggregate, byMs: number): Aggregate {
  if (byMs <= 0 || aggregate.peers === 0) return aggregate;
  return {
    ...aggregate,
    agesMs: aggregate.agesMs + byMs * aggregate.peers,
    oldestMs: aggregate.oldestMs + byMs,
  };
}
