// The newest reading of each peer below, while they are few enough to be known one by one. Each is owned by the child
// that reported it last, so a peer that moves in the tree is counted once. Readings of a lost child
// stay until others report them or they expire: a root that dies removes no other peer from the view.

import { type Aggregate, aggregateOf } from './aggregate.ts';
import type { Values } from './attributes.ts';
import { type Counted, Table } from './table.ts';

/** No child reports it at present. */
export const ORPHANED = '';
/** The number of a reading that is not held any more. */
export const GONE = -1;

/** State of a reading at a receiver. */
export interface Mark {
  /** Null: nothing. */
  sent: Values | null;
  /** It is in the receiver's list of news, before this one. */
  isNews: boolean;
  next: Held | null;
}

/** The mark is that of the parent, which receives every reading; other receivers have marks of their own (outlet.ts). */
export interface Held extends Counted, Mark {
  readonly id: string;
  values: Values;
  readMs: number;
  /** When it was last reported, also if nothing had changed. */
  seenMs: number;
  /** Who reported it: a child, this peer itself, or `ORPHANED`. */
  owner: string;
  /** Names it on the way up: small, and used again when it is free. */
  number: number;
  /** False of those that are known and do not count: not a member, or in quarantine. */
  isCounted: boolean;
}

/** Receivers of every change: the parent, and the support peers. */
export interface Listener {
  touched(held: Held): void;
  removed(held: Held): void;
}

export class Readings {
  #listeners: readonly Listener[] = [];
  readonly #held = new Map<string, Held>();
  readonly #freeNumbers: number[] = [];
  #nextNumber = 0;
  /** Of those that count; kept while it is summed up or queried now and then. */
  #table: Table | null = null;
  #isTableUsed = false;

  listen(listener: Listener): void {
    this.#listeners = [...this.#listeners, listener];
  }

  unlisten(listener: Listener): void {
    this.#listeners = this.#listeners.filter((each) => each !== listener);
  }

  get size(): number {
    return this.#held.size;
  }

  get(id: string): Held | undefined {
    return this.#held.get(id);
  }

  all(): Iterable<Held> {
    return this.#held.values();
  }

  /** Those that count. */
  table(): Table {
    this.#isTableUsed = true;
    if (this.#table === null) {
      this.#table = new Table();
      for (const held of this.#held.values()) this.#enter(this.#table, held);
    }
    return this.#table;
  }

  /** Of those that count. */
  sum(nowMs: number): Aggregate {
    return aggregateOf(this.table(), nowMs);
  }

  /** Drops the table if it was not used since the last call: a peer that led for a moment keeps none. */
  forgetTable(): void {
    if (!this.#isTableUsed) this.#table = null;
    this.#isTableUsed = false;
  }

  #enter(table: Table, { number, id, values, readMs, isCounted }: Held): void {
    if (isCounted) table.set(number, id, values, readMs);
    else table.clear(number);
  }

  get hasUncounted(): boolean {
    for (const held of this.#held.values()) if (!held.isCounted) return true;
    return false;
  }

  put(id: string, owner: string, values: Values, readMs: number, seenMs: number, isCounted: boolean): Held {
    const number = this.#freeNumbers.pop() ?? this.#nextNumber++;
    // Written out: what is spread into an object lies outside of it, and costs an access to memory more each time.
    const held: Held = {
      id,
      values,
      readMs,
      seenMs,
      owner,
      number,
      isCounted,
      sent: null,
      isNews: false,
      next: null,
    };
    this.#held.set(id, held);
    this.touch(held);
    return held;
  }

  touch(held: Held): void {
    if (this.#table !== null) this.#enter(this.#table, held);
    for (const listener of this.#listeners) listener.touched(held);
  }

  remove(held: Held): void {
    if (this.#held.get(held.id) !== held) return;
    this.#held.delete(held.id);
    // A peer that reported it, and does so again, is requested to send all of it.
    held.owner = ORPHANED;
    this.#table?.clear(held.number);
    this.#freeNumbers.push(held.number);
    for (const listener of this.#listeners) listener.removed(held);
    held.number = GONE;
  }

  removeWhere(isGone: (held: Held) => boolean): void {
    for (const held of [...this.#held.values()]) if (isGone(held)) this.remove(held);
  }

  /** Recomputes which readings count. */
  recount(isCounted: (id: string) => boolean): void {
    for (const held of this.#held.values()) {
      held.isCounted = isCounted(held.id);
      if (this.#table !== null) this.#enter(this.#table, held);
    }
  }
}
