// A ring buffer of timed readings of one peer: an hour at ten-second intervals, then the oldest is overwritten.

import { shownAttributes, type Values } from './attributes.ts';

export const HISTORY_MAX = 360;
const WIDTH = shownAttributes.length;

/** Of the attributes that are shown. */
export interface Sample {
  /** On the clock of the peer that keeps the sample (elapsedMs). */
  readonly atMs: number;
  readonly values: readonly number[];
}

export class Samples {
  /** Rows of values, and when each was measured. They grow as they fill, and then go round. */
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

  /** @param values may be longer: what is not shown is left out */
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

  /** Those measured at `sinceMs` or later, oldest first. */
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
   * Puts others in between, where they belong in time; what is kept already stays as it is.
   *
   * @param apartMs two that are nearer than this are one
   * @returns how many were new
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
