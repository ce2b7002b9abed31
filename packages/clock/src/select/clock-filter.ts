// The clock filter: of a source's last eight samples, the one with the least delay is the most accurate (RFC 5905 §10).
import { PHI, type Sample } from '../ntp/sample.ts';

const STAGES = 8;

export interface Estimate {
  /** Seconds by which the source is ahead, and the delay of that sample. */
  readonly offset: number;
  readonly delay: number;
  /** Seconds, growing with age. */
  readonly dispersion: number;
  /** RMS distance of the other samples from it, in seconds. */
  readonly jitter: number;
  /** Steady seconds at which the sample was taken. */
  readonly at: number;
}

export class ClockFilter {
  readonly #samples: Sample[] = [];

  add(sample: Sample): void {
    this.#samples.unshift(sample);
    this.#samples.length = Math.min(this.#samples.length, STAGES);
  }

  /** The estimate at `now` (steady seconds); null without samples. `precision`: lower bound of the jitter, in seconds. */
  estimate(now: number, precision: number): Estimate | null {
    const byDelay = this.#samples.toSorted((a, b) => a.delay - b.delay);
    const best = byDelay[0];
    if (best === undefined) return null;
    // RFC 5905 adds 16 s of dispersion per empty stage, so that a source counts only after four samples. Here a single
    // request is useful too, within its own bounds.
    const ages = byDelay.map((sample) => sample.dispersion + PHI * Math.max(0, now - sample.at));
    const dispersion = ages.reduce((sum, age, i) => sum + age / 2 ** (i + 1), 0);
    const squares = byDelay.slice(1).map(({ offset }) => (offset - best.offset) ** 2);
    const mean = squares.reduce((sum, square) => sum + square, 0) / Math.max(1, squares.length);
    const jitter = Math.max(Math.sqrt(mean), precision);
    return { offset: best.offset, delay: best.delay, dispersion, jitter, at: best.at };
  }
}
