// Accusations by a peer that was away itself, a moment ago. It was cut off, and took all others for dead; back again, it says so.
// Those are passed on, so that the accused can contradict, and believed only if they do not: else a laptop that comes back would
// make everybody die for a moment. (memberlist suspects first, too, whom another's state calls dead.)

import type { Cancel, Clock } from '../runtime.ts';
import type { Accusation, Directory } from './directory.ts';

/** So long after it came back. */
const RETURNED_MS = 10_000;
/** For the accusation to go down the tree, and the contradiction to come back. */
const DOUBT_MS = 1_000;
/** At once: as many as may be on one side of a partition. More are dropped: what the accuser knows is compared again. */
const DOUBTS_MAX = 10_000;

interface Doubt {
  said: Accusation;
  overMs: number;
}

export class Doubts {
  readonly #clock: Clock;
  readonly #directory: Directory;
  /** When who was dead came back, in that order. */
  readonly #returnedMs = new Map<string, number>();
  /** By the accused, in the order in which they are over. */
  readonly #doubts = new Map<string, Doubt>();
  #cancel: Cancel | null = null;

  constructor(clock: Clock, directory: Directory) {
    this.#clock = clock;
    this.#directory = directory;
    directory.onChange.push((id, status, before) => {
      if (before !== 'dead' || status !== 'alive') return;
      this.#returnedMs.delete(id);
      this.#returnedMs.set(id, clock.elapsedMs());
      for (const other of this.#returnedMs.keys()) {
        if (this.#isRecent(other)) break;
        this.#returnedMs.delete(other);
      }
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#doubts.clear();
  }

  /** Whether a contradiction is waited for. */
  has(id: string): boolean {
    return this.#doubts.has(id);
  }

  isDoubtful({ accuser }: Accusation): boolean {
    return this.#directory.dead.has(accuser) || this.#isRecent(accuser);
  }

  /** Waits for the accused to contradict. Gives whether others should hear the accusation. */
  take(said: Accusation): boolean {
    const { id } = said;
    if (this.#doubts.has(id) || this.#doubts.size >= DOUBTS_MAX) return false;
    if (!this.#directory.isNews(said)) return false;
    this.#doubts.set(id, { said, overMs: this.#clock.elapsedMs() + DOUBT_MS });
    this.#cancel ??= this.#clock.after(DOUBT_MS, () => this.#end());
    return true;
  }

  #end(): void {
    this.#cancel = null;
    const nowMs = this.#clock.elapsedMs();
    for (const [id, { said, overMs }] of this.#doubts) {
      if (overMs > nowMs) {
        this.#cancel = this.#clock.after(overMs - nowMs, () => this.#end());
        return;
      }
      this.#doubts.delete(id);
      this.#directory.takeDoubted(said);
    }
  }

  #isRecent(id: string): boolean {
    const atMs = this.#returnedMs.get(id);
    return atMs !== undefined && this.#clock.elapsedMs() - atMs < RETURNED_MS;
  }
}
