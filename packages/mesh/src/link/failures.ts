// Records the last dial failure of each address: for the log, when the failure is new, and for status output that
// explains why there is no link.

import type { Clock } from '../runtime.ts';

/** Maximum addresses kept; beyond that the oldest are evicted. */
const KEPT_MAX = 64;
/** The same reason at the same address is logged again after this time. */
const NEWS_MS = 600_000;

export interface Failure {
  address: string;
  reason: string;
  /** Consecutive calls that failed with this reason. */
  count: number;
  /** Time of the last failure (elapsedMs). */
  atMs: number;
}

export class Failures {
  readonly #clock: Clock;
  /** By address, the most recent failure last. */
  readonly #all = new Map<string, Failure & { toldMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records a failed call. Returns whether it should be logged. */
  note(address: string, reason: string): boolean {
    const atMs = this.#clock.elapsedMs();
    const known = this.#all.get(address);
    const isSame = known !== undefined && known.reason === reason;
    const isNews = !isSame || atMs - known.toldMs >= NEWS_MS;
    const count = isSame ? known.count + 1 : 1;
    this.#all.delete(address);
    this.#all.set(address, { address, reason, count, atMs, toldMs: isNews ? atMs : known.toldMs });
    if (this.#all.size > KEPT_MAX) this.#all.delete(this.#all.keys().next().value!);
    return isNews;
  }

  /** Forgets the failures of an address that has answered. */
  forget(address: string): void {
    this.#all.delete(address);
  }

  /** Returns all failures, newest first. */
  all(): Failure[] {
    return [...this.#all.values()].reverse();
  }
}
