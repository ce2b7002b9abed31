// Times of what a peer signs, each later than the last, so that receivers recognise replays.

import type { Clock } from './runtime.ts';

export class Timestamps {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #freshMs: number;
  #lastMs = 0;

  /** @param freshMs difference from their own clock up to which receivers accept a time */
  constructor(clock: Pick<Clock, 'nowMs'>, freshMs: number) {
    this.#clock = clock;
    this.#freshMs = freshMs;
  }

  /** Milliseconds since 1970. */
  nextMs(): number {
    const nowMs = Math.floor(this.#clock.nowMs());
    // The clock was ahead, and is right again: receivers refused the last, and would refuse all that are later.
    const wasAhead = this.#lastMs - nowMs > this.#freshMs;
    this.#lastMs = wasAhead ? nowMs : Math.max(this.#lastMs + 1, nowMs);
    return this.#lastMs;
  }
}
