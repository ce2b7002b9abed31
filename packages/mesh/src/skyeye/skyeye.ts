// The tree that sees everything (SkyEye, Graffi et al., ICPADS 2008). What is known below goes up, to whom the tree says;
// the view of the whole comes back down, so that every peer has it.
//
//   own reading ─┐            ┌─► one by one, while they are few ─┐
//   children ────┴─► below ───┴─► in sum ─────────────────────────┴─► parent ─► … ─► root ─► view ─► children ─► … all
//
// No socket, no wall clock: over links and in a simulation of a hundred thousand it is the same class.

import { type Cancel, jittered, type Runtime } from '../runtime.ts';
import { nothingKnown, readingOf, type Values } from './attributes.ts';
import { Below, type Child } from './below.ts';
import type { Picture, Report, TreeMessage, ViewMessage } from './messages.ts';
import { Outlet } from './outlet.ts';
import { HandingOn, Pace } from './pace.ts';
import type { Held } from './readings.ts';
import { AGAIN_MS, GAP_MS, HEARTBEAT_MS, PATIENCE_MS, SETTLE_MS, SUM_PATIENCE_MS } from './times.ts';
import { followed, messageOf, pictureOf, type View } from './view.ts';

/** With more peers than this below, a report says the sum of them only. */
export const DETAIL_MAX = 1024;

/** A report in sum waits so many times longer. */
const SUM_GAPS = 10;

/** News travels: those below may know of more, or have not heard yet who is gone. */
const SIZE_SLACK = 1.5;
const SIZE_SLACK_LEAST = 8;

/** What SkyEye is told of the world. */
export interface Surroundings {
  readonly id: string;
  /** Whom to report to; null of the root, and while nobody above can be reached. */
  parent(): string | null;
  isRoot(): boolean;
  /** Whether the tree has that peer somewhere below this one. */
  isBelow(id: string): boolean;
  /** Whether the tree has it right below this one. */
  isChild(id: string): boolean;
  /** How many the tree has from that peer downwards; without it, as many as are alive. */
  sizeFrom?(id: string): number;
  /** Whether the tree has `id` somewhere below `above`; without it, whoever is asked about is believed. */
  isUnder?(id: string, above: string): boolean;
  /** How many are alive. */
  alive(): number;
  /** Whether what is reported of a peer counts: it is a member, and not in quarantine. */
  counts(id: string): boolean;
  send(to: string, message: TreeMessage): void;
}

export interface SkyEyeOptions {
  detailMax?: number;
  gapMs?: number;
  settleMs?: number;
  /** How often this peer speaks up though nothing was measured; 0: never, since whoever measures does so often enough. */
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
  /** A newer view is there. */
  readonly onView: ((view: View) => void)[] = [];
  /** A child has reported. */
  readonly onReport: ((from: string, report: Report) => void)[] = [];
  readonly #runtime: Runtime;
  readonly #world: Surroundings;
  readonly #options: Required<SkyEyeOptions>;
  readonly #outlet: Outlet;
  /** Who spoke too early: the tree here did not have it below yet. */
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
  /** When what is new goes up; null: nothing is due. */
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

  /** The newest view of the whole; null until one came. */
  get view(): View | null {
    return this.#picture && { ...this.#picture, madeMs: this.#madeMs };
  }

  /** The same without its time: shared by all who have it, so cheap to look at. */
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

  // --- what this peer says of itself

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
    own.readMs = own.heardMs = this.#nowMs;
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
    if (this.#nowMs - own.heardMs < heartbeatMs / 2) return;
    own.heardMs = this.#nowMs;
    this.below.readings.touch(own);
    this.#soon(false);
  }

  // --- what happens around it

  /** Who is above or below may be another now. */
  treeChanged(): void {
    const { below } = this;
    // Of one that is further down now, a sum is part of the sum of whoever came between.
    const isStranger = ({ id, aggregate }: Child) =>
      !this.#world.isBelow(id) || (aggregate !== null && !this.#world.isChild(id));
    const strangers = [...below.children.values()].filter(isStranger);
    for (const { id } of strangers) below.lose(id, this.#nowMs);
    if (strangers.length > 0 && below.dropStrangers((id) => this.#world.isBelow(id))) this.#soon(true);
    for (const id of this.#early ?? []) if (this.#world.isBelow(id)) this.#ask(id);
    const isRoot = this.#world.isRoot();
    if (!isRoot) this.#rootSinceMs = null;
    else this.#rootSinceMs ??= this.#nowMs;
    if (isRoot || this.#world.parent() !== this.#uplink) this.#soon(true);
  }

  /** There is a new link with a neighbour: what was on its way over an older one may be lost. */
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

  /** Who counts has changed: members came or went, a quarantine began or ended. */
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
    for (const listener of this.onReport) listener(from, report);
    this.#soon(report.isUrgent);
  }

  /** Nobody has many more below than the tree says here: so an inner peer that lies tells of no more than its own part. */
  #mostFrom(id: string): number {
    const alive = this.#world.alive();
    const below = this.#world.sizeFrom?.(id) ?? alive;
    return Math.min(alive, Math.ceil(SIZE_SLACK * below) + SIZE_SLACK_LEAST);
  }

  #ask(id: string): void {
    this.#early?.delete(id);
    this.#world.send(id, { kind: 'again' });
  }

  /** Whether every reading of the mesh is known here one by one, if this peer is the root. */
  get knowsAll(): boolean {
    return this.below.inSum === 0 && this.below.readings.size <= this.#options.detailMax;
  }

  #takeAgain(from: string): void {
    this.#passWhole(from);
    // An honest parent asks no more often than `AGAIN_MS`: each time costs a whole report.
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

  /** What waits is the newest view, whatever came before it. */
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
    if (this.onView.length === 0) return;
    for (const listener of this.onView) listener({ ...picture, madeMs });
  }

  // --- upwards

  /** A push is due: at once if it is urgent or nothing is to be gathered, though never two within the gap. */
  #soon(isUrgent: boolean): void {
    this.#isUrgent ||= isUrgent;
    const { gapMs, settleMs, detailMax } = this.#options;
    const isAlone = this.below.children.size === 0;
    // Of thousands something is always urgent, and a sum of them is dear.
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
    // What is not sent now is kept, and sent when there is a way again.
    if (parent === null) return;
    this.#ownReading();
    if (parent !== this.#uplink) this.#outlet.beginAnew();
    this.#uplink = parent;
    this.#world.send(parent, this.#reportTo(parent, isUrgent, nowMs));
  }

  #reportTo(parent: string, isUrgent: boolean, nowMs: number): Report {
    const { detailMax } = this.#options;
    // It does not go back and forth about the border.
    const isInSum = this.below.inSum > 0 || this.below.readings.size > detailMax * (this.#isInSum ? 0.9 : 1);
    if (isInSum !== this.#isInSum) this.#outlet.beginAnew();
    this.#isInSum = isInSum;
    if (!isInSum) {
      const { number, gone, entries } = this.#outlet.take(parent, nowMs);
      return { kind: 'report', number, isUrgent, gone, entries, aggregate: null };
    }
    const number = this.#outlet.takeNothing();
    return { kind: 'report', number, isUrgent, gone: [], entries: [], aggregate: this.below.sum(nowMs) };
  }

  // --- downwards

  /** What the root sees. */
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

  /** Most have the same one so far, so the message is the same. */
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
