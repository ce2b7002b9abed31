// Messages between peers of the tree, as objects: links encode them with codec.ts, simulations pass the objects. A
// message and all that it references are immutable once sent.

import type { Aggregate, Best } from './aggregate.ts';
import type { Values } from './attributes.ts';

/** A reading, or its changes. */
export interface Entry {
  /** Stands for the peer's name once that has been sent. */
  number: number;
  /** Sent the first time; null afterwards. */
  id: string | null;
  ageMs: number;
  /** Decoded from a link: a bit for each value sent. Null if `values` is complete, as at the sender. */
  mask: number | null;
  values: Values;
  /** The values sent to the receiver before, of which unchanged ones are not repeated; null if none. */
  before: Values | null;
}

/** From a child to its parent: the readings of its subtree, one by one while they are few, else aggregated. */
export interface Report {
  kind: 'report';
  /** Sequence number; 0 starts over and voids all earlier reports. */
  number: number;
  /** Contains a change that should spread at once. */
  isUrgent: boolean;
  /** Numbers released; applied before the entries, which may reuse them. */
  removed: readonly number[];
  entries: readonly Entry[];
  aggregate: Aggregate | null;
}

export interface Summary {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Standard deviation over all peers. */
  readonly sd: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The root's view of the whole network. Peers in one process share the object. */
export interface Picture {
  readonly root: string;
  /** Sequence number, per root. */
  readonly number: number;
  /** Number of live peers that have reported, as known by the root. */
  readonly peers: number;
  readonly alive: number;
  /** Mean age of its readings when it was made. */
  readonly readingAgeMs: number;
  readonly oldestMs: number;
  readonly summaries: readonly (Summary | null)[];
  readonly most: readonly (readonly Best[])[];
  readonly least: readonly (readonly Best[])[];
}

/** From the root down to all peers. */
export interface ViewMessage {
  kind: 'view';
  /** Number of the view that this one is a delta of; 0 if it is complete. */
  base: number;
  /** Time since the root made it. */
  ageMs: number;
  picture: Picture;
  /** Decoded from a link: the delta. Null if `picture` is complete, as at the sender. */
  mask: Masks | null;
  /** The view with number `base`. */
  before: Picture | null;
}

export interface Masks {
  /** A bit for each attribute that changed. */
  readonly attributes: number;
  /** The same for the top lists. On a link, an empty name stands for the peer at that rank before. */
  readonly most: number;
  readonly least: number;
}

/** Requests to start over after a loss: a full report from a child, or a full view from the parent. */
export interface Again {
  kind: 'again';
}

/** To the root: subscribes to a copy of all readings; renewed every few seconds. */
export interface Follow {
  kind: 'follow';
}

/** From a root with many queries: asks the receiver to follow. */
export interface Please {
  kind: 'support';
}

/** To a follower: the changes since the last one. */
export interface Replica {
  kind: 'replica';
  report: Report;
}

export type TreeMessage = Report | ViewMessage | Again;
export type SupportMessage = Follow | Please | Replica | Again;
