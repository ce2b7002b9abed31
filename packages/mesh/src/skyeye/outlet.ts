// What goes up to one receiver: only what it does not know yet. The receiver is told a name once, and after that a small
// number; of a reading, the values that changed. If it missed something it says so, and all begins anew.

import type { Values } from './attributes.ts';
import { isNotable } from './attributes.ts';
import type { Entry } from './messages.ts';
import type { Held, Listener, Readings } from './readings.ts';

export class Outlet implements Listener {
  readonly #readings: Readings;
  /** By number: what the receiver knows. */
  #sent: (Values | undefined)[] = [];
  /** Numbers of readings that are new, and whether a number is among them. */
  #dirty: number[] = [];
  #isDirty: boolean[] = [];
  #gone: number[] = [];
  #number = 0;

  constructor(readings: Readings) {
    this.#readings = readings;
    readings.listeners.push(this);
    this.beginAnew();
  }

  close(): void {
    const { listeners } = this.#readings;
    listeners.splice(listeners.indexOf(this), 1);
  }

  /** The receiver knows nothing, or is another. */
  beginAnew(): void {
    this.#sent = [];
    this.#gone = [];
    this.#number = 0;
    this.#dirty = [];
    this.#isDirty = [];
    for (const held of this.#readings.all()) this.touched(held);
  }

  touched({ number }: Held): void {
    if (this.#isDirty[number] === true) return;
    this.#isDirty[number] = true;
    this.#dirty.push(number);
  }

  removed(held: Held): void {
    if (this.#sent[held.number] === undefined) return;
    this.#sent[held.number] = undefined;
    this.#gone.push(held.number);
  }

  /** Whether others should hear of this reading at once. */
  isNotable({ number, values }: Held): boolean {
    const sent = this.#sent[number];
    if (sent === undefined) return true;
    for (let i = 0; i < values.length; i++) if (isNotable(i, sent[i]!, values[i]!)) return true;
    return false;
  }

  /**
   * What is new for the receiver; after this it counts as known.
   *
   * @param receiver what it reported itself is not told back to it; '' is told all
   */
  take(receiver: string, nowMs: number): { number: number; gone: number[]; entries: Entry[] } {
    const entries: Entry[] = [];
    for (const number of this.#dirty) {
      this.#isDirty[number] = false;
      const held = this.#readings.numbered(number);
      if (held === undefined || held.owner === receiver || held.id === receiver) continue;
      const sent = this.#sent[number];
      const ageMs = Math.max(0, Math.round(nowMs - held.readMs));
      const { id, values } = held;
      const before = sent ?? null;
      entries.push({ number, id: before === null ? id : null, ageMs, said: null, values, before });
      this.#sent[number] = values;
    }
    this.#dirty.length = 0;
    const gone = this.#gone;
    this.#gone = [];
    return { number: this.#number++, gone, entries };
  }

  /** An empty report begins an aggregate, of which no part is known one by one. */
  takeNothing(): number {
    for (const number of this.#dirty) this.#isDirty[number] = false;
    this.#dirty.length = 0;
    this.#gone = [];
    return this.#number++;
  }
}
