// The clocks of this machine, read finely. Node tells the time of day in milliseconds only; the steady counter has
// nanoseconds but no date. The two are tied together at the edge of a millisecond.

/** What protocol logic needs of a clock; tests hand in one of their own. */
export interface LocalClock {
  /** Nanoseconds of a counter that never steps; where it began does not matter. */
  steadyNs(): bigint;
  /** Nanoseconds since 1970 as this machine believes. */
  wallNs(): bigint;
}

/** How far apart the two may drift before they are tied together anew: what adjtime(3) slews in ten seconds. */
const TIE_LIFE_NS = 10_000_000_000n;
/** A step of the wall clock shows at once by more than this. */
const STEP_NS = 2_000_000n;

export class HostClock implements LocalClock {
  #wallMinusSteady = 0n;
  #tiedAt = 0n;

  constructor() {
    this.#tie();
  }

  steadyNs(): bigint {
    return process.hrtime.bigint();
  }

  wallNs(): bigint {
    const steady = process.hrtime.bigint();
    const wall = steady + this.#wallMinusSteady;
    const apart = BigInt(Date.now()) * 1_000_000n - wall;
    const isStepped = apart > STEP_NS || apart < -STEP_NS;
    if (!isStepped && steady - this.#tiedAt < TIE_LIFE_NS) return wall;
    this.#tie();
    return process.hrtime.bigint() + this.#wallMinusSteady;
  }

  /** Waits, a millisecond at most, for the time of day to tick. */
  #tie(): void {
    const before = Date.now();
    let now = before;
    let steady = process.hrtime.bigint();
    while (now === before) {
      steady = process.hrtime.bigint();
      now = Date.now();
    }
    this.#wallMinusSteady = BigInt(now) * 1_000_000n - steady;
    this.#tiedAt = steady;
  }
}
