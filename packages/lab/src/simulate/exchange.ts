// How domains exchange messages (conservative synchronization: Chandy, Misra 1979, in windows as Nicol 1993). A window is as long as
// the fastest message takes, so nothing that is sent in it arrives in it: domains run it independently, then all threads
// meet at a barrier and take over what is for them. The order is that of the sending domains, and for each the order of
// sending, so it does not depend on the number of threads.
//
//   domain ─► outbox ─┬─► same thread ──────────────────────────┬─► queue of the domain of the receiver
//                     └─► batch ─► port of the other ─► barrier ┘

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

/** A message on its way to another domain. */
export interface Envelope<T> {
  readonly atMs: number;
  readonly to: number;
  readonly from: number;
  readonly payload: T;
}

/** What a thread needs to take part. */
export interface Seat {
  readonly thread: number;
  /** To each thread; null to itself. */
  readonly ports: readonly (MessagePort | null)[];
  /** Barrier words, then for each pair of threads whether a batch was sent, for even and odd windows. */
  readonly words: Int32Array;
}

const ARRIVED = 0;
const GENERATION = 1;
const FLAGS = 2;
/** Checks of the barrier before the thread sleeps: tens of microseconds, about what waking it takes. */
const SPINS = 4_000;

export function wordsOf(threads: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * (FLAGS + 2 * threads * threads)));
}

/** A simulation in one thread. */
export function onlySeat(): Seat {
  return { thread: 0, ports: [null], words: wordsOf(1) };
}

export class Exchange<T> {
  /** Time spent at barriers. */
  waitedMs = 0;
  readonly #seat: Seat;
  readonly #threadOf: (peer: number) => number;
  #window = 0;

  /** @param threadOf the thread that runs a peer */
  constructor(seat: Seat, threadOf: (peer: number) => number) {
    this.#seat = seat;
    this.#threadOf = threadOf;
  }

  /**
   * At the end of a window.
   *
   * @param sent by the domains of this thread, in their order
   * @returns what is for domains of this thread, in the order of the sending domains
   */
  swap(sent: readonly Envelope<T>[]): readonly Envelope<T>[] {
    const { thread, ports } = this.#seat;
    if (ports.length === 1) return sent;
    const parity = this.#window++ & 1;
    for (let to = 0; to < ports.length; to++) {
      if (to === thread) continue;
      const batch = sent.filter((envelope) => this.#threadOf(envelope.to) === to);
      if (batch.length > 0) ports[to]!.postMessage(batch);
      // The other reads it before it arrives at the next barrier, and this word is used again after that one.
      Atomics.store(this.#seat.words, this.#flag(thread, to, parity), batch.length > 0 ? 1 : 0);
    }
    this.meet();
    return ports.flatMap((port, from) => {
      if (port === null) return sent.filter((envelope) => this.#threadOf(envelope.to) === thread);
      if (Atomics.load(this.#seat.words, this.#flag(from, thread, parity)) === 0) return [];
      return receiveMessageOnPort(port)!.message as Envelope<T>[];
    });
  }

  /** Waits until all threads are here. */
  meet(): void {
    const { ports, words } = this.#seat;
    if (ports.length === 1) return;
    const startMs = performance.now();
    const generation = Atomics.load(words, GENERATION);
    if (Atomics.add(words, ARRIVED, 1) + 1 === ports.length) {
      Atomics.store(words, ARRIVED, 0);
      Atomics.add(words, GENERATION, 1);
      Atomics.notify(words, GENERATION);
    } else {
      for (let i = 0; i < SPINS && Atomics.load(words, GENERATION) === generation; i++);
      while (Atomics.load(words, GENERATION) === generation) Atomics.wait(words, GENERATION, generation);
    }
    this.waitedMs += performance.now() - startMs;
  }

  close(): void {
    for (const port of this.#seat.ports) port?.close();
  }

  #flag(from: number, to: number, parity: number): number {
    return FLAGS + 2 * (from * this.#seat.ports.length + to) + parity;
  }
}
