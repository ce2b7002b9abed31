// Delta encoding towards one receiver: sends only what the receiver does not know yet. A name is sent once and then
// replaced by a small number; of a reading, only changed values are sent. A receiver that missed a message reports it, and
// encoding starts over.

import { isNotable } from './attributes.ts';
import type { Entry } from './messages.ts';
import { GONE, type Held, type Listener, type Mark, type Readings } from './readings.ts';

const nothing: never[] = [];

export class Outlet implements Listener {
  readonly #readings: Readings;
  /** Null if the readings themselves hold the marks of this receiver. */
  readonly #marks: Map<Held, Mark> | null;
  /** Head of a linked list of changed readings: intrusive, because one is needed every few seconds. */
  #first: Held | null = null;
  #last: Held | null = null;
  #removed: number[] = nothing;
  #number = 0;

  /** @param receiver the parent, or another receiver (a follower) */
  constructor(readings: Readings, receiver: 'parent' | 'other') {
    this.#readings = readings;
    this.#marks = receiver === 'parent' ? null : new Map();
    readings.listen(this);
    this.beginAnew();
  }

  close(): void {
    this.#readings.unlisten(this);
  }

  /** Starts over: the receiver knows nothing, or is a different one. */
  beginAnew(): void {
    this.forgetNews();
    this.#number = 0;
    for (const held of this.#readings.all()) {
      this.#markOf(held).sent = null;
      this.touched(held);
    }
  }

  touched(held: Held): void {
    const mark = this.#markOf(held);
    if (mark.isNews) return;
    mark.isNews = true;
    if (this.#last === null) this.#first = held;
    else this.#markOf(this.#last).next = held;
    this.#last = held;
  }

  removed(held: Held): void {
    const mark = this.#markOf(held);
    if (mark.sent !== null) {
      if (this.#removed === nothing) this.#removed = [held.number];
      else this.#removed.push(held.number);
    }
    mark.sent = null;
    if (!mark.isNews) this.#marks?.delete(held);
  }

  /** Whether a reading has changed so much that it should be sent at once. */
  isNotable(held: Held): boolean {
    const { sent } = this.#markOf(held);
    if (sent === null) return true;
    const { values } = held;
    for (let i = 0; i < values.length; i++) if (isNotable(i, sent[i]!, values[i]!)) return true;
    return false;
  }

  /**
   * Takes what is new for the receiver, and marks it as sent.
   *
   * @param receiver whose own reports are left out; '' for none
   */
  take(
    receiver: string,
    nowMs: number,
  ): { number: number; removed: readonly number[]; entries: readonly Entry[] } {
    let entries: Entry[] = nothing;
    for (let held = this.#next(); held !== null; held = this.#next()) {
      if (held.number === GONE || held.owner === receiver || held.id === receiver) continue;
      const { number, id, values, readMs } = held;
      const mark = this.#markOf(held);
      const before = mark.sent;
      const ageMs = Math.max(0, Math.round(nowMs - readMs));
      const entry = { number, id: before === null ? id : null, ageMs, mask: null, values, before };
      // Most reports have one reading: allocates room for just that.
      if (entries === nothing) entries = [entry];
      else entries.push(entry);
      mark.sent = values;
    }
    const removed = this.#removed;
    this.#removed = nothing;
    return { number: this.#number++, removed, entries };
  }

  /** Sends an empty report, which announces an aggregate without single readings. */
  takeNothing(): number {
    this.forgetNews();
    return this.#number++;
  }

  /** Drops pending changes while there is no receiver; the next one starts from the beginning. */
  forgetNews(): void {
    while (this.#next() !== null);
    this.#removed = nothing;
  }

  /** Removes and returns the next changed reading. */
  #next(): Held | null {
    const held = this.#first;
    if (held === null) return null;
    const mark = this.#markOf(held);
    this.#first = mark.next;
    if (mark.next === null) this.#last = null;
    mark.next = null;
    mark.isNews = false;
    if (held.number === GONE) this.#marks?.delete(held);
    return held;
  }

  #markOf(held: Held): Mark {
    if (this.#marks === null) return held;
    const mark = this.#marks.get(held) ?? { sent: null, isNews: false, next: null };
    this.#marks.set(held, mark);
    return mark;
  }
}
