// SkyEye over links: reports and views use the sessions with the neighbours, answers are routed like any message.

import type { Switchboard } from '../link/switchboard.ts';
import type { Directory } from '../members/directory.ts';
import type { Asker } from '../messages/asker.ts';
import { Once } from '../messages/once.ts';
import type { Pairs } from '../messages/pairs.ts';
import type { Routing } from '../messages/routing.ts';
import type { Standing } from '../peer/standing.ts';
import type { Cancel, Runtime } from '../runtime.ts';
import { Allowance } from '../watch/allowance.ts';
import { Throttle } from '../watch/throttle.ts';
import { noticeKinds, routedKinds } from '../wire/kinds.ts';
import { decode, encode } from '../wire/schema.ts';
import { namedValues } from './attributes.ts';
import { supportMessage, treeMessage } from './codec.ts';
import { isKnown } from './coordinates.ts';
import { History } from './history.ts';
import { Latency } from './latency.ts';
import { Measuring } from './measuring.ts';
import type { SupportMessage } from './messages.ts';
import { type Answer, measured, parseQuery, Queries, type QueryMessage } from './query/index.ts';
import { HOPS_MAX, queryMessage } from './query/messages.ts';
import type { Held } from './readings.ts';
import { Records } from './records.ts';
import { SkyEye } from './skyeye.ts';
import { Support } from './support.ts';
import { type ShownTalk, Talkers, talkMessage } from './talkers.ts';
import { type ShownView, shownView } from './view.ts';

/** After a change of the tree, so that many changes lead to one update. */
const SETTLE_MS = 40;

/** Histories for one asker: an answer is hundreds of times longer than the question, and a page asks every few seconds. */
const HISTORIES = { burst: 30, everyMs: 500 };

export interface LinkedSkyEye {
  runtime: Runtime;
  standing: Standing;
  directory: Directory;
  switchboard: Switchboard;
  routing: Routing;
  asker: Asker;
  pairs: Pairs;
}

export class SkyEyeOverLinks {
  readonly core: SkyEye;
  readonly support: Support;
  readonly queries: Queries;
  /** This peer's own recent readings. */
  readonly history: History;
  /** Recent readings of all peers, if this peer keeps them: `keepRecords`. */
  records: Records | null = null;
  /** A neighbour sends a query of its own. */
  readonly onQuery: ((peer: string) => void)[] = [];
  readonly #throttle: Throttle;
  readonly #asker: Asker;
  /** Queries seen, against replay. */
  readonly #once = new Once();
  readonly #parent: () => string | null;
  readonly latency: Latency;
  readonly #measuring: Measuring;
  /** The names and addresses with the most traffic, where peers share them. */
  readonly talkers: Talkers;
  readonly #runtime: Runtime;
  readonly #standing: Standing;
  readonly #directory: Directory;
  readonly #switchboard: Switchboard;
  readonly #routing: Routing;
  /** The path from the parent up to the root. */
  #above: string[] = [];
  #isRoot = false;
  #kept: string | null = null;
  #cancelSettle: Cancel | null = null;
  #isStarted = false;
  #reportedMs = 0;
  #answered = 0;

  constructor({ runtime, standing, directory, switchboard, routing, asker, pairs }: LinkedSkyEye) {
    this.#runtime = runtime;
    this.#standing = standing;
    this.#asker = asker;
    this.#directory = directory;
    this.#switchboard = switchboard;
    this.#routing = routing;
    this.#throttle = new Throttle(runtime.clock, standing.measures);
    const { tree } = directory;
    const { id } = standing;
    const world = this.#surroundings();
    const isLinked = (other: string) => switchboard.sessionOf(other) !== null;
    const notify = (to: string, kind: number, payload: () => Buffer) =>
      switchboard.sessionOf(to)?.notify(kind, payload());
    this.#parent = world.parent;
    this.core = new SkyEye(runtime, {
      ...world,
      send: (to, message) => notify(to, noticeKinds.tree, () => encode(treeMessage, message)),
    });
    const aroundSupport = {
      ...world,
      root: () => tree.root,
      knowsAll: () => this.core.knowsAll,
      isLinked,
      send: (to: string, message: SupportMessage) =>
        notify(to, noticeKinds.support, () => encode(supportMessage, message)),
      link: (other: string) => this.#link(other),
    };
    this.support = new Support(runtime, aroundSupport, this.core.below.readings);
    const aroundQueries = {
      ...world,
      send: (to: string, message: QueryMessage) => this.#sendQuery(to, message),
    };
    this.queries = new Queries(runtime, aroundQueries, this.core.below, this.support);
    const histories = new Allowance(runtime.clock, HISTORIES);
    const allows = (other: string) => this.#throttle.allows(other);
    const mayAsk = (other: string) => allows(other) && histories.take(other);
    this.history = new History(runtime, routing, asker, pairs, mayAsk);
    this.latency = new Latency(runtime, id, directory, switchboard);
    this.#measuring = new Measuring(runtime.clock, id, routing, asker, directory, this.latency, allows);
    this.talkers = new Talkers(runtime, {
      ...world,
      children: () => tree.childrenOf(id).filter(isLinked),
      send: (to, message) => notify(to, noticeKinds.talkers, () => encode(talkMessage, message)),
    });
    this.#listen();
  }

  /** What aggregation needs to know of the network. */
  #surroundings() {
    const { tree, dead } = this.#directory;
    const standing = this.#standing;
    const { id } = standing;
    return {
      id,
      parent: () => this.#above.find((each) => this.#switchboard.sessionOf(each) !== null) ?? null,
      isRoot: () => this.#isRoot,
      isBelow: (other: string) => other !== id && tree.pathTo(other).includes(id),
      isChild: (other: string) => tree.parentOf(other) === id,
      sizeFrom: (other: string) => tree.sizeFrom(other),
      isUnder: (other: string, above: string) => tree.pathTo(other).includes(above),
      alive: () => tree.size,
      away: () => dead.size,
      levels: () => tree.levels,
      // Readings of absent members do not count: a liar could invent peers with them.
      counts: (other: string) =>
        (other === id || tree.has(other)) &&
        standing.roster.approved(other) !== null &&
        !standing.measures.isCutOff(other),
      roleOf: (other: string) => standing.roster.members.get(other)?.role ?? 'unknown',
    };
  }

  #listen(): void {
    const switchboard = this.#switchboard;
    switchboard.handleNotice(noticeKinds.tree, (session, payload) => {
      // Who stands in for the parent speaks for it.
      const from = switchboard.speaksFor(session, this.#parent());
      if (this.#isStarted) this.core.take(from, decode(treeMessage, payload));
    });
    switchboard.handleNotice(noticeKinds.support, (session, payload) => {
      if (this.#isStarted) this.support.take(session.id, decode(supportMessage, payload));
    });
    switchboard.handleNotice(noticeKinds.query, (session, payload) => {
      const message = decode(queryMessage, payload);
      const { id } = session;
      if (message.kind === 'query') this.#takeQuery(id, message);
      // What is known below is for those above: others ask as everybody does.
      else if (message.kind !== 'ask') this.queries.take(id, message);
      else if (this.#above.includes(switchboard.speaksFor(session, this.#parent())))
        this.queries.take(id, message);
    });
    // Who sends this way is not known for sure: only answers, which carry the unguessable number of a question.
    this.#routing.handle(routedKinds.query, (from, payload) => {
      const message = decode(queryMessage, payload);
      if (message.kind === 'answer') this.queries.take(from, message);
    });
    switchboard.handleNotice(noticeKinds.talkers, (session, payload) => {
      // Who stands in for the parent speaks for it.
      const from = switchboard.speaksFor(session, this.#parent());
      if (this.#isStarted) this.talkers.take(from, decode(talkMessage, payload));
    });
    switchboard.onOpen.push((session) => {
      if (!this.#isStarted || session.id === '') return;
      this.core.linked(session.id);
      this.support.again(session.id);
    });
    this.#directory.onChange.push((id, status) => {
      if (status !== 'alive') this.core.lost(id);
      if (status !== 'alive') this.support.lost(id);
      this.#soon();
    });
    this.#standing.onRoster.push(() => this.#soon());
    this.#standing.measures.onChange.push(() => this.#recount());
  }

  /** Accepts a signed query once, and rate-limits throttled peers. */
  #takeQuery(from: string, message: Extract<QueryMessage, { kind: 'query' }>): void {
    const { asker, number, proof } = message;
    // A root forwards queries, also to peers that forwarded them. The path in a query is not signed, and is ignored.
    const isHanded = from === this.#directory.tree.root;
    const wasHere = asker === this.#standing.id || this.#once.has(asker, `${number} up`);
    const isBack = this.#isRoot && this.support.serves(from) && wasHere;
    const name = `${number} ${isHanded ? 'down' : isBack ? 'back' : 'up'}`;
    if (this.#once.has(asker, name)) return;
    const objection =
      proof === null ? 'not signed' : this.#asker.objectionTo(asker, contentOf(message), proof);
    if (objection !== null) {
      this.#runtime.log('debug', 'query refused', { from, asker, reason: objection });
      return;
    }
    this.#once.take(asker, name);
    if (asker === from) for (const listener of this.onQuery) listener(from);
    if (!this.#throttle.allows(asker)) return;
    if (isBack) this.queries.takeBack(message);
    // For a copy of all the readings, which is gone or old: up the tree again, it would be one that came before.
    else if (isHanded && this.support.copy() === null && message.hops < HOPS_MAX)
      this.#sendQuery(from, { ...message, hops: message.hops + 1 });
    else this.queries.take(from, message);
  }

  start(): void {
    this.#isStarted = true;
    this.core.start();
    this.latency.start();
    this.talkers.start();
    this.#settle();
  }

  stop(): void {
    this.#isStarted = false;
    this.#cancelSettle?.();
    this.core.stop();
    this.latency.stop();
    this.talkers.stop();
    this.support.stop();
    this.queries.stop();
    this.records?.stop();
  }

  /** Follows the root, and records the readings of all peers: for a coordinator. */
  keepRecords(): void {
    if (this.records !== null) return;
    const records = new Records(this.#runtime, (id, sinceMs) => this.history.since(id, sinceMs));
    this.records = records;
    const take = (held: Held) => {
      if (held.id !== this.#standing.id) records.take(held);
    };
    this.support.onReading.push(take);
    // As the root it has them from the tree itself.
    const touched = (held: Held) => {
      if (this.#isRoot) take(held);
    };
    this.core.below.readings.listen({ touched, removed: () => {} });
    this.support.follow();
  }

  /** Reports a reading of this host; latencies and queries are added here. Returns the names that were refused. */
  report(measured: Readonly<Record<string, number>>): string[] {
    const refused = this.core.report({ ...this.#ownMeasures(), ...measured });
    this.history.add(this.core.below.readings.get(this.#standing.id)!.values);
    return refused;
  }

  #ownMeasures(): Record<string, number> {
    const nowMs = this.#runtime.clock.elapsedMs();
    const { answered } = this.queries.counts;
    const seconds = (nowMs - this.#reportedMs) / 1000;
    const queries = seconds > 0 ? (answered - this.#answered) / seconds : 0;
    this.#reportedMs = nowMs;
    this.#answered = answered;
    const latency = this.latency.to(this.#above[0] ?? '');
    const { place } = this.latency;
    return {
      queries,
      ...(Number.isNaN(latency) ? {} : { latency }),
      ...(isKnown(place)
        ? { 'coordinate.x': place.x, 'coordinate.y': place.y, 'coordinate.height': place.height }
        : {}),
    };
  }

  /** The view of the whole network; null until the first one has arrived. */
  view(): (ShownView & { talkers: ShownTalk | null }) | null {
    const { view } = this.core;
    if (view === null) return null;
    return { ...shownView(view, this.#runtime.clock.elapsedMs()), talkers: this.talkers.whole() };
  }

  /** The last reading of a peer below, by attribute; null if none is known here. */
  readingOf(id: string): Record<string, number> | null {
    const held = this.core.below.readings.get(id);
    return held === undefined ? null : namedValues(held.values);
  }

  /** @throws QueryError with the place of the mistake */
  async query(text: string): Promise<Answer> {
    const startMs = this.#runtime.clock.elapsedMs();
    const answer = await this.queries.ask(text);
    const all = await measured(parseQuery(text), answer, (from, to) => this.#measuring.ask(from, to));
    return { ...all, tookMs: this.#runtime.clock.elapsedMs() - startMs };
  }

  #link(id: string): void {
    this.#kept = id;
    this.#switchboard.connect(id, this.#directory.addressesOf(id));
  }

  /** Whether a link outside of the tree is to be kept. */
  keeps(id: string): boolean {
    return (this.support.isFollowing && id === this.#kept) || this.support.serves(id);
  }

  #soon(): void {
    if (!this.#isStarted) return;
    this.#cancelSettle ??= this.#runtime.clock.after(SETTLE_MS, () => {
      this.#cancelSettle = null;
      this.#settle();
    });
  }

  #settle(): void {
    const { tree } = this.#directory;
    const { id } = this.#standing;
    this.#above = tree.pathTo(id).slice(0, -1).reverse();
    this.#isRoot = tree.root === id;
    this.core.treeChanged();
    this.support.rootChanged();
    if (this.core.below.readings.hasUncounted) this.#recount();
  }

  #recount(): void {
    this.core.recount();
    this.support.recount();
  }

  #sendQuery(to: string, message: QueryMessage): void {
    const session = this.#switchboard.sessionOf(to);
    const isOwn = message.kind === 'query' && message.proof === null && message.asker === this.#standing.id;
    const proved = isOwn ? { ...message, proof: this.#asker.prove(contentOf(message)) } : message;
    const payload = encode(queryMessage, proved);
    if (session !== null) session.notify(noticeKinds.query, payload);
    else if (message.kind === 'answer') this.#routing.send(to, routedKinds.query, payload);
  }
}

function contentOf({ number, question }: Extract<QueryMessage, { kind: 'query' }>): Buffer {
  return Buffer.from(`query ${number} ${question}`);
}
