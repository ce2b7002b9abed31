// The mesh clock at one peer: asks the parent in the tree, as seldom as will do, and answers the children. A question
// and its answer are two small notices, which replace heartbeats, so they cost little.
//
//   parent ◄─ question ─ peer ◄─ question ─ child           the root asks nobody, or time servers (servers.ts)
//          ─ answer ──►       ─ answer ──►

import { type ClockState, MeshClock } from '@eyrie/clock/mesh';
import type { Session } from '../link/session.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Directory } from '../members/directory.ts';
import type { Standing } from '../peer/standing.ts';
import { type Cancel, type Clock, fineClock, jittered, type Runtime } from '../runtime.ts';
import { Allowance } from '../watch/allowance.ts';
import { noticeKinds } from '../wire/kinds.ts';
import { EraClaims } from './era-claims.ts';

/** How often who leads looks whether that is still so. */
const LOOK_MS = 1_000;
/** A link that has just been made has more to do at first. */
const SETTLE_MS = 100;
/** Whoever has the time waits, after one answer, to see whether the parent stays the same: while many come, it often does not. */
const STAY_MS = 2_000;
/** Whoever has just started and knows of no time waits so long for somebody who does, before its own becomes that of all. */
const FOUND_MS = 4_000;
/** Whoever is above keeps a younger time: if it does not come to the older one by then, nobody else vouches for that. */
const GIVE_IN_MS = 30_000;
/** A time that was kept is moved by so much only if somebody's was set, or somebody lies. */
const MOVED_MS = 1_000;
/** Whoever moves it again and again is named now and then. */
const TOLD = { burst: 3, everyMs: 60_000 };
/** Heard by a new root of whoever kept the time before: half a minute. */
const LEAD_SAMPLES = 16;

export interface PeerTime extends ClockState {
  /** Milliseconds since 1970, with a fraction. */
  readonly nowMs: number;
  /** Null: mesh time is not known yet. */
  readonly uncertaintyMs: number | null;
  /** Whose time it is: the first of the tree. */
  readonly root: string | null;
  readonly isRoot: boolean;
}

export class PeerClock {
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #directory: Directory;
  readonly #switchboard: Switchboard;
  readonly #mesh: MeshClock;
  /** Below in the tree, but of an older era: to be asked until its time is known here. */
  #elder: Session | null = null;
  readonly #claims: EraClaims;
  /** Since when whoever is above keeps a younger time. */
  #contradictedMs: number | null = null;
  /** Who was asked last, and since when no other. */
  #asked = '';
  #askedSinceMs = 0;
  #cancel: Cancel = () => {};
  /** Of those who have moved it. */
  readonly #told: Allowance;
  #isRunning = false;
  #startedMs = 0;

  constructor(runtime: Runtime, standing: Standing, directory: Directory, switchboard: Switchboard) {
    this.#runtime = runtime;
    this.#standing = standing;
    this.#directory = directory;
    this.#switchboard = switchboard;
    // Drawn anew at each start: a founder that comes back has lost the time it founded.
    const name = Buffer.from(runtime.random.bytes(4)).readUInt32BE();
    this.#mesh = new MeshClock(fineClock(runtime.clock), name);
    this.#claims = new EraClaims(runtime.clock, this.#mesh);
    this.#told = new Allowance(runtime.clock, TOLD);
    switchboard.handleNotice(noticeKinds.timeQuestion, (session, question) => {
      const cameNs = this.#mesh.steadyNs();
      const answer = this.#mesh.answer(question, cameNs, session.id);
      if (answer === null) return;
      session.notify(noticeKinds.timeAnswer, answer);
      const era = MeshClock.eraOf(question);
      if (era === null) return;
      this.#claims.add(session.id, era);
      this.#lookForElder();
    });
    switchboard.handleNotice(noticeKinds.timeAnswer, (session, answer) => {
      const [wasSettled, before] = [this.#mesh.isSettled, this.#aheadMs()];
      const heard = this.#mesh.hear(answer, session.id);
      const movedMs = this.#aheadMs() - before;
      // Nothing here can tell whether that was a lie: but an owner can, and whoever looks into it later.
      if (wasSettled && Math.abs(movedMs) > MOVED_MS && this.#told.take(session.id))
        runtime.log('warn', 'mesh time was moved', { peer: session.id, seconds: movedMs / 1000 });
      if (session === this.#above()) this.#contradicted(heard === 'younger');
      if (heard === 'more') return session.notify(noticeKinds.timeQuestion, this.#mesh.ask(session.id));
      const isTaken = heard === 'taken';
      if (this.#elder === session && (!isTaken || this.#knowsEnough())) this.#elder = null;
    });
    switchboard.onOpen.push((session) => {
      if (session.id === this.#above()?.id) this.#turnIn(this.#mesh.isSettled ? STAY_MS : SETTLE_MS);
    });
  }

  start(): void {
    this.#isRunning = true;
    this.#startedMs = this.#runtime.clock.elapsedMs();
    this.#turnIn(LOOK_MS);
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancel();
  }

  /** Mesh time in milliseconds since 1970, with a fraction. Before it is known: this machine's. */
  nowMs(): number {
    return Number(this.#mesh.nowNs()) / 1e6;
  }

  nowNs(): bigint {
    return this.#mesh.nowNs();
  }

  /** Mesh time is `nowMs()` ± this. Infinity: not known yet. */
  uncertaintyMs(): number {
    return this.#mesh.uncertainty * 1000;
  }

  /** This machine's clock, but for the date, which is the mesh's. */
  asClock(): Clock {
    const { clock } = this.#runtime;
    return {
      nowMs: () => Math.floor(this.nowMs()),
      elapsedMs: () => clock.elapsedMs(),
      after: (delayMs, action) => clock.after(delayMs, action),
    };
  }

  /** True if the others follow this peer: whoever led alone and has just met the others does no longer. */
  get isRoot(): boolean {
    return this.#mesh.isLeading && this.#directory.tree.root === this.#standing.id;
  }

  /** What time servers say, of the root: this machine's clock is `offset` seconds behind, ± `distance`. */
  followServers(offset: number, distance: number): void {
    this.#mesh.followServers(offset, distance);
  }

  state(): PeerTime {
    const { isRoot } = this;
    const uncertaintyMs = this.uncertaintyMs();
    // Of a time that it led alone: of that of all it knows nothing yet.
    const isKnown = Number.isFinite(uncertaintyMs) && (isRoot || !this.#mesh.isLeading);
    return {
      ...this.#mesh.state(),
      nowMs: this.nowMs(),
      uncertaintyMs: isKnown ? uncertaintyMs : null,
      root: this.#directory.tree.root,
      isRoot,
    };
  }

  /** Mesh time before this machine's steady clock. */
  #aheadMs(): number {
    return this.nowMs() - this.#runtime.clock.elapsedMs();
  }

  #elapsedMs(): number {
    return this.#runtime.clock.elapsedMs() - this.#startedMs;
  }

  #turnIn(ms: number): void {
    if (!this.#isRunning) return;
    this.#cancel();
    this.#cancel = this.#runtime.clock.after(jittered(this.#runtime.random, ms), () => this.#turn());
  }

  #turn(): void {
    this.#lookForElder();
    const asked = this.#oldest() ?? this.#above();
    if (asked !== null) {
      asked.notify(noticeKinds.timeQuestion, this.#mesh.ask(asked.id));
      this.#turnIn(Math.max(this.#mesh.askAfter * 1000, this.#staysInMs(asked.id)));
      return;
    }
    // Cut off from all above is not the same as being the first.
    const isFirst = this.#directory.tree.root === this.#standing.id;
    if (isFirst && (this.#mesh.era.age > 0 || this.#elapsedMs() > FOUND_MS)) this.#mesh.lead();
    this.#turnIn(LOOK_MS);
  }

  /** In how many milliseconds whoever is asked will have been the same for a while; 0 while any answer is better than none. */
  #staysInMs(asked: string): number {
    const nowMs = this.#runtime.clock.elapsedMs();
    if (asked !== this.#asked) this.#askedSinceMs = nowMs;
    this.#asked = asked;
    return Number.isFinite(this.#mesh.uncertainty) ? this.#askedSinceMs + STAY_MS - nowMs : 0;
  }

  /** The nearest above in the tree that there is a link to. */
  #above(): Session | null {
    const path = this.#directory.tree.pathTo(this.#standing.id);
    for (let i = path.length - 2; i >= 0; i--) {
      const session = this.#switchboard.sessionOf(path[i]!);
      if (session !== null) return session;
    }
    return null;
  }

  #oldest(): Session | null {
    if (this.#elder?.isOpen === false) this.#elder = null;
    return this.#elder;
  }

  /** To go on without the elder: who will ask the parent, soon; who will lead, once it knows its own rate. */
  #knowsEnough(): boolean {
    const isFirst = this.#directory.tree.root === this.#standing.id;
    return isFirst ? this.#mesh.state().samples >= LEAD_SAMPLES : this.#mesh.isSettled;
  }

  /** Below in the tree an older time may be kept: it is asked for if more than one says so, or whoever says who is in. */
  #lookForElder(): void {
    if (this.#elder !== null) return;
    // Whoever has just started hears first what all say.
    const isFirst = this.#directory.tree.root === this.#standing.id;
    if (isFirst && this.#mesh.era.age === 0 && this.#elapsedMs() < FOUND_MS) return;
    const { roster } = this.#standing;
    const id = this.#claims.vouched(
      this.#directory.tree.size,
      roster.authority?.id ?? null,
      (each) => this.#switchboard.sessionOf(each) !== null && roster.approved(each) !== null,
    );
    if (id === null) return;
    this.#elder = this.#switchboard.sessionOf(id);
    this.#turnIn(0);
  }

  /** Those above would have come to an older time that others keep too. */
  #contradicted(isSo: boolean): void {
    const nowMs = this.#runtime.clock.elapsedMs();
    this.#contradictedMs = isSo ? (this.#contradictedMs ?? nowMs) : null;
    if (this.#contradictedMs === null || nowMs - this.#contradictedMs < GIVE_IN_MS) return;
    this.#contradictedMs = null;
    this.#mesh.abandon();
    this.#turnIn(0);
  }
}
