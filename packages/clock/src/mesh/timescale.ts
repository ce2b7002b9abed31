// A time scale over the steady counter that slews small corrections, so that it never runs backwards.
import type { Estimate } from './discipline.ts';

/** Seconds over which a correction is slewed. */
const SLEW_TIME = 4;
/** Larger errors are stepped: slewing would leave the time wrong for too long. */
const STEP = 0.01;

export class Timescale {
  /** The initial difference between the scale and the steady counter, in nanoseconds. */
  readonly originNs: bigint;
  /** Number of steps, after which earlier times must not be compared with later ones. */
  steps = 0;
  #at: number;
  #offset = 0;
  #skew = 0;
  /** The scale's excess over its new line when that was set; decays within SLEW_TIME. */
  #residual = 0;

  constructor(originNs: bigint, at: number) {
    this.originNs = originNs;
    this.#at = at;
  }

  /** Seconds to add to the steady counter and the origin. `at`: steady seconds. */
  offset(at: number): number {
    return this.line(at) + this.correction(at);
  }

  /** The same with the slew completed. */
  line(at: number): number {
    return this.#offset + this.#skew * (at - this.#at);
  }

  /** Seconds of the last correction still to be slewed. */
  correction(at: number): number {
    return this.#residual * Math.max(0, 1 - (at - this.#at) / SLEW_TIME);
  }

  get skew(): number {
    return this.#skew;
  }

  nowNs(steadyNs: bigint): bigint {
    return steadyNs + this.originNs + BigInt(Math.round(this.offset(Number(steadyNs) / 1e9) * 1e9));
  }

  /** Sets a new line, reached by a slew if it is near, else, or if `mayStep`, by a step. */
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
