// How long this machine has slept. Its counter stands still meanwhile on Linux and macOS, so what was there before it seems
// to have been there a moment ago. The date has gone on then; but a date may also be set: what the machine was up says which.

import { uptime } from 'node:os';

/** What a machine counts. Tests hand in one of their own. */
export interface SleepingMachine {
  dateMs(): number;
  /** Since it was started, asleep or not; in steps of 10 ms. */
  upMs(): number;
}

/** The date has gone on by so much more than the counter: it was set, or the machine has slept. */
const SLEEP_MS = 500;

export const thisMachine: SleepingMachine = { dateMs: () => Date.now(), upMs: () => uptime() * 1000 };

export class Slept {
  readonly #machine: SleepingMachine;
  /** By how much the date was ahead of the counter when last seen, and what the machine was up longer than that, at first. */
  #aheadMs: number;
  readonly #upAheadMs: number;
  #sleptMs = 0;

  /** @param counterMs of a counter that stands still while the machine sleeps, now */
  constructor(counterMs: number, machine = thisMachine) {
    this.#machine = machine;
    this.#aheadMs = machine.dateMs() - counterMs;
    this.#upAheadMs = machine.upMs() - counterMs;
  }

  /** Milliseconds asleep since this was made. Cheap enough to be asked for each packet. */
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
