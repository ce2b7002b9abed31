// The clock filter: of the last eight samples of a source, the one with the least delay is the truest (RFC 5905 §10).
import { PHI, type Sample } from '../ntp/sample.ts';

const STAGES = 8;

export interface Estimate {
  /** Seconds the source is ahead of us, and the delay of that sample. */
  readonly offset: number;
  readonly delay: number;
  /** Seconds, grown with age. */
  readonly dispersion: number;
  /** Root mean square of the other samples' distance from it, in seconds. */
  readonly jitter: number;
  /** Steady seconds at which the sample was taken. */
  readonly at: number;
}

export class ClockFilter {
  readonly #samples: Sample[] = [];

  get length(): number {
    return this.#samples.length;
  }

  add(sample: Sample): void {
    this.#samples.unshift(sample);
    this.#samples.length = Math.min(this.#samples.length, STAGES);
  }

  clear(): void {
    this.#samples.length = 0;
  }

  /** What they say together at `now` (steady seconds); null without a sample. `precision`: the least jitter, in seconds. */
  estimate(now: number, precision: number): Estimate | null {
    const byDelay = this.#samples.toSorted((a, b) => a.delay - b.delay);
    const best = byDelay[0];
    if (best === undefined) return null;
    // RFC 5905 counts 16 s for each stage still empty, so that a source is believed only after four answers. A single
    // question has its bounds too: only the samples there are count.
    const ages = byDelay.map((sample) => sample.dispersion + PHI * Math.max(0, now - sample.at));
    const dispersion = ages.reduce((sum, age, i) => sum + age / 2 ** (i + 1), 0);
    const squares = byDelay.slice(1).map(({ offset }) => (offset - best.offset) ** 2);
    const mean = squares.reduce((sum, square) => sum + square, 0) / Math.max(1, squares.length);
    const jitter = Math.max(Math.sqrt(mean), precision);
    return { offset: best.offset, delay: best.delay, dispersion, jitter, at: best.at };
  }
}
