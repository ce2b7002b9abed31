// What happened lately, by key: the memory of most rules, with a bound on everything.

/** Evidence kept with a key: enough to look at, not a copy of the capture. */
const EVIDENCE_MAX = 12;
/** Different items kept with a key; beyond, they are only counted. */
const ITEMS_MAX = 2048;

/** Different items under one key, each with the time it came last. */
export class Recent {
  readonly windowS: number;
  /** Item to its last time. */
  readonly items = new Map<string, number>();
  readonly frames: number[] = [];
  readonly streams: number[] = [];
  first = 0;
  last = 0;
  /** All that was added since the key was made, repeated items too. */
  total = 0;

  constructor(windowS: number) {
    this.windowS = windowS;
  }

  get size(): number {
    return this.items.size;
  }

  /** Forgets what is further than the window from this time, which may be before: captures are not always in order. */
  add(item: string, time: number, frame: number, stream = -1): void {
    for (const [old, at] of this.items) {
      // Items lie in the order in which they last came: the first that is young enough ends the search.
      if (Math.abs(time - at) <= this.windowS) break;
      this.items.delete(old);
    }
    this.first = this.total === 0 || this.items.size === 0 ? time : Math.min(this.first, time);
    this.last = Math.max(this.total === 0 ? time : this.last, time);
    this.total++;
    const isKnown = this.items.delete(item);
    if (this.items.size < ITEMS_MAX) this.items.set(item, time);
    if (isKnown || this.frames.length >= EVIDENCE_MAX) return;
    if (frame > 0) this.frames.push(frame);
    if (stream >= 0) this.streams.push(stream);
  }
}

/** A map of at most `max` keys: the one that was not asked for longest makes room. */
export class Bounded<T> {
  readonly #max: number;
  readonly #values = new Map<string, T>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  /** The value of a key, made if it is new. */
  for(key: string, make: () => T): T {
    let value = this.#values.get(key);
    if (value === undefined) value = make();
    else this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#max) this.#values.delete(this.#values.keys().next().value!);
    return value;
  }

  set(key: string, value: T): void {
    this.for(key, () => value);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  entries(): IterableIterator<[string, T]> {
    return this.#values.entries();
  }
}

/** Keys that most rules remember at once. */
export const KEYS_MAX = 10_000;

/** How often something came in the second it came in. */
export class Rate {
  second = Number.NaN;
  count = 0;
  /** Seconds on end that reached the limit. */
  streak = 0;
  peak = 0;
  readonly frames: number[] = [];
  readonly streams: number[] = [];
  #isReached = false;

  /** True at the moment when `limit` is reached in a second; streak counts such seconds, one after the other. */
  add(time: number, limit: number, frame: number, stream = -1, count = 1): boolean {
    const second = Math.floor(time);
    if (second !== this.second) {
      if (second !== this.second + 1 || !this.#isReached) this.streak = 0;
      this.second = second;
      this.count = 0;
      this.#isReached = false;
    }
    if (this.frames.length < EVIDENCE_MAX) {
      if (frame > 0) this.frames.push(frame);
      if (stream >= 0) this.streams.push(stream);
    }
    this.count += count;
    if (this.count > this.peak) this.peak = this.count;
    if (this.#isReached || this.count < limit) return false;
    this.#isReached = true;
    this.streak++;
    return true;
  }
}
