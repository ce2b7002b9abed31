// Who is believed when it calls another dead: everyone, until the same one was contradicted several times by the same other.
// So a peer that lies, or sits behind a bad line, makes nobody come and go for ever.

import type { Clock } from '../runtime.ts';

const WRONG_MAX = 3;
const WRONG_MS = 60_000;
/** Of more, the oldest are forgotten. */
const PAIRS_MAX = 4_096;

export class Credit {
  readonly #clock: Clock;
  /** By accuser and accused: how often of late, and since when. */
  readonly #wrong = new Map<string, { count: number; sinceMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isBelieved(accuser: string, accused: string): boolean {
    const wrong = this.#recent(`${accuser} ${accused}`);
    return wrong === null || wrong.count < WRONG_MAX;
  }

  wasWrong(accuser: string, accused: string): void {
    const name = `${accuser} ${accused}`;
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
