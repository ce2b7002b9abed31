// A coordinator's records of all peers: the last hour of each, reading by reading, as the tree delivers them. After a
// partition, or while a parent was down, some are missing. The peer itself has kept them, and they are requested once it is
// reachable: with the times of measurement, and directly, so that they never enter live aggregates.
//
//   tree ─► reading ─► row of the peer ─┬─► as expected: stored
//                                       └─► gap before it: requests the missing readings from the peer

import type { Cancel, Runtime } from '../runtime.ts';
import type { Values } from './attributes.ts';
import { type Sample, Samples } from './samples.ts';

/** As many as a root knows individually; an hour of each takes 37 MB in all. */
const PEERS_MAX = 1_024;
/** Readings closer in time than this are the same reading. */
const SAME_MS = 250;
/** Fraction of the measuring interval; a longer pause counts as a gap. */
const HOLE_PART = 1.6;
/** Concurrent requests, and pause between two: after a partition all peers come back at once. */
const ASKING_MAX = 4;
const PACE_MS = 50;
/** Retry delay after no answer, because a route may still be forming. */
const AGAIN_MS = 5_000;
const TRIES_MAX = 6;

interface Row {
  readonly samples: Samples;
  /** Usual interval between two readings; null after only one. */
  everyMs: number | null;
  /** Start of the gap; null if nothing is missing. */
  holeMs: number | null;
  tries: number;
}

export class Records {
  /** Number of readings filled in afterwards. */
  filled = 0;
  /** Number of requests sent. */
  requested = 0;
  readonly #runtime: Runtime;
  readonly #ask: (id: string, sinceMs: number) => Promise<readonly Sample[]>;
  readonly #rows = new Map<string, Row>();
  /** Peers with a gap that wait for a request. */
  readonly #waiting = new Set<string>();
  #asking = 0;
  #cancel: Cancel | null = null;
  #isStopped = false;

  /** @param ask returns the samples that a peer has kept since a time */
  constructor(runtime: Runtime, ask: (id: string, sinceMs: number) => Promise<readonly Sample[]>) {
    this.#runtime = runtime;
    this.#ask = ask;
  }

  stop(): void {
    this.#isStopped = true;
    this.#waiting.clear();
    this.#cancel?.();
  }

  take({ id, values, readMs }: { id: string; values: Values; readMs: number }): void {
    const row = this.#rowOf(id);
    const sinceMs = readMs - row.samples.newestMs;
    if (sinceMs < SAME_MS) return;
    const isFirst = row.samples.size === 0;
    const isHole = row.everyMs !== null && sinceMs > HOLE_PART * row.everyMs;
    if (isFirst || isHole) this.#missing(id, row, row.samples.newestMs);
    else row.everyMs = sinceMs;
    row.samples.add(values, readMs);
  }

  /** Returns the samples of a peer, oldest first; null if none were received. */
  of(id: string): Sample[] | null {
    return this.#rows.get(id)?.samples.since() ?? null;
  }

  #rowOf(id: string): Row {
    const known = this.#rows.get(id);
    // The map is in order of last reception, so that the first entry is evicted.
    if (known !== undefined) this.#rows.delete(id);
    else if (this.#rows.size >= PEERS_MAX) this.#rows.delete(this.#rows.keys().next().value!);
    const row = known ?? { samples: new Samples(), everyMs: null, holeMs: null, tries: 0 };
    this.#rows.set(id, row);
    return row;
  }

  #missing(id: string, row: Row, fromMs: number): void {
    row.holeMs = Math.min(row.holeMs ?? fromMs, fromMs);
    row.tries = 0;
    this.#waiting.add(id);
    this.#next();
  }

  #next(): void {
    if (this.#isStopped || this.#cancel !== null || this.#waiting.size === 0 || this.#asking >= ASKING_MAX)
      return;
    this.#cancel = this.#runtime.clock.after(PACE_MS, () => {
      this.#cancel = null;
      const [id] = this.#waiting;
      if (id !== undefined) void this.#fill(id);
      this.#next();
    });
  }

  async #fill(id: string): Promise<void> {
    this.#waiting.delete(id);
    const row = this.#rows.get(id);
    if (row?.holeMs == null) return;
    const fromMs = row.holeMs;
    this.#asking++;
    this.requested++;
    try {
      const kept = await this.#ask(id, fromMs);
      row.holeMs = null;
      const found = row.samples.fill(kept, Math.max(SAME_MS, (row.everyMs ?? 0) / 2));
      this.filled += found;
      // The peer now measures less often: there was no gap.
      if (found === 0) row.everyMs = null;
    } catch {
      if (++row.tries < TRIES_MAX)
        this.#runtime.clock.after(AGAIN_MS, () => {
          if (row.holeMs === null || this.#isStopped) return;
          this.#waiting.add(id);
          this.#next();
        });
    } finally {
      this.#asking--;
      this.#next();
    }
  }
}
