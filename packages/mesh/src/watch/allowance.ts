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

interface Left {
  tokens: number;
  atMs: number;
}

export class Allowance {
  readonly #clock: Clock;
  readonly #options: AllowanceOptions;
  /** Tokens left at a time, least recently used first. Null until the first: a peer has a dozen limits, most never used. */
  #left: Map<string, Left> | null = null;

  constructor(clock: Clock, options: AllowanceOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Takes a token; returns false if there is none. */
  take(name: string): boolean {
    const { tokens, atMs } = this.#leftOf(name);
    const isAllowed = tokens >= 1;
    this.#left ??= new Map();
    this.#left.delete(name);
    this.#left.set(name, { tokens: isAllowed ? tokens - 1 : tokens, atMs });
    const { namesMax = NAMES_MAX } = this.#options;
    if (this.#left.size > namesMax) this.#left.delete(this.#left.keys().next().value!);
    return isAllowed;
  }

  /** Whether a token is available. */
  has(name: string): boolean {
    return this.#leftOf(name).tokens >= 1;
  }

  forget(name: string): void {
    this.#left?.delete(name);
  }

  #leftOf(name: string): Left {
    const { burst, everyMs } = this.#options;
    const atMs = this.#clock.elapsedMs();
    const before = this.#left?.get(name);
    if (before === undefined) return { tokens: burst, atMs };
    return { tokens: Math.min(burst, before.tokens + (atMs - before.atMs) / everyMs), atMs };
  }
}
