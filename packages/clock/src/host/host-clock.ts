// The system clock with nanosecond resolution. Node gives the time of day in milliseconds only, and a monotonic counter
// in nanoseconds without a date; the two are aligned at the instant a millisecond begins.

import { type SleepingMachine, Slept, thisMachine } from './slept.ts';

/** What the protocol logic needs of a clock; tests pass their own. */
export interface LocalClock {
  /** A monotonic counter in nanoseconds with arbitrary origin; it steps only over a suspension of the machine. */
  steadyNs(): bigint;
  /** This machine's time in nanoseconds since 1970. */
  wallNs(): bigint;
}

/** Nanoseconds after which counter and date are realigned, as adjtime(3) may be slewing the date. */
const TIE_LIFE_NS = 10_000_000_000n;
/** Precision with which the edge of a millisecond must be caught. */
const SHARP_NS = 2_000;
const TRIES_MAX = 4;
/** A larger deviation means that the wall clock was stepped. */
const STEP_NS = 2_000_000n;

/** The machine's raw counters; tests pass their own. */
export interface Machine extends SleepingMachine {
  /** CLOCK_MONOTONIC, which on Linux stops while the machine sleeps. */
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

  /** Includes suspended time: a clock that other peers follow must not lag by it. */
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

  /** Aligns at the sharpest of several edges, since the process may be preempted at any of them. */
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

/** Spins, for a millisecond at most, until the time of day ticks; the tick lies between the two counter values. */
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
