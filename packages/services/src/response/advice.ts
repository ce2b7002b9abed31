// Limits lines of advice, which go to the audit log and the list of responses. An accuser can cause a limited number an
// hour, and so can all together; the rest is counted and reported in one line at the end of the hour.

export interface AdviceBounds {
  /** Interval in which the same advice about a subject is not repeated. */
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

/** Subjects remembered; then the oldest is evicted. */
const KNOWN_MAX = 10_000;

export class AdviceBook {
  readonly #bounds: AdviceBounds;
  readonly #given = new Map<string, number>();
  /** Lines that each witness caused in this window, and the number omitted. */
  readonly #lines = new Map<string, { given: number; leftOut: number }>();
  #total = 0;
  #beganMs = Number.NEGATIVE_INFINITY;

  constructor(bounds: AdviceBounds = ADVICE_BOUNDS) {
    this.#bounds = bounds;
  }

  /**
   * Whether a line about this may be written: one of the accusing witnesses must be below its limit, so that none can
   * silence others by joining them.
   */
  take(about: string, witnesses: readonly string[], nowMs: number): boolean {
    const { againMs, perWitnessMax, max } = this.#bounds;
    if (nowMs - (this.#given.get(about) ?? Number.NEGATIVE_INFINITY) < againMs) return false;
    if (this.#lines.size === 0) this.#beganMs = nowMs;
    const lines = witnesses.map((each) => this.#linesOf(each));
    if (this.#total >= max || lines.every(({ given }) => given >= perWitnessMax)) {
      for (const each of lines) each.leftOut++;
      return false;
    }
    this.#total++;
    for (const each of lines) each.given++;
    this.#given.delete(about);
    this.#given.set(about, nowMs);
    if (this.#given.size > KNOWN_MAX) this.#given.delete(this.#given.keys().next().value!);
    return true;
  }

  /** The number of omitted lines by witness, once the window has ended. */
  leftOut(nowMs: number): { witness: string; count: number }[] {
    if (nowMs - this.#beganMs < this.#bounds.windowMs) return [];
    const over = [...this.#lines].flatMap(([witness, { leftOut: count }]) =>
      count === 0 ? [] : [{ witness, count }],
    );
    this.#lines.clear();
    this.#total = 0;
    return over;
  }

  #linesOf(witness: string): { given: number; leftOut: number } {
    const known = this.#lines.get(witness) ?? { given: 0, leftOut: 0 };
    this.#lines.set(witness, known);
    return known;
  }
}
