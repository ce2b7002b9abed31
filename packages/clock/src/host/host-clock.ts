// The clocks of this machine, read finely. Node tells the time of day in milliseconds only; the steady counter has
// nanoseconds but no date. The two are tied together at the edge of a millisecond.

import { type SleepingMachine, Slept, thisMachine } from './slept.ts';

/** What protocol logic needs of a clock; tests hand in one of their own. */
export interface LocalClock {
  /** Nanoseconds of a counter that never steps but over a sleep of the machine; where it began does not matter. */
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

/** What a machine counts. Tests hand in one of their own. */
export interface Machine extends SleepingMachine {
  /** On Linux it stands still while the machine sleeps (CLOCK_MONOTONIC). */
  counterNs(): bigint;
}

const here: Machine = { ...thisMachine, counterNs: () => process.hrtime.bigint() };

export class HostClock implements LocalClock {
  readonly #machine: Machine;
  #wallMinusSteady = 0n;
  #tiedAt = 0n;
  readonly #slept: Slept;

  constructor(machine = here) {
    this.#machine = machine;
    this.#slept = new Slept(Number(machine.counterNs()) / 1e6, machine);
    this.#tie();
  }

  /** Whoever leads the time of others must not be late by the night that it slept. */
  steadyNs(): bigint {
    const counterNs = this.#machine.counterNs();
    return counterNs + BigInt(Math.round(this.#slept.at(Number(counterNs) / 1e6) * 1e6));
  }

  wallNs(): bigint {
    const steady = this.#machine.counterNs();
    const wall = steady + this.#wallMinusSteady;
    const apart = BigInt(this.#machine.dateMs()) * 1_000_000n - wall;
    const isStepped = apart > STEP_NS || apart < -STEP_NS;
    if (!isStepped && steady - this.#tiedAt < TIE_LIFE_NS) return wall;
    this.#tie();
    return this.#machine.counterNs() + this.#wallMinusSteady;
  }

  /** At the edge of a millisecond, as sharp as it can be seen: on a busy machine we may be put aside right there. */
  #tie(): void {
    let sharpest = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < TRIES_MAX && sharpest > SHARP_NS; tries++) {
      const { edgeMs, beforeNs, afterNs } = nextEdge(this.#machine);
      const width = Number(afterNs - beforeNs);
      if (width >= sharpest) continue;
      sharpest = width;
      this.#wallMinusSteady = BigInt(edgeMs) * 1_000_000n - (beforeNs + afterNs) / 2n;
      this.#tiedAt = afterNs;
    }
  }
}

/** Waits, a millisecond at most, for the time of day to tick: it did between the two. */
function nextEdge(machine: Machine): { edgeMs: number; beforeNs: bigint; afterNs: bigint } {
  const startMs = machine.dateMs();
  let beforeNs = machine.counterNs();
  for (;;) {
    const edgeMs = machine.dateMs();
    const afterNs = machine.counterNs();
    if (edgeMs !== startMs) return { edgeMs, beforeNs, afterNs };
    beforeNs = afterNs;
  }
}
