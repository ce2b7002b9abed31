// Messages from peer to peer: sealed end to end, in order, exactly once, and delivered later when the receiver is away.
//
//   send ─► outbox (disk) ─► seal ─► route ─► … ─► open ─► policy ─► inbox (disk) ─► receipt ─► out of the outbox
//              ▲───────────── again, after a while ◄──────────────────────────────────┘ none arrived
//              └─► receiver is away: left with others, too (holders.ts) ─► … ─► open, as above

import { hex } from '../identity/keys.ts';
import type { Directory } from '../members/directory.ts';
import type { Standing } from '../peer/standing.ts';
import { jittered, type Runtime } from '../runtime.ts';
import { routedKinds } from '../wire/kinds.ts';
import { decode, encode, type Shape } from '../wire/schema.ts';
import { HELD_OF_ONE_MAX } from './held.ts';
import type { Holders } from './holders.ts';
import type { Inbox } from './inbox.ts';
import { KEEP_MS, type Outbox, type Waiting } from './outbox.ts';
import { envelope, isReceipt, type Pairs } from './pairs.ts';
import type { Policy } from './policy.ts';
import {
  content,
  type Delivered,
  delivered,
  problemWith,
  REFUSED_MAX,
  receiptFor,
  receiptText,
} from './receipt.ts';
import type { Routing } from './routing.ts';
import { isUnproved, newSending, type Sending } from './sending.ts';

/** Messages in flight to one receiver. */
const WINDOW = 32;
const RETRY_MS = [400, 800, 1_600, 3_000, 5_000, 10_000];
/** Between two new secrets for one receiver: bounds the cost of a forged claim that it has lost them. */
const RENEW_MS = 1_000;
/** Before messages are left with other holders, if these do not answer. */
const LEAVE_AGAIN_MS = 4_000;
/** Peers that are queried, one after the other, for the key of one that is away. */
const CANDIDATES_MAX = 8;
const REFUSED_STREAMS_MAX = 1_000;
/** The number of a message without content: too early for any receiver, so that its reply names the last that it took. */
const PROBE = Number.MAX_SAFE_INTEGER;
/** Between two times that messages are numbered anew for one receiver, which may lie about what it took. */
const RENUMBER_MS = 60_000;

export type Outcome = { isDelivered: boolean; problem: string };

const probe: Waiting = { sequence: PROBE, sentMs: 0, topic: '', by: '', body: new Uint8Array() };

export interface MailboxOptions {
  runtime: Runtime;
  standing: Standing;
  directory: Directory;
  routing: Routing;
  pairs: Pairs;
  outbox: Outbox;
  inbox: Inbox;
  holders: Holders;
  policy: () => Policy;
}

export class Mailbox {
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #directory: Directory;
  readonly #routing: Routing;
  readonly #pairs: Pairs;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #holders: Holders;
  #policy: () => Policy;
  #sending = new Map<string, Sending>();
  /** Numbers refused by policy, by sender and stream. */
  #refused = new Map<string, number[]>();
  #waiters = new Map<string, (outcome: Outcome) => void>();

  constructor(options: MailboxOptions) {
    const { runtime, standing, directory, routing, pairs, outbox, inbox, holders, policy } = options;
    this.#runtime = runtime;
    this.#standing = standing;
    this.#directory = directory;
    this.#routing = routing;
    this.#pairs = pairs;
    this.#outbox = outbox;
    this.#inbox = inbox;
    this.#holders = holders;
    this.#policy = policy;
    // Of a name that another has now: what waited was for the former one.
    standing.onRoster.push((roster, before) => {
      for (const id of roster.voidedSince(before)) this.#giveUpAll(id);
    });
    routing.handle(routedKinds.sealed, (from, body) => void this.#receive(from, body));
    holders.onHanded = (from, sealed) => this.#receive(from, sealed);
    holders.onLook = () => {
      for (const to of outbox.receivers()) if (!directory.isAlive(to)) this.#leave(to);
    };
    routing.handle(routedKinds.delivered, (from, body) => this.#takeReceipt(from, decode(delivered, body)));
    directory.onChange.push((id, status) => {
      if (outbox.queueOf(id) === null) return;
      if (status === 'alive') this.#restart(id);
      else if (status === 'dead' || status === 'left') this.#leave(id);
    });
  }

  start(): void {
    for (const to of this.#outbox.receivers()) this.#restart(to);
  }

  stop(): void {
    for (const sending of this.#sending.values()) sending.cancelRetry?.();
    this.#sending.clear();
  }

  /**
   * Accepts a message for a peer; it is on disk when this returns.
   *
   * @param settled once it was delivered or refused: maybe days later, maybe never in this process
   * @param by the peer that gave it to this one to send; its receiver asks its policy about both
   * @returns why it is not taken, or null
   */
  send(
    to: string,
    topic: string,
    body: Uint8Array,
    settled: (outcome: Outcome) => void = () => {},
    by = '',
  ): string | null {
    const member = this.#standing.roster.members.get(to);
    if (member === undefined) return `there is no peer ${to}`;
    if (member.revoked !== null) return `${to} was revoked`;
    const taken = this.#outbox.add(to, topic, body, this.#runtime.clock.nowMs(), by);
    if (typeof taken === 'string') return taken;
    this.#waiters.set(`${to} ${taken}`, settled);
    this.#pump(to);
    return null;
  }

  /** Why the oldest message to a peer waits, if known. */
  problemOf(to: string): string {
    const sending = this.#sending.get(to);
    const holders = [...(sending?.holders ?? [])].sort().join(' and ');
    if (!this.#directory.isAlive(to))
      return holders === '' ? 'it is away' : `it is away; ${holders} will hand it over, too`;
    return sending?.problem ?? '';
  }

  // --- sending

  #restart(to: string): void {
    const sending = this.#sending.get(to);
    if (sending !== undefined) {
      sending.attempts = 0;
      sending.sentUpTo = 0;
    }
    this.#pump(to);
  }

  #pump(to: string): void {
    if (this.#outbox.queueOf(to) === null || !this.#giveUpOld(to)) return;
    if (!this.#directory.isAlive(to)) {
      this.#leave(to);
      return;
    }
    const sending = this.#sending.get(to) ?? newSending();
    this.#sending.set(to, sending);
    this.#retryLater(to, sending);
    this.#pairs.keyOf(to, (error, key) => {
      if (error !== null) {
        sending.problem = error;
        return;
      }
      const queue = this.#outbox.queueOf(to)!;
      const first = queue.waiting[0]?.sequence ?? 0;
      const send = (message: Waiting) =>
        this.#routing.send(to, routedKinds.sealed, this.#sealed(to, key, message));
      if (isUnproved(queue, sending)) {
        // Once until the next attempt.
        if (sending.sentUpTo !== PROBE && send(probe)) sending.sentUpTo = PROBE;
        return;
      }
      const end = sending.isInStep || queue.ownFrom === 1 ? first + WINDOW : queue.ownFrom;
      for (const message of queue.waiting.slice(0, WINDOW)) {
        if (message.sequence <= sending.sentUpTo || message.sequence >= end) continue;
        if (!send(message)) break;
        sending.sentUpTo = message.sequence;
      }
    });
  }

  /** @param isWhole for a receiver that may have lost the secret since */
  #sealed(to: string, key: Uint8Array, message: Waiting, isWhole = false): Buffer {
    const { stream, waiting } = this.#outbox.queueOf(to)!;
    const sealed = this.#pairs.seal(to, key, encode(content, { stream, ...message }), isWhole).envelope;
    const sending = this.#sending.get(to);
    const epoch = hex(sealed.epoch);
    if (sending !== undefined && sending.epoch !== epoch)
      Object.assign(sending, { epoch, epochFrom: waiting[0]!.sequence });
    return encode(envelope, sealed);
  }

  /** The two sides do not agree on the numbers: a folder is an old copy, or the inbox was deleted. */
  #renumber(to: string, sending: Sending, why: string): void {
    const nowMs = this.#runtime.clock.elapsedMs();
    if (nowMs - sending.renumberedMs < RENUMBER_MS) return;
    this.#runtime.log('warn', 'messages are numbered anew', { peer: to, reason: why });
    sending.renumberedMs = nowMs;
    if (this.#hasBegunStream(to, sending)) this.#pump(to);
  }

  /** False where it cannot be written now, as on a full disk. */
  #hasBegunStream(to: string, sending: Sending): boolean {
    try {
      this.#beginStream(to, sending);
      return true;
    } catch (error) {
      const { message } = error as Error;
      this.#runtime.log('warn', 'messages cannot be numbered anew', { peer: to, message });
      return false;
    }
  }

  /** @throws the storage's error */
  #beginStream(to: string, sending: Sending): void {
    const before = this.#outbox.queueOf(to)!.waiting;
    this.#outbox.renumber(to);
    const waiters = before.map(({ sequence }) => {
      const settled = this.#waiters.get(`${to} ${sequence}`);
      this.#waiters.delete(`${to} ${sequence}`);
      return settled;
    });
    for (const [i, settled] of waiters.entries())
      if (settled !== undefined) this.#waiters.set(`${to} ${i + 1}`, settled);
    Object.assign(sending, { sentUpTo: 0, leftUpTo: 0, leaveAgainMs: 0, heldUpTo: 0, epochFrom: 1 });
  }

  /** Leaves messages with holders while the receiver is away, so that it gets them even if this peer is away later. */
  #leave(to: string): void {
    const sending = this.#sending.get(to) ?? newSending();
    this.#sending.set(to, sending);
    // Whether this folder is an old copy cannot be asked now: a new stream is right either way.
    if (isUnproved(this.#outbox.queueOf(to)!, sending) && !this.#hasBegunStream(to, sending)) return;
    const nowMs = this.#runtime.clock.elapsedMs();
    if (this.#outbox.queueOf(to)!.waiting.length === 0 || nowMs < sending.leaveAgainMs) return;
    const others = this.#holders.some(CANDIDATES_MAX);
    const askNext = () => {
      const other = others.pop();
      if (other !== undefined) this.#pairs.keyOf(to, leave, other);
    };
    const leave = (error: string | null, key: Uint8Array) => {
      if (this.#directory.isAlive(to)) return;
      if (error !== null) return askNext();
      const queue = this.#outbox.queueOf(to)!;
      const first = queue.waiting[0]?.sequence ?? 0;
      const isToLeave = ({ sequence }: { sequence: number }) =>
        sequence > sending.leftUpTo && sequence < first + HELD_OF_ONE_MAX;
      for (const message of queue.waiting.filter(isToLeave).slice(0, WINDOW)) {
        const { sequence } = message;
        const sealed = this.#sealed(to, key, message, true);
        sending.heldUpTo = Math.max(sending.heldUpTo, sequence);
        this.#holders.leave(to, queue.stream, sequence, sealed, (holder) => {
          sending.holders.add(holder);
          const isNext = sequence === sending.leftUpTo + 1 || sequence === first;
          if (isNext) sending.leftUpTo = Math.max(sending.leftUpTo, sequence);
        });
      }
    };
    sending.leaveAgainMs = nowMs + LEAVE_AGAIN_MS;
    askNext();
  }

  #retryLater(to: string, sending: Sending): void {
    if (sending.cancelRetry !== null) return;
    const waitMs = RETRY_MS[Math.min(sending.attempts, RETRY_MS.length - 1)]!;
    sending.cancelRetry = this.#runtime.clock.after(jittered(this.#runtime.random, waitMs), () => {
      sending.cancelRetry = null;
      sending.attempts++;
      sending.sentUpTo = 0;
      this.#pump(to);
    });
  }

  #giveUpAll(to: string): void {
    const last = this.#outbox.queueOf(to)?.waiting.at(-1);
    if (last === undefined) return;
    try {
      this.#settle(to, last.sequence, () => ({ isDelivered: false, problem: `${to} was revoked` }));
    } catch (error) {
      const { message } = error as Error;
      this.#runtime.log('warn', 'messages for a revoked peer cannot be deleted', { peer: to, message });
    }
  }

  /** False if nothing is left to send. */
  #giveUpOld(to: string): boolean {
    const queue = this.#outbox.queueOf(to)!;
    const nowMs = this.#runtime.clock.nowMs();
    const old = queue.waiting.filter((message) => nowMs - message.sentMs > KEEP_MS).at(-1);
    if (old !== undefined) {
      this.#settle(to, old.sequence, () => ({ isDelivered: false, problem: 'not fetched within a week' }));
      // The receiver takes none out of order: its receipts of a new epoch show the gap, and the numbers begin again.
      this.#pairs.endEpoch(to);
    }
    return queue.waiting.length > 0;
  }

  #takeReceipt(from: string, response: Delivered): void {
    const queue = this.#outbox.queueOf(from);
    if (queue === null) return;
    const sending = this.#sending.get(from);
    if (response.receipt.length === 0) return void (sending && this.#takeProblem(from, response, sending));
    const context = this.#pairs.contextTo(from, response.epoch);
    if (context === null || hex(response.stream) !== hex(queue.stream)) return;
    if (!isReceipt(response.receipt, context, response.stream, receiptText(response))) return;
    this.#pairs.confirmed(from, response.epoch);
    if (sending !== undefined) {
      const isBeyond = response.upTo >= queue.ownFrom && response.upTo > sending.heldUpTo;
      if (isBeyond && !sending.isInStep && queue.ownFrom > 1) {
        this.#settle(from, queue.ownFrom - 1, () => ({ isDelivered: true, problem: '' }));
        return void this.#renumber(from, sending, 'this folder is an old copy');
      }
      if (hex(response.epoch) === sending.epoch && response.upTo < sending.epochFrom - 1)
        return void this.#renumber(from, sending, 'the receiver has lost what it took');
      if (sending.sentUpTo === PROBE) sending.sentUpTo = 0;
      sending.isInStep = true;
    }
    if (response.upTo >= queue.next) return;
    if (sending !== undefined) {
      sending.attempts = 0;
      sending.problem = '';
      sending.cancelRetry?.();
      sending.cancelRetry = null;
    }
    this.#settle(from, response.upTo, (sequence) =>
      response.refused.includes(sequence)
        ? { isDelivered: false, problem: 'not-allowed' }
        : { isDelivered: true, problem: '' },
    );
    this.#pump(from);
  }

  /** Not authenticated, since any peer on the route could have forged it: it changes only what is shown, and what is tried next. */
  #takeProblem(from: string, response: Delivered, sending: Sending): void {
    sending.problem = response.problem;
    const nowMs = this.#runtime.clock.elapsedMs();
    if (response.problem !== 'unknown-epoch' || nowMs - sending.renewedMs < RENEW_MS) return;
    // Ignored for an old epoch: otherwise one small forgery would resend the whole window.
    if (!this.#pairs.lost(from, response.epoch)) return;
    sending.renewedMs = nowMs;
    sending.sentUpTo = 0;
    this.#pump(from);
  }

  #settle(to: string, upTo: number, outcomeOf: (sequence: number) => Outcome): void {
    const settled = this.#outbox.queueOf(to)!.waiting.filter((message) => message.sequence <= upTo);
    this.#outbox.done(to, upTo);
    for (const { sequence } of settled) {
      const name = `${to} ${sequence}`;
      this.#waiters.get(name)?.(outcomeOf(sequence));
      this.#waiters.delete(name);
    }
  }

  // --- receiving

  /** Whether this is over: taken, or of no use also later. */
  #receive(from: string, body: Uint8Array): boolean {
    const received = decode(envelope, body);
    const { epoch } = received;
    const opened = this.#pairs.open(from, received);
    if ('problem' in opened) {
      const { problem } = opened;
      this.#runtime.log(problem === 'unknown-epoch' ? 'debug' : 'warn', 'message refused', {
        from,
        reason: problem,
      });
      this.#reply(from, problemWith(epoch, problem));
      return true;
    }
    const { stream, sequence, ...message } = decode(content, opened.plain);
    const last = this.#inbox.lastOf(from, stream);
    if (sequence === last + 1) this.#take(from, { stream, sequence, ...message });
    else if (sequence <= last) this.#runtime.log('debug', 'message came again', { from, sequence });
    // For a message that arrives too early, the reply names only the last one taken: the sender resumes there.
    const upTo = this.#inbox.lastOf(from, stream);
    const refused = this.#refused.get(`${from} ${hex(stream)}`) ?? [];
    this.#reply(from, receiptFor(epoch, opened.context, { stream, upTo, refused }));
    return sequence <= upTo;
  }

  #take(from: string, { by, ...message }: Shape<typeof content>): void {
    const receivedMs = this.#runtime.clock.nowMs();
    const client: { by?: string } = by === '' ? {} : { by };
    if (this.#policy().areAllowed(this.#standing, [from, by], message.topic)) {
      this.#inbox.add({ from, ...message, ...client, receivedMs, isBroadcast: false });
      return;
    }
    this.#runtime.log('warn', 'message refused', {
      from,
      by,
      topic: message.topic,
      reason: 'not allowed by policy',
    });
    this.#inbox.skip(from, message.stream, message.sequence);
    const name = `${from} ${hex(message.stream)}`;
    this.#refused.set(name, [...(this.#refused.get(name) ?? []), message.sequence].slice(-REFUSED_MAX));
    if (this.#refused.size > REFUSED_STREAMS_MAX) this.#refused.delete(this.#refused.keys().next().value!);
  }

  #reply(to: string, response: Delivered): void {
    this.#routing.send(to, routedKinds.delivered, encode(delivered, response));
  }
}
