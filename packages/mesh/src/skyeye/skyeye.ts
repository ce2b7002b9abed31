// In-network aggregation (SkyEye, Graffi et al., ICPADS 2008). Readings and aggregates go up the tree;
// the view of the whole network comes back down to every peer.
//
//   own reading ─┐            ┌─► one by one, while they are few ─┐
//   children ────┴─► below ───┴─► in sum ─────────────────────────┴─► parent ─► … ─► root ─► view ─► children ─► … all
//
// No socket and no wall clock: the same class runs over links and in a simulation of a hundred thousand peers.

import { type Cancel, jittered, type Runtime } from '../runtime.ts';
import { nothingKnown, readingOf, type Values } from './attributes.ts';
import { Below, type Child } from './below.ts';
import type { Picture, Report, TreeMessage, ViewMessage } from './messages.ts';
import { Outlet } from './outlet.ts';
import { HandingOn, Pace } from './pace.ts';
import type { Held } from './readings.ts';
import { AGAIN_MS, GAP_MS, HEARTBEAT_MS, PATIENCE_MS, SETTLE_MS, SUM_PATIENCE_MS } from './times.ts';
import { followed, messageOf, pictureOf, type View } from './view.ts';

/** With more peers than this below, a report has only their aggregate. */
export const DETAIL_MAX = 1024;

/** Factor by which aggregated reports are delayed. */
const SUM_GAPS = 10;

/** Slack for membership changes that are still spreading: peers below may know of more, or of fewer. */
const SIZE_SLACK = 1.5;
const SIZE_SLACK_LEAST = 8;

/** What SkyEye needs to know of the network. */
export interface Surroundings {
  readonly id: string;
  /** The peer to report to; null at the root, and while no peer above can be reached. */
  parent(): string | null;
  isRoot(): boolean;
  /** Whether a peer is below this one in the tree. */
  isBelow(id: string): boolean;
  /** Whether a peer is a child of this one in the tree. */
  isChild(id: string): boolean;
  /** Size of the subtree below a peer; without it, the number of peers alive is assumed. */
  sizeFrom?(id: string): number;
  /** Whether `id` is below `above` in the tree; without it, every report is believed. */
  isUnder?(id: string, above: string): boolean;
  /** Number of peers alive. */
  alive(): number;
  /** Whether readings of a peer count: it is a member, and not in quarantine. */
  counts(id: string): boolean;
  send(to: string, message: TreeMessage): void;
}

export interface SkyEyeOptions {
  detailMax?: number;
  gapMs?: number;
  settleMs?: number;
  /** How often this peer reports without a new reading; 0: never, because readings come often enough. */
  heartbeatMs?: number;
}

const defaults: Required<SkyEyeOptions> = {
  detailMax: DETAIL_MAX,
  gapMs: GAP_MS,
  settleMs: SETTLE_MS,
  heartbeatMs: HEARTBEAT_MS,
};
const nothing: Cancel = () => {};

const known = new WeakMap<SkyEyeOptions, Required<SkyEyeOptions>>();

/** One object for all peers that were given the same options. */
function completed(options: SkyEyeOptions): Required<SkyEyeOptions> {
  const all = known.get(options) ?? { ...defaults, ...options };
  known.set(options, all);
  return all;
}

export class SkyEye {
  readonly below: Below;
  readonly #runtime: Runtime;
  readonly #world: Surroundings;
  readonly #options: Required<SkyEyeOptions>;
  readonly #outlet: Outlet;
  /** Senders of early reports: the tree here did not have them below yet. */
  #early: Set<string> | null = null;
  #own: Held | null = null;
  #uplink: string | null = null;
  #isInSum = false;
  #picture: Picture | null = null;
  /** When the root made it, on this peer's clock. */
  #madeMs = 0;
  /** Of a root. */
  #pace: Pace | null = null;
  /** Of all others. */
  #handingOn: HandingOn | null = null;
  #cancelHand: Cancel | null = null;
  #begunMs: number | null = null;
  #rootSinceMs: number | null = null;
  #pushedMs: number | null = null;
  #sweptMs = 0;
  /** When the next report is due; null: nothing is pending. */
  #dueMs: number | null = null;
  #isStopped = false;
  #isUrgent = false;
  #cancelPush: Cancel = nothing;
  #cancelBeat: Cancel = nothing;

  constructor(runtime: Runtime, world: Surroundings, options: SkyEyeOptions = {}) {
    this.#runtime = runtime;
    this.#world = world;
    this.#options = completed(options);
    this.below = new Below(
      world.id,
      this.#options.detailMax,
      (id) => world.counts(id),
      (id, above) => world.isUnder?.(id, above) ?? true,
    );
    this.#outlet = new Outlet(this.below.readings, 'parent');
  }

  /** The newest view of the whole; null until one has arrived. */
  get view(): View | null {
    return this.#picture && { ...this.#picture, madeMs: this.#madeMs };
  }

  /** The same without its time: shared by all its receivers, so cheap to read. */
  get picture(): Picture | null {
    return this.#picture;
  }

  /** When the root made it, on this peer's clock (elapsedMs). */
  get madeMs(): number {
    return this.#madeMs;
  }

  get #nowMs(): number {
    return this.#runtime.clock.elapsedMs();
  }

  start(): void {
    if (this.#options.heartbeatMs > 0) this.#beat();
  }

  stop(): void {
    this.#cancelPush();
    this.#cancelBeat();
    this.#cancelHand?.();
    this.#isStopped = true;
  }

  // --- this peer's own reading

  /**
   * What was measured on this host, by name of the attribute, in its unit.
   *
   * @returns the names that were refused: not known, not a number, or not possible
   */
  report(measured: Readonly<Record<string, number>>): string[] {
    const { values, refused } = readingOf(measured);
    this.below.refused.values += refused.length;
    this.reportValues(values);
    return refused;
  }

  /** The same, in the order of the table of attributes. */
  reportValues(values: Values): void {
    const own = this.#ownReading();
    own.values = values;
    own.readMs = own.seenMs = this.#nowMs;
    this.below.readings.touch(own);
    this.#soon(this.#outlet.isNotable(own));
  }

  /** Once there is one, it stays. */
  #ownReading(): Held {
    const { id } = this.#world;
    if (this.#own?.id === id) return this.#own;
    const { readings } = this.below;
    const nowMs = this.#nowMs;
    this.#own = readings.get(id) ?? readings.put(id, id, nothingKnown, nowMs, nowMs, this.#world.counts(id));
    return this.#own;
  }

  #beat(): void {
    const { clock, random } = this.#runtime;
    const { heartbeatMs } = this.#options;
    this.#cancelBeat = clock.after(jittered(random, heartbeatMs), () => this.#beat());
    const own = this.#ownReading();
    if (this.#nowMs - own.seenMs < heartbeatMs / 2) return;
    own.seenMs = this.#nowMs;
    this.below.readings.touch(own);
    this.#soon(false);
  }

  // --- changes in the network

  /** Parent or children may have changed. */
  treeChanged(): void {
    const { below } = this;
    // A former child that is further down now is part of the aggregate of the peer in between.
    const isMisplaced = ({ id, aggregate }: Child) =>
      !this.#world.isBelow(id) || (aggregate !== null && !this.#world.isChild(id));
    const misplaced = [...below.children.values()].filter(isMisplaced);
    for (const { id } of misplaced) below.lose(id, this.#nowMs);
    if (misplaced.length > 0 && below.dropUnrelated((id) => this.#world.isBelow(id))) this.#soon(true);
    for (const id of this.#early ?? []) if (this.#world.isBelow(id)) this.#ask(id);
    const isRoot = this.#world.isRoot();
    if (!isRoot) this.#rootSinceMs = null;
    else this.#rootSinceMs ??= this.#nowMs;
    if (isRoot || this.#world.parent() !== this.#uplink) this.#soon(true);
  }

  /** There is a new link with a neighbour: messages on the older one may be lost. */
  linked(id: string): void {
    this.#passWhole(id);
    if (id === this.#uplink) this.#outlet.beginAnew();
    if (id === this.#world.parent()) this.#soon(true);
  }

  /** The peer is not alive any more. */
  lost(id: string): void {
    this.below.lose(id, this.#nowMs);
    const held = this.below.readings.get(id);
    if (held === undefined || id === this.#world.id) return;
    this.below.readings.remove(held);
    this.#soon(true);
  }

  /** Members joined or left, or a quarantine began or ended. */
  recount(): void {
    this.below.readings.recount((id) => this.#world.counts(id));
    this.#soon(true);
  }

  take(from: string, message: TreeMessage): void {
    if (message.kind === 'report') this.#takeReport(from, message);
    else if (message.kind === 'view') this.#takeView(from, message);
    else this.#takeAgain(from);
  }

  #takeReport(from: string, report: Report): void {
    if (!this.below.children.has(from) && !this.#world.isBelow(from)) {
      this.#early ??= new Set();
      this.#early.add(from);
      return;
    }
    const taken = this.below.take(from, report, this.#world.alive(), this.#nowMs, this.#mostFrom(from));
    if (taken === 'again') this.#ask(from);
    if (taken !== 'taken') return;
    if (report.number === 0) this.#passWhole(from);
    this.#soon(report.isUrgent);
  }

  /** The largest number of peers that a child can report: so a lying inner peer cannot claim more than its own subtree. */
  #mostFrom(id: string): number {
    const alive = this.#world.alive();
    const below = this.#world.sizeFrom?.(id) ?? alive;
    return Math.min(alive, Math.ceil(SIZE_SLACK * below) + SIZE_SLACK_LEAST);
  }

  #ask(id: string): void {
    this.#early?.delete(id);
    this.#world.send(id, { kind: 'again' });
  }

  /** Whether this peer, as the root, has every reading of the mesh one by one. */
  get knowsAll(): boolean {
    return this.below.inSum === 0 && this.below.readings.size <= this.#options.detailMax;
  }

  #takeAgain(from: string): void {
    this.#passWhole(from);
    // An honest parent asks no more often than `AGAIN_MS`, because each time costs a whole report.
    const nowMs = this.#nowMs;
    if (from !== this.#uplink || (this.#begunMs !== null && nowMs - this.#begunMs < AGAIN_MS / 2)) return;
    this.#begunMs = nowMs;
    this.#outlet.beginAnew();
    this.#soon(true);
  }

  #takeView(from: string, message: ViewMessage): void {
    if (from !== this.#uplink || this.#world.isRoot()) return;
    const picture = followed(this.#picture, message);
    if (picture === null) return void this.#world.send(from, { kind: 'again' });
    this.#see(picture, this.#nowMs - message.ageMs);
    this.#handOn();
  }

  /** Only the newest view waits. */
  #handOn(): void {
    if (this.#cancelHand !== null || this.#picture === null || this.below.children.size === 0) return;
    this.#handingOn ??= new HandingOn();
    const waitMs = this.#handingOn.waitMs(this.#nowMs);
    if (waitMs > 0) {
      this.#cancelHand = this.#runtime.clock.after(waitMs, () => {
        this.#cancelHand = null;
        this.#handOn();
      });
      return;
    }
    this.#handingOn.passed(this.#nowMs);
    this.#passToAll(this.#picture);
  }

  #see(picture: Picture, madeMs: number): void {
    this.#picture = picture;
    this.#madeMs = madeMs;
  }

  // --- upwards

  /** Schedules a report: at once if it is urgent or there are no children to wait for, but never two within the gap. */
  #soon(isUrgent: boolean): void {
    this.#isUrgent ||= isUrgent;
    const { gapMs, settleMs, detailMax } = this.#options;
    const isAlone = this.below.children.size === 0;
    // Among thousands of peers something is always urgent, and aggregating them is expensive.
    const isLarge = this.below.inSum > 0 || this.below.readings.size > detailMax;
    const leastMs = isLarge ? SUM_GAPS * gapMs : gapMs;
    const waitMs = isUrgent || isAlone ? leastMs : Math.max(leastMs, settleMs);
    this.#at(this.#pushedMs === null ? this.#nowMs : this.#pushedMs + waitMs);
  }

  #at(dueMs: number): void {
    if (this.#isStopped || (this.#dueMs !== null && this.#dueMs <= dueMs)) return;
    this.#cancelPush();
    const waitMs = dueMs - this.#nowMs;
    if (waitMs <= 0) {
      this.#cancelPush = nothing;
      return void this.#push();
    }
    this.#dueMs = dueMs;
    this.#cancelPush = this.#runtime.clock.after(waitMs, () => this.#push());
  }

  #push(): void {
    const nowMs = this.#nowMs;
    this.#dueMs = null;
    this.#pushedMs = nowMs;
    if (nowMs - this.#sweptMs > HEARTBEAT_MS) this.below.sweep(nowMs);
    if (nowMs - this.#sweptMs > HEARTBEAT_MS) this.#sweptMs = nowMs;
    const isUrgent = this.#isUrgent;
    this.#isUrgent = false;
    if (this.#world.isRoot()) {
      this.#uplink = null;
      this.#outlet.forgetNews();
      return void this.#look(nowMs);
    }
    const parent = this.#world.parent();
    // Without a parent the news is kept until there is one again.
    if (parent === null) return;
    this.#ownReading();
    if (parent !== this.#uplink) this.#outlet.beginAnew();
    this.#uplink = parent;
    this.#world.send(parent, this.#reportTo(parent, isUrgent, nowMs));
  }

  #reportTo(parent: string, isUrgent: boolean, nowMs: number): Report {
    const { detailMax } = this.#options;
    // Hysteresis: it does not switch back and forth at the border.
    const isInSum = this.below.inSum > 0 || this.below.readings.size > detailMax * (this.#isInSum ? 0.9 : 1);
    if (isInSum !== this.#isInSum) this.#outlet.beginAnew();
    this.#isInSum = isInSum;
    if (!isInSum) {
      const { number, removed, entries } = this.#outlet.take(parent, nowMs);
      return { kind: 'report', number, isUrgent, removed, entries, aggregate: null };
    }
    const number = this.#outlet.takeNothing();
    return { kind: 'report', number, isUrgent, removed: [], entries: [], aggregate: this.below.sum(nowMs) };
  }

  // --- downwards

  /** The view as the root makes it. */
  #look(nowMs: number): void {
    this.#ownReading();
    const sum = this.below.sum(nowMs);
    const alive = this.#world.alive();
    const before = this.#picture;
    const isOwn = before?.root === this.#world.id;
    this.#rootSinceMs ??= nowMs;
    const patienceMs = alive > this.#options.detailMax ? SUM_PATIENCE_MS : PATIENCE_MS;
    const isEarly = sum.peers < 0.9 * alive && nowMs - this.#rootSinceMs < patienceMs;
    // The view of the root before is better than one of the few that have reported to this one so far.
    if (before !== null && !isOwn && isEarly) return void this.#at(nowMs + GAP_MS);
    const picture = pictureOf(this.#world.id, (isOwn ? before.number : 0) + 1, sum, alive);
    this.#see(picture, nowMs);
    this.#pace ??= new Pace();
    const waitMs = this.#pace.waitMs(picture, nowMs);
    if (waitMs > 0) return void this.#at(nowMs + Math.max(GAP_MS, waitMs));
    this.#passToAll(this.#pace.pass(picture, nowMs));
  }

  #passWhole(id: string): void {
    const child = this.below.children.get(id);
    if (child === undefined || this.#picture === null) return;
    this.#world.send(id, messageOf(this.#picture, null, this.#ageMs));
    child.picture = this.#picture;
  }

  /** Most children have the same view so far, so they share one message. */
  #passToAll(picture: Picture): void {
    let before: Picture | null = null;
    let message: ViewMessage | null = null;
    for (const child of this.below.children.values()) {
      if (message === null || child.picture !== before)
        message = messageOf(picture, child.picture, this.#ageMs);
      before = child.picture;
      child.picture = picture;
      this.#world.send(child.id, message);
    }
  }

  get #ageMs(): number {
    return Math.max(0, this.#nowMs - this.#madeMs);
  }
}
