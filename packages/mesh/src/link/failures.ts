// Why there is no link: of each address that was called in vain, what came of the last call. For the log, where it is news,
// and for whoever asks why a peer does not come up.

import type { Clock } from '../runtime.ts';

/** Of more, the oldest are forgotten. */
const KEPT_MAX = 64;
/** The same reason at the same address is news again after so long. */
const NEWS_MS = 600_000;

export interface Failure {
  address: string;
  reason: string;
  /** Calls that ended so, one after the other. */
  count: number;
  /** When the last of them did (elapsedMs). */
  atMs: number;
}

export class Failures {
  readonly #clock: Clock;
  /** By address, that of the last call last. */
  readonly #all = new Map<string, Failure & { toldMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A call failed. Gives whether that is news. */
  note(address: string, reason: string): boolean {
    const atMs = this.#clock.elapsedMs();
    const known = this.#all.get(address);
    const isSame = known !== undefined && known.reason === reason;
    const isNews = !isSame || atMs - known.toldMs >= NEWS_MS;
    const count = isSame ? known.count + 1 : 1;
    this.#all.delete(address);
    this.#all.set(address, { address, reason, count, atMs, toldMs: isNews ? atMs : known.toldMs });
    if (this.#all.size > KEPT_MAX) this.#all.delete(this.#all.keys().next().value!);
    return isNews;
  }

  /** Who is there answered. */
  forget(address: string): void {
    this.#all.delete(address);
  }

  /** The newest first. */
  all(): Failure[] {
    return [...this.#all.values()].reverse();
  }
}
