// Event queue: a hierarchical timing wheel (Varghese, Lauck 1987) with two rings. The near ring has a slot per
// millisecond. A slot of the far ring covers one turn of the near ring, and is distributed when that turn begins.
// An event is a row in a typed array, so it allocates no object. Events of the same millisecond run in the order in
// which they were added, so runs are reproducible to the byte.

import type { Cancel, Clock } from '@eyrie/mesh';

const NEAR_BITS = 14;
const NEAR = 1 << NEAR_BITS;
/** 4,096 turns of 16 s: 18 hours ahead. */
const FAR = 1 << 12;
const NONE = -1;
/** Value of `TO` for a timer. */
const ACTION = -1;
const CANCELLED = null;

/** Columns of an event's row: one cache line holds all of them. */
const NEXT = 0;
const TO = 1;
const FROM = 2;
const AT_MS = 3;
/** Counts how often the row was used, so that a late cancel does not hit its next event. */
const USE = 4;
/** Half a cache line. */
const ROW_BITS = 3;

/** A fixed wall-clock time, so that runs do not depend on the date. */
const START_MS = Date.UTC(2027, 0, 1, 12);

export type Deliver<T> = (to: number, from: number, payload: T) => void;

export class Wheel<T> implements Clock {
  readonly #deliver: Deliver<T>;
  #elapsedMs = 0;
  #turn = 0;
  readonly #near = new Slots(NEAR);
  readonly #far = new Slots(FAR);
  /** Event rows; `NEXT` links the events of a slot, or the free rows. 32-bit milliseconds last for 24 days. */
  #rows = new Int32Array(1024 << ROW_BITS);
  readonly #what: (T | (() => void) | null)[] = [];
  #free = NONE;
  #made = 0;
  #pending = 0;
  #run = 0;

  constructor(deliver: Deliver<T>) {
    this.#deliver = deliver;
  }

  /** Number of waiting events, cancelled ones included. */
  get pending(): number {
    return this.#pending;
  }

  /** Number of events that have run. */
  get count(): number {
    return this.#run;
  }

  nowMs(): number {
    return START_MS + this.#elapsedMs;
  }

  elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** Rounded up to whole milliseconds. */
  after(delayMs: number, action: () => void): Cancel {
    const event = this.#add(delayMs, ACTION, 0, action);
    const use = this.#rows[(event << ROW_BITS) + USE]!;
    return () => {
      if (this.#rows[(event << ROW_BITS) + USE] === use) this.#what[event] = CANCELLED;
    };
  }

  /** Delivers a message after the given time. It cannot be cancelled. */
  post(delayMs: number, to: number, from: number, payload: T): void {
    this.#add(delayMs, to, from, payload);
  }

  /** Runs all events up to `durationMs` from now, that millisecond included. */
  run(durationMs: number): void {
    const endMs = this.#elapsedMs + Math.floor(durationMs);
    for (;;) {
      this.runDue();
      if (this.#elapsedMs >= endMs) return;
      this.step();
    }
  }

  /** The next millisecond begins; what is due in it runs with `runDue`. */
  step(): void {
    this.#elapsedMs++;
    if ((this.#elapsedMs & (NEAR - 1)) === 0) this.#dealOut();
  }

  /** Runs the events of this millisecond, including those that they add to it. */
  runDue(): void {
    const slot = this.#elapsedMs & (NEAR - 1);
    const near = this.#near;
    for (let event = near.head[slot]!; event !== NONE; event = near.head[slot]!) {
      const row = event << ROW_BITS;
      const next = this.#rows[row + NEXT]!;
      near.head[slot] = next;
      if (next === NONE) near.tail[slot] = NONE;
      const what = this.#what[event]!;
      const to = this.#rows[row + TO]!;
      const from = this.#rows[row + FROM]!;
      this.#release(event);
      if (what === CANCELLED) continue;
      this.#run++;
      if (to === ACTION) (what as () => void)();
      else this.#deliver(to, from, what as T);
    }
  }

  /** At the start of a turn of the near ring: takes over its events from the far ring, in order. */
  #dealOut(): void {
    this.#turn++;
    const slot = this.#turn & (FAR - 1);
    let event = this.#far.head[slot]!;
    this.#far.clear(slot);
    while (event !== NONE) {
      const next = this.#rows[(event << ROW_BITS) + NEXT]!;
      this.#place(event);
      event = next;
    }
  }

  #add(delayMs: number, to: number, from: number, what: T | (() => void)): number {
    let event = this.#free;
    if (event === NONE) {
      event = this.#made++;
      if (event << ROW_BITS === this.#rows.length) this.#grow();
    } else this.#free = this.#rows[(event << ROW_BITS) + NEXT]!;
    this.#pending++;
    const row = event << ROW_BITS;
    this.#rows[row + AT_MS] = this.#elapsedMs + Math.max(0, Math.ceil(delayMs));
    this.#rows[row + TO] = to;
    this.#rows[row + FROM] = from;
    this.#what[event] = what;
    this.#place(event);
    return event;
  }

  #place(event: number): void {
    const atMs = this.#rows[(event << ROW_BITS) + AT_MS]!;
    const turn = atMs >> NEAR_BITS;
    if (turn === this.#turn) this.#near.append(atMs & (NEAR - 1), event, this.#rows);
    // Events beyond the end of the far ring go to its last slot, and are placed again from there.
    else this.#far.append(Math.min(turn, this.#turn + FAR - 1) & (FAR - 1), event, this.#rows);
  }

  #release(event: number): void {
    const row = event << ROW_BITS;
    this.#what[event] = null;
    this.#rows[row + USE]!++;
    this.#rows[row + NEXT] = this.#free;
    this.#free = event;
    this.#pending--;
  }

  #grow(): void {
    const larger = new Int32Array(2 * this.#rows.length);
    larger.set(this.#rows);
    this.#rows = larger;
  }
}

/** First and last event of each slot. */
class Slots {
  readonly head: Int32Array;
  readonly tail: Int32Array;

  constructor(size: number) {
    this.head = new Int32Array(size).fill(NONE);
    this.tail = new Int32Array(size).fill(NONE);
  }

  append(slot: number, event: number, rows: Int32Array): void {
    rows[(event << ROW_BITS) + NEXT] = NONE;
    const tail = this.tail[slot]!;
    if (tail === NONE) this.head[slot] = event;
    else rows[(tail << ROW_BITS) + NEXT] = event;
    this.tail[slot] = event;
  }

  clear(slot: number): void {
    this.head[slot] = this.tail[slot] = NONE;
  }
}
