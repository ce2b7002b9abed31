// What peers of this process wait for, behind a single timer of Node's. A thousand of them have seventeen thousand waits at
// once, most jittered and most of about a second: Node would make a list for every length, and half a kilobyte for each wait,
// which is garbage just when it has come to count as old.

import type { Cancel } from './runtime.ts';

/** Node takes no longer wait (2^31 - 1). */
const WAIT_MS_MAX = 0x7fff_ffff;
const DONE = -1;
/**
 * Timer slack: long waits end at multiples of it, so that what many peers of a process do periodically shares turns of the event
 * loop, wake-ups and system calls, here and where it arrives.
 */
const SLACK_MS = 16;
const LONG_MS = 500;

interface Due {
  /** Whole milliseconds of `performance.now()`: V8 keeps those in the object itself. */
  readonly atMs: number;
  /** Breaks ties: who asked first. */
  readonly order: number;
  /** Its place in the heap, or `DONE`. */
  place: number;
  readonly action: () => void;
  readonly failed: (error: unknown) => void;
}

export class Timers {
  /** The earliest first: a binary heap. */
  readonly #heap: Due[] = [];
  #order = 0;
  #timer: NodeJS.Timeout | null = null;
  /** When the next turn is; also in the past, during one. */
  #armedMs = Number.POSITIVE_INFINITY;

  /** Runs `action` once, after `delayMs` at the earliest; what it throws goes to `failed`. Keeps no process alive. */
  after(delayMs: number, action: () => void, failed: (error: unknown) => void): Cancel {
    const leastMs = Math.floor(performance.now() + (delayMs > 0 ? delayMs : 0)) + 1;
    const atMs = delayMs < LONG_MS ? leastMs : Math.ceil(leastMs / SLACK_MS) * SLACK_MS;
    const due: Due = { atMs, order: this.#order++, place: this.#heap.length, action, failed };
    this.#heap.push(due);
    this.#rise(due);
    if (atMs < this.#armedMs) this.#arm();
    return () => this.#cancel(due);
  }

  #cancel(due: Due): void {
    if (due.place !== DONE) this.#remove(due);
  }

  #arm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const first = this.#heap[0];
    this.#armedMs = first?.atMs ?? Number.POSITIVE_INFINITY;
    if (first === undefined) return;
    const waitMs = Math.ceil(first.atMs - performance.now());
    this.#timer = setTimeout(this.#turn, Math.min(Math.max(1, waitMs), WAIT_MS_MAX)).unref();
  }

  /** All that is due by now, and nothing that these ask for: a thread that falls behind must not let timers starve. */
  readonly #turn = (): void => {
    const nowMs = performance.now();
    this.#armedMs = Number.NEGATIVE_INFINITY;
    try {
      for (let first = this.#heap[0]; first !== undefined && first.atMs <= nowMs; first = this.#heap[0]) {
        this.#remove(first);
        run(first);
      }
    } finally {
      this.#arm();
    }
  };

  #remove(due: Due): void {
    const last = this.#heap.pop()!;
    if (last !== due) {
      last.place = due.place;
      this.#rise(last);
      this.#sink(last);
    }
    due.place = DONE;
  }

  #rise(due: Due): void {
    const heap = this.#heap;
    let at = due.place;
    while (at > 0) {
      const above = heap[(at - 1) >> 1]!;
      if (!isBefore(due, above)) break;
      heap[at] = above;
      [above.place, at] = [at, above.place];
    }
    heap[at] = due;
    due.place = at;
  }

  #sink(due: Due): void {
    const heap = this.#heap;
    let at = due.place;
    for (let below = 2 * at + 1; below < heap.length; below = 2 * at + 1) {
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      const next = heap[below]!;
      if (!isBefore(next, due)) break;
      heap[at] = next;
      [next.place, at] = [at, below];
    }
    heap[at] = due;
    due.place = at;
  }
}

function run({ action, failed }: Due): void {
  try {
    action();
  } catch (error) {
    failed(error);
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
