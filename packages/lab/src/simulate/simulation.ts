// A hundred thousand peers on a virtual clock: the mesh's own SkyEye in each, a network that delays and loses, peers that
// come and go. The same settings give the same report to the byte.
//
//   measure ─► SkyEye ─► network ─► SkyEye of the parent ─► … ─► view at the root ─► … ─► everybody
//                 ▲                                                                          │
//   churn ─► world: the tree, the links                                    truth ─► errors, ages

import { jittered, type Runtime } from '@eyrie/mesh';
import type { Message, QueryMessage } from '@eyrie/mesh/skyeye';
import { SeededRandom } from '@eyrie/mesh/virtual';
import { Readings } from '../readings.ts';
import { Asking } from './asking.ts';
import { Network } from './network.ts';
import { type Commons, idOf, VirtualPeer } from './peer.ts';
import { Places } from './places.ts';
import { type SimulateReport, summarised } from './report.ts';
import type { SimulateSettings } from './settings.ts';
import { Traffic } from './traffic.ts';
import { look, type Moment } from './truth.ts';
import { Wheel } from './wheel.ts';
import { Turnover, World } from './world.ts';

const SAMPLE_MS = 10_000;
/** What SkyEye itself says so often, if nothing was measured. */
const HEARTBEAT_MS = 10_000;
/** Away at any moment, in minutes of churn: twice the mean, so that there is always somebody to come. */
const AWAY_MIN = 2;
/** In `from`, of an event that is a peer's time to measure. */
const MEASURE = -1;

/** Answers come as promises, which wait until the events make a pause: so often. */
const SLICE_MS = 5;

type Payload = Message | QueryMessage | VirtualPeer;

export class Simulation {
  readonly settings: SimulateSettings;
  readonly #wheel: Wheel<Payload>;
  readonly #random: SeededRandom;
  readonly #network: Network;
  readonly #world: World;
  readonly #readings: Readings;
  readonly #places: Places;
  readonly #traffic: Traffic;
  readonly #peers: (VirtualPeer | null)[];
  readonly #commons: Commons;
  readonly #asking: Asking;
  readonly #moments: Moment[] = [];
  #departures = 0;

  constructor(settings: SimulateSettings) {
    this.settings = settings;
    const { peers, seed, churnPerMin, branching, intervalMs, detailMax } = settings;
    const known = Math.ceil(peers * (1 + AWAY_MIN * churnPerMin)) + (churnPerMin > 0 ? 1 : 0);
    const ids = Array.from({ length: known }, (_, i) => idOf(i));
    this.#random = new SeededRandom(seed);
    this.#wheel = new Wheel((to, from, payload) => this.#deliver(to, from, payload));
    this.#network = new Network(this.#random, settings, known);
    const isBusy = (churnPerMin * peers) / 60 > 2;
    this.#world = new World(this.#wheel, this.#network, this, { ids, branching, isBusy });
    this.#readings = new Readings(this.#random, known);
    this.#places = new Places(seed + 1, this.#network, this.#world, known);
    this.#traffic = new Traffic(known);
    this.#peers = new Array(known).fill(null);
    const runtime: Runtime = { clock: this.#wheel, random: this.#random, log: () => {} };
    const options = { detailMax, heartbeatMs: intervalMs <= HEARTBEAT_MS ? 0 : HEARTBEAT_MS };
    const send = (from: number, to: number, message: Message) => this.#send(from, to, message);
    this.#asking = new Asking(runtime, {
      random: this.#random,
      world: this.#world,
      network: this.#network,
      deliver: (waitMs, to, from, message) => this.#wheel.post(waitMs, to, from, message),
    });
    this.#commons = { runtime, world: this.#world, ids, options, send };
  }

  /** @param onMoment told every ten virtual seconds; gives false to end early */
  async run(onMoment: (moment: Moment) => boolean = () => true): Promise<SimulateReport> {
    const { peers, durationMs, intervalMs, churnPerMin, partition, queriesPerS } = this.settings;
    this.#world.begin(peers);
    // Not all in step.
    for (let peer = 0; peer < peers; peer++) this.#start(peer, this.#random.fraction() * intervalMs);
    if (churnPerMin > 0) this.#turnOver();
    if (queriesPerS > 0) this.#asking.begin(queriesPerS, this.#peers);
    if (partition !== null)
      this.#wheel.after(partition.fromMs, () => this.#world.partition(partition.share, partition.forMs));
    for (let atMs = SAMPLE_MS; atMs <= durationMs; atMs += SAMPLE_MS) {
      for (let ms = 0; ms < SAMPLE_MS; ms += SLICE_MS) {
        this.#wheel.run(SLICE_MS);
        if (queriesPerS > 0) await null;
      }
      const moment = look(atMs, this.#world, this.#peers, this.#readings, this.#places);
      this.#moments.push(moment);
      if (!onMoment(moment)) break;
    }
    return summarised({
      settings: this.settings,
      moments: this.#moments,
      depths: this.#depths(),
      queries: this.#asking.report(),
      traffic: this.#traffic,
      lostSegments: this.#network.lost,
      departures: this.#departures,
      events: this.#wheel.count,
    });
  }

  linked(child: number, parent: number): void {
    this.#places.linked(child, parent, this.#wheel.elapsedMs());
    this.#peers[child]?.skyeye.linked(idOf(parent));
    this.#peers[parent]?.skyeye.linked(idOf(child));
  }

  treeChanged(peer: number): void {
    this.#peers[peer]?.skyeye.treeChanged();
  }

  lost(peer: number, gone: number): void {
    this.#peers[peer]?.skyeye.lost(idOf(gone));
  }

  #start(index: number, firstMs: number): void {
    const peer = new VirtualPeer(index, this.#commons);
    this.#peers[index] = peer;
    this.#places.begin(index, this.#wheel.elapsedMs() + firstMs);
    peer.skyeye.start();
    this.#wheel.post(firstMs, index, MEASURE, peer);
  }

  #deliver(to: number, from: number, payload: Payload): void {
    const peer = this.#peers[to]!;
    if (peer === null || this.#world.running[to] === 0) return;
    if (from !== MEASURE) {
      if (this.#world.canReach(from, to)) this.#take(peer, from, payload as Message | QueryMessage);
      return;
    }
    // Of an earlier life.
    if (payload !== peer) return;
    this.#places.look(to, this.#wheel.elapsedMs());
    const values = this.#readings.measure(to);
    this.#places.enter(to, values);
    peer.skyeye.reportValues(values);
    this.#wheel.post(jittered(this.#random, this.settings.intervalMs), to, MEASURE, peer);
  }

  #take(peer: VirtualPeer, from: number, message: Message | QueryMessage): void {
    if (message.kind === 'report' || message.kind === 'view' || message.kind === 'again')
      peer.skyeye.take(this.#commons.ids[from]!, message);
    else this.#asking.take(peer, from, message);
  }

  /** Over the link between a child and its parent; without one, nothing arrives. */
  #send(from: number, to: number, message: Message): void {
    const { uplink } = this.#world;
    const isUp = uplink[from] === to;
    if (!isUp && uplink[to] !== from) return;
    this.#traffic.sent(from, message);
    const [child, parent] = isUp ? [from, to] : [to, from];
    const waitMs = this.#network.travelMs(child, parent, isUp, this.#wheel.elapsedMs());
    this.#wheel.post(waitMs, to, from, message);
  }

  /** One goes, at random; and some time later one that is away comes. */
  #turnOver(): void {
    const turnover = new Turnover(this.#random, this.settings.peers, this.settings.churnPerMin);
    const away: number[] = [];
    for (let peer = this.settings.peers; peer < this.#peers.length; peer++) away.push(peer);
    const next = () => {
      this.#wheel.after(turnover.waitMs(), next);
      this.#departures++;
      this.#depart(turnover, away);
      const coming = away.shift();
      if (coming === undefined) return;
      this.#world.come(coming);
      this.#start(coming, 0);
    };
    this.#wheel.after(turnover.waitMs(), next);
  }

  #depart(turnover: Turnover, away: number[]): void {
    let peer: number;
    do peer = Math.floor(this.#random.fraction() * this.#peers.length);
    while (this.#world.running[peer] === 0);
    this.#world.go(peer, turnover.ending());
    this.#peers[peer]!.skyeye.stop();
    this.#peers[peer] = null;
    this.#wheel.after(turnover.awayMs(), () => away.push(peer));
  }

  #depths(): number[] {
    const depths: number[] = [];
    for (let peer = 0; peer < this.#peers.length; peer++) {
      const depth = this.#world.treeOf(peer).depthOf(peer);
      if (depth > 0) depths.push(depth);
    }
    return depths;
  }
}
