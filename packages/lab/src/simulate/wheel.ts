// Events in order, for a hundred million of them: a hashed timing wheel (Varghese, Lauck 1987) in two rings. The near one
// has a slot a millisecond; a slot of the far one is a whole turn of the near one, and is dealt out when its turn comes.
// An event is a place in typed arrays, so that none of them costs an object; those of one millisecond run in the order in
// which they were asked for, so a run repeats to the byte.

import type { Cancel, Clock } from '@eyrie/mesh';

const NEAR_BITS = 14;
const NEAR = 1 << NEAR_BITS;
/** 4,096 turns of 16 s: 18 hours ahead. */
const FAR = 1 << 12;
const NONE = -1;
/** In `to`, of an event that is an action. */
const ACTION = -1;
const CANCELLED = null;

/** Of an event, side by side, so that who looks at one takes it from one place in memory. */
const NEXT = 0;
const TO = 1;
const FROM = 2;
const AT_MS = 3;
/** Told apart from what had the place before: for who cancels late. */
const USE = 4;
/** Half a cache line. */
const ROW_BITS = 3;

/** Some fixed moment, so that a run is the same on any day. */
const START_MS = Date.UTC(2027, 0, 1, 12);

export type Deliver<T> = (to: number, from: number, payload: T) => void;

export class Wheel<T> implements Clock {
  readonly #deliver: Deliver<T>;
  #elapsedMs = 0;
  #turn = 0;
  readonly #near = new Slots(NEAR);
  readonly #far = new Slots(FAR);
  /** Rows of the events; `NEXT` is the next in its slot, or the next that is free. Milliseconds of 32 bits are 24 days. */
  #rows = new Int32Array(1024 << ROW_BITS);
  readonly #what: (T | (() => void) | null)[] = [];
  #free = NONE;
  #made = 0;
  #pending = 0;
  #run = 0;

  constructor(deliver: Deliver<T>) {
    this.#deliver = deliver;
  }

  /** Events that wait, cancelled ones too. */
  get pending(): number {
    return this.#pending;
  }

  /** Events that have run. */
  get count(): number {
    return this.#run;
  }

  nowMs(): number {
    return START_MS + this.#elapsedMs;
  }

  elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** In whole milliseconds, rounded up. */
  after(delayMs: number, action: () => void): Cancel {
    const event = this.#add(delayMs, ACTION, 0, action);
    const use = this.#rows[(event << ROW_BITS) + USE]!;
    return () => {
      if (this.#rows[(event << ROW_BITS) + USE] === use) this.#what[event] = CANCELLED;
    };
  }

  /** A message that arrives after so long; nobody can call it back. */
  post(delayMs: number, to: number, from: number, payload: T): void {
    this.#add(delayMs, to, from, payload);
  }

  /** Lets `durationMs` pass. */
  run(durationMs: number): void {
    const endMs = this.#elapsedMs + Math.floor(durationMs);
    for (;;) {
      this.#runSlot(this.#elapsedMs & (NEAR - 1));
      if (this.#elapsedMs >= endMs) return;
      this.#elapsedMs++;
      if ((this.#elapsedMs & (NEAR - 1)) === 0) this.#dealOut();
    }
  }

  #runSlot(slot: number): void {
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

  /** The near ring begins a turn: what the far one holds for it comes in, in its order. */
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
    // What is further ahead than the far ring goes is looked at once a turn of it.
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
