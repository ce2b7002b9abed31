// What is advised and not done is a line each of the audit and of the list of responses: so whoever accuses may cause so
// many in an hour, and all together so many. What is more is counted, and told in one line when the hour is over.

export interface AdviceBounds {
  /** The same about the same subject is said once in so long. */
  readonly againMs: number;
  readonly windowMs: number;
  readonly perWitnessMax: number;
  readonly max: number;
}

const ADVICE_BOUNDS: AdviceBounds = {
  againMs: 10 * 60_000,
  windowMs: 3_600_000,
  perWitnessMax: 20,
  max: 200,
};

/** What is remembered of subjects; then the oldest goes. */
const KNOWN_MAX = 10_000;

export class AdviceBook {
  readonly #bounds: AdviceBounds;
  readonly #said = new Map<string, number>();
  /** Within this window: lines that each witness caused, and how many were left out. */
  readonly #lines = new Map<string, { said: number; leftOut: number }>();
  #total = 0;
  #beganMs = Number.NEGATIVE_INFINITY;

  constructor(bounds: AdviceBounds = ADVICE_BOUNDS) {
    this.#bounds = bounds;
  }

  /**
   * Whether a line about this may be written. `witnesses`: who accuses; one of them has to have room left, so that nobody
   * silences others by joining them.
   */
  take(about: string, witnesses: readonly string[], nowMs: number): boolean {
    const { againMs, perWitnessMax, max } = this.#bounds;
    if (nowMs - (this.#said.get(about) ?? Number.NEGATIVE_INFINITY) < againMs) return false;
    if (this.#lines.size === 0) this.#beganMs = nowMs;
    const lines = witnesses.map((each) => this.#linesOf(each));
    if (this.#total >= max || lines.every(({ said }) => said >= perWitnessMax)) {
      for (const each of lines) each.leftOut++;
      return false;
    }
    this.#total++;
    for (const each of lines) each.said++;
    this.#said.delete(about);
    this.#said.set(about, nowMs);
    if (this.#said.size > KNOWN_MAX) this.#said.delete(this.#said.keys().next().value!);
    return true;
  }

  /** Once the window is over: what was left out in it, by witness. */
  leftOut(nowMs: number): { witness: string; count: number }[] {
    if (nowMs - this.#beganMs < this.#bounds.windowMs) return [];
    const over = [...this.#lines].flatMap(([witness, { leftOut: count }]) =>
      count === 0 ? [] : [{ witness, count }],
    );
    this.#lines.clear();
    this.#total = 0;
    return over;
  }

  #linesOf(witness: string): { said: number; leftOut: number } {
    const known = this.#lines.get(witness) ?? { said: 0, leftOut: 0 };
    this.#lines.set(witness, known);
    return known;
  }
}
