// Rate limits: one token bucket per name, kept as the time at which it will be full again (the generic cell rate algorithm of
// ITU-T I.371). A full bucket is like none, so it takes no memory.

import type { Clock } from '../runtime.ts';

export interface AllowanceOptions {
  /** Capacity of a bucket, in whole tokens. */
  readonly burst: number;
  /** Interval at which one token is added, in whole milliseconds. */
  readonly everyMs: number;
  /** Maximum number of buckets; the least recently used is evicted. */
  readonly namesMax?: number;
}

const NAMES_MAX = 1_024;

export class Allowance {
  readonly #clock: Clock;
  readonly #options: AllowanceOptions;
  /** When each bucket will be full, least recently used first. Null until the first: a peer has a dozen limits, most never used. */
  #fullMs: Map<string, number> | null = null;

  constructor(clock: Clock, options: AllowanceOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Takes a token; returns false if there is none. */
  take(name: string): boolean {
    const { everyMs, namesMax = NAMES_MAX } = this.#options;
    const nowMs = this.#nowMs();
    const isAllowed = this.has(name);
    const buckets = this.#fullMs ?? new Map<string, number>();
    this.#fullMs = buckets;
    const fullMs = Math.max(nowMs, buckets.get(name) ?? 0) + (isAllowed ? everyMs : 0);
    buckets.delete(name);
    buckets.set(name, fullMs);
    for (const [oldest, oldestFullMs] of buckets) {
      if (oldestFullMs > nowMs && buckets.size <= namesMax) break;
      buckets.delete(oldest);
    }
    return isAllowed;
  }

  /** Whether a token is available. */
  has(name: string): boolean {
    const { burst, everyMs } = this.#options;
    const fullInMs = (this.#fullMs?.get(name) ?? 0) - this.#nowMs();
    return fullInMs <= (burst - 1) * everyMs;
  }

  forget(name: string): void {
    this.#fullMs?.delete(name);
  }

  /** Whole, so that sums are exact. */
  #nowMs(): number {
    return Math.floor(this.#clock.elapsedMs());
  }
}
