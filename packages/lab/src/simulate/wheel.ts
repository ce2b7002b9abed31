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

/** Some fixed moment, so that a run is the same on any day. */
const START_MS = Date.UTC(2027, 0, 1, 12);

export type Deliver<T> = (to: number, from: number, payload: T) => void;

export class Wheel<T> implements Clock {
  readonly #deliver: Deliver<T>;
  #elapsedMs = 0;
  #turn = 0;
  readonly #near = new Slots(NEAR);
  readonly #far = new Slots(FAR);
  /** By event: the next in its slot, or the next that is free. */
  #next = new Int32Array(1024);
  #atMs = new Float64Array(1024);
  #to = new Int32Array(1024);
  #from = new Int32Array(1024);
  /** Told apart from what had the place before: for who cancels late. */
  #use = new Int32Array(1024);
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
    const use = this.#use[event]!;
    return () => {
      if (this.#use[event] === use) this.#what[event] = CANCELLED;
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
      near.head[slot] = this.#next[event]!;
      if (near.head[slot] === NONE) near.tail[slot] = NONE;
      const what = this.#what[event]!;
      const to = this.#to[event]!;
      const from = this.#from[event]!;
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
      const next = this.#next[event]!;
      this.#place(event);
      event = next;
    }
  }

  #add(delayMs: number, to: number, from: number, what: T | (() => void)): number {
    let event = this.#free;
    if (event === NONE) {
      event = this.#made++;
      if (event === this.#next.length) this.#grow();
    } else this.#free = this.#next[event]!;
    this.#pending++;
    this.#atMs[event] = this.#elapsedMs + Math.max(0, Math.ceil(delayMs));
    this.#to[event] = to;
    this.#from[event] = from;
    this.#what[event] = what;
    this.#place(event);
    return event;
  }

  #place(event: number): void {
    const atMs = this.#atMs[event]!;
    const turn = Math.floor(atMs / NEAR);
    if (turn === this.#turn) this.#near.append(atMs & (NEAR - 1), event, this.#next);
    // What is further ahead than the far ring goes is looked at once a turn of it.
    else this.#far.append(Math.min(turn, this.#turn + FAR - 1) & (FAR - 1), event, this.#next);
  }

  #release(event: number): void {
    this.#what[event] = null;
    this.#use[event]!++;
    this.#next[event] = this.#free;
    this.#free = event;
    this.#pending--;
  }

  #grow(): void {
    const size = 2 * this.#next.length;
    this.#next = larger(this.#next, new Int32Array(size));
    this.#atMs = larger(this.#atMs, new Float64Array(size));
    this.#to = larger(this.#to, new Int32Array(size));
    this.#from = larger(this.#from, new Int32Array(size));
    this.#use = larger(this.#use, new Int32Array(size));
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

  append(slot: number, event: number, next: Int32Array): void {
    next[event] = NONE;
    const tail = this.tail[slot]!;
    if (tail === NONE) this.head[slot] = event;
    else next[tail] = event;
    this.tail[slot] = event;
  }

  clear(slot: number): void {
    this.head[slot] = this.tail[slot] = NONE;
  }
}

function larger<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
