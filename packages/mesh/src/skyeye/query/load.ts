// Load control of queries at the root. Up to a rate it answers all itself; beyond it, it asks children to be support
// peers and passes queries to them; beyond that it refuses. One asker alone cannot use up the rate.

import type { Clock } from '../../runtime.ts';

/** Queries per second. */
const OWN_RATE = 400;
const ALL_RATE = 4_000;
const ASKER_RATE = 300;
const RECRUIT_MS = 1_000;
const ASKERS_MAX = 2_048;

export type Step = 'answer' | 'recruit' | 'hand' | 'refuse';

export class Load {
  readonly #clock: Clock;
  readonly #own: Bucket;
  readonly #all: Bucket;
  readonly #askers = new Map<string, Bucket>();
  #recruitedMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#own = new Bucket(OWN_RATE, clock.elapsedMs());
    this.#all = new Bucket(ALL_RATE, clock.elapsedMs());
  }

  /** What to do with one more query. */
  next(asker: string, self: string): Step {
    const nowMs = this.#clock.elapsedMs();
    if (asker !== self && !this.#bucketOf(asker, nowMs).take(nowMs)) return 'refuse';
    if (this.#own.take(nowMs)) return 'answer';
    if (!this.#all.take(nowMs)) return 'refuse';
    if (nowMs - this.#recruitedMs < RECRUIT_MS) return 'hand';
    this.#recruitedMs = nowMs;
    return 'recruit';
  }

  #bucketOf(asker: string, nowMs: number): Bucket {
    const known = this.#askers.get(asker);
    if (known !== undefined) return known;
    if (this.#askers.size >= ASKERS_MAX) this.#askers.delete(this.#askers.keys().next().value!);
    const bucket = new Bucket(ASKER_RATE, nowMs);
    this.#askers.set(asker, bucket);
    return bucket;
  }
}

/** A token bucket with a capacity of one second's tokens. */
class Bucket {
  readonly #rate: number;
  #tokens: number;
  #countedMs: number;

  constructor(rate: number, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate;
    this.#countedMs = nowMs;
  }

  take(nowMs: number): boolean {
    this.#tokens = Math.min(this.#rate, this.#tokens + ((nowMs - this.#countedMs) / 1000) * this.#rate);
    this.#countedMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
