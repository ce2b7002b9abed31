// A ring buffer of timestamped readings of one peer: an hour at ten-second intervals, then the oldest is overwritten.

import { shownAttributes, type Values } from './attributes.ts';

export const HISTORY_MAX = 360;
const WIDTH = shownAttributes.length;

/** The values of the public attributes at one time. */
export interface Sample {
  /** On the clock of the peer that keeps the sample (elapsedMs). */
  readonly atMs: number;
  readonly values: readonly number[];
}

export class Samples {
  /** Rows of values with their times. Both grow up to the capacity, then wrap around. */
  #values = new Float32Array(0);
  #timesMs: number[] = [];
  #next = 0;

  get size(): number {
    return this.#timesMs.length;
  }

  /** Time of the newest sample; -Infinity if there is none. */
  get newestMs(): number {
    const { size } = this;
    return size === 0 ? Number.NEGATIVE_INFINITY : this.#timesMs[(this.#next + size - 1) % size]!;
  }

  /** @param values may be longer: further attributes are left out */
  add(values: Values, atMs: number): void {
    const at = this.#next;
    if ((at + 1) * WIDTH > this.#values.length) this.#grow();
    for (let i = 0; i < WIDTH; i++) this.#values[at * WIDTH + i] = values[i] ?? Number.NaN;
    this.#timesMs[at] = atMs;
    this.#next = (at + 1) % HISTORY_MAX;
  }

  #grow(): void {
    const rows = Math.min(HISTORY_MAX, Math.max(16, 2 * this.#timesMs.length));
    const larger = new Float32Array(rows * WIDTH);
    larger.set(this.#values);
    this.#values = larger;
  }

  /** Samples measured at `sinceMs` or later, oldest first. */
  since(sinceMs = Number.NEGATIVE_INFINITY): Sample[] {
    const { size } = this;
    const first = size < HISTORY_MAX ? 0 : this.#next;
    const all: Sample[] = [];
    for (let i = 0; i < size; i++) {
      const at = (first + i) % HISTORY_MAX;
      const atMs = this.#timesMs[at]!;
      if (atMs < sinceMs) continue;
      all.push({ atMs, values: Array.from(this.#values.subarray(at * WIDTH, (at + 1) * WIDTH)) });
    }
    return all;
  }

  /**
   * Inserts samples in order of time; existing ones are kept.
   *
   * @param apartMs samples closer in time than this are the same
   * @returns number of new samples
   */
  fill(others: readonly Sample[], apartMs: number): number {
    const kept = this.since();
    const isNew = ({ atMs }: Sample) => !kept.some((each) => Math.abs(each.atMs - atMs) < apartMs);
    const added = others.filter(isNew);
    if (added.length === 0) return 0;
    const all = [...kept, ...added].sort((a, b) => a.atMs - b.atMs).slice(-HISTORY_MAX);
    this.#timesMs = [];
    this.#next = 0;
    for (const { values, atMs } of all) this.add(values, atMs);
    return added.length;
  }
}
