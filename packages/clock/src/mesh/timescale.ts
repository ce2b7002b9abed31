// A time scale laid over the steady counter: corrected smoothly, so that small corrections never make it run backwards.
import type { Estimate } from './discipline.ts';

/** Seconds over which a correction is worked in. */
const SLEW_TIME = 4;
/** Larger errors are stepped over at once: to crawl would leave the time wrong for longer than a jump hurts. */
const STEP = 0.01;

export class Timescale {
  /** Nanoseconds to add to the steady counter for the scale as it was at first. */
  readonly originNs: bigint;
  /** How often it was stepped; whoever compares times from before and after must know. */
  steps = 0;
  #at: number;
  #offset = 0;
  #skew = 0;
  /** What the scale was ahead of its new line when that was laid, worked off in SLEW_TIME. */
  #residual = 0;

  constructor(originNs: bigint, at: number) {
    this.originNs = originNs;
    this.#at = at;
  }

  /** Seconds to add to the steady counter and the origin. `at`: steady seconds. */
  offset(at: number): number {
    return this.line(at) + this.correction(at);
  }

  /** The same as it will be when all is worked in. */
  line(at: number): number {
    return this.#offset + this.#skew * (at - this.#at);
  }

  /** Seconds of the last correction that are not yet worked in. */
  correction(at: number): number {
    return this.#residual * Math.max(0, 1 - (at - this.#at) / SLEW_TIME);
  }

  get skew(): number {
    return this.#skew;
  }

  nowNs(steadyNs: bigint): bigint {
    return steadyNs + this.originNs + BigInt(Math.round(this.offset(Number(steadyNs) / 1e9) * 1e9));
  }

  /** From now on along a new line: by a slope where it is near, by a step where it is not, or where `mayStep` says so. */
  follow({ at, offset, skew }: Pick<Estimate, 'at' | 'offset' | 'skew'>, mayStep: boolean): void {
    const residual = this.offset(at) - offset;
    const isStep = mayStep ? residual !== 0 : Math.abs(residual) > STEP;
    if (isStep) this.steps++;
    this.#at = at;
    this.#offset = offset;
    this.#skew = skew;
    this.#residual = isStep ? 0 : residual;
  }
}
