// Which accusations of death are accepted: those by any peer, until the same accused has refuted several of them, or others
// many in all. So a malicious peer, or one with a bad connection, cannot make others flap for ever. While many accusations by
// any peers were refuted recently, further ones are held until they could be refuted (pending-accusations.ts): so colluding
// peers cannot either, and a death is still detected, a second later.

import type { Clock } from '../runtime.ts';

const WRONG_MAX = 3;
/** Refuted by any accused: an honest peer watches its neighbours in the tree, which are fewer. */
const WRONG_ALL_MAX = 32;
/** Of one accused, by several accusers; and of all. */
const WRONG_OF_ONE_MAX = 6;
const WRONG_IN_ALL_MAX = 128;
const WRONG_MS = 60_000;
/** Beyond this many, the oldest are evicted. */
const PAIRS_MAX = 4_096;
/** Not a valid peer id. */
const IN_ALL = '*';
const ofAccused = (id: string) => `* ${id}`;

export class Credit {
  readonly #clock: Clock;
  /** By accuser and accused, by either, and in all: refutations within the interval, and its start. */
  readonly #wrong = new Map<string, { count: number; sinceMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isBelieved(accuser: string, accused: string): boolean {
    const isTooOften = (name: string, max: number) => (this.#recent(name)?.count ?? 0) >= max;
    return !isTooOften(`${accuser} ${accused}`, WRONG_MAX) && !isTooOften(accuser, WRONG_ALL_MAX);
  }

  /** Whether accusations of this peer must wait for a refutation: too many were refuted recently. */
  isStrained(accused: string): boolean {
    const of = (name: string) => this.#recent(name)?.count ?? 0;
    return of(ofAccused(accused)) >= WRONG_OF_ONE_MAX || of(IN_ALL) >= WRONG_IN_ALL_MAX;
  }

  wasWrong(accuser: string, accused: string): void {
    this.#count(`${accuser} ${accused}`);
    this.#count(accuser);
    this.wasAlive(accused);
  }

  /** The accused is alive, perhaps after a restart. */
  wasAlive(accused: string): void {
    this.#count(ofAccused(accused));
    this.#count(IN_ALL);
  }

  /**
   * Wrong because the accuser was partitioned: an honest peer then accuses all others at once. As it was pending meanwhile, it
   * counts against the pair alone.
   */
  wasCutOff(accuser: string, accused: string): void {
    this.#count(`${accuser} ${accused}`);
  }

  #count(name: string): void {
    const { count, sinceMs } = this.#recent(name) ?? { count: 0, sinceMs: this.#clock.elapsedMs() };
    this.#wrong.delete(name);
    this.#wrong.set(name, { count: count + 1, sinceMs });
    for (const oldest of this.#wrong.keys()) {
      if (this.#recent(oldest) !== null && this.#wrong.size <= PAIRS_MAX) break;
      this.#wrong.delete(oldest);
    }
  }

  #recent(name: string): { count: number; sinceMs: number } | null {
    const wrong = this.#wrong.get(name);
    return wrong !== undefined && this.#clock.elapsedMs() - wrong.sinceMs < WRONG_MS ? wrong : null;
  }
}
