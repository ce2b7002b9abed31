// Messages between peers of the tree, as objects: links encode them with codec.ts, simulations pass them as they are. A
// message and what it refers to are immutable once sent.

import type { Aggregate, Best } from './aggregate.ts';
import type { Values } from './attributes.ts';

/** One reading, or what changed of it. */
export interface Entry {
  /** Names the peer from the first time on. */
  number: number;
  /** Given the first time, null after. */
  id: string | null;
  ageMs: number;
  /** As it came over a link, a bit for each value that was said; null of one that is whole, as its sender has it. */
  said: number | null;
  values: Values;
  /** What the receiver was told before: what is the same is not said again. Null: nothing. */
  before: Values | null;
}

/** From a child to its parent: what is known below. One by one while they are few, else in sum. */
export interface Report {
  kind: 'report';
  /** Counts up; 0 begins anew, and makes void what was reported before. */
  number: number;
  /** Something changed that all should hear of at once. */
  isUrgent: boolean;
  /** Numbers that name nobody any more; before the entries, which may use them again. */
  gone: readonly number[];
  entries: readonly Entry[];
  aggregate: Aggregate | null;
}

export interface Summary {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Standard deviation of all of them. */
  readonly sd: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What the whole network looks like, as the root has seen it. One object, as far as peers share a process. */
export interface Picture {
  readonly root: string;
  /** Counts up at each root. */
  readonly number: number;
  /** Heard from, and alive as the root knows it. */
  readonly peers: number;
  readonly alive: number;
  /** Of the readings in it, when it was made: the mean and the oldest. */
  readonly readingAgeMs: number;
  readonly oldestMs: number;
  readonly summaries: readonly (Summary | null)[];
  readonly most: readonly (readonly Best[])[];
  readonly least: readonly (readonly Best[])[];
}

/** From the root down to all. */
export interface ViewMessage {
  kind: 'view';
  /** The number of the view that this one says the difference to; 0 if it is whole. */
  base: number;
  /** Since the root made it. */
  ageMs: number;
  picture: Picture;
  /** As it came over a link, what is another than in that view; null where `picture` is whole, as its sender has it. */
  said: Said | null;
  /** The view of that number. */
  before: Picture | null;
}

export interface Said {
  /** A bit for each attribute. */
  readonly attributes: number;
  /** The same of the lists of the best. In those over a link, who stood at the same place before has no name. */
  readonly most: number;
  readonly least: number;
}

/** A part is missing: begin anew. From the parent it asks for a whole report, from a child for a whole view. */
export interface Again {
  kind: 'again';
}

/** To the root: this peer wants a copy of all readings. To be said again every few seconds. */
export interface Follow {
  kind: 'follow';
}

/** From the root, which has many queries: please follow. */
export interface Please {
  kind: 'support';
}

/** To a follower: what is new since the last time. */
export interface Replica {
  kind: 'replica';
  report: Report;
}

export type TreeMessage = Report | ViewMessage | Again;
export type SupportMessage = Follow | Please | Replica | Again;
