// Rate limits: one token bucket per name.

import type { Clock } from '../runtime.ts';

export interface AllowanceOptions {
  /** Capacity of a bucket. */
  readonly burst: number;
  /** Interval at which one token is added. */
  readonly everyMs: number;
  /** Maximum number of buckets; the least recently used is evicted. */
  readonly namesMax?: number;
}

const NAMES_MAX = 1_024;

export class Allowance {
  readonly #clock: Clock;
  readonly #options: Required<AllowanceOptions>;
  /** Tokens left at a time, least recently used first. */
  readonly #left = new Map<string, { tokens: number; atMs: number }>();

  constructor(clock: Clock, options: AllowanceOptions) {
    this.#clock = clock;
    this.#options = { namesMax: NAMES_MAX, ...options };
  }

  /** Takes a token; returns false if there is none. */
  take(name: string): boolean {
    const { tokens, atMs } = this.#leftOf(name);
    const isAllowed = tokens >= 1;
    this.#left.delete(name);
    this.#left.set(name, { tokens: isAllowed ? tokens - 1 : tokens, atMs });
    if (this.#left.size > this.#options.namesMax) this.#left.delete(this.#left.keys().next().value!);
    return isAllowed;
  }

  /** Whether a token is available. */
  has(name: string): boolean {
    return this.#leftOf(name).tokens >= 1;
  }

  forget(name: string): void {
    this.#left.delete(name);
  }

  #leftOf(name: string): { tokens: number; atMs: number } {
    const { burst, everyMs } = this.#options;
    const atMs = this.#clock.elapsedMs();
    const before = this.#left.get(name);
    if (before === undefined) return { tokens: burst, atMs };
    return { tokens: Math.min(burst, before.tokens + (atMs - before.atMs) / everyMs), atMs };
  }
}
