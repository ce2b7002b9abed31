// Fewer answers for peers under restraint: one a second and five in a row, where others may ask as they like.

import type { Measures } from '../members/measures.ts';
import type { Clock } from '../runtime.ts';

const PER_SECOND = 1;
const BURST = 5;

export class Throttle {
  /** Questions that were not answered. */
  refused = 0;
  readonly #clock: Clock;
  readonly #measures: Measures;
  /** By peer: what it may still ask, and when that was counted. Only of those under restraint. */
  readonly #left = new Map<string, { tokens: number; atMs: number }>();

  constructor(clock: Clock, measures: Measures) {
    this.#clock = clock;
    this.#measures = measures;
    measures.onChange.push((id) => this.#left.delete(id));
  }

  /** Whether a question of this peer is answered. */
  allows(peer: string): boolean {
    if (this.#measures.of(peer)?.step !== 'throttle') return true;
    const atMs = this.#clock.elapsedMs();
    const before = this.#left.get(peer) ?? { tokens: BURST, atMs };
    const tokens = Math.min(BURST, before.tokens + ((atMs - before.atMs) / 1000) * PER_SECOND);
    const isAllowed = tokens >= 1;
    this.#left.set(peer, { tokens: isAllowed ? tokens - 1 : tokens, atMs });
    if (!isAllowed) this.refused++;
    return isAllowed;
  }
}
