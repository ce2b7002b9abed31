// The mesh clock at one peer: queries its parent in the tree, no more often than precision requires, and answers its
// children. A question and its answer are two small notices, sent in place of a heartbeat and its answer, so they cost little.
//
//   parent ◄─ question ─ peer ◄─ question ─ child           the root queries time servers, if any (servers.ts)
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

/** Interval at which the root checks whether it still is the root. */
const LOOK_MS = 1_000;
/** Delay after a link opens: the handshake traffic would distort the first measurement. */
const SETTLE_MS = 100;
/** A synchronised peer waits this long for a stable parent before it asks again: while many peers join, parents change. */
const STAY_MS = 2_000;
/** A new peer without mesh time waits this long for an existing mesh time before it founds an era of its own. */
const FOUND_MS = 4_000;
/** Timeout for ancestors of a younger era to switch to the older one: if they do not, too few peers vouch for it. */
const GIVE_IN_MS = 30_000;
/** An established mesh time steps by more than this only if a clock was set, or a peer lies. */
const MOVED_MS = 1_000;
/** Rate limit of the warning about a peer that moves mesh time. */
const WARNINGS = { burst: 3, everyMs: 60_000 };
/** Samples that a new root takes of its predecessor's time: half a minute. */
const LEAD_SAMPLES = 16;

export interface PeerTime extends ClockState {
  /** Milliseconds since 1970, with a fraction. */
  readonly nowMs: number;
  /** Null if mesh time is not known yet. */
  readonly uncertaintyMs: number | null;
  /** The root, which sets mesh time. */
  readonly root: string | null;
  readonly isRoot: boolean;
}

export class PeerClock {
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #directory: Directory;
  readonly #switchboard: Switchboard;
  readonly #mesh: MeshClock;
  /** A descendant of an older era, asked until its time is known here. */
  #elder: Session | null = null;
  readonly #claims: EraClaims;
  /** Since when the ancestors keep a younger era. */
  #contradictedMs: number | null = null;
  /** The peer asked last, and since when. */
  #source = '';
  #sourceSinceMs = 0;
  #cancel: Cancel = () => {};
  /** Rate-limits the warnings by peer. */
  readonly #warnings: Allowance;
  #isRunning = false;
  #startedMs = 0;

  constructor(runtime: Runtime, standing: Standing, directory: Directory, switchboard: Switchboard) {
    this.#runtime = runtime;
    this.#standing = standing;
    this.#directory = directory;
    this.#switchboard = switchboard;
    // A new name at each start: a founder that restarts has lost the time it founded.
    const name = Buffer.from(runtime.random.bytes(4)).readUInt32BE();
    this.#mesh = new MeshClock(fineClock(runtime.clock), name);
    this.#claims = new EraClaims(runtime.clock, this.#mesh);
    this.#warnings = new Allowance(runtime.clock, WARNINGS);
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
      const reception = this.#mesh.receive(answer, session.id);
      const movedMs = this.#aheadMs() - before;
      // Whether the peer lied cannot be decided here; the log lets an operator judge.
      if (wasSettled && Math.abs(movedMs) > MOVED_MS && this.#warnings.take(session.id))
        runtime.log('warn', 'mesh time was moved', { peer: session.id, seconds: movedMs / 1000 });
      if (session === this.#above()) this.#contradicted(reception === 'younger');
      if (reception === 'more')
        return session.notify(noticeKinds.timeQuestion, this.#mesh.request(session.id));
      const isTaken = reception === 'taken';
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

  /** Mesh time in milliseconds since 1970, with a fraction; this machine's clock until mesh time is known. */
  nowMs(): number {
    return Number(this.#mesh.nowNs()) / 1e6;
  }

  nowNs(): bigint {
    return this.#mesh.nowNs();
  }

  /** Mesh time is `nowMs()` ± this; Infinity while it is not known. */
  uncertaintyMs(): number {
    return this.#mesh.uncertainty * 1000;
  }

  /** This machine's clock, with mesh time as wall-clock time. */
  asClock(): Clock {
    const { clock } = this.#runtime;
    return {
      nowMs: () => Math.floor(this.nowMs()),
      elapsedMs: () => clock.elapsedMs(),
      after: (delayMs, action) => clock.after(delayMs, action),
    };
  }

  /** Whether the other peers follow this one; false once a peer that led alone meets others. */
  get isRoot(): boolean {
    return this.#mesh.isLeading && this.#directory.tree.root === this.#standing.id;
  }

  /** At the root: steers mesh time by time servers. This machine's clock is `offset` seconds behind, ± `distance`. */
  followServers(offset: number, distance: number): void {
    this.#mesh.followServers(offset, distance);
  }

  state(): PeerTime {
    const { isRoot } = this;
    const uncertaintyMs = this.uncertaintyMs();
    // A peer that led alone knows nothing of the common time yet.
    const isKnown = Number.isFinite(uncertaintyMs) && (isRoot || !this.#mesh.isLeading);
    return {
      ...this.#mesh.state(),
      nowMs: this.nowMs(),
      uncertaintyMs: isKnown ? uncertaintyMs : null,
      root: this.#directory.tree.root,
      isRoot,
    };
  }

  /** Mesh time minus this machine's monotonic clock. */
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
    const source = this.#oldest() ?? this.#above();
    if (source !== null) {
      const sendRequest = () => source.notify(noticeKinds.timeQuestion, this.#mesh.request(source.id));
      // The first samples follow each other faster than heartbeats.
      if (this.#mesh.isSettled) source.ride(sendRequest);
      else sendRequest();
      this.#turnIn(Math.max(this.#mesh.requestAfter * 1000, this.#staysInMs(source.id)));
      return;
    }
    // Losing all ancestors does not make a peer the root.
    const isFirst = this.#directory.tree.root === this.#standing.id;
    if (isFirst && (this.#mesh.era.age > 0 || this.#elapsedMs() > FOUND_MS)) this.#mesh.lead();
    this.#turnIn(LOOK_MS);
  }

  /** Milliseconds until the asked peer has been stable for `STAY_MS`; 0 while mesh time is unknown. */
  #staysInMs(source: string): number {
    const nowMs = this.#runtime.clock.elapsedMs();
    if (source !== this.#source) this.#sourceSinceMs = nowMs;
    this.#source = source;
    return Number.isFinite(this.#mesh.uncertainty) ? this.#sourceSinceMs + STAY_MS - nowMs : 0;
  }

  /** The nearest ancestor in the tree with a link. */
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

  /** Whether the elder is no longer needed: at once for a peer with a parent; for a root, when its clock rate is known. */
  #knowsEnough(): boolean {
    const isFirst = this.#directory.tree.root === this.#standing.id;
    return isFirst ? this.#mesh.state().samples >= LEAD_SAMPLES : this.#mesh.isSettled;
  }

  /** Looks for a descendant of an older era that several peers, or the authority, vouch for. */
  #lookForElder(): void {
    if (this.#elder !== null) return;
    // A peer that has just started first listens to all claims.
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

  /** Abandons this era after `GIVE_IN_MS` below a younger one: ancestors switch sooner if others vouch for the older. */
  #contradicted(isSo: boolean): void {
    const nowMs = this.#runtime.clock.elapsedMs();
    this.#contradictedMs = isSo ? (this.#contradictedMs ?? nowMs) : null;
    if (this.#contradictedMs === null || nowMs - this.#contradictedMs < GIVE_IN_MS) return;
    this.#contradictedMs = null;
    this.#mesh.abandon();
    this.#turnIn(0);
  }
}
