// Capacity queries in the simulation: the mesh's own, from anybody, with what they took and whether they were right.

import { levelsOf, type Runtime } from '@eyrie/mesh';
import {
  type Answer,
  type Measurement,
  measured,
  parseQuery,
  Queries,
  type QueryMessage,
} from '@eyrie/mesh/skyeye';
import type { SeededRandom } from '@eyrie/mesh/virtual';
import { type Quantiles, quantilesOf } from '../quantiles.ts';
import type { Network } from './network.ts';
import { idOf, numberOf, type VirtualPeer } from './peer.ts';
import { NOBODY, type World } from './world.ts';

/** Who started later may not have a link yet. */
const NEWCOMER_MS = 15_000;
/** Asked in turn: any three, the best three, figures of all, who is near. */
const questions = [
  () => '3 peers where cpu.free >= 50% and storage.free > 20GB',
  () => '3 peers where memory.free > 1GB order by cpu.free',
  () => 'count, avg cpu.used, p95 cpu.used',
  (id: string) => `2 peers near ${id} order by latency`,
];
/** Every so many questions the last one is asked again, and the asker measures the way to whom the answer names. */
const MEASURED_EVERY = 8;
const measuredQuestion = (id: string) => `2 peers near ${id} measured`;
/** A link is made, and used, in so many round trips: TCP, TLS, both greetings, the question. */
const MEASURING_TRIPS = 4;

export interface AskingReport {
  asked: number;
  /** Part of them that were answered in full: nobody was missing, nobody was down. */
  success: number;
  /** Of all peers that were named, those that run. */
  present: number;
  /** How far the count of all was off, as a part of the truth. */
  countError: Quantiles;
  /** Whoever was said to be the nearest: how far that one is, one way, and how far the nearest really is. */
  nearest: {
    foundMs: Quantiles;
    trueMs: Quantiles;
    /** Of queries that have candidates measured, and what these take. */
    measured: { foundMs: Quantiles; tookMs: Quantiles };
  };
  ms: Quantiles;
  hops: Quantiles;
  problems: Record<string, number>;
}

type Deliver = (waitMs: number, to: number, from: number, message: QueryMessage) => void;

export class Asking {
  readonly #runtime: Runtime;
  readonly #random: SeededRandom;
  readonly #world: World;
  readonly #network: Network;
  readonly #deliver: Deliver;
  /** Of those who have had to do with one. */
  readonly #queries = new WeakMap<VirtualPeer, Queries>();
  readonly #ms: number[] = [];
  readonly #hops: number[] = [];
  readonly #problems: Record<string, number> = {};
  #asked = 0;
  #good = 0;
  #named = 0;
  #present = 0;
  readonly #countErrors: number[] = [];
  readonly #foundMs: number[] = [];
  readonly #nearestMs: number[] = [];
  readonly #measuredMs: number[] = [];
  readonly #measuringMs: number[] = [];

  constructor(
    runtime: Runtime,
    parts: { random: SeededRandom; world: World; network: Network; deliver: Deliver },
  ) {
    this.#runtime = runtime;
    this.#random = parts.random;
    this.#world = parts.world;
    this.#network = parts.network;
    this.#deliver = parts.deliver;
  }

  begin(perS: number, peers: readonly (VirtualPeer | null)[]): void {
    const next = () => {
      this.#runtime.clock.after((1_000 / perS) * 2 * this.#random.fraction(), next);
      const peer = peers[Math.floor(this.#random.fraction() * peers.length)]!;
      if (peer === null || this.#world.running[peer.index] === 0 || peer.skyeye.view === null) return;
      if (this.#runtime.clock.elapsedMs() - peer.startedMs < NEWCOMER_MS) return;
      this.#ask(peer, questions[this.#asked++ % questions.length]!(peer.id));
      if (this.#asked % MEASURED_EVERY === 0) this.#askMeasured(peer);
    };
    this.#runtime.clock.after(1_000 / perS, next);
  }

  take(peer: VirtualPeer, from: number, message: QueryMessage): void {
    this.#of(peer).take(idOf(from), message);
  }

  #ask(peer: VirtualPeer, question: string): void {
    this.#of(peer)
      .ask(question)
      .then((answer) => {
        // Who went in the meantime has no use for it.
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
        this.#measuredMs.push(this.#network.leastMs(peer.index, found));
        this.#measuringMs.push(clock.elapsedMs() - startMs);
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
    this.#ms.push(tookMs);
    this.#hops.push(hops);
    if (problem === null) this.#good++;
    else this.#problems[problem] = (this.#problems[problem] ?? 0) + 1;
    const { runningCount, running } = this.#world;
    if (kind === 'figures') this.#countErrors.push(Math.abs(matched - runningCount) / runningCount);
    for (const { id } of peers) {
      this.#named++;
      if (running[numberOf(id)] === 1) this.#present++;
    }
    if (query.includes('near')) this.#judgeNearest(asker, peers);
  }

  /** The asker itself is among those it asked for. */
  #judgeNearest({ index }: VirtualPeer, peers: Answer['peers']): void {
    const found = peers.map(({ id }) => numberOf(id)).find((peer) => peer !== index);
    if (found === undefined) return;
    this.#foundMs.push(this.#network.leastMs(index, found));
    const { running } = this.#world;
    let nearestMs = Number.POSITIVE_INFINITY;
    for (let peer = 0; peer < running.length; peer++)
      if (running[peer] === 1 && peer !== index)
        nearestMs = Math.min(nearestMs, this.#network.leastMs(index, peer));
    this.#nearestMs.push(nearestMs);
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

  /** To a neighbour over the link; else from peer to peer along the tree, as the mesh routes. */
  #send(from: number, to: number, message: QueryMessage): void {
    const { uplink } = this.#world;
    if (uplink[from] === to || uplink[to] === from) {
      this.#deliver(this.#network.wayMs(from, to), to, from, message);
      return;
    }
    const waitMs = this.#alongTreeMs(from, to);
    if (waitMs !== null) this.#deliver(waitMs, to, from, message);
  }

  /** Null if a peer on the way is gone, or a link. */
  #alongTreeMs(from: number, to: number): number | null {
    const tree = this.#world.treeOf(from);
    const up = new Map<number, number>();
    let ms = 0;
    for (let at = from; at !== NOBODY; at = tree.parent[at]!) {
      up.set(at, ms);
      const above = tree.parent[at]!;
      if (above !== NOBODY) ms += this.#network.wayMs(at, above);
    }
    let downMs = 0;
    for (let at = to; at !== NOBODY; at = tree.parent[at]!) {
      const upMs = up.get(at);
      if (upMs !== undefined) return upMs + downMs;
      const above = tree.parent[at]!;
      if (above === NOBODY || this.#world.uplink[at] !== above || this.#world.running[above] === 0)
        return null;
      downMs += this.#network.wayMs(at, above);
    }
    return null;
  }

  report(): AskingReport {
    const answered = this.#ms.length;
    return {
      asked: answered,
      success: answered === 0 ? 1 : this.#good / answered,
      present: this.#named === 0 ? 1 : this.#present / this.#named,
      countError: quantilesOf(this.#countErrors),
      nearest: {
        foundMs: quantilesOf(this.#foundMs),
        trueMs: quantilesOf(this.#nearestMs),
        measured: { foundMs: quantilesOf(this.#measuredMs), tookMs: quantilesOf(this.#measuringMs) },
      },
      ms: quantilesOf(this.#ms),
      hops: quantilesOf(this.#hops),
      problems: this.#problems,
    };
  }
}
