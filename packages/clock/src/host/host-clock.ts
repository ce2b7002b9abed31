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
/** An edge seen within this is sharp enough. */
const SHARP_NS = 2_000;
const TRIES_MAX = 4;
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

  /** At the edge of a millisecond, as sharp as it can be seen: on a busy machine we may be put aside right there. */
  #tie(): void {
    let sharpest = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < TRIES_MAX && sharpest > SHARP_NS; tries++) {
      const { edgeMs, beforeNs, afterNs } = nextEdge();
      const width = Number(afterNs - beforeNs);
      if (width >= sharpest) continue;
      sharpest = width;
      this.#wallMinusSteady = BigInt(edgeMs) * 1_000_000n - (beforeNs + afterNs) / 2n;
      this.#tiedAt = afterNs;
    }
  }
}

/** Waits, a millisecond at most, for the time of day to tick: it did between the two. */
function nextEdge(): { edgeMs: number; beforeNs: bigint; afterNs: bigint } {
  const startMs = Date.now();
  let beforeNs = process.hrtime.bigint();
  for (;;) {
    const edgeMs = Date.now();
    const afterNs = process.hrtime.bigint();
    if (edgeMs !== startMs) return { edgeMs, beforeNs, afterNs };
    beforeNs = afterNs;
  }
}
