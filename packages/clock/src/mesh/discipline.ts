// Estimates offset and frequency against a better clock, with standard errors, by weighted linear regression over the
// latest samples. The weights follow from the round-trip delays. The idea is chrony's (regress.c) in its simplest form;
// prior knowledge of the frequency counts as one more observation, so that few samples never turn noise into a rate.

export interface Comparison {
  /** Steady seconds of our clock. */
  readonly at: number;
  /** Seconds by which the other clock was ahead. */
  readonly offset: number;
  /** Round-trip delay in seconds; the offset is wrong by at most half of it. */
  readonly delay: number;
  /** Uncertainty of the other clock in seconds. */
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
  /** Half of the smallest delay in seconds, an error that no statistics can remove. */
  readonly asymmetry: number;
}

export interface Rate {
  /** Seconds a second. */
  readonly skew: number;
  /** Its standard error. */
  readonly skewError: number;
}

export const SAMPLES_MAX = 64;
/** Older samples are dropped, for the frequency drifts with temperature. */
const AGE_MAX = 1_200;
/** With fewer samples outliers cannot be recognized. */
const JUDGED_SAMPLES_MIN = 5;
/** A working clock is not off by more than this (RFC 5905 allows 500 ppm). */
const SKEW_MAX = 1e-3;
/** Minimum noise in seconds of reading clocks in a busy process. */
const NOISE_FLOOR = 5e-6;
/** Standard error of an unmeasured frequency, in seconds per second. */
export const SKEW_UNKNOWN = 100e-6;
const UNKNOWN: Rate = { skew: 0, skewError: SKEW_UNKNOWN };
/** Least standard error of a remembered frequency: it drifts, and a new reference has another. */
const SKEW_WANDER = 10e-6;
/** Samples needed before older ones may be discarded as off the line. */
const TREND_SAMPLES_MIN = 8;
/** Samples this many weighted deviations off the line are excluded from the second fit. */
const OUTLIER = 4;

export class Discipline {
  readonly #samples: Comparison[] = [];
  #before: Rate = UNKNOWN;

  add(sample: Comparison): void {
    this.#samples.push(sample);
    while (this.#samples.length > SAMPLES_MAX || sample.at - this.#samples[0]!.at > AGE_MAX)
      this.#samples.shift();
  }

  /**
   * Drops all samples, because another clock is followed from now on. `rate` is the prior for our frequency. Its error, which
   * other peers influence, is capped at that of an unmeasured frequency; without a prior the first fit would be arbitrary.
   */
  clear(rate: Rate = UNKNOWN): void {
    this.#samples.length = 0;
    const skewError = Math.min(SKEW_UNKNOWN, Math.max(rate.skewError, SKEW_WANDER));
    this.#before = { ...rate, skewError };
  }

  get length(): number {
    return this.#samples.length;
  }

  /** The estimate at steady time `at` (now); null without samples. */
  estimate(at: number): Estimate | null {
    const samples = this.#samples;
    if (samples.length === 0) return null;
    const shortest = Math.min(...samples.map(({ delay }) => delay));
    const surest = Math.min(...samples.map(({ sourceError }) => sourceError));
    const best = { shortest, surest, usual: medianDelay(samples) - shortest };
    const { offset, skew, offsetError, skewError } = this.#fitNewest(at, best);
    const bounded = Math.min(SKEW_MAX, Math.max(-SKEW_MAX, skew));
    return { at, offset, skew: bounded, offsetError, skewError, asymmetry: shortest / 2 };
  }

  /**
   * The line of the samples without outliers. If their residuals show curvature, the frequency has changed: drops the oldest
   * samples. Outliers are left out before that: one of them lifts the line above most others, which looks like a curve.
   */
  #fitNewest(at: number, best: Best): Line {
    const samples = this.#samples;
    for (;;) {
      const first = fit(samples, at, best, this.#before);
      const near = samples.filter((sample) => deviation(sample, first, best) <= OUTLIER);
      const isJudged = near.length >= JUDGED_SAMPLES_MIN && near.length < samples.length;
      const line = isJudged ? fit(near, at, best, this.#before) : first;
      const rest = isJudged ? near : samples;
      if (rest.length < TREND_SAMPLES_MIN || !isBent(rest, line)) return line;
      samples.splice(0, samples.length >> 3);
    }
  }
}

/**
 * Runs test (Wald and Wolfowitz, at 2.5 standard deviations): random residuals change sign about every second sample; far
 * fewer changes mean a curve.
 */
function isBent(samples: readonly Comparison[], line: Line): boolean {
  let changes = 0;
  let wasAbove: boolean | null = null;
  for (const { at, offset } of samples) {
    const isAbove = offset > line.offset + line.skew * (at - line.at);
    if (wasAbove !== null && isAbove !== wasAbove) changes++;
    wasAbove = isAbove;
  }
  const pairs = samples.length - 1;
  return changes < pairs / 2 - 2.5 * Math.sqrt(pairs / 4);
}

interface Best {
  readonly shortest: number;
  readonly surest: number;
  /** How much the median delay exceeds the shortest. */
  readonly usual: number;
}

function medianDelay(samples: readonly Comparison[]): number {
  const delays = samples.map(({ delay }) => delay).sort((a, b) => a - b);
  return delays[delays.length >> 1]!;
}

/**
 * Standard deviation of a sample, from its excess delay and the source's excess uncertainty. A part of the usual excess is
 * added to every sample, or one lucky sample would outweigh all later ones.
 */
function noise({ delay, sourceError }: Comparison, { shortest, surest, usual }: Best): number {
  return NOISE_FLOOR + usual / 4 + (delay - shortest) / 2 + (sourceError - surest);
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
  /** Weighted RMS of the residuals in seconds. */
  readonly scatter: number;
}

/** Weighted least squares with time relative to `at`, so that the intercept is the current offset. */
function fit(samples: readonly Comparison[], at: number, best: Best, before: Rate): Line {
  const certainty = before.skewError ** -2;
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, certainty, certainty * before.skew];
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
  const skew = (w * wxy - wx * wy) / determinant;
  const offset = (wy - skew * wx) / w;
  let squares = 0;
  for (const sample of samples) {
    const residual = sample.offset - offset - skew * (sample.at - at);
    squares += (residual / noise(sample, best)) ** 2;
  }
  // Residuals larger than the assumed noise widen the standard errors; smaller ones do not narrow them.
  const excess = Math.max(1, squares / Math.max(1, samples.length - 2));
  return {
    at,
    offset,
    skew,
    offsetError: Math.sqrt((excess * wxx) / determinant),
    skewError: Math.sqrt((excess * w) / determinant),
    scatter: Math.sqrt(squares / w),
  };
}
