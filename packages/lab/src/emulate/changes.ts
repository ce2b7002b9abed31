// Measures how long it takes until all peers know that one has departed, or returned.

import type { HostCalls } from '../hosting/host.ts';
import { type Quantiles, quantilesOf } from '../quantiles.ts';

/** Shorter than the time that a peer stays away. */
const LOOK_AFTER_MS = 5_500;

export interface ChangeReport {
  count: number;
  /** Time until the last peer knew, of changes that all learned of in time. */
  knownMs: Quantiles;
  /** Changes that some peer had not learned of after 5.5 s. */
  unknownCount: number;
}

export class Changes {
  readonly #hosts: readonly HostCalls[];
  readonly #knownMs: Record<'gone' | 'back', number[]> = { gone: [], back: [] };
  readonly #unknown = { gone: 0, back: 0 };
  readonly #latest = new Map<string, number>();

  constructor(hosts: readonly HostCalls[]) {
    this.#hosts = hosts;
  }

  /** When a peer last departed or came back. */
  latestMs(id: string): number {
    return this.#latest.get(id) ?? Number.NEGATIVE_INFINITY;
  }

  /** A peer departed or came back at `atMs`: checks later which peers know. */
  watch(id: string, isAlive: boolean, atMs: number): void {
    this.#latest.set(id, atMs);
    setTimeout(() => {
      // If it has changed again since, the two can't be told apart.
      if (this.#latest.get(id) === atMs) this.#look(id, isAlive, atMs).catch(() => {});
    }, LOOK_AFTER_MS).unref();
  }

  async #look(id: string, isAlive: boolean, atMs: number): Promise<void> {
    const answers = await Promise.all(this.#hosts.map((host) => host.awarenessOf(id, isAlive, atMs)));
    const isKnown = answers.every(({ of, know }) => of === know);
    const kind = isAlive ? 'back' : 'gone';
    if (isKnown) this.#knownMs[kind].push(Math.max(...answers.map((each) => each.lastMs)) - atMs);
    else this.#unknown[kind]++;
  }

  report(kind: 'gone' | 'back'): ChangeReport {
    const knownMs = this.#knownMs[kind];
    const unknownCount = this.#unknown[kind];
    return { count: knownMs.length + unknownCount, knownMs: quantilesOf(knownMs), unknownCount };
  }
}
