// Broadcasts: flooded once over every session except the one they arrived on. Each peer waits for the counts of those it
// passed the broadcast to and reports the sum back, so the sender learns how many peers have it. Counts that come late, or
// whose link was lost, are reported again (tally.ts).

import { signWith } from '../identity/keys.ts';
import type { Session } from '../link/session.ts';
import type { Switchboard } from '../link/switchboard.ts';
import type { Standing } from '../peer/standing.ts';
import type { Cancel, Runtime } from '../runtime.ts';
import { Timestamps } from '../timestamps.ts';
import { Allowance } from '../watch/allowance.ts';
import { noticeKinds, routedKinds } from '../wire/kinds.ts';
import { decode, encode } from '../wire/schema.ts';
import {
  BROADCAST_BYTES_MAX,
  type Broadcast,
  broadcast,
  type Count,
  count,
  isAuthentic,
  isAuthenticCount,
  opened,
  readBroadcast,
  routedCount,
  seal,
  signCount,
  signedText,
} from './broadcast-text.ts';
import type { Inbox } from './inbox.ts';
import { Numbers } from './numbers.ts';
import type { Policy } from './policy.ts';
import type { Routing } from './routing.ts';
import { Tally } from './tally.ts';

/** How long the sender waits for the first counts; each level down the tree waits a little less. */
const COUNT_MS = 3_000;
const STEP_MS = 200;
/** If some are missing then, it waits until the count has not grown for so long. */
const QUIET_MS = 2_000;
/** Counts are taken and repeated for so long. */
const LATE_MS = 10_000;
/** How long a leaf waits before it reports. */
const LAST_MS = 60;
/** Broadcasts older or newer than this are refused, which bounds the replay window. */
const FRESH_MS = 10 * 60_000;
/** Rate limit of this peer's own broadcasts: each goes to every peer and into every inbox. */
const OWN = { burst: 256, everyMs: 20 };
/**
 * Rate limit per origin, beyond which peers do not forward: higher than the origin's own limit, since broadcasts may
 * bunch up on the way or follow a restart.
 */
const OF_ONE = { burst: 384, everyMs: 16 };

/** All broadcasts of a peer form one sequence in the inbox. */
const STREAM = Buffer.from('everyone');

interface Counting {
  tally: Tally;
  /** The peer that forwarded it; '' for a broadcast of this peer. */
  from: string;
  /** Called when the time for counts is over. */
  end: () => void;
  cancel: Cancel;
}

export interface BroadcastsOptions {
  runtime: Runtime;
  standing: Standing;
  switchboard: Switchboard;
  routing: Routing;
  inbox: Inbox;
  policy: () => Policy;
  /** The number of peers alive, without this one. */
  others: () => number;
  /** Whether the clock shows mesh time already. */
  isTimeKnown: () => boolean;
}

export class Broadcasts {
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #switchboard: Switchboard;
  readonly #routing: Routing;
  readonly #inbox: Inbox;
  readonly #policy: () => Policy;
  readonly #others: () => number;
  readonly #isTimeKnown: () => boolean;
  readonly #taken = new Numbers();
  readonly #own: Allowance;
  readonly #ofOne: Allowance;
  readonly #counting = new Map<string, Counting>();
  readonly #timestamps: Timestamps;

  constructor(options: BroadcastsOptions) {
    const { runtime, standing, switchboard, routing, inbox, policy, others, isTimeKnown } = options;
    this.#runtime = runtime;
    this.#standing = standing;
    this.#switchboard = switchboard;
    this.#routing = routing;
    this.#inbox = inbox;
    this.#policy = policy;
    this.#others = others;
    this.#isTimeKnown = isTimeKnown;
    this.#own = new Allowance(runtime.clock, OWN);
    this.#ofOne = new Allowance(runtime.clock, OF_ONE);
    this.#timestamps = new Timestamps(runtime.clock, FRESH_MS);
    switchboard.handleNotice(noticeKinds.broadcast, (session, payload) =>
      this.#take(session, readBroadcast(payload)),
    );
    switchboard.handleNotice(noticeKinds.broadcastCount, (session, payload) =>
      this.#counted(session.id, decode(count, payload)),
    );
    routing.handle(routedKinds.broadcastCount, (from, body) => this.#takeRoutedCount(from, body));
    switchboard.onClosed.push(({ id }) => {
      if (switchboard.sessionOf(id) === null) this.#lost(id);
    });
  }

  stop(): void {
    // A caller waiting for the count of this peer's own broadcast gets what is known.
    for (const name of [...this.#counting.keys()]) this.#end(name);
  }

  /**
   * Broadcasts to all peers that are online.
   * @param done gets the number of peers that have it, without this one
   * @param by the peer that asked this one to send it
   * @returns why it cannot be sent, or null
   */
  send(topic: string, body: Uint8Array, done: (count: number) => void, by = ''): string | null {
    const group = this.#standing.groupKey;
    if (group === null) return 'the group key has not arrived yet: wait for a link to another peer';
    if (body.length > BROADCAST_BYTES_MAX) return `a broadcast has ${BROADCAST_BYTES_MAX >> 10} KiB at most`;
    if (!this.#own.take(this.#standing.id)) return 'too many broadcasts at once: wait a moment';
    const number = this.#timestamps.nextMs();
    const origin = this.#standing.id;
    const sealed = seal(this.#runtime.random, group.key, origin, number, body);
    const content = { origin, number, topic, by, epoch: group.epoch, sealed };
    const signature = signWith(this.#standing.keys.privateKey, 'eyrie all', encode(signedText, content));
    this.#taken.add(origin, number);
    const below = this.#pass({ ...content, waitMs: COUNT_MS, signature }, null);
    this.#countOwn(`${origin} ${number}`, below, done);
    return null;
  }

  /** Ends when all have it, or when no more is to be expected. */
  #countOwn(name: string, below: Set<string>, done: (count: number) => void): void {
    if (below.size === 0) return void done(0);
    let cancel: Cancel = () => {};
    const report = (total: number) => {
      cancel();
      if (total >= this.#others()) this.#end(name);
      else cancel = this.#runtime.clock.after(QUIET_MS, () => this.#end(name));
      return true;
    };
    const tally = this.#count(name, '', below, COUNT_MS, report, () => {
      cancel();
      done(Math.min(tally.total, this.#standing.roster.members.size - 1));
    });
  }

  #take(session: Session, received: Broadcast): void {
    const { origin, number } = received;
    const name = `${origin} ${number}`;
    this.#use(session);
    const answer = (total: number) =>
      session.notify(noticeKinds.broadcastCount, encode(count, { origin, number, count: total }));
    if (this.#taken.has(origin, number, this.#runtime.clock.nowMs() + FRESH_MS)) {
      answer(0);
      return;
    }
    const problem = this.#problemOf(received) ?? (this.#ofOne.take(origin) ? null : 'too many at once');
    if (problem !== null) {
      this.#runtime.log('warn', 'broadcast refused', { from: origin, by: session.id, reason: problem });
      answer(0);
      return;
    }
    this.#taken.add(origin, number);
    // Forwards before writing to disk, so that disk latency does not add up down the tree: hence the flush of each link.
    const below = this.#pass(received, session);
    // A leaf's count is not urgent: forwarding comes first.
    const waitMs = below.size === 0 ? Math.min(LAST_MS, received.waitMs / 2) : ownMs(received);
    const { id } = session;
    const report = (total: number) => this.#report(id, { origin, number, count: total });
    const tally = this.#count(name, id, below, waitMs, report);
    if (this.#deliver(received)) tally.addOwn();
  }

  /** Returns why a broadcast is neither taken nor forwarded, or null. */
  #problemOf(received: Broadcast): string | null {
    const member = this.#standing.roster.members.get(received.origin);
    if (member === undefined) return 'not-approved';
    if (member.revoked !== null) return 'revoked';
    if (this.#standing.measures.isCutOff(received.origin)) return 'quarantined';
    const nowMs = this.#runtime.clock.nowMs();
    if (Math.abs(nowMs - received.number) > FRESH_MS) return 'replayed, or a clock is wrong';
    const lastMs = this.#inbox.lastOf(received.origin, STREAM);
    // It may be this peer's clock that is behind, until it knows the mesh time; or that was set back since.
    const wasSetBack = lastMs > nowMs + FRESH_MS && this.#isTimeKnown();
    if (received.number <= lastMs - FRESH_MS && !wasSetBack) return 'replayed';
    return isAuthentic(received, member.publicKey) ? null : 'tampered';
  }

  /** Stores the broadcast in the inbox, unless policy forbids it or its key is unknown here. */
  #deliver(received: Broadcast): boolean {
    const { origin, number, topic, by, epoch } = received;
    const key = this.#standing.groupKeyOf(epoch);
    const body = key === null ? null : opened(received, key);
    if (body === null || !this.#policy().areAllowed(this.#standing, [origin, by], 'broadcast')) {
      const reason =
        key === null
          ? 'the key of the group is not known'
          : body === null
            ? 'tampered'
            : 'not allowed by policy';
      this.#runtime.log('warn', 'broadcast refused', { from: origin, reason });
      return false;
    }
    // After a restart the log has it; otherwise a newer broadcast overtook it on the way.
    if (number <= this.#inbox.lastOf(origin, STREAM) && this.#inbox.has(origin, STREAM, number)) return true;
    const receivedMs = this.#runtime.clock.nowMs();
    this.#inbox.add({
      from: origin,
      stream: STREAM,
      sequence: number,
      sentMs: number,
      receivedMs,
      topic,
      isBroadcast: true,
      body,
      ...(by === '' ? {} : { by }),
    });
    return true;
  }

  /** Forwards the broadcast. Returns the peers that received it. */
  #pass(received: Broadcast, from: Session | null): Set<string> {
    const given = new Set<string>();
    const waitMs = from === null ? COUNT_MS : ownMs(received);
    const payload = encode(broadcast, { ...received, waitMs: Math.max(0, waitMs - STEP_MS) });
    for (const session of [...this.#switchboard.sessions()]) {
      if (session === from) continue;
      session.notify(noticeKinds.broadcast, payload);
      session.flush();
      this.#use(session);
      if (!session.isClosed) given.add(session.id);
    }
    return given;
  }

  #count(
    name: string,
    from: string,
    below: Set<string>,
    waitMs: number,
    report: (total: number) => boolean,
    end: () => void = () => {},
  ): Tally {
    const { clock } = this.#runtime;
    const tally = new Tally({ clock, below, waitMs, report });
    this.#counting.set(name, { tally, from, end, cancel: clock.after(LATE_MS, () => this.#end(name)) });
    return tally;
  }

  /** Over the link to that peer, else by way of others, where it may be lost. */
  #report(to: string, content: Count): boolean {
    const session = this.#switchboard.sessionOf(to);
    if (session !== null) session.notify(noticeKinds.broadcastCount, encode(count, content));
    else {
      const signature = signCount(this.#standing.keys.privateKey, { ...content, to });
      this.#routing.send(to, routedKinds.broadcastCount, encode(routedCount, { ...content, signature }));
    }
    return session !== null;
  }

  /**
   * Notices alone do not keep an unneeded link open; if it closed too soon, the peers beyond it would not be counted.
   */
  #use(session: Session): void {
    session.usedMs = this.#runtime.clock.elapsedMs();
  }

  /** The name on a forwarded message is a claim: the signature proves it. */
  #takeRoutedCount(from: string, body: Uint8Array): void {
    const { signature, ...content } = decode(routedCount, body);
    const member = this.#standing.roster.approved(from);
    // Before the signature is verified, which costs most.
    if (member === null || !this.#isExpected(from, content)) return;
    if (isAuthenticCount(member.publicKey, { ...content, to: this.#standing.id }, signature))
      this.#counted(from, content);
  }

  #isExpected(from: string, { origin, number }: Count): boolean {
    return this.#counting.get(`${origin} ${number}`)?.tally.isOf(from) ?? false;
  }

  #counted(from: string, content: Count): void {
    const most = this.#standing.roster.members.size;
    this.#counting
      .get(`${content.origin} ${content.number}`)
      ?.tally.take(from, Math.min(content.count, most));
  }

  #lost(id: string): void {
    for (const { tally, from } of [...this.#counting.values()])
      if (from === id) tally.repeat();
      else tally.lost(id);
  }

  #end(name: string): void {
    const counting = this.#counting.get(name);
    if (counting === undefined) return;
    this.#counting.delete(name);
    counting.cancel();
    counting.tally.stop();
    counting.end();
  }
}

/**
 * How long a forwarding peer waits. The field is not signed, since each hop reduces it, so it is capped at the honest
 * maximum.
 */
function ownMs({ waitMs }: Broadcast): number {
  return Math.min(waitMs, COUNT_MS - STEP_MS);
}
