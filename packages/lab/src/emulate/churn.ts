// The schedule of departures and returns. It depends on the seed alone, so that two runs can be compared.

import type { SeededRandom } from '@eyrie/mesh/virtual';

export type Ending = 'crash' | 'silence' | 'leave';
const ENDINGS: readonly Ending[] = ['crash', 'silence', 'leave'];

/** Long enough for all peers to learn of the departure. */
const AWAY_MS_MIN = 6_000;
const AWAY_MS_MAX = 12_000;

export interface Departure {
  peer: number;
  ending: Ending;
  backAfterMs: number;
}

/** Never the first peer: it is the authority, and the bootstrap peer of those that come back. */
export class Churn {
  readonly #random: SeededRandom;
  readonly #away = new Set<number>();
  readonly #peers: number;
  readonly #meanMs: number;

  /** @param sharePerMin 0.1 is a tenth of all peers a minute */
  constructor(random: SeededRandom, peers: number, sharePerMin: number) {
    this.#random = random;
    this.#peers = peers;
    this.#meanMs = 60_000 / (sharePerMin * peers);
  }

  /** Time until the next departure (a Poisson process). */
  waitMs(): number {
    return -Math.log(1 - this.#random.fraction()) * this.#meanMs;
  }

  /** Null if no peer is left that may depart. */
  depart(): Departure | null {
    const candidates = this.#peers - 1 - this.#away.size;
    if (candidates <= 0) return null;
    let nth = Math.floor(this.#random.fraction() * candidates);
    let peer = 1;
    for (; this.#away.has(peer) || nth-- > 0; peer++);
    this.#away.add(peer);
    const ending = ENDINGS[Math.floor(this.#random.fraction() * ENDINGS.length)]!;
    return {
      peer,
      ending,
      backAfterMs: AWAY_MS_MIN + this.#random.fraction() * (AWAY_MS_MAX - AWAY_MS_MIN),
    };
  }

  returned(peer: number): void {
    this.#away.delete(peer);
  }
}
