// The part of a simulation that one thread runs: some of the domains, and a copy of the world. All threads
// advance in windows, at whose ends they exchange messages. Within a millisecond the world comes first: it is the same
// everywhere, so each domain finds it as it would if there were only one thread.

import type { Random } from '@eyrie/mesh';
import type { Quantiles } from '../quantiles.ts';
import { Readings } from '../readings.ts';
import { estimateErrors } from './coordinates.ts';
import { Domain, type DomainTally, type Payload } from './domain.ts';
import { Exchange, type Seat } from './exchange.ts';
import { Network } from './network.ts';
import { domainsIn, domainsOf, idOf, randomOf, type SharedState } from './partition.ts';
import type { SimulateSettings } from './settings.ts';
import { truthOf, type Views } from './truth.ts';
import { Wheel } from './wheel.ts';
import { type Inhabitants, Turnover, World } from './world.ts';

const SAMPLE_MS = 10_000;
/** How often peers see new coordinates of others; in the mesh these arrive with an answer. */
const PUBLISH_MS = 1_000;
/** Answers to queries are promises, which continue when events pause. */
const PAUSE_MS = 5;
/** Departures a second from which on the mesh batches news for longer. */
const BUSY_PER_S = 2;

/** A shard's sample of a moment. */
export interface Sample {
  readonly atMs: number;
  /** By domain, in order. */
  readonly views: Views[];
  readonly running: number;
  readonly latencyError: Quantiles;
}

export interface ShardTally {
  /** By domain, in order. */
  readonly domains: DomainTally[];
  /** In peers from the root, of all that are in the tree. */
  readonly depths: number[];
  readonly departures: number;
  readonly lostSegments: number;
  readonly worldEvents: number;
  /** Time of the run, and the part of it spent at barriers. */
  readonly tookMs: number;
  readonly waitedMs: number;
}

export class Shard implements Inhabitants {
  readonly #settings: SimulateSettings;
  readonly #shared: SharedState;
  readonly #clock = new Wheel<never>(() => {});
  readonly #random: Random;
  readonly #errorsRandom: Random;
  readonly #network: Network;
  readonly #world: World;
  readonly #readings: Readings;
  readonly #domains: Domain[];
  /** The domain of each peer, if it is one of this shard. */
  readonly #domainOf: (Domain | undefined)[];
  readonly #exchange: Exchange<Payload>;
  readonly #windowMs: number;
  #departures = 0;

  constructor(settings: SimulateSettings, shared: SharedState, seat: Seat) {
    const { seed, churnPerMin, peers, branching, latencyMs } = settings;
    const { positions } = shared;
    this.#settings = settings;
    this.#shared = shared;
    this.#random = randomOf(seed, 'world');
    this.#errorsRandom = randomOf(seed, 'errors');
    this.#network = new Network(settings, shared.spots);
    const isBusy = (churnPerMin * peers) / 60 > BUSY_PER_S;
    const options = { random: this.#random, positions, branching, isBusy };
    this.#world = new World(this.#clock, this.#network, this, options);
    this.#readings = new Readings(shared.hosts);
    const threads = seat.ports.length;
    const domainOf = domainsOf(positions);
    const around = {
      ...{ settings, shared, world: this.#world, network: this.#network, readings: this.#readings },
      ...{ ids: Array.from(positions, (_, peer) => idOf(peer)), domainOf },
    };
    const { first, end } = domainsIn(seat.thread, threads);
    this.#domains = Array.from({ length: end - first }, (_, i) => new Domain(first + i, around));
    this.#domainOf = Array.from(domainOf, (domain) => this.#domains[domain - first]);
    const threadOf = Array.from({ length: threads }, (_, thread) => domainsIn(thread, threads).end);
    this.#exchange = new Exchange(seat, (peer) => threadOf.findIndex((end) => domainOf[peer]! < end));
    this.#windowMs = Math.max(1, Math.min(PUBLISH_MS, Math.floor(latencyMs[0])));
  }

  async run(onSample: (sample: Sample) => void): Promise<ShardTally> {
    const startMs = performance.now();
    const { peers, durationMs, churnPerMin, partition, queriesPerS } = this.#settings;
    this.#world.begin(peers);
    for (const domain of this.#domains) domain.begin();
    if (churnPerMin > 0) this.#turnOver();
    if (partition !== null)
      this.#clock.after(partition.fromMs, () => this.#world.partition(partition.share, partition.forMs));
    this.#publish();
    for (let nowMs = 0; nowMs < durationMs; ) {
      const nextPublishMs = (Math.floor(nowMs / PUBLISH_MS) + 1) * PUBLISH_MS;
      const endMs = Math.min(nowMs + this.#windowMs, nextPublishMs);
      // What arrived at the last exchange, or was added during a pause, may be due already.
      this.#runDue();
      for (; nowMs < endMs; nowMs++) {
        if (queriesPerS > 0 && nowMs % PAUSE_MS === 0) {
          await null;
          this.#runDue();
        }
        this.#step();
        this.#runDue();
      }
      this.#swap();
      if (nowMs % PUBLISH_MS === 0) this.#publish();
      if (nowMs % SAMPLE_MS === 0) onSample(this.#sample(nowMs));
    }
    this.#exchange.close();
    return this.#tally(performance.now() - startMs);
  }

  #step(): void {
    this.#clock.step();
    for (const domain of this.#domains) domain.wheel.step();
  }

  #runDue(): void {
    this.#clock.runDue();
    for (const domain of this.#domains) domain.wheel.runDue();
  }

  #swap(): void {
    const sent = this.#domains.flatMap((domain) => domain.takeOutbox());
    for (const envelope of this.#exchange.swap(sent)) this.#domainOf[envelope.to]!.accept(envelope);
  }

  #publish(): void {
    for (const domain of this.#domains) domain.publish();
    this.#exchange.meet();
  }

  /** Barrier: no thread continues until all have read. */
  #sample(atMs: number): Sample {
    const world = this.#world;
    const truths = [0, 1].map((side) => truthOf(world, this.#readings, side));
    const sample = {
      atMs,
      views: this.#domains.map((domain) => domain.views(atMs, truths)),
      running: world.runningCount,
      latencyError: estimateErrors(this.#errorsRandom, this.#network, world, this.#shared.coordinates),
    };
    this.#exchange.meet();
    return sample;
  }

  linked(child: number, parent: number): void {
    this.#domainOf[child]?.linked(child, parent);
    this.#domainOf[parent]?.linked(parent, child);
  }

  treeChanged(peer: number): void {
    this.#domainOf[peer]?.treeChanged(peer);
  }

  lost(peer: number, gone: number): void {
    this.#domainOf[peer]?.lost(peer, gone);
  }

  /** A random peer departs, and one that was away for long enough starts. */
  #turnOver(): void {
    const { peers, churnPerMin } = this.#settings;
    const turnover = new Turnover(this.#random, peers, churnPerMin);
    const away: number[] = [];
    for (let peer = peers; peer < this.#world.running.length; peer++) away.push(peer);
    const next = () => {
      this.#clock.after(turnover.waitMs(), next);
      // Of a few peers all may be away.
      if (this.#world.runningCount > 0) this.#depart(turnover, away);
      const coming = away.shift();
      if (coming === undefined) return;
      this.#world.start(coming);
      this.#domainOf[coming]?.start(coming, 0);
    };
    this.#clock.after(turnover.waitMs(), next);
  }

  #depart(turnover: Turnover, away: number[]): void {
    const { running } = this.#world;
    let peer: number;
    do peer = Math.floor(this.#random.fraction() * running.length);
    while (running[peer] === 0);
    this.#departures++;
    this.#world.go(peer, turnover.ending());
    this.#domainOf[peer]?.stop(peer);
    this.#clock.after(turnover.awayMs(), () => away.push(peer));
  }

  #tally(tookMs: number): ShardTally {
    const depths: number[] = [];
    for (let peer = 0; peer < this.#world.running.length; peer++) {
      const depth = this.#world.treeOf(peer).depthOf(peer);
      if (depth > 0) depths.push(depth);
    }
    return {
      domains: this.#domains.map((domain) => domain.tally()),
      ...{ depths, departures: this.#departures, lostSegments: this.#network.lost },
      ...{ worldEvents: this.#clock.count, tookMs, waitedMs: this.#exchange.waitedMs },
    };
  }
}
