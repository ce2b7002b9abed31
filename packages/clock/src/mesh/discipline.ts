// From noisy comparisons with a better clock to an offset, a rate and how sure both are: a straight line through the last
// samples, each weighed by how quickly it came back. The idea is chrony's (regress.c), in its plainest form, with what is
// known of the rate beforehand counted as one more observation: so few samples never make up a rate out of noise.

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

export interface Rate {
  /** Seconds a second. */
  readonly skew: number;
  /** Its standard error. */
  readonly skewError: number;
}

export const SAMPLES_MAX = 64;
/** Older ones are forgotten: temperature moves the rate. */
const AGE_MAX = 1_200;
/** Fewer show no outlier. */
const JUDGED_SAMPLES_MIN = 5;
/** No clock that works is off by more than this (RFC 5905 allows 500 ppm). */
const SKEW_MAX = 1e-3;
/** Seconds: what reading clocks in a busy process costs at the least. */
const NOISE_FLOOR = 5e-6;
/** Seconds a second: drift of a rate not yet measured. */
export const SKEW_UNKNOWN = 100e-6;
const UNKNOWN: Rate = { skew: 0, skewError: SKEW_UNKNOWN };
/** A rate measured once is not surer than this: it wanders, and whoever leads from now on has another. */
const SKEW_WANDER = 10e-6;
/** So many samples must agree with the line before older ones are doubted. */
const TREND_SAMPLES_MIN = 8;
/** Samples this many weighted deviations off the line are left out of the second fit. */
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
   * Forgets all samples: another clock is followed from now on. `rate`: what stays true of ours. Others have a say in it: less
   * sure than not known at all it cannot be, or the line through the first samples would be any line.
   */
  clear(rate: Rate = UNKNOWN): void {
    this.#samples.length = 0;
    const skewError = Math.min(SKEW_UNKNOWN, Math.max(rate.skewError, SKEW_WANDER));
    this.#before = { ...rate, skewError };
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
    const best = { shortest, surest, usual: medianDelay(samples) - shortest };
    const first = this.#fitNewest(at, best);
    const near = samples.filter((sample) => deviation(sample, first, best) <= OUTLIER);
    const isFirst = near.length < JUDGED_SAMPLES_MIN || near.length === samples.length;
    const { offset, skew, offsetError, skewError } = isFirst ? first : fit(near, at, best, this.#before);
    const bounded = Math.min(SKEW_MAX, Math.max(-SKEW_MAX, skew));
    return { at, offset, skew: bounded, offsetError, skewError, asymmetry: shortest / 2 };
  }

  /** If the samples bend away from the line, the rate has changed, and the oldest mislead: they go. */
  #fitNewest(at: number, best: Best): Line {
    const samples = this.#samples;
    for (;;) {
      const line = fit(samples, at, best, this.#before);
      if (samples.length < TREND_SAMPLES_MIN || !isBent(samples, line)) return line;
      samples.splice(0, samples.length >> 3);
    }
  }
}

/**
 * Chance puts about every second sample on the other side of the line than the one before; far fewer changes of side are a
 * curve (Wald and Wolfowitz's test of runs, at 2.5 standard deviations).
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
  /** By how much the usual delay is longer than the shortest. */
  readonly usual: number;
}

function medianDelay(samples: readonly Comparison[]): number {
  const delays = samples.map(({ delay }) => delay).sort((a, b) => a - b);
  return delays[delays.length >> 1]!;
}

/**
 * What a delay longer than the shortest, and a source less sure than at its surest, may have done to the offset. A part of
 * the usual excess counts for all, or one lucky sample would outweigh all that come after it.
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
  /** Weighted root mean square of what the line does not explain, in seconds. */
  readonly scatter: number;
}

/** Weighted least squares, with `at` as the zero of time so that the intercept is the offset now. */
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
  // Noise that was judged too small widens the errors; noise judged too large does not narrow them.
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
