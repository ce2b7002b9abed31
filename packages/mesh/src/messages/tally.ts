// The count of one broadcast at one peer: the totals of those it was passed to, added up and reported to the peer that
// forwarded it. A total replaces the earlier one of the same peer, so it can be repeated: when it has grown, and when the link that
// carried it is lost. It never counts a peer twice, because each peer reports to one only.

import type { Cancel, Clock } from '../runtime.ts';

/** Growth within this time costs one report. */
const GROWTH_MS = 200;
/** Before a report that may be lost is repeated. */
const REPEAT_MS = 1_000;

export interface TallyOptions {
  clock: Clock;
  /** The peers that the broadcast was passed to. */
  below: Iterable<string>;
  /** Until the first report, unless all below have answered before. */
  waitMs: number;
  /** Returns whether the report has a link to itself; if not, it is repeated. */
  report: (total: number) => boolean;
}

export class Tally {
  readonly #clock: Clock;
  readonly #report: (total: number) => boolean;
  /** By peer; null while it has not answered. */
  readonly #totals: Map<string, number | null>;
  #own = 0;
  /** -1: nothing yet. */
  #reported = -1;
  #cancel: Cancel | null = null;

  constructor({ clock, below, waitMs, report }: TallyOptions) {
    this.#clock = clock;
    this.#report = report;
    this.#totals = new Map([...below].map((id) => [id, null]));
    this.#reportIn(waitMs);
  }

  get total(): number {
    let sum = this.#own;
    for (const total of this.#totals.values()) sum += total ?? 0;
    return sum;
  }

  /** This peer has the broadcast itself. */
  addOwn(): void {
    this.#own = 1;
  }

  /** Whether the broadcast was passed to that peer, whose totals count. */
  isOf(id: string): boolean {
    return this.#totals.has(id);
  }

  /** A peer below has answered; it may do so again, with more. */
  take(id: string, total: number): void {
    const before = this.#totals.get(id);
    if (before === undefined) return;
    this.#totals.set(id, Math.max(before ?? 0, total));
    if (this.#reported >= 0) {
      if (this.total > this.#reported && this.#cancel === null) this.#reportIn(GROWTH_MS);
    } else if (![...this.#totals.values()].includes(null)) this.#reportNow();
  }

  /** There is no link to a peer below any more: its answer may still come another way. */
  lost(id: string): void {
    if (this.#totals.get(id) === null) this.take(id, 0);
  }

  /** The link that carried the last report is gone, perhaps before it arrived. */
  repeat(): void {
    if (this.#reported >= 0) this.#reportIn(REPEAT_MS);
  }

  stop(): void {
    this.#cancel?.();
  }

  #reportIn(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(ms, () => this.#reportNow());
  }

  #reportNow(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#reported = this.total;
    if (!this.#report(this.#reported)) this.#reportIn(REPEAT_MS);
  }
}
