// A discrete-event clock: runs timers in order of time, each to completion.

import type { Cancel, Clock } from '../runtime.ts';

interface Event {
  atMs: number;
  /** Breaks ties in the order of scheduling, so that runs are deterministic. */
  order: number;
  action: (() => void) | null;
}

/** An arbitrary fixed start (noon, 1 January 2027), so that runs are deterministic. */
const START_MS = Date.UTC(2027, 0, 1, 12);

export class VirtualClock implements Clock {
  #elapsedMs = 0;
  #order = 0;
  #heap: Event[] = [];

  nowMs(): number {
    return Math.floor(START_MS + this.#elapsedMs);
  }

  elapsedMs(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, action: () => void): Cancel {
    const event: Event = { atMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, action };
    this.#push(event);
    return () => {
      event.action = null;
    };
  }

  /** Runs all events of the next `durationMs`. */
  run(durationMs: number): void {
    const endMs = this.#elapsedMs + durationMs;
    while (this.#heap.length > 0 && this.#heap[0]!.atMs <= endMs) {
      const event = this.#pop();
      this.#elapsedMs = event.atMs;
      event.action?.();
    }
    this.#elapsedMs = endMs;
  }

  /** Runs until `isDone`, at most `limitMs`; returns the elapsed milliseconds, or null at the limit. */
  runUntil(isDone: () => boolean, limitMs: number, stepMs = 10): number | null {
    const startMs = this.#elapsedMs;
    while (!isDone()) {
      if (this.#elapsedMs - startMs >= limitMs) return null;
      this.run(stepMs);
    }
    return this.#elapsedMs - startMs;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): Event {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
