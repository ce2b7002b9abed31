// Delays accusations by a peer that was recently cut off itself, which may have taken all others for dead; and those by
// any peer while many were wrong (credit.ts). A delayed accusation is passed on, so that the accused can refute it, and
// takes effect only if it is not refuted in time. Otherwise a returning laptop would make all peers appear dead for a
// moment. (Compare memberlist, which also suspects a peer first when a merged state calls it dead.)

import type { Cancel, Clock } from '../runtime.ts';
import type { Accusation, Directory } from './directory.ts';

/** Time after its return during which accusations by a peer are delayed. */
const RETURNED_MS = 10_000;
/** Time for the accusation to go down the tree and for the refutation to come back. */
const REFUTATION_MS = 1_000;
/**
 * Maximum pending accusations, as many as one side of a partition may have. Further ones are dropped: the next
 * comparison of states repeats them.
 */
const PENDING_MAX = 10_000;

interface Pending {
  accusation: Accusation;
  overMs: number;
  wasCutOff: boolean;
}

export class PendingAccusations {
  readonly #clock: Clock;
  readonly #directory: Directory;
  /** Times at which dead peers returned, oldest first. */
  readonly #returnedMs = new Map<string, number>();
  /** By accused peer, in order of expiry. */
  readonly #pending = new Map<string, Pending>();
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
    this.#pending.clear();
  }

  /** Whether an accusation of this peer is pending. */
  has(id: string): boolean {
    return this.#pending.has(id);
  }

  mustWait(accusation: Accusation): boolean {
    return this.#wasCutOff(accusation) || this.#directory.isStrained(accusation.id);
  }

  #wasCutOff({ accuser }: Accusation): boolean {
    return this.#directory.dead.has(accuser) || this.#isRecent(accuser);
  }

  /** Holds an accusation until the accused can refute it. Returns whether to pass it on. */
  take(accusation: Accusation): boolean {
    const { id } = accusation;
    if (this.#pending.has(id) || this.#pending.size >= PENDING_MAX) return false;
    if (!this.#directory.isNews(accusation)) return false;
    const overMs = this.#clock.elapsedMs() + REFUTATION_MS;
    this.#pending.set(id, { accusation, overMs, wasCutOff: this.#wasCutOff(accusation) });
    this.#cancel ??= this.#clock.after(REFUTATION_MS, () => this.#end());
    return true;
  }

  #end(): void {
    this.#cancel = null;
    const nowMs = this.#clock.elapsedMs();
    for (const [id, { accusation, overMs, wasCutOff }] of this.#pending) {
      if (overMs > nowMs) {
        this.#cancel = this.#clock.after(overMs - nowMs, () => this.#end());
        return;
      }
      this.#pending.delete(id);
      this.#directory.resolvePending(accusation, wasCutOff);
    }
  }

  #isRecent(id: string): boolean {
    const atMs = this.#returnedMs.get(id);
    return atMs !== undefined && this.#clock.elapsedMs() - atMs < RETURNED_MS;
  }
}
