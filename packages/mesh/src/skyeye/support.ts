// Support peers follow the root: each has a copy of all readings that the root knows one by one. A root with many
// queries passes them to its followers, which answer in its place; a coordinator follows to see every reading itself.

import { type Cancel, every, type Runtime, sample } from '../runtime.ts';
import { Below } from './below.ts';
import type { Report, SupportMessage } from './messages.ts';
import { Outlet } from './outlet.ts';
import type { Held, Readings } from './readings.ts';
import { DETAIL_MAX } from './skyeye.ts';

const FOLLOWERS_MAX = 8;
const PUSH_MS = 500;
/** Followers renew this often, and are dropped after three times as long. */
const FOLLOW_MS = 5_000;
const FORGET_MS = 15_000;
/** A recruited peer follows for this long after the last request. */
const RECRUITED_MS = 60_000;
/** Maximum recruited followers; all others are coordinators. */
const RECRUITED_MAX = 4;
/** Maximum age of a copy that answers queries. */
const FRESH_MS = 3_000;

export interface SupportSurroundings {
  readonly id: string;
  root(): string | null;
  alive(): number;
  /** Whether every reading of the mesh is known here, if this peer is the root. */
  knowsAll(): boolean;
  counts(id: string): boolean;
  roleOf(id: string): string;
  isLinked(id: string): boolean;
  send(to: string, message: SupportMessage): void;
  /** Opens and keeps a link to a peer that is not a neighbour. */
  link(id: string): void;
}

interface Follower {
  outlet: Outlet;
  saidMs: number;
}

export class Support {
  /** Called for each reading received from the root that this peer follows. */
  readonly onReading: ((held: Held) => void)[] = [];
  readonly #runtime: Runtime;
  readonly #world: SupportSurroundings;
  readonly #readings: Readings;
  readonly #followers = new Map<string, Follower>();
  /** Peers that this one has requested to follow. */
  readonly #recruited = new Set<string>();
  #copy: Below | null = null;
  #copied: string | null = null;
  #copiedMs = Number.NEGATIVE_INFINITY;
  #cancelPush: Cancel | null = null;
  #cancelFollow: Cancel | null = null;
  #untilMs = Number.NEGATIVE_INFINITY;
  #next = 0;

  constructor(runtime: Runtime, world: SupportSurroundings, readings: Readings) {
    this.#runtime = runtime;
    this.#world = world;
    this.#readings = readings;
  }

  /** Asks a child to become a support peer, unless there are enough. */
  recruit(id: string): void {
    const invited = [...this.#followers.keys()].filter((each) => this.#isInvited(each));
    if (invited.length >= RECRUITED_MAX && !this.#followers.has(id)) return;
    this.#recruited.add(id);
    this.#world.send(id, { kind: 'support' });
  }

  /** Recruits one of these; some may have moved elsewhere in the tree and have no link here any more. */
  recruitOneOf(ids: readonly string[]): void {
    const linked = ids.filter((id) => this.#world.isLinked(id));
    const [chosen] = sample(this.#runtime.random, linked, 1);
    if (chosen !== undefined) this.recruit(chosen);
  }

  stop(): void {
    this.#cancelPush?.();
    this.#cancelFollow?.();
    this.#cancelPush = this.#cancelFollow = null;
    for (const { outlet } of this.#followers.values()) outlet.close();
    this.#followers.clear();
  }

  // --- as a follower

  /** Follows the root, also when that changes. */
  follow(forMs = Number.POSITIVE_INFINITY): void {
    this.#untilMs = Math.max(this.#untilMs, this.#runtime.clock.elapsedMs() + forMs);
    if (this.#cancelFollow !== null) return;
    this.#sendFollow();
    this.#cancelFollow = every(this.#runtime, FOLLOW_MS, () => this.#sendFollow());
  }

  get isFollowing(): boolean {
    return this.#cancelFollow !== null;
  }

  /** The copy of all readings; null unless it is complete and recent. */
  copy(): Readings | null {
    const isFresh = this.#runtime.clock.elapsedMs() - this.#copiedMs < FRESH_MS;
    const isOfRoot = this.#copied !== null && this.#copied === this.#world.root();
    return isFresh && isOfRoot ? (this.#copy?.readings ?? null) : null;
  }

  /** To be called when the root may have changed. */
  rootChanged(): void {
    if (this.isFollowing && this.#world.root() !== this.#copied) this.#sendFollow();
  }

  #sendFollow(): void {
    if (this.#runtime.clock.elapsedMs() > this.#untilMs) {
      this.#cancelFollow?.();
      this.#cancelFollow = null;
      this.#copy = null;
      return;
    }
    const root = this.#world.root();
    if (root === null || root === this.#world.id) return;
    this.#world.link(root);
    this.#world.send(root, { kind: 'follow' });
  }

  take(from: string, message: SupportMessage): void {
    if (message.kind === 'follow') this.#takeFollow(from);
    else if (message.kind === 'support') this.follow(RECRUITED_MS);
    else if (message.kind === 'again') this.again(from);
    else this.#takeReplica(from, message.report);
  }

  #takeReplica(from: string, report: Report): void {
    if (!this.isFollowing || from !== this.#world.root()) return;
    if (this.#copied !== from || this.#copy === null) this.#copy = this.#newCopy();
    this.#copied = from;
    const nowMs = this.#runtime.clock.elapsedMs();
    const taken = this.#copy.take(from, report, this.#world.alive(), nowMs);
    if (taken === 'again') this.#world.send(from, { kind: 'again' });
    if (taken !== 'taken') return;
    this.#copiedMs = nowMs;
    this.#copy.sweep(nowMs);
  }

  #newCopy(): Below {
    const copy = new Below('', DETAIL_MAX, (id) => this.#world.counts(id));
    const touched = (held: Held) => {
      for (const listener of this.onReading) listener(held);
    };
    copy.readings.listen({ touched, removed: () => {} });
    return copy;
  }

  lost(id: string): void {
    const held = this.#copy?.readings.get(id);
    if (held !== undefined) this.#copy!.readings.remove(held);
  }

  recount(): void {
    this.#copy?.readings.recount((id) => this.#world.counts(id));
  }

  // --- as the root

  serves(id: string): boolean {
    return this.#followers.has(id);
  }

  /** Whether queries may be passed to a follower. Others may read along, since readings are not secret. */
  #isInvited(id: string): boolean {
    return this.#recruited.has(id) || /^(coordinator|authority)$/.test(this.#world.roleOf(id));
  }

  /** A follower that can take a query; null if there is none. */
  nextFollower(): string | null {
    const all = [...this.#followers.keys()].filter((id) => this.#isInvited(id));
    return all.length === 0 ? null : all[this.#next++ % all.length]!;
  }

  #takeFollow(from: string): void {
    const nowMs = this.#runtime.clock.elapsedMs();
    const known = this.#followers.get(from);
    if (known !== undefined) known.saidMs = nowMs;
    if (known !== undefined) return;
    if (this.#followers.size >= FOLLOWERS_MAX) {
      const uninvited = [...this.#followers.keys()].find((id) => !this.#isInvited(id));
      if (uninvited === undefined || !this.#isInvited(from)) return;
      this.#forget(uninvited);
    }
    this.#followers.set(from, { outlet: new Outlet(this.#readings, 'other'), saidMs: nowMs });
    this.#cancelPush ??= every(this.#runtime, PUSH_MS, () => this.#push());
    this.#push();
  }

  /** Starts over with a follower that missed something, or has a new link. */
  again(id: string): void {
    this.#followers.get(id)?.outlet.beginAnew();
    if (this.isFollowing && id === this.#world.root()) this.#sendFollow();
  }

  #push(): void {
    const nowMs = this.#runtime.clock.elapsedMs();
    // In a very large mesh the root knows only some readings individually, which is no complete copy.
    const canServe = this.#world.root() === this.#world.id && this.#world.knowsAll();
    for (const [id, { outlet, saidMs }] of [...this.#followers]) {
      if (canServe && nowMs - saidMs < FORGET_MS) {
        const { number, removed, entries } = outlet.take('', nowMs);
        const report = {
          kind: 'report' as const,
          number,
          isUrgent: false,
          removed,
          entries,
          aggregate: null,
        };
        this.#world.send(id, { kind: 'replica', report });
        continue;
      }
      this.#forget(id);
    }
    if (this.#followers.size > 0) return;
    this.#recruited.clear();
    this.#cancelPush?.();
    this.#cancelPush = null;
  }

  #forget(id: string): void {
    this.#followers.get(id)?.outlet.close();
    this.#followers.delete(id);
    this.#recruited.delete(id);
  }
}
