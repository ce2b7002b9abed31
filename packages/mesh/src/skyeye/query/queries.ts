// Sends and answers queries. A query climbs the tree until a peer knows enough: for any k peers, the first that knows k; for
// the best, or for aggregates, the root. Subtrees that are known only in aggregate are queried, unless their bounds show
// that no peer there matches. The answer goes straight to the asker.
//
//   asker ─► parent ─► … ─► root ─┬─► readings ───────┬─► answer ─► asker
//                                 └─► ask ─► children ┘  (where they are too many to be known one by one)

import { PEER_ID } from '../../identity/names.ts';
import type { Cancel, Runtime } from '../../runtime.ts';
import { aged } from '../aggregate.ts';
import { COORDINATE, type Values } from '../attributes.ts';
import { arePossible, type Below } from '../below.ts';
import type { Readings } from '../readings.ts';
import type { Support } from '../support.ts';
import { type Answer, answerOf, type Delivery } from './answer.ts';
import { emptyPart, evaluate, joined, type Part, type Place } from './evaluate.ts';
import type { Query } from './language.ts';
import { Load } from './load.ts';
import { HOPS_MAX, type QueryMessage, WAIT_MS_MAX } from './messages.ts';
import { parseQuery } from './parse.ts';
import { known, type Near } from './prune.ts';
import { QueryError } from './words.ts';

/** Allowance for one hop of the tree. */
const HOP_MS = 60;
/** Tries until the query fails: the root may just have died, and another taken its place. */
const TRIES = 4;
const PATIENCE_MS = 100;
const LINKING_MS = 400;
const CUT_OFF = 'the root cannot be reached: this is of a part of the network';
/** For an answer from below, round trip: each level waits so much less than the one above it. */
const LEVEL_MS = 250;
/** The first level that knows its subtree one by one answers at once; one more, since subtrees differ in depth. */
const LEVELS_LEAST = 2;
const WAITING_MAX = 1_024;
/** Other peers may know of so many times more peers than this one. */
const ALIVE_SLACK = 2;
const PARSED_MAX = 256;

export interface QuerySurroundings {
  readonly id: string;
  parent(): string | null;
  isRoot(): boolean;
  alive(): number;
  /** Members that fell silent: they are in no answer. */
  away(): number;
  /** Approximate depth of the tree. */
  levels(): number;
  roleOf(id: string): string;
  /** Whether `id` is below `above` in the tree; without it, every subtree may have the peer. */
  isUnder?(id: string, above: string): boolean;
  /** False if there is no route. */
  send(to: string, message: QueryMessage): void;
}

interface Waiting {
  done: (delivery: Delivery | null) => void;
  cancel: Cancel;
}

interface Gathering {
  query: Query;
  from: Set<string>;
  parts: Part[];
  finish: () => void;
}

export class Queries {
  /** Answered here, passed to a support peer, and refused because of too many. */
  readonly counts = { answered: 0, handed: 0, refused: 0 };
  readonly onAnswered: ((asked: { question: string; asker: string; matched: number }) => void)[] = [];
  readonly #runtime: Runtime;
  readonly #world: QuerySurroundings;
  readonly #below: Below;
  readonly #support: Support | null;
  readonly #load: Load;
  readonly #waiting = new Map<number, Waiting>();
  readonly #gathering = new Map<number, Gathering>();
  readonly #parsed = new Map<string, Query>();
  #isStopped = false;

  constructor(runtime: Runtime, world: QuerySurroundings, below: Below, support: Support | null = null) {
    this.#runtime = runtime;
    this.#world = world;
    this.#below = below;
    this.#support = support;
    this.#load = new Load(runtime.clock);
  }

  stop(): void {
    this.#isStopped = true;
    for (const { cancel, done } of this.#waiting.values()) {
      cancel();
      done(null);
    }
    this.#waiting.clear();
    this.#gathering.clear();
  }

  /**
   * The answer of the network; if no peer answers, that of this one alone.
   *
   * @throws QueryError with the place of the mistake
   */
  async ask(text: string): Promise<Answer> {
    const query = this.#parse(text);
    const startMs = this.#runtime.clock.elapsedMs();
    const tookMs = () => this.#runtime.clock.elapsedMs() - startMs;
    let partial: Delivery | null = null;
    for (let tries = 0; tries < TRIES && !this.#isStopped; tries++) {
      const delivery = await this.#try(query);
      if (delivery === null) continue;
      if (delivery.problem !== CUT_OFF && delivery.part.missing === 0)
        return answerOf(query, delivery, tookMs(), this.#world.away());
      // A peer on the route has just died, or got another parent: a moment later there is a link again.
      partial = delivery;
      if (tries < TRIES - 1)
        await new Promise<void>(
          (resolve) => void this.#runtime.clock.after(LINKING_MS * 2 ** tries, resolve),
        );
    }
    if (partial !== null) return answerOf(query, partial, tookMs(), this.#world.away());
    const part = this.#here(query, this.#placeOf(query.near));
    const problem = 'no coordinator answers: this is what is known here';
    const delivery = { part, alive: this.#world.alive(), answeredBy: this.#world.id, hops: 0, problem };
    return answerOf(query, delivery, tookMs(), this.#world.away());
  }

  #try(query: Query): Promise<Delivery | null> {
    return new Promise((resolve) => {
      if (this.#waiting.size >= WAITING_MAX) {
        const problem = 'too many queries at once from this peer';
        resolve({ part: emptyPart, alive: 0, answeredBy: this.#world.id, hops: 0, problem });
        return;
      }
      const number = this.#newNumber();
      const waitMs = PATIENCE_MS + 2 * HOP_MS * this.#world.levels() + this.#belowMs;
      const cancel = this.#runtime.clock.after(waitMs, () => this.#answered(number, null));
      this.#waiting.set(number, { done: resolve, cancel });
      const { id } = this.#world;
      const near = this.#placeOf(query.near);
      this.#climb(
        { kind: 'query', number, asker: id, question: query.text, near, hops: 0, proof: null },
        query,
      );
    });
  }

  /** Time for answers from below: for as many levels as know their subtrees only in aggregate. */
  get #belowMs(): number {
    const alive = this.#world.alive();
    const { detailMax } = this.#below;
    if (alive <= detailMax) return LEVEL_MS * LEVELS_LEAST;
    const part = 1 - Math.log(detailMax) / Math.log(alive);
    return Math.min(WAIT_MS_MAX, LEVEL_MS * (LEVELS_LEAST + Math.ceil(part * this.#world.levels())));
  }

  #answered(number: number, delivery: Delivery | null): void {
    const waiting = this.#waiting.get(number);
    if (waiting === undefined) return;
    this.#waiting.delete(number);
    waiting.cancel();
    waiting.done(delivery);
  }

  take(from: string, message: QueryMessage): void {
    switch (message.kind) {
      case 'query':
        return void this.#read(message, (query) => this.#climb(message, query));
      case 'answer':
        return void this.#answered(message.number, message);
      case 'ask':
        return void this.#takeAsk(from, message);
      case 'told': {
        const gathering = this.#gathering.get(message.number);
        if (!gathering?.from.has(from) || !canBe(gathering.query, message.part, this.#world.alive())) return;
        gathering.from.delete(from);
        gathering.parts.push(message.part);
        if (gathering.from.size === 0) gathering.finish();
      }
    }
  }

  // --- upwards

  /** A query returned by a support peer without a current copy: it is answered here, and not passed on again. */
  takeBack(message: Extract<QueryMessage, { kind: 'query' }>): void {
    this.#read(message, (query) =>
      this.#conclude(message, query, message.near ?? this.#placeOf(query.near), null),
    );
  }

  #read(message: Extract<QueryMessage, { kind: 'query' }>, go: (query: Query) => void): void {
    try {
      go(this.#parse(message.question));
    } catch (error) {
      // The asker's own peer would have refused it: it has another version, or lies.
      if (!(error instanceof QueryError)) throw error;
      const reason = `${this.#world.id} cannot read this query, perhaps it is of another version`;
      this.#deliver(message, emptyPart, `${reason}: ${error.message}`.slice(0, 200));
    }
  }

  #climb(message: Extract<QueryMessage, { kind: 'query' }>, query: Query): void {
    const near = message.near ?? this.#placeOf(query.near);
    const parent = this.#world.parent();
    const copy = this.#support?.copy() ?? null;
    if (copy !== null) {
      if (this.#load.next(message.asker, this.#world.id) === 'refuse') return void this.#refuse(message);
      return void this.#conclude(message, query, near, copy);
    }
    if (this.#world.isRoot()) return void this.#lead(message, query, near);
    const enough = this.#anyHere(query);
    if (enough !== null) return void this.#deliver(message, enough, null);
    if (parent !== null && message.hops < HOPS_MAX)
      this.#world.send(parent, { ...message, near, hops: message.hops + 1 });
    else this.#conclude(message, query, near, null);
  }

  /** At the root: answered here, or under load by a support peer, which has a copy. */
  #lead(message: Extract<QueryMessage, { kind: 'query' }>, query: Query, near: Place | null): void {
    const step = this.#load.next(message.asker, this.#world.id);
    if (step === 'refuse') return void this.#refuse(message);
    if (step === 'recruit') this.#support?.recruitOneOf([...this.#below.children.keys()]);
    const follower =
      step === 'answer' || message.hops >= HOPS_MAX ? null : (this.#support?.nextFollower() ?? null);
    if (follower === null || follower === message.asker)
      return void this.#conclude(message, query, near, null);
    this.counts.handed++;
    this.#world.send(follower, { ...message, near, hops: message.hops + 1 });
  }

  #refuse(message: Extract<QueryMessage, { kind: 'query' }>): void {
    this.counts.refused++;
    this.#deliver(message, emptyPart, 'there are too many queries now: ask again in a moment');
  }

  /** @param copy of all readings; null: uses those known here, and asks below */
  #conclude(
    message: Extract<QueryMessage, { kind: 'query' }>,
    query: Query,
    near: Place | null,
    copy: Readings | null,
  ): void {
    const isTop = copy !== null || this.#world.isRoot();
    const answer = (place: Place | null) =>
      this.#whole(query, place, copy, this.#belowMs, (part) => {
        const isLost = query.near !== null && place === null;
        const why = isTop ? null : 'the root cannot be reached: this is of a part of the network';
        this.#deliver(message, part, isLost ? this.#lost(query.near!) : why);
      });
    if (query.near === null || near !== null) answer(near);
    else this.#locate(query.near, copy, answer);
  }

  /** Why nothing is near a peer. */
  #lost(id: string): string {
    if (this.#world.roleOf(id) === 'unknown') return `no peer is called ${id}: nothing can be near it`;
    return `${id} has measured no latency yet: how far the others are from it is not known`;
  }

  /** Asks the subtrees for the coordinates of a peer that is not known here. */
  #locate(id: string, copy: Readings | null, done: (place: Place | null) => void): void {
    if (!PEER_ID.test(id)) return void done(null);
    const query = this.#parse(
      `1 peer where id = "${id}" order by coordinate.x, coordinate.y, coordinate.height`,
    );
    this.#whole(query, null, copy, this.#belowMs / 2, ({ rows }) =>
      done(rows.length === 0 ? null : knownPlace(rows[0]!.values)),
    );
  }

  /** An answer from here, for a query without order if enough peers are known. */
  #anyHere(query: Query): Part | null {
    if (query.kind !== 'find' || query.order.length > 0 || query.count > this.#below.readings.size)
      return null;
    const part = this.#here(query, null);
    return part.rows.length === query.count ? part : null;
  }

  #deliver(
    { number, asker, hops, question }: Extract<QueryMessage, { kind: 'query' }>,
    part: Part,
    problem: string | null,
  ): void {
    this.counts.answered++;
    for (const listener of this.onAnswered) listener({ question, asker, matched: part.matched });
    const missing = part.missing > 0 ? `${part.missing} peers did not answer in time` : null;
    const delivery = {
      part,
      alive: this.#world.alive(),
      answeredBy: this.#world.id,
      hops,
      problem: problem ?? missing,
    };
    if (asker === this.#world.id) this.#answered(number, delivery);
    else this.#world.send(asker, { kind: 'answer', number, ...delivery });
  }

  // --- downwards

  #takeAsk(from: string, { number, question, near, waitMs }: Extract<QueryMessage, { kind: 'ask' }>): void {
    let query: Query;
    try {
      query = this.#parse(question);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return;
    }
    this.#whole(query, near, null, waitMs, (part) => this.#world.send(from, { kind: 'told', number, part }));
  }

  /** The answer of the whole subtree, this peer included. */
  #whole(
    query: Query,
    near: Place | null,
    copy: Readings | null,
    waitMs: number,
    done: (part: Part) => void,
  ): void {
    if (copy !== null) return void done(this.#here(query, near, copy));
    const parts = [this.#here(query, near)];
    const asked = new Map<string, number>();
    const nowMs = this.#runtime.clock.elapsedMs();
    for (const { id, aggregate, aggregatedMs } of this.#below.children.values()) {
      if (aggregate === null) continue;
      const answer = known(query, aged(aggregate, nowMs - aggregatedMs), this.#nearIn(id, query, near));
      if (answer !== null) parts.push(answer);
      else asked.set(id, aggregate.peers);
    }
    if (asked.size === 0) return void done(joined(query, parts));
    const number = this.#newNumber();
    const finish = () => {
      cancel();
      this.#gathering.delete(number);
      const missing = [...gathering.from].reduce((sum, id) => sum + (asked.get(id) ?? 0), 0);
      done(joined(query, [...parts, ...gathering.parts, { ...emptyPart, missing }]));
    };
    const gathering: Gathering = { query, from: new Set(asked.keys()), parts: [], finish };
    const cancel = this.#runtime.clock.after(waitMs, finish);
    this.#gathering.set(number, gathering);
    const less = Math.min(WAIT_MS_MAX, Math.max(0, waitMs - LEVEL_MS));
    for (const id of asked.keys())
      this.#world.send(id, { kind: 'ask', number, question: query.text, near, waitMs: less });
  }

  /** The place of `near` as seen from the subtree of a child. */
  #nearIn(child: string, { near }: Query, place: Place | null): Near | null {
    if (near === null || place === null) return null;
    return { place, mayBeInside: this.#world.isUnder?.(near, child) ?? true };
  }

  /** Unguessable, so that only the queried peer can answer. */
  #newNumber(): number {
    return Buffer.from(this.#runtime.random.bytes(6)).readUIntBE(0, 6);
  }

  #here(query: Query, near: Place | null, readings = this.#below.readings): Part {
    const nowMs = this.#runtime.clock.elapsedMs();
    const sight = { roleOf: (id: string) => this.#world.roleOf(id), near, nowMs };
    return evaluate(query, readings.table(), sight);
  }

  #placeOf(id: string | null): Place | null {
    if (id === null) return null;
    const held = this.#below.readings.get(id) ?? this.#support?.copy()?.get(id);
    return held === undefined ? null : placeOf(held.values);
  }

  #parse(text: string): Query {
    const known = this.#parsed.get(text);
    if (known !== undefined) return known;
    const query = parseQuery(text);
    if (this.#parsed.size >= PARSED_MAX) this.#parsed.delete(this.#parsed.keys().next().value!);
    this.#parsed.set(text, query);
    return query;
  }
}

/** Plausibility of a partial answer: an impossible one must not be merged with the others. */
export function canBe(
  query: Query,
  { looked, matched, missing, agesMs, oldestMs, rows, groups }: Part,
  alive: number,
): boolean {
  const most = ALIVE_SLACK * alive;
  if (looked > most || missing > most || matched > looked) return false;
  // Each age may have been rounded up.
  if (agesMs > looked * (oldestMs + 1)) return false;
  if (query.kind === 'find') {
    const { order, columns, count } = query;
    const areRows = rows.every(
      ({ keys, values }) => keys.length === order.length && values.length === columns.length,
    );
    return rows.length <= count && groups.length === 0 && areRows;
  }
  const { figures } = query;
  return groups.every(
    ({ peers, stats }) =>
      peers <= matched &&
      stats.length === figures.length &&
      stats.every((each, i) => each === null || arePossible(each, figures[i]!.attribute, peers)),
  );
}

/** Null if the peer has measured no latency yet. */
function placeOf(values: Values): Place | null {
  return knownPlace(values.slice(COORDINATE, COORDINATE + 3));
}

function knownPlace([x, y, height]: readonly number[]): Place | null {
  const place = [x!, y!, height!] as const;
  return place.some(Number.isNaN) ? null : place;
}
