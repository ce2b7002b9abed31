// How long this machine has been suspended. The monotonic counter stops meanwhile on Linux and macOS, and the date goes
// on; as the date can also be set, the uptime, which includes suspension, decides.

import { uptime } from 'node:os';

/** The machine's raw counters; tests pass their own. */
export interface SleepingMachine {
  dateMs(): number;
  /** Uptime including suspension, in steps of 10 ms. */
  upMs(): number;
}

/** If the date is ahead of the counter by more than this, it was set, or the machine was suspended. */
const SLEEP_MS = 500;

export const thisMachine: SleepingMachine = { dateMs: () => Date.now(), upMs: () => uptime() * 1000 };

export class Slept {
  readonly #machine: SleepingMachine;
  /** Date minus counter when last checked, and initially uptime minus counter. */
  #aheadMs: number;
  readonly #upAheadMs: number;
  #sleptMs = 0;

  /** @param counterMs the current value of a counter that stops during suspension */
  constructor(counterMs: number, machine = thisMachine) {
    this.#machine = machine;
    this.#aheadMs = machine.dateMs() - counterMs;
    this.#upAheadMs = machine.upMs() - counterMs;
  }

  /** Milliseconds suspended since construction. Cheap enough for each packet. */
  at(counterMs: number): number {
    const aheadMs = this.#machine.dateMs() - counterMs;
    if (aheadMs - this.#aheadMs > SLEEP_MS) this.#look(counterMs);
    this.#aheadMs = aheadMs;
    return this.#sleptMs;
  }

  #look(counterMs: number): void {
    const sleptMs = this.#machine.upMs() - counterMs - this.#upAheadMs;
    if (sleptMs - this.#sleptMs > SLEEP_MS) this.#sleptMs = sleptMs;
  }
}
