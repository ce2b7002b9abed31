// From noisy comparisons with a better clock to an offset, a rate and how sure both are: a straight line through the last
// samples, each weighed by how quickly it came back. The idea is chrony's (regress.c), in its plainest form.

export interface Comparison {
  /** Steady seconds of our clock. */
  readonly at: number;
  /** Seconds the other clock was ahead. */
  readonly offset: number;
  /** Seconds on the way there and back: the offset is wrong by half of it at most. */
  readonly delay: number;
  /** Seconds by which the other clock may have been wrong itself. */
  readonly sourceError: number;
}

export interface Estimate {
  /** Steady seconds for which `offset` holds. */
  readonly at: number;
  /** Seconds to add. */
  readonly offset: number;
  /** Seconds a second by which the offset grows. */
  readonly skew: number;
  /** Standard errors of the two. */
  readonly offsetError: number;
  readonly skewError: number;
  /** Seconds: half of the smallest delay, which no statistics can take away. */
  readonly asymmetry: number;
}

const SAMPLES_MAX = 64;
/** Older ones are forgotten: temperature moves the rate. */
const AGE_MAX = 900;
/** Below this a rate cannot be told from noise. */
const FIT_SAMPLES_MIN = 5;
const FIT_SPAN_MIN = 2;
/** No clock that works is off by more than this (RFC 5905 allows 500 ppm). */
const SKEW_MAX = 1e-3;
/** Seconds: what reading clocks in a busy process costs at the least. */
const NOISE_FLOOR = 5e-6;
/** Seconds a second: drift of a rate not yet measured. */
export const SKEW_UNKNOWN = 100e-6;
/** Samples this many weighted deviations off the line are left out of the second fit. */
const OUTLIER = 4;

export class Discipline {
  readonly #samples: Comparison[] = [];

  add(sample: Comparison): void {
    this.#samples.push(sample);
    while (this.#samples.length > SAMPLES_MAX || sample.at - this.#samples[0]!.at > AGE_MAX)
      this.#samples.shift();
  }

  /** Forgets all: another clock is followed from now on, or ours was stepped. */
  clear(): void {
    this.#samples.length = 0;
  }

  get length(): number {
    return this.#samples.length;
  }

  /** Null without a sample. `at`: steady seconds of now. */
  estimate(at: number): Estimate | null {
    const samples = this.#samples;
    if (samples.length === 0) return null;
    const shortest = Math.min(...samples.map(({ delay }) => delay));
    const surest = Math.min(...samples.map(({ sourceError }) => sourceError));
    const best = { shortest, surest };
    const span = samples.at(-1)!.at - samples[0]!.at;
    const asymmetry = shortest / 2;
    if (samples.length < FIT_SAMPLES_MIN || span < FIT_SPAN_MIN) return byQuickest(samples, at, asymmetry);
    const first = fit(samples, at, best);
    const near = samples.filter((sample) => deviation(sample, first, best) <= OUTLIER);
    const { offset, skew, offsetError, skewError } =
      near.length < FIT_SAMPLES_MIN ? first : fit(near, at, best);
    const bounded = Math.min(SKEW_MAX, Math.max(-SKEW_MAX, skew));
    return { at, offset, skew: bounded, offsetError, skewError, asymmetry };
  }
}

/** Too few for a line: the sample that came back quickest, its rate unknown. */
function byQuickest(samples: readonly Comparison[], at: number, asymmetry: number): Estimate {
  const best = samples.reduce((a, b) => (b.delay < a.delay ? b : a));
  const offsetError = NOISE_FLOOR + SKEW_UNKNOWN * Math.abs(at - best.at);
  return { at, offset: best.offset, skew: 0, offsetError, skewError: SKEW_UNKNOWN, asymmetry };
}

interface Best {
  readonly shortest: number;
  readonly surest: number;
}

/** What a delay longer than the shortest, and a source less sure than at its surest, may have done to the offset. */
function noise({ delay, sourceError }: Comparison, { shortest, surest }: Best): number {
  return NOISE_FLOOR + (delay - shortest) / 2 + (sourceError - surest);
}

function deviation(sample: Comparison, line: Line, best: Best): number {
  const expected = line.offset + line.skew * (sample.at - line.at);
  const sigma = Math.hypot(noise(sample, best), line.scatter);
  return Math.abs(sample.offset - expected) / sigma;
}

interface Line {
  readonly at: number;
  readonly offset: number;
  readonly skew: number;
  readonly offsetError: number;
  readonly skewError: number;
  /** Weighted root mean square of what the line does not explain, in seconds. */
  readonly scatter: number;
}

/** Weighted least squares, with `at` as the zero of time so that the intercept is the offset now. */
function fit(samples: readonly Comparison[], at: number, best: Best): Line {
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
  for (const sample of samples) {
    const weight = noise(sample, best) ** -2;
    const x = sample.at - at;
    w += weight;
    wx += weight * x;
    wy += weight * sample.offset;
    wxx += weight * x * x;
    wxy += weight * x * sample.offset;
  }
  const determinant = w * wxx - wx * wx;
  const skew = determinant > 0 ? (w * wxy - wx * wy) / determinant : 0;
  const offset = (wy - skew * wx) / w;
  let squares = 0;
  for (const sample of samples) {
    const residual = sample.offset - offset - skew * (sample.at - at);
    squares += (residual / noise(sample, best)) ** 2;
  }
  // Noise that was judged too small widens the errors; noise judged too large does not narrow them.
  const excess = Math.max(1, squares / Math.max(1, samples.length - 2));
  return {
    at,
    offset,
    skew,
    offsetError: Math.sqrt((excess * wxx) / Math.max(determinant, Number.MIN_VALUE)),
    skewError: Math.sqrt((excess * w) / Math.max(determinant, Number.MIN_VALUE)),
    scatter: Math.sqrt(squares / w),
  };
}
