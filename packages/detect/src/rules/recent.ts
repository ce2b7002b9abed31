// Sliding windows by key: the memory of most rules, bounded throughout.

/** Evidence kept per key. */
const EVIDENCE_MAX = 12;
/** Distinct items kept per key; further ones are only counted. */
const ITEMS_MAX = 2048;

/** The distinct items of one key, each with the time it was last seen. */
export class Recent {
  readonly windowS: number;
  /** Time last seen, by item. */
  readonly items = new Map<string, number>();
  readonly frames: number[] = [];
  readonly streams: number[] = [];
  /** Of the items in the window: the least and the most recent time. */
  first = 0;
  last = 0;
  /** Additions since the key was created, repetitions included. */
  total = 0;

  constructor(windowS: number) {
    this.windowS = windowS;
  }

  get size(): number {
    return this.items.size;
  }

  /** Adds an item, and drops those outside of the window. */
  add(item: string, time: number, frame: number, stream = -1): void {
    const seen = this.items.get(item);
    if (seen !== undefined && this.items.size === 1 && Math.abs(time - seen) <= this.windowS) {
      // The lone item again: what was kept as evidence of it stays.
      this.items.set(item, time);
      this.first = this.last = time;
      this.total++;
      return;
    }
    const isKnown = this.items.delete(item);
    this.sizeAt(time);
    this.first = Math.min(this.first, time);
    this.last = Math.max(this.last, time);
    this.total++;
    if (this.items.size < ITEMS_MAX) this.items.set(item, time);
    if (isKnown || this.frames.length >= EVIDENCE_MAX) return;
    if (frame > 0) this.frames.push(frame);
    if (stream >= 0) this.streams.push(stream);
  }

  /** Items in the window before and after this time; drops the others. Captures are not always in order. */
  sizeAt(time: number): number {
    for (const [old, at] of this.items) {
      // Items are ordered by when they were last seen: the first recent one ends the search.
      if (Math.abs(time - at) <= this.windowS) {
        this.first = at;
        return this.items.size;
      }
      this.items.delete(old);
    }
    this.first = this.last = time;
    this.frames.length = this.streams.length = 0;
    return 0;
  }
}

/**
 * How many distinct items were seen lately: for at least one window, and less than two. Of the items of this window and the
 * one before, no times are kept; where nothing but a number is asked for, this costs a fraction of `Recent`.
 */
export class Lately<T> {
  readonly #windowS: number;
  #now = new Set<T>();
  /** Those of the window before that have not recurred. */
  #before: Set<T> | null = null;
  /** Number of the window that `#now` is of. */
  #turn = Number.NaN;

  constructor(windowS: number) {
    this.#windowS = windowS;
  }

  get size(): number {
    return this.#now.size + (this.#before === null ? 0 : this.#before.size);
  }

  add(item: T, time: number): void {
    this.#advance(time);
    if (this.#before !== null) this.#before.delete(item);
    if (this.#now.size < ITEMS_MAX) this.#now.add(item);
  }

  sizeAt(time: number): number {
    this.#advance(time);
    return this.size;
  }

  #advance(time: number): void {
    const turn = Math.floor(time / this.#windowS);
    if (turn === this.#turn) return;
    // Captures are not always in order: time may also go back.
    const isNext = Math.abs(turn - this.#turn) === 1;
    this.#before = isNext && this.#now.size > 0 ? this.#now : null;
    if (this.#now.size > 0) this.#now = new Set();
    this.#turn = turn;
  }
}

/**
 * The oldest key of a map that evicts it, in constant time. A new iterator steps over all keys that were deleted since the
 * map was last rehashed: 5 µs with 10,000 keys, 20 µs with 65,536. One that is kept does not, but it keeps the tables that
 * the map has outgrown, too; so it is renewed after as many changes as the map may have keys.
 */
export class Oldest<K> {
  readonly #map: ReadonlyMap<K, unknown>;
  readonly #renewAfter: number;
  #keys: Iterator<K> | null = null;
  #changes = 0;

  constructor(map: ReadonlyMap<K, unknown>, max: number) {
    this.#map = map;
    this.#renewAfter = max;
  }

  /** To be called with every change of the map. */
  changed(): void {
    if (++this.#changes <= this.#renewAfter) return;
    this.#changes = 0;
    this.#keys = null;
  }

  /** The map must not be empty, and the key has to be deleted. */
  take(): K {
    this.#keys ??= this.#map.keys();
    return this.#keys.next().value!;
  }
}

/** Items of a key up to which it is not evicted for the sake of others: more than most rules count before they report. */
const LIGHT_ITEMS = 64;
/** Items of all keys that hold more. */
const HEAVY_ITEMS_MAX = 200_000;

/**
 * A map of at most `max` keys that evicts the least recently used. Of keys that hold many items each, as in a scan of all ports
 * from spoofed addresses, fewer are kept: the least recently used of these is evicted, so that they displace no slow scan.
 */
export class Bounded<T> {
  readonly #max: number;
  readonly #itemsOf: ((value: T) => number) | undefined;
  readonly #values = new Map<string, T>();
  readonly #oldest: Oldest<string>;
  /** The most recently used key, which needs no move: packets come in runs. It may gain items until another is used. */
  #last: string | null = null;
  #lastValue: T | undefined;
  /** Number of items by key, of keys with more than `LIGHT_ITEMS`. */
  readonly #heavy = new Map<string, number>();
  #heavyItems = 0;

  /** @param itemsOf number of items that a value holds, if they can be many */
  constructor(max: number, itemsOf?: (value: T) => number) {
    this.#max = max;
    this.#itemsOf = itemsOf;
    this.#oldest = new Oldest(this.#values, max);
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  /** The value of a key, created if it is missing; marks the key as most recently used. */
  for(key: string, make: () => T): T {
    let value = this.#values.get(key);
    if (value !== undefined && key === this.#last) return value;
    if (this.#itemsOf !== undefined && this.#last !== null) {
      const items = this.#itemsOf(this.#lastValue!);
      if (items > LIGHT_ITEMS || this.#heavy.size > 0) this.#weigh(this.#last, items);
    }
    if (value === undefined) value = make();
    else this.#values.delete(key);
    this.#last = key;
    this.#lastValue = value;
    this.#values.set(key, value);
    this.#oldest.changed();
    if (this.#values.size > this.#max) this.delete(this.#oldest.take());
    return value;
  }

  set(key: string, value: T): void {
    this.for(key, () => value);
    this.#values.set(key, value);
    this.#lastValue = value;
  }

  delete(key: string): void {
    if (!this.#values.delete(key)) return;
    this.#oldest.changed();
    this.#lighten(key);
    if (key !== this.#last) return;
    this.#last = null;
    this.#lastValue = undefined;
  }

  entries(): IterableIterator<[string, T]> {
    return this.#values.entries();
  }

  #weigh(key: string, items: number): void {
    this.#lighten(key);
    if (items <= LIGHT_ITEMS) return;
    this.#heavy.set(key, items);
    this.#heavyItems += items;
    while (this.#heavyItems > HEAVY_ITEMS_MAX) this.delete(this.#heavy.keys().next().value!);
  }

  #lighten(key: string): void {
    if (this.#heavy.size === 0) return;
    this.#heavyItems -= this.#heavy.get(key) ?? 0;
    this.#heavy.delete(key);
  }
}

/** The bound on keys that most rules use. */
export const KEYS_MAX = 10_000;

/** Counts events per second. */
export class Rate {
  second = Number.NaN;
  count = 0;
  /** Consecutive seconds that reached the limit. */
  streak = 0;
  peak = 0;
  readonly frames: number[] = [];
  readonly streams: number[] = [];
  #isReached = false;

  /** True once per second, when `limit` is reached; `streak` counts consecutive such seconds. */
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
