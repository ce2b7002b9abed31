// Logs lost packets: at once, then once a minute, and the rest at the end.
import type { DropRow } from '@eyrie/store';
import type { Log } from '../log/index.ts';

const AGAIN_MS = 60_000;

/** Which component lost the packets, and the remedy. */
const WORDS: Readonly<Record<DropRow['where'], string>> = {
  kernel:
    'by the kernel, whose buffer was full: a capture filter (-f), fewer bytes of each (-s) or a larger buffer (-B) help',
  interface: 'by the interface itself',
  queue:
    'by the ring: it was overwritten before they were read, or its disk was full; a larger one (--ring), or free space, helps',
  refused: 'by the store, which refused them',
};

export class LossLog {
  readonly #log: Log;
  readonly #name: string;
  readonly #now: () => number;
  readonly #pending = new Map<DropRow['where'], number>();
  #loggedMs = -Infinity;
  /** Packets lost since the start. */
  all = 0;

  constructor(log: Log, name: string, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#name = name;
    this.#now = now;
  }

  add(rows: readonly DropRow[]): void {
    for (const { where, packets } of rows) {
      this.all += packets;
      this.#pending.set(where, (this.#pending.get(where) ?? 0) + packets);
    }
    if (this.#now() - this.#loggedMs >= AGAIN_MS) this.flush();
  }

  /** Logs pending losses now. */
  flush(): void {
    if (this.#pending.size === 0) return;
    for (const [where, packets] of this.#pending)
      this.#log.warn(`${this.#name}: ${packets} packets were lost ${WORDS[where]}`, { where, packets });
    this.#pending.clear();
    this.#loggedMs = this.#now();
  }
}
