// The rate limit of throttled peers: one answer per second, with a burst of five.

import type { Measures } from '../members/measures.ts';
import type { Clock } from '../runtime.ts';
import { Allowance } from './allowance.ts';

const ANSWERS = { burst: 5, everyMs: 1_000 };

export class Throttle {
  /** Number of refused queries. */
  refused = 0;
  readonly #measures: Measures;
  /** Token buckets of throttled peers only. */
  readonly #answers: Allowance;

  constructor(clock: Clock, measures: Measures) {
    this.#measures = measures;
    this.#answers = new Allowance(clock, ANSWERS);
    measures.onChange.push((id) => this.#answers.forget(id));
  }

  /** Whether to answer a query of this peer. */
  allows(peer: string): boolean {
    if (this.#measures.of(peer)?.step !== 'throttle') return true;
    const isAllowed = this.#answers.take(peer);
    if (!isAllowed) this.refused++;
    return isAllowed;
  }
}
