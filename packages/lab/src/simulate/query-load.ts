// Capacity queries in the simulation: the mesh's own code, from random peers, with their latency and correctness.

import { levelsOf, type Runtime } from '@eyrie/mesh';
import {
  type Answer,
  type Measurement,
  measured,
  parseQuery,
  Queries,
  type QueryMessage,
} from '@eyrie/mesh/skyeye';
import { type Quantiles, quantilesOf } from '../quantiles.ts';
import type { Network } from './network.ts';
import { idOf, numberOf } from './partition.ts';
import type { VirtualPeer } from './peer.ts';
import { NOBODY, type World } from './world.ts';

/** Peers that started later may not have a link yet. */
const NEWCOMER_MS = 15_000;
/** In turn: any three peers, the best three, aggregates of all, the nearest. */
const questions = [
  () => '3 peers where cpu.free >= 50% and storage.free > 20GB',
  () => '3 peers where memory.free > 1GB order by cpu.free',
  () => 'count, avg cpu.used, p95 cpu.used',
  (id: string) => `2 peers near ${id} order by latency`,
];
/** After each eight queries, one more whose candidates are measured before the answer is given. */
const MEASURED_EVERY = 8;
const measuredQuestion = (id: string) => `2 peers near ${id} measured`;
/** Round trips until a new link is made and was used: TCP, TLS, both hellos, the query. */
const MEASURING_TRIPS = 4;

export interface QueryReport {
  asked: number;
  /** Part of the queries that were answered completely, without a missing peer. */
  success: number;
  /** Part of the peers in answers that run. */
  present: number;
  /** Relative error of the count of all peers. */
  countError: Quantiles;
  /** One-way latency of the peer that an answer has as the nearest, and of the one that is. */
  nearest: {
    foundMs: Quantiles;
    trueMs: Quantiles;
    /** The same of queries whose candidates are measured, and their duration. */
    measured: { foundMs: Quantiles; tookMs: Quantiles };
  };
  ms: Quantiles;
  hops: Quantiles;
  problems: Record<string, number>;
}

/** What the queries of one domain gave. */
export interface QueryTally {
  readonly ms: number[];
  readonly hops: number[];
  readonly problems: Record<string, number>;
  readonly countErrors: number[];
  readonly foundMs: number[];
  readonly nearestMs: number[];
  readonly measuredMs: number[];
  readonly measuringMs: number[];
  good: number;
  named: number;
  present: number;
}

type Deliver = (waitMs: number, to: number, from: number, message: QueryMessage) => void;

export class QueryLoad {
  readonly tally: QueryTally = {
    ...{ ms: [], hops: [], problems: {}, countErrors: [], foundMs: [], nearestMs: [] },
    ...{ measuredMs: [], measuringMs: [], good: 0, named: 0, present: 0 },
  };
  readonly #runtime: Runtime;
  readonly #world: World;
  readonly #network: Network;
  readonly #deliver: Deliver;
  /** Of peers that took part in a query. */
  readonly #queries = new WeakMap<VirtualPeer, Queries>();
  #asked = 0;

  constructor(runtime: Runtime, parts: { world: World; network: Network; deliver: Deliver }) {
    this.#runtime = runtime;
    this.#world = parts.world;
    this.#network = parts.network;
    this.#deliver = parts.deliver;
  }

  /**
   * @param perS queries a second, from all members together
   * @param members numbers of the peers that ask
   */
  begin(perS: number, members: Int32Array, peers: readonly (VirtualPeer | null)[]): void {
    const { clock, random } = this.#runtime;
    const next = () => {
      clock.after((1_000 / perS) * 2 * random.fraction(), next);
      const peer = peers[members[Math.floor(random.fraction() * members.length)]!]!;
      if (peer === null || this.#world.running[peer.index] === 0 || peer.skyeye.view === null) return;
      if (clock.elapsedMs() - peer.startedMs < NEWCOMER_MS) return;
      this.#ask(peer, questions[this.#asked++ % questions.length]!(peer.id));
      if (this.#asked % MEASURED_EVERY === 0) this.#askMeasured(peer);
    };
    clock.after((1_000 / perS) * random.fraction(), next);
  }

  take(peer: VirtualPeer, from: number, message: QueryMessage): void {
    this.#of(peer).take(idOf(from), message);
  }

  #ask(peer: VirtualPeer, question: string): void {
    this.#of(peer)
      .ask(question)
      .then((answer) => {
        // An asker that departed in the meantime does not count.
        if (this.#world.running[peer.index] === 1) this.#judge(peer, answer);
      });
  }

  #askMeasured(peer: VirtualPeer): void {
    const { clock } = this.#runtime;
    const startMs = clock.elapsedMs();
    const question = measuredQuestion(peer.id);
    this.#of(peer)
      .ask(question)
      .then((answer) => measured(parseQuery(question), answer, (_, to) => this.#measure(peer.index, to)))
      .then(({ peers }) => {
        const found = peers.map(({ id }) => numberOf(id)).find((each) => each !== peer.index);
        if (found === undefined || this.#world.running[peer.index] === 0) return;
        this.tally.measuredMs.push(this.#network.leastMs(peer.index, found));
        this.tally.measuringMs.push(clock.elapsedMs() - startMs);
      });
  }

  #measure(from: number, to: readonly string[]): Promise<Measurement> {
    const tookMs = to.map((id) => {
      const other = numberOf(id);
      return this.#world.running[other] === 1 ? 2 * this.#network.leastMs(from, other) : Number.NaN;
    });
    const waitMs = MEASURING_TRIPS * Math.max(0, ...tookMs.filter((each) => !Number.isNaN(each)));
    return new Promise(
      (resolve) => void this.#runtime.clock.after(waitMs, () => resolve({ tookMs, problem: null })),
    );
  }

  #judge(asker: VirtualPeer, { kind, query, peers, matched, problem, tookMs, hops }: Answer): void {
    const { tally } = this;
    tally.ms.push(tookMs);
    tally.hops.push(hops);
    if (problem === null) tally.good++;
    else tally.problems[problem] = (tally.problems[problem] ?? 0) + 1;
    const { runningCount, running } = this.#world;
    if (kind === 'figures') tally.countErrors.push(Math.abs(matched - runningCount) / runningCount);
    for (const { id } of peers) {
      tally.named++;
      if (running[numberOf(id)] === 1) tally.present++;
    }
    if (query.includes('near')) this.#judgeNearest(asker, peers);
  }

  /** An answer may contain the asker itself. */
  #judgeNearest({ index }: VirtualPeer, peers: Answer['peers']): void {
    const found = peers.map(({ id }) => numberOf(id)).find((peer) => peer !== index);
    if (found === undefined) return;
    this.tally.foundMs.push(this.#network.leastMs(index, found));
    const { running } = this.#world;
    let nearestMs = Number.POSITIVE_INFINITY;
    for (let peer = 0; peer < running.length; peer++)
      if (running[peer] === 1 && peer !== index)
        nearestMs = Math.min(nearestMs, this.#network.leastMs(index, peer));
    this.tally.nearestMs.push(nearestMs);
  }

  #of(peer: VirtualPeer): Queries {
    const known = this.#queries.get(peer);
    if (known !== undefined) return known;
    const surroundings = {
      id: peer.id,
      parent: () => peer.parent(),
      isRoot: () => peer.isRoot(),
      isChild: (id: string) => peer.isChild(id),
      alive: () => peer.alive(),
      away: () => 0,
      levels: () => levelsOf(peer.alive(), this.#world.branching),
      roleOf: () => 'peer',
      send: (to: string, message: QueryMessage) => this.#send(peer.index, numberOf(to), message),
    };
    const queries = new Queries(this.#runtime, surroundings, peer.skyeye.below);
    this.#queries.set(peer, queries);
    return queries;
  }

  /** Over the link to a neighbour, otherwise along the tree, as the mesh routes. */
  #send(from: number, to: number, message: QueryMessage): void {
    const { uplink } = this.#world;
    if (uplink[from] === to || uplink[to] === from) {
      this.#deliver(this.#wayMs(from, to), to, from, message);
      return;
    }
    const waitMs = this.#alongTreeMs(from, to);
    if (waitMs !== null) this.#deliver(waitMs, to, from, message);
  }

  /** Null if a peer or a link on the way is missing. */
  #alongTreeMs(from: number, to: number): number | null {
    const tree = this.#world.treeOf(from);
    const up = new Map<number, number>();
    let ms = 0;
    for (let at = from; at !== NOBODY; at = tree.parent[at]!) {
      up.set(at, ms);
      const above = tree.parent[at]!;
      if (above !== NOBODY) ms += this.#wayMs(at, above);
    }
    let downMs = 0;
    for (let at = to; at !== NOBODY; at = tree.parent[at]!) {
      const upMs = up.get(at);
      if (upMs !== undefined) return upMs + downMs;
      const above = tree.parent[at]!;
      if (above === NOBODY || this.#world.uplink[at] !== above || this.#world.running[above] === 0)
        return null;
      downMs += this.#wayMs(at, above);
    }
    return null;
  }

  #wayMs(from: number, to: number): number {
    return this.#network.wayMs(from, to, this.#runtime.random);
  }
}

/** Of all domains. */
export function queryReport(tallies: readonly QueryTally[]): QueryReport {
  const all = (of: (tally: QueryTally) => number[]) => quantilesOf(tallies.flatMap(of));
  const sum = (of: (tally: QueryTally) => number) => tallies.reduce((sum, each) => sum + of(each), 0);
  const part = (some: number, of: number) => (of === 0 ? 1 : some / of);
  const ms = all((tally) => tally.ms);
  const problems: Record<string, number> = {};
  for (const tally of tallies)
    for (const [problem, count] of Object.entries(tally.problems))
      problems[problem] = (problems[problem] ?? 0) + count;
  return {
    asked: ms.count,
    success: part(
      sum(({ good }) => good),
      ms.count,
    ),
    present: part(
      sum(({ present }) => present),
      sum(({ named }) => named),
    ),
    countError: all(({ countErrors }) => countErrors),
    nearest: {
      foundMs: all(({ foundMs }) => foundMs),
      trueMs: all(({ nearestMs }) => nearestMs),
      measured: {
        foundMs: all(({ measuredMs }) => measuredMs),
        tookMs: all(({ measuringMs }) => measuringMs),
      },
    },
    ms,
    hops: all(({ hops }) => hops),
    problems,
  };
}
