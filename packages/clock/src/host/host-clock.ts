// The clocks of this machine, read finely. Node tells the time of day in milliseconds only; the steady counter has
// nanoseconds but no date. The two are tied together at the edge of a millisecond.

import { uptime } from 'node:os';

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

/** The date has gone on by so much more than the counter: it was set, or the machine has slept. */
const SLEEP_MS = 500;

/** What a machine counts. Tests hand in one of their own. */
export interface Machine {
  /** On Linux it stands still while the machine sleeps (CLOCK_MONOTONIC). */
  counterNs(): bigint;
  dateMs(): number;
  /** Since it was started, asleep or not; in steps of 10 ms. */
  upMs(): number;
}

const thisMachine: Machine = {
  counterNs: () => process.hrtime.bigint(),
  dateMs: () => Date.now(),
  upMs: () => uptime() * 1000,
};

export class HostClock implements LocalClock {
  readonly #machine: Machine;
  #wallMinusSteady = 0n;
  #tiedAt = 0n;
  /** By how much the date was ahead of the counter, and what the machine was up longer than that counted, at first. */
  #aheadMs: number;
  readonly #upAheadMs: number;
  #sleptMs = 0;

  constructor(machine = thisMachine) {
    this.#machine = machine;
    const counterMs = Number(machine.counterNs()) / 1e6;
    this.#aheadMs = machine.dateMs() - counterMs;
    this.#upAheadMs = machine.upMs() - counterMs;
    this.#tie();
  }

  /** Whoever leads the time of others must not be late by the night that it slept. */
  steadyNs(): bigint {
    const counterNs = this.#machine.counterNs();
    const counterMs = Number(counterNs) / 1e6;
    const aheadMs = this.#machine.dateMs() - counterMs;
    if (aheadMs - this.#aheadMs > SLEEP_MS) this.#lookForSleep(counterMs);
    this.#aheadMs = aheadMs;
    return counterNs + BigInt(Math.round(this.#sleptMs * 1e6));
  }

  #lookForSleep(counterMs: number): void {
    const sleptMs = this.#machine.upMs() - counterMs - this.#upAheadMs;
    if (sleptMs - this.#sleptMs > SLEEP_MS) this.#sleptMs = sleptMs;
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
