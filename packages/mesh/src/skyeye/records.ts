// A coordinator's records of all peers: the last hour of each, reading by reading, as the tree brings them. After a
// partition, or when a parent was away, some are missing. The peer has kept them, and is asked for them when it is back: with
// the times of measurement, and sent straight to the coordinator, so that live aggregates never see them.
//
//   tree ─► reading ─► row of the peer ─┬─► as expected: kept
//                                       └─► a hole before it: the peer is asked for what lies between

import type { Cancel, Runtime } from '../runtime.ts';
import type { Values } from './attributes.ts';
import { type Sample, Samples } from './samples.ts';

/** As many as a root knows one by one. An hour of each is 37 MB. */
const PEERS_MAX = 1_024;
/** Nearer in time, it is the same reading told again. */
const SAME_MS = 250;
/** Of how often the peer measures: after a longer pause something is missing. */
const HOLE_PART = 1.6;
/** So many are asked at once, and each so soon after the one before: all peers at once come back from a partition. */
const ASKING_MAX = 4;
const PACE_MS = 50;
/** Who does not answer is asked again: the way to it may just be in the making. */
const AGAIN_MS = 5_000;
const TRIES_MAX = 6;

interface Row {
  readonly samples: Samples;
  /** Between two readings, mostly; not known of the first. */
  everyMs: number | null;
  /** From where on something is missing; null: nothing. */
  holeMs: number | null;
  tries: number;
}

export class Records {
  /** Readings that peers gave afterwards. */
  filled = 0;
  /** Times that a peer was asked. */
  asked = 0;
  readonly #runtime: Runtime;
  readonly #ask: (id: string, sinceMs: number) => Promise<readonly Sample[]>;
  readonly #rows = new Map<string, Row>();
  /** Who has a hole and waits to be asked. */
  readonly #waiting = new Set<string>();
  #asking = 0;
  #cancel: Cancel | null = null;
  #isStopped = false;

  /** @param ask gives what a peer has kept since then */
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

  /** Oldest first; null of a peer that was never heard of. */
  of(id: string): Sample[] | null {
    return this.#rows.get(id)?.samples.since() ?? null;
  }

  #rowOf(id: string): Row {
    const known = this.#rows.get(id);
    // Whoever was heard of last stands last.
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
    this.asked++;
    try {
      const kept = await this.#ask(id, fromMs);
      row.holeMs = null;
      const found = row.samples.fill(kept, Math.max(SAME_MS, (row.everyMs ?? 0) / 2));
      this.filled += found;
      // It measures more seldom than it did: that was no hole.
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
