// Whose accusations of death are believed: everybody's, until the same accused peer has contradicted it several times,
// or others many times in all. So a peer that lies, or has a bad connection, cannot make others flap for ever. Where many
// accusations were wrong of late, whoever made them, further ones have to wait for a contradiction first (doubts.ts): so several
// that lie together cannot either, and who has died is still found out, a second later.

import type { Clock } from '../runtime.ts';

const WRONG_MAX = 3;
/** Contradicted by anybody: an honest peer watches its neighbours in the tree, which are fewer. */
const WRONG_ALL_MAX = 32;
/** Of one accused, by several accusers; and of all. */
const WRONG_OF_ONE_MAX = 6;
const WRONG_IN_ALL_MAX = 128;
const WRONG_MS = 60_000;
/** Of more, the oldest are forgotten. */
const PAIRS_MAX = 4_096;
/** What no peer can be called. */
const IN_ALL = '*';
const ofAccused = (id: string) => `* ${id}`;

export class Credit {
  readonly #clock: Clock;
  /** By accuser and accused, by either, and in all: how often of late, and since when. */
  readonly #wrong = new Map<string, { count: number; sinceMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isBelieved(accuser: string, accused: string): boolean {
    const isTooOften = (name: string, max: number) => (this.#recent(name)?.count ?? 0) >= max;
    return !isTooOften(`${accuser} ${accused}`, WRONG_MAX) && !isTooOften(accuser, WRONG_ALL_MAX);
  }

  /** Whether an accusation of this peer should wait for a contradiction: too many were wrong of late. */
  isStrained(accused: string): boolean {
    const of = (name: string) => this.#recent(name)?.count ?? 0;
    return of(ofAccused(accused)) >= WRONG_OF_ONE_MAX || of(IN_ALL) >= WRONG_IN_ALL_MAX;
  }

  wasWrong(accuser: string, accused: string): void {
    this.#count(`${accuser} ${accused}`);
    this.#count(accuser);
    this.wasAlive(accused);
  }

  /** It was accused, and is here; perhaps because it was started again. */
  wasAlive(accused: string): void {
    this.#count(ofAccused(accused));
    this.#count(IN_ALL);
  }

  /**
   * Wrong because it was cut off, and took for dead whom it could not hear: honest peers do so of all others at once. Nobody
   * believed it meanwhile; so it counts against the pair alone.
   */
  wasCutOff(accuser: string, accused: string): void {
    this.#count(`${accuser} ${accused}`);
  }

  #count(name: string): void {
    const { count, sinceMs } = this.#recent(name) ?? { count: 0, sinceMs: this.#clock.elapsedMs() };
    this.#wrong.delete(name);
    this.#wrong.set(name, { count: count + 1, sinceMs });
    if (this.#wrong.size > PAIRS_MAX) this.#wrong.delete(this.#wrong.keys().next().value!);
  }

  #recent(name: string): { count: number; sinceMs: number } | null {
    const wrong = this.#wrong.get(name);
    return wrong !== undefined && this.#clock.elapsedMs() - wrong.sinceMs < WRONG_MS ? wrong : null;
  }
}
