// The reports of the children: readings one by one from small subtrees, aggregates from large ones. All of it is
// checked, because a child may be broken or lie: impossible values are refused, and counted.

import { type Aggregate, aged, merged, type Stats } from './aggregate.ts';
import { attributes, isPlausible, type Values } from './attributes.ts';
import type { Entry, Picture, Report } from './messages.ts';
import { type Held, ORPHANED, Readings } from './readings.ts';
import { AGAIN_MS, HEIR_MS, STALE_MS } from './times.ts';

const AGE_MS_MAX = 3_600_000;
/** A child that reports more than twice as many readings one by one as it may is out of order. */
const SLACK = 2;
/** A successor that knows this share of what its predecessor knew has reports of all that matter. */
const MOST = 0.9;

export interface Child {
  readonly id: string;
  /** Sequence number of the next report. */
  expected: number;
  /** Readings, by the numbers that the child assigned. */
  numbered: (Held | undefined)[];
  aggregate: Aggregate | null;
  aggregatedMs: number;
  /** The aggregate of its predecessor: counts until this child reports as much. */
  forebear: Orphan | null;
  /** The view that the child holds. */
  picture: Picture | null;
  againMs: number | null;
}

/** The aggregate of a lost child. */
interface Orphan {
  readonly aggregate: Aggregate;
  readonly sinceMs: number;
  readonly atMs: number;
}

export interface Refused {
  values: number;
  reports: number;
}

/** Shared by all leaves, which are most peers. */
const childless: Map<string, Child> = new Map();

export type Taken = 'taken' | 'again' | 'ignored';

export class Below {
  readonly readings = new Readings();
  #children = childless;
  readonly refused: Refused = { values: 0, reports: 0 };
  readonly #own: string;
  /** Maximum number of readings that a peer reports one by one. */
  readonly detailMax: number;
  readonly #counts: (id: string) => boolean;
  readonly #isUnder: (id: string, above: string) => boolean;
  /** Aggregates of lost children. */
  #orphaned: Orphan[] = [];

  /** @param isUnder whether the tree has a peer below another: only a child above a peer may report it */
  constructor(
    own: string,
    detailMax: number,
    counts: (id: string) => boolean,
    isUnder: (id: string, above: string) => boolean = () => true,
  ) {
    this.#own = own;
    this.detailMax = detailMax;
    this.#counts = counts;
    this.#isUnder = isUnder;
  }

  get children(): ReadonlyMap<string, Child> {
    return this.#children;
  }

  /** Children that report only aggregates. */
  inSum = 0;

  /** Number of peers known, this one included. */
  get peers(): number {
    let peers = this.readings.size;
    for (const { aggregate } of this.children.values()) peers += aggregate?.peers ?? 0;
    return peers;
  }

  child(id: string): Child {
    const known = this.#children.get(id);
    if (known !== undefined) return known;
    const child: Child = {
      id,
      expected: 0,
      numbered: [],
      aggregate: null,
      aggregatedMs: 0,
      forebear: null,
      picture: null,
      againMs: null,
    };
    if (this.#children === childless) this.#children = new Map();
    this.#children.set(id, child);
    return child;
  }

  /**
   * @param peersMax number of live peers; a child that reports more names invents them
   * @param sumMax largest plausible number of peers in an aggregate
   */
  take(from: string, report: Report, peersMax: number, nowMs: number, sumMax = peersMax): Taken {
    const child = this.child(from);
    if (report.number !== child.expected && report.number !== 0) return this.#again(child, nowMs);
    if (report.entries.length > SLACK * this.detailMax) return this.#refuse(child);
    if (report.number === 0) this.#beginAnew(child, report.aggregate !== null);
    for (const number of report.removed) this.#orphan(child, number);
    let isInStep = true;
    for (const entry of report.entries) isInStep = this.#enter(child, entry, peersMax, nowMs) && isInStep;
    if (report.aggregate !== null && !this.#sum(child, report.aggregate, sumMax, nowMs))
      return this.#refuse(child);
    child.expected = report.number + 1;
    return isInStep ? 'taken' : this.#again(child, nowMs);
  }

  /** Removes a child. Its report stays until others report the same peers, or it expires. */
  lose(id: string, nowMs: number): void {
    const child = this.children.get(id);
    if (child === undefined) return;
    this.#children.delete(id);
    for (const held of child.numbered) if (held?.owner === id) held.owner = ORPHANED;
    const { aggregate, aggregatedMs } = child;
    if (aggregate !== null) this.inSum--;
    if (aggregate !== null) this.#orphaned.push({ aggregate, sinceMs: nowMs, atMs: aggregatedMs });
  }

  /** Drops readings of peers that moved elsewhere in the tree, where others report them. Returns whether there were any. */
  dropUnrelated(isBelow: (id: string) => boolean): boolean {
    const before = this.readings.size;
    this.readings.removeWhere(({ id, owner }) => owner === ORPHANED && id !== this.#own && !isBelow(id));
    return this.readings.size < before;
  }

  /** Drops readings that no child reports any more. */
  sweep(nowMs: number): void {
    const oldestMs = nowMs - STALE_MS;
    this.readings.forgetTable();
    this.readings.removeWhere((held) => held.seenMs < oldestMs && held.id !== this.#own);
    for (const child of this.children.values()) {
      if (child.aggregate === null || child.aggregatedMs >= oldestMs) continue;
      this.#children.delete(child.id);
      this.inSum--;
    }
    this.#orphaned = this.#orphaned.filter(({ sinceMs }) => nowMs - sinceMs < HEIR_MS);
  }

  /** The aggregate of all that is known, this peer included. */
  sum(nowMs: number): Aggregate {
    const parts = [this.readings.sum(nowMs)];
    for (const { aggregate, aggregatedMs, forebear } of this.children.values()) {
      if (aggregate === null) continue;
      const isHeir =
        forebear !== null &&
        nowMs - forebear.sinceMs < HEIR_MS &&
        aggregate.peers < MOST * forebear.aggregate.peers;
      parts.push(
        isHeir ? aged(forebear.aggregate, nowMs - forebear.atMs) : aged(aggregate, nowMs - aggregatedMs),
      );
    }
    for (const { aggregate, sinceMs, atMs } of this.#orphaned)
      if (nowMs - sinceMs < HEIR_MS) parts.push(aged(aggregate, nowMs - atMs));
    return merged(parts);
  }

  /** Returns false if the child and this peer are out of step. */
  #enter(child: Child, entry: Entry, peersMax: number, nowMs: number): boolean {
    const { number, id, ageMs } = entry;
    if (number >= SLACK * this.detailMax) return false;
    const readMs = nowMs - Math.min(ageMs, AGE_MS_MAX);
    if (id === null) {
      const held = child.numbered[number];
      if (held === undefined || held.owner !== child.id) return false;
      if (entry.values !== held.values) held.values = this.#checked(entry, held.values);
      held.readMs = readMs;
      held.seenMs = nowMs;
      this.readings.touch(held);
      return true;
    }
    // Ignores what others report about this peer itself.
    if (id === this.#own) return true;
    const held = this.readings.get(id);
    const values = this.#checked(entry, null);
    if (held === undefined) {
      // Bounds the memory that invented names can take.
      if (this.readings.size >= SLACK * Math.max(peersMax, this.detailMax)) {
        this.refused.values++;
        return true;
      }
      child.numbered[number] = this.readings.put(id, child.id, values, readMs, nowMs, this.#counts(id));
      return true;
    }
    if (!this.#mayTell(child, held, readMs)) return true;
    held.owner = child.id;
    held.values = values;
    held.readMs = readMs;
    held.seenMs = nowMs;
    child.numbered[number] = held;
    this.readings.touch(held);
    return true;
  }

  /** Of two children that report a peer, the one above it counts; if both or neither are, the newer: the peer just moved. */
  #mayTell({ id }: Child, held: Held, readMs: number): boolean {
    if (held.owner === ORPHANED || held.owner === id) return true;
    const isHere = this.#isUnder(held.id, id);
    if (isHere !== this.#isUnder(held.id, held.owner)) return isHere;
    return readMs >= held.readMs - AGAIN_MS;
  }

  /** The values after applying the entry, without impossible ones. Entries from within the process are checked already. */
  #checked({ mask, values }: Entry, before: Values | null): Values {
    if (mask === null) return values;
    if (mask === 0 && before !== null) return before;
    return attributes.map((_, i) => {
      if ((mask & (1 << i)) === 0) return before?.[i] ?? Number.NaN;
      const value = values[i]!;
      if (Number.isNaN(value) || isPlausible(i, value)) return value;
      this.refused.values++;
      return Number.NaN;
    });
  }

  #sum(child: Child, aggregate: Aggregate, peersMax: number, nowMs: number): boolean {
    if (aggregate.peers > peersMax || !isPossible(aggregate)) return false;
    // A new child is the successor of a lost one and will report its peers.
    if (child.aggregate === null) child.forebear = this.#orphaned.shift() ?? null;
    if (child.aggregate === null) this.inSum++;
    const { peers, oldestMs } = aggregate;
    // Caps the sum of ages by the oldest reading (which was rounded) and by an hour: two false values of 1e308 would add up
    // to Infinity, and the ancestors would refuse this peer's own report.
    const agesMs = Math.min(Math.max(0, aggregate.agesMs), peers * Math.min(AGE_MS_MAX, oldestMs + 0.5));
    child.aggregate = { ...aggregate, agesMs };
    child.aggregatedMs = nowMs;
    return true;
  }

  /** @param isInSum the child reports in aggregate from now on, so that its single readings must not count twice */
  #beginAnew(child: Child, isInSum: boolean): void {
    for (const held of child.numbered) {
      if (held?.owner !== child.id) continue;
      if (isInSum) this.readings.remove(held);
      else held.owner = ORPHANED;
    }
    child.numbered = [];
    if (child.aggregate !== null) this.inSum--;
    child.aggregate = null;
  }

  #orphan(child: Child, number: number): void {
    const held = child.numbered[number];
    // Ignores numbers that were never assigned: a sparse list with millions of holes is slow to iterate.
    if (held === undefined) return;
    child.numbered[number] = undefined;
    if (held.owner === child.id) held.owner = ORPHANED;
  }

  #again(child: Child, nowMs: number): Taken {
    if (child.againMs !== null && nowMs - child.againMs < AGAIN_MS) return 'ignored';
    child.againMs = nowMs;
    return 'again';
  }

  #refuse(child: Child): Taken {
    this.refused.reports++;
    child.expected = 0;
    return 'ignored';
  }
}

/** Whether an aggregate is consistent in itself. */
function isPossible({ peers, agesMs, stats, most, least }: Aggregate): boolean {
  const areSums = stats.every((each, i) => each === null || arePossible(each, i, peers));
  const areBest = (lists: Aggregate['most']) =>
    lists.every((list, i) => list.every(({ value }) => isPlausible(i, value)));
  return !Number.isNaN(agesMs) && areSums && areBest(most) && areBest(least);
}

/** Whether the figures of a number of peers are consistent in themselves. */
export function arePossible(
  { count, sum, min, max, squares, sketch }: Stats,
  index: number,
  peers: number,
): boolean {
  const slack = 1e-6 * Math.max(1, Math.abs(min), Math.abs(max)) * count;
  if (!(count > 0 && count <= peers && min <= max && isPlausible(index, min) && isPlausible(index, max)))
    return false;
  if (!(sum >= count * min - slack && sum <= count * max + slack)) return false;
  if (!(squares >= 0 && squares <= count * (max - min + slack) ** 2)) return false;
  return sketch === null || sketch.counts.reduce((all, one) => all + one, 0) === count;
}
