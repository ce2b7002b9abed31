// The peers of one domain, with an event queue and random numbers of their own. Messages to other domains go into the
// outbox, which the exchange empties at the end of each window.
//
//   measure ─► SkyEye ─► network ─► SkyEye of the parent ─► … ─► view at the root ─► … ─► all peers

import { jittered, type Runtime } from '@eyrie/mesh';
import type { Message, QueryMessage } from '@eyrie/mesh/skyeye';
import type { Readings } from '../readings.ts';
import { Coordinates, type Meeting } from './coordinates.ts';
import type { Envelope } from './exchange.ts';
import type { Network } from './network.ts';
import { idOf, randomOfDomain, type SharedState } from './partition.ts';
import { type Commons, VirtualPeer } from './peer.ts';
import { QueryLoad, type QueryTally } from './query-load.ts';
import type { SimulateSettings } from './settings.ts';
import { Traffic, type TrafficTally } from './traffic.ts';
import { type Truth, type Views, viewsOf } from './truth.ts';
import { Wheel } from './wheel.ts';
import type { World } from './world.ts';

/** SkyEye's own heartbeat, if measurements are less frequent. */
const HEARTBEAT_MS = 10_000;
/** In `from`: the peer measures. */
const MEASURE = -1;

export type Payload = Message | QueryMessage | Meeting;
type Event = Payload | VirtualPeer;

/** What the domains of a thread have in common. */
export interface Surroundings {
  readonly settings: SimulateSettings;
  readonly shared: SharedState;
  readonly world: World;
  readonly network: Network;
  readonly readings: Readings;
  readonly ids: readonly string[];
  /** By peer. */
  readonly domainOf: Uint8Array;
}

export interface DomainTally {
  traffic: TrafficTally;
  queries: QueryTally;
  events: number;
}

export class Domain {
  readonly wheel: Wheel<Event>;
  readonly #number: number;
  readonly #around: Surroundings;
  readonly #members: Int32Array;
  /** By number of the peer; null of those in other domains, and while they don't run. */
  readonly #peers: (VirtualPeer | null)[];
  readonly #runtime: Runtime;
  readonly #commons: Commons;
  readonly #coordinates: Coordinates;
  readonly #traffic: Traffic;
  readonly #queryLoad: QueryLoad;
  #outbox: Envelope<Payload>[] = [];

  constructor(number: number, around: Surroundings) {
    const { settings, shared, world, network, ids, domainOf } = around;
    const random = randomOfDomain(settings.seed, number);
    this.#number = number;
    this.#around = around;
    this.#members = Int32Array.from(domainOf.keys()).filter((peer) => domainOf[peer] === number);
    this.#peers = new Array(domainOf.length).fill(null);
    this.wheel = new Wheel((to, from, event) => this.#deliver(to, from, event));
    this.#runtime = { clock: this.wheel, random, log: () => {} };
    const heartbeatMs = settings.intervalMs <= HEARTBEAT_MS ? 0 : HEARTBEAT_MS;
    const options = { detailMax: settings.detailMax, heartbeatMs };
    const send = (from: number, to: number, message: Message) => this.#send(from, to, message);
    this.#commons = { runtime: this.#runtime, world, ids, options, send };
    this.#coordinates = new Coordinates(random, network, world, shared.coordinates, (from, to, meeting) =>
      this.#post(network.wayMs(from, to, random), to, from, meeting),
    );
    this.#traffic = new Traffic(shared.sentBytes);
    this.#queryLoad = new QueryLoad(this.#runtime, {
      world,
      network,
      deliver: (waitMs, to, from, message) => this.#post(waitMs, to, from, message),
    });
  }

  /** Starts the peers that are there from the beginning. */
  begin(): void {
    const { peers, intervalMs, queriesPerS } = this.#around.settings;
    // Not all at the same time.
    for (const peer of this.#members)
      if (peer < peers) this.start(peer, this.#runtime.random.fraction() * intervalMs);
    const share = this.#members.length / this.#peers.length;
    if (queriesPerS * share > 0) this.#queryLoad.begin(queriesPerS * share, this.#members, this.#peers);
  }

  /** @param firstMs until it measures for the first time */
  start(index: number, firstMs: number): void {
    const peer = new VirtualPeer(index, this.#commons);
    this.#peers[index] = peer;
    this.#coordinates.begin(index, this.wheel.elapsedMs() + firstMs);
    peer.skyeye.start();
    this.wheel.post(firstMs, index, MEASURE, peer);
  }

  stop(index: number): void {
    this.#peers[index]?.skyeye.stop();
    this.#peers[index] = null;
  }

  linked(peer: number, other: number): void {
    this.#coordinates.linked(peer, this.wheel.elapsedMs());
    this.#peers[peer]?.skyeye.linked(idOf(other));
  }

  treeChanged(peer: number): void {
    this.#peers[peer]?.skyeye.treeChanged();
  }

  lost(peer: number, gone: number): void {
    this.#peers[peer]?.skyeye.lost(idOf(gone));
  }

  /** Messages to other domains since the last time. */
  takeOutbox(): readonly Envelope<Payload>[] {
    const outbox = this.#outbox;
    if (outbox.length > 0) this.#outbox = [];
    return outbox;
  }

  /** From another domain. It arrives now at the earliest, if the network is faster than a window. */
  accept({ atMs, to, from, payload }: Envelope<Payload>): void {
    this.wheel.post(atMs - this.wheel.elapsedMs(), to, from, payload);
  }

  publish(): void {
    this.#coordinates.publish();
  }

  /** @param truths of both sides of a partition */
  views(atMs: number, truths: readonly Truth[]): Views {
    return viewsOf(atMs, this.#around.world, this.#members, this.#peers, truths);
  }

  tally(): DomainTally {
    const { traffic, queries } = { traffic: this.#traffic.tally, queries: this.#queryLoad.tally };
    return { traffic, queries, events: this.wheel.count };
  }

  #deliver(to: number, from: number, event: Event): void {
    const peer = this.#peers[to]!;
    const { world } = this.#around;
    if (peer === null || world.running[to] === 0) return;
    if (from === MEASURE) this.#measure(peer, event as VirtualPeer);
    else if (world.canReach(from, to)) this.#take(peer, from, event as Payload);
  }

  #measure(peer: VirtualPeer, timer: VirtualPeer): void {
    // A timer of an earlier life.
    if (timer !== peer) return;
    const { index } = peer;
    const { random } = this.#runtime;
    this.#coordinates.look(index, this.wheel.elapsedMs());
    const values = this.#around.readings.measure(index, random);
    this.#coordinates.enter(index, values);
    peer.skyeye.reportValues(values);
    this.wheel.post(jittered(random, this.#around.settings.intervalMs), index, MEASURE, peer);
  }

  #take(peer: VirtualPeer, from: number, message: Payload): void {
    switch (message.kind) {
      case 'report':
      case 'view':
      case 'again':
        peer.skyeye.take(this.#around.ids[from]!, message);
        break;
      case 'meeting':
        this.#coordinates.takeMeeting(peer.index, message);
        break;
      default:
        this.#queryLoad.take(peer, from, message);
    }
  }

  /** Over the link between a child and its parent; without a link the message is lost. */
  #send(from: number, to: number, message: Message): void {
    const { world, network } = this.#around;
    const isUp = world.uplink[from] === to;
    if (!isUp && world.uplink[to] !== from) return;
    this.#traffic.sent(from, message);
    const [child, parent] = isUp ? [from, to] : [to, from];
    const nowMs = this.wheel.elapsedMs();
    this.#post(network.travelMs(child, parent, isUp, nowMs, this.#runtime.random), to, from, message);
  }

  #post(waitMs: number, to: number, from: number, payload: Payload): void {
    if (this.#around.domainOf[to] === this.#number) this.wheel.post(waitMs, to, from, payload);
    else this.#outbox.push({ atMs: this.wheel.elapsedMs() + Math.ceil(waitMs), to, from, payload });
  }
}
