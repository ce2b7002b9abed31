// Gossip and anti-entropy: news goes over every session, in batches, and never back to its source;
// when a session opens, and now and then afterwards, both sides compare what they know and fill each other's gaps.

import type { Session } from '../link/session.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { GroupKey, Standing } from '../peer/standing.ts';
import { type Cancel, every, Pace, type Runtime, sample } from '../runtime.ts';
import { Allowance } from '../watch/allowance.ts';
import { noticeKinds } from '../wire/kinds.ts';
import {
  borrowed,
  type Codec,
  decode,
  encode,
  fixed,
  list,
  ownCopy,
  record,
  varint,
} from '../wire/schema.ts';
import { type Directory, readUpdate, UPDATE_BYTES_MAX, type Update, writeUpdate } from './directory.ts';
import { PendingAccusations } from './pending-accusations.ts';
import { MEMBERS_MAX } from './roster-part.ts';

/** How soon news goes on, and how often while there is much: a thousand peers that start together are not a thousand frames. */
const GATHER_MS = 20;
const BUSY_GATHER_MS = 1_000;
const COMPARE_MS = 20_000;
/** Even the longest updates fit into a frame. */
const UPDATES_MAX = 360;
/** Updates in one frame: a thousand would delay everything else on the link. */
export const UPDATES_AT_ONCE = 64;
const EARLY_MAX = 1_000;
/** Announcements of one peer after its first: each of them goes to all, and may change everybody's tree. */
const ANNOUNCEMENTS = { burst: 12, everyMs: 5_000, namesMax: 256 };
/** While it is accused: it refutes once a second at most, and earlier announcements must not delay that. */
const REFUTATIONS = { ...ANNOUNCEMENTS, burst: 4, everyMs: 1_000 };
const SUMMARY_MAX = 20_000;
/** Comparisons that one neighbour gets answers to: ten bytes of it may ask for all that is known of all members. */
const COMPARISONS = { burst: 8, everyMs: 2_500 };

export const updates = list(borrowed(UPDATE_BYTES_MAX), UPDATES_MAX);
const digest = record({ sum: varint(), members: varint() });
/** The version of each member from `from` on, in the order of the roster. */
const summary = record({ from: varint(MEMBERS_MAX), versions: list(varint(), SUMMARY_MAX) });
const groupKey = record({ epoch: varint(), key: fixed(32) });

export class Gossip {
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #directory: Directory;
  readonly #switchboard: Switchboard;
  #news: { update: Update; from: Session | null }[] = [];
  #early: { update: Update; from: Session | null }[] = [];
  /** One of each neighbour by its name, so that none displaces what another sent, however many links it makes. */
  readonly #earlyKeys = new Map<string, GroupKey>();
  readonly #announcements: Allowance;
  readonly #refutations: Allowance;
  /** By neighbour, and for each part of the list of members. */
  readonly #comparisons: Allowance;
  readonly #pending: PendingAccusations;
  readonly #pace: Pace;
  #cancelCompare: Cancel = () => {};

  constructor(runtime: Runtime, standing: Standing, directory: Directory, switchboard: Switchboard) {
    this.#runtime = runtime;
    this.#standing = standing;
    this.#directory = directory;
    this.#switchboard = switchboard;
    this.#pending = new PendingAccusations(runtime.clock, directory);
    this.#announcements = new Allowance(runtime.clock, ANNOUNCEMENTS);
    this.#refutations = new Allowance(runtime.clock, REFUTATIONS);
    this.#comparisons = new Allowance(runtime.clock, COMPARISONS);
    this.#pace = new Pace(runtime.clock, GATHER_MS, BUSY_GATHER_MS, () => this.#flush());
    switchboard.handleNotice(noticeKinds.updates, (session, payload) => {
      for (const each of decode(updates, payload)) this.#take(readUpdate(each), session);
    });
    standing.onRoster.push(() => {
      for (const { update, from } of this.#early.splice(0)) this.#take(update, from);
      this.#takeEarlyKeys();
    });
    switchboard.handleNotice(noticeKinds.digest, (session, payload) => {
      const other = decode(digest, payload);
      if (other.sum !== this.#digest().sum && this.#comparisons.take(session.id)) this.#sendSummary(session);
    });
    switchboard.handleNotice(noticeKinds.summary, (session, payload) => {
      const other = decode(summary, payload);
      const isPart = other.from % SUMMARY_MAX === 0 && other.from <= standing.roster.members.size;
      // What is refused comes with a comparison later.
      if (isPart && this.#comparisons.take(`${session.id} ${other.from}`)) this.#fillGaps(session, other);
    });
    switchboard.handleNotice(noticeKinds.groupKey, (session, payload) => {
      const key = decode(groupKey, payload);
      if (standing.takeGroupKey(key)) return;
      // The list that names it may be on its way over another link.
      if (key.epoch > (standing.roster.group?.epoch ?? 0))
        this.#earlyKeys.set(session.id, { ...key, key: ownCopy(key.key) });
    });
    switchboard.onClosed.push(({ id }) => this.#earlyKeys.delete(id));
    switchboard.onOpen.push((session) => {
      // It is enough that one side asks: the other answers with what it has, and receives what it lacks.
      if (session.link.isDialler) this.#send(session, noticeKinds.digest, digest, this.#digest());
      this.#sendGroupKey(session);
    });
    standing.onGroupKey.push(() => {
      for (const session of switchboard.sessions()) this.#sendGroupKey(session);
    });
  }

  start(): void {
    this.#cancelCompare = every(this.#runtime, COMPARE_MS, () => {
      const [session] = sample(this.#runtime.random, [...this.#switchboard.sessions()], 1);
      session?.ride(() => this.#send(session, noticeKinds.digest, digest, this.#digest()));
    });
  }

  stop(): void {
    this.#cancelCompare();
    this.#pending.stop();
    this.#pace.now();
  }

  /** News of this peer's own. */
  publish(update: Update): void {
    const isUrgent = this.#isUrgent(update);
    if (this.#directory.take(update)) this.#spread(update, null, isUrgent);
  }

  /** Sends the pending news now. */
  flush(): void {
    this.#pace.now();
  }

  #take(update: Update, from: Session | null): void {
    const known = this.#directory.announcementOf(update.id);
    const isRepeated = update.kind === 'announcement' && known !== null;
    // Much of it is known to the receiver by then, from other links.
    if (isRepeated && update.incarnation <= known.incarnation) return;
    if (update.kind === 'accusation' && update.id !== this.#standing.id && this.#pending.mustWait(update)) {
      if (this.#pending.take(update)) this.#spread(update, from, true);
      return;
    }
    const isUrgent = this.#isUrgent(update);
    // Refutations have a limit of their own: false accusers could otherwise use up the limit of the accused.
    const allowance = this.#pending.has(update.id) ? this.#refutations : this.#announcements;
    // What is dropped here comes with the next comparison, and then in its newest version.
    if (isRepeated && !allowance.has(update.id)) return;
    if (this.#directory.take(update)) {
      // Only verified statements count, so that no peer can use up the allowance of another.
      if (isRepeated) allowance.take(update.id);
      this.#spread(update, from, isUrgent);
      return;
    }
    // News of a new member may be faster than the list that names it.
    if (this.#standing.roster.members.has(update.id)) return;
    this.#early.push({ update, from });
    if (this.#early.length > EARLY_MAX) this.#early.shift();
  }

  /** Deaths and their contradictions are sent at once. */
  #isUrgent(update: Update): boolean {
    if (update.kind === 'accusation' || update.isLeaving) return true;
    return this.#directory.dead.has(update.id) || this.#pending.has(update.id);
  }

  #spread(update: Update, from: Session | null, isUrgent: boolean): void {
    this.#news.push({ update, from });
    this.#pace.soon(isUrgent);
  }

  #flush(): void {
    const news = this.#news;
    this.#news = [];
    if (news.length === 0) return;
    // Admissions leave in the same TLS record as the announcements of the admitted.
    this.#switchboard.hastenRoster();
    const sources = new Set(news.map((each) => each.from));
    let forAll: Buffer[] | null = null;
    for (const session of this.#switchboard.sessions()) {
      if (sources.has(session)) {
        const theirs = news.filter((each) => each.from !== session).map((each) => each.update);
        this.#sendUpdates(session, written(theirs));
        continue;
      }
      forAll ??= written(news.map((each) => each.update));
      this.#sendUpdates(session, forAll);
    }
  }

  #sendUpdates(session: Session, payloads: readonly Buffer[]): void {
    for (const payload of payloads) session.notify(noticeKinds.updates, payload);
  }

  #digest(): { sum: number; members: number } {
    return { sum: this.#directory.digest, members: this.#standing.roster.members.size };
  }

  #sendSummary(session: Session): void {
    const versions = [...this.#directory.versions()];
    for (let from = 0; from < Math.max(1, versions.length); from += SUMMARY_MAX)
      this.#send(session, noticeKinds.summary, summary, {
        from,
        versions: versions.slice(from, from + SUMMARY_MAX),
      });
  }

  /** Sends what the other side lacks, and a summary of this side, so that the other does the same. */
  #fillGaps(session: Session, other: { from: number; versions: number[] }): void {
    const gaps: Update[] = [];
    let isBehind = false;
    const end = other.from + other.versions.length;
    const count = this.#standing.roster.members.size;
    const isLast = other.versions.length < SUMMARY_MAX;
    for (let index = other.from; index < (isLast ? Math.max(count, end) : end); index++) {
      const theirs = other.versions[index - other.from] ?? 0;
      const ours = this.#directory.versionAt(index);
      if (ours > theirs) gaps.push(...this.#directory.updatesAt(index));
      else if (ours < theirs && index < count) isBehind = true;
    }
    this.#sendUpdates(session, written(gaps));
    if (isBehind && !this.#summarized.has(session)) {
      this.#summarized.add(session);
      this.#runtime.clock.after(1_000, () => this.#summarized.delete(session));
      this.#sendSummary(session);
    }
  }

  readonly #summarized = new WeakSet<Session>();

  #takeEarlyKeys(): void {
    const epoch = this.#standing.roster.group?.epoch ?? 0;
    for (const [id, key] of this.#earlyKeys)
      if (this.#standing.takeGroupKey(key) || key.epoch <= epoch) this.#earlyKeys.delete(id);
  }

  #sendGroupKey(session: Session): void {
    const key = this.#standing.groupKey;
    if (key !== null) this.#send(session, noticeKinds.groupKey, groupKey, key);
  }

  #send<T>(session: Session, kind: number, codec: Codec<T>, value: T): void {
    session.notify(kind, encode(codec, value));
  }
}

/** As notices, none of them too long. */
function written(all: readonly Update[]): Buffer[] {
  const payloads: Buffer[] = [];
  for (let at = 0; at < all.length; at += UPDATES_AT_ONCE)
    payloads.push(encode(updates, all.slice(at, at + UPDATES_AT_ONCE).map(writeUpdate)));
  return payloads;
}
