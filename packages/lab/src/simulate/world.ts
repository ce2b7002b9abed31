// Membership, tree and links. In the mesh each peer has a directory of its own; here all peers of one side of the network
// share one tree. It changes when the neighbours in the tree, two hops away, would have learned of a change, after the
// mesh's own delays: silence is noticed, others probe, news is batched and forwarded. Peers further away do
// not depend on it. Nothing here depends on what peers do, so each thread has a copy, and all copies are the same.

import type { Clock, Random } from '@eyrie/mesh';
import type { Network } from './network.ts';
import { VirtualTree } from './tree.ts';

/** Time until silence is noticed, then until the probes of others have failed (mesh: link/switchboard.ts, members/liveness.ts). */
const SILENCE_MS = 1_800;
const PROBE_MS = 750;
/** Each peer batches news for so long: departures, and arrivals in a busy mesh (mesh: members/gossip.ts). */
const GATHER_MS = 20;
const BUSY_GATHER_MS = 500;
const NEIGHBOUR_HOPS = 2;
/** Handshakes of TCP and TLS, hello and accept: three round trips. */
const LINK_WAYS = 6;
/** A peer that joins links with a bootstrap peer, receives the list of members, and links with its parent. */
const COMING_WAYS = 2 * LINK_WAYS + 2;
/** Retry after a link that could not be made. */
const AGAIN_MS = 1_000;
/** Interval at which two sides try to reach each other (mesh: members/neighbours.ts). */
const HEAL_MS = 4_000;

export const NOBODY = -1;
export type Ending = 'crash' | 'silence' | 'leave';

/** What peers are notified of. */
export interface Inhabitants {
  linked(child: number, parent: number): void;
  treeChanged(peer: number): void;
  /** Called for all that had `gone` below them. */
  lost(peer: number, gone: number): void;
}

export class World {
  /** 1 for each peer that runs. */
  readonly running: Uint8Array;
  /** The parent with which a peer has a link; `NOBODY` without one. */
  readonly uplink: Int32Array;
  runningCount = 0;
  readonly #clock: Clock;
  readonly #network: Network;
  readonly #random: Random;
  readonly #inhabitants: Inhabitants;
  readonly #positions: Float64Array;
  readonly branching: number;
  /** One for each side of the network; a single one while it is whole. */
  #trees: VirtualTree[];
  readonly #side: Uint8Array;
  /** The side of a partition that messages can't leave, from its first moment on. */
  readonly #cut: Uint8Array;
  /** Number of the latest attempt to link: older ones are given up. */
  readonly #linking: Int32Array;
  readonly #isBusy: boolean;

  constructor(
    clock: Clock,
    network: Network,
    inhabitants: Inhabitants,
    {
      random,
      positions,
      branching,
      isBusy,
    }: { random: Random; positions: Float64Array; branching: number; isBusy: boolean },
  ) {
    const count = positions.length;
    this.#clock = clock;
    this.#network = network;
    this.#inhabitants = inhabitants;
    this.#random = random;
    this.#positions = positions;
    this.branching = branching;
    this.#trees = [new VirtualTree(this.#positions, branching)];
    this.#isBusy = isBusy;
    this.running = new Uint8Array(count);
    this.uplink = new Int32Array(count).fill(NOBODY);
    this.#side = new Uint8Array(count);
    this.#cut = new Uint8Array(count);
    this.#linking = new Int32Array(count);
  }

  treeOf(peer: number): VirtualTree {
    return this.#trees[this.#side[peer]!]!;
  }

  /** The side of a partition that a peer is on. */
  sideOf(peer: number): number {
    return this.#cut[peer]!;
  }

  canReach(a: number, b: number): boolean {
    return this.#cut[a] === this.#cut[b];
  }

  /** The initial peers: all know each other, and have their links. */
  begin(count: number): void {
    const tree = this.#trees[0]!;
    for (let peer = 0; peer < count; peer++) {
      this.#run(peer);
      tree.add(peer);
    }
    tree.touched.length = 0;
    for (let peer = 0; peer < count; peer++) this.uplink[peer] = tree.parent[peer]!;
  }

  /** A peer starts. The others learn of it a little later. */
  start(peer: number): void {
    this.#run(peer);
    this.#side[peer] = 0;
    const newsMs = this.#newsMs(NEIGHBOUR_HOPS, this.#isBusy ? BUSY_GATHER_MS : GATHER_MS);
    this.#clock.after(COMING_WAYS * this.#network.meanMs + newsMs, () => {
      if (this.running[peer] === 0) return;
      this.#side[peer] = this.#trees.length === 2 ? this.#cut[peer]! : 0;
      const tree = this.treeOf(peer);
      tree.add(peer);
      this.#settle(tree);
    });
  }

  go(peer: number, ending: Ending): void {
    this.running[peer] = 0;
    this.runningCount--;
    const tree = this.treeOf(peer);
    const askMs = ending === 'leave' ? 0 : PROBE_MS;
    if (ending !== 'silence')
      this.#clock.after(this.#network.meanMs, () => {
        for (const child of this.#childrenOf(tree, peer))
          if (this.uplink[child] === peer) this.uplink[child] = NOBODY;
      });
    const silentMs = ending === 'silence' ? SILENCE_MS : 0;
    const noticedMs = silentMs + askMs + this.#newsMs(NEIGHBOUR_HOPS, GATHER_MS);
    this.#clock.after(noticedMs, () => {
      for (const each of this.#trees) if (each.has(peer)) this.#remove(each, peer);
    });
  }

  /** Cuts off the peers in the first `share` of positions. Both sides notice it, and later find each other again. */
  partition(share: number, forMs: number): void {
    for (let peer = 0; peer < this.#cut.length; peer++)
      this.#cut[peer] = this.#positions[peer]! < share ? 1 : 0;
    this.#clock.after(SILENCE_MS + PROBE_MS + this.#newsMs(this.#hopsMax, GATHER_MS), () => this.#split());
    this.#clock.after(forMs, () => {
      this.#cut.fill(0);
      this.#clock.after(HEAL_MS + this.#newsMs(this.#hopsMax, BUSY_GATHER_MS), () => this.#join());
    });
  }

  #split(): void {
    const whole = this.#trees[0]!;
    const other = new VirtualTree(this.#positions, this.branching);
    this.#trees = [whole, other];
    for (let peer = 0; peer < this.#cut.length; peer++)
      for (let at = whole.parent[peer]!; at !== NOBODY; at = whole.parent[at]!)
        if (!this.canReach(peer, at) && this.running[at] === 1) this.#inhabitants.lost(at, peer);
    for (let peer = 0; peer < this.#cut.length; peer++) {
      if (this.#cut[peer] === 0 || !whole.has(peer)) continue;
      whole.delete(peer);
      other.add(peer);
      this.#side[peer] = 1;
    }
    this.#settle(whole);
    this.#settle(other);
  }

  #join(): void {
    const [whole, other] = this.#trees as [VirtualTree, VirtualTree];
    this.#trees = [whole];
    for (let peer = 0; peer < this.#side.length; peer++) {
      if (this.#side[peer] === 1 && other.has(peer)) whole.add(peer);
      this.#side[peer] = 0;
    }
    this.#settle(whole);
  }

  #run(peer: number): void {
    this.running[peer] = 1;
    this.runningCount++;
    this.uplink[peer] = NOBODY;
  }

  /** All know that the peer has departed. */
  #remove(tree: VirtualTree, peer: number): void {
    const above: number[] = [];
    for (let at = tree.parent[peer]!; at !== NOBODY; at = tree.parent[at]!) above.push(at);
    tree.delete(peer);
    for (const each of above) if (this.running[each] === 1) this.#inhabitants.lost(each, peer);
    this.#settle(tree);
  }

  /** Adapts links to the tree, and notifies the peers concerned. */
  #settle(tree: VirtualTree): void {
    const touched = new Set(tree.touched);
    tree.touched.length = 0;
    for (const peer of touched) if (this.running[peer] === 1 && tree.has(peer)) this.#link(tree, peer);
    for (const peer of touched) if (this.running[peer] === 1) this.#inhabitants.treeChanged(peer);
  }

  /** Makes the link with the parent, unless there is one. */
  #link(tree: VirtualTree, peer: number): void {
    const parent = tree.parent[peer]!;
    if (this.uplink[peer] === parent) return;
    this.uplink[peer] = NOBODY;
    const linking = ++this.#linking[peer]!;
    if (parent === NOBODY) return;
    const attempt = () => {
      if (this.#linking[peer] !== linking || this.running[peer] === 0 || tree.parent[peer] !== parent) return;
      if (this.running[parent] === 0 || !this.canReach(peer, parent))
        return void this.#clock.after(AGAIN_MS, attempt);
      this.uplink[peer] = parent;
      this.#network.opened(peer);
      this.#inhabitants.linked(peer, parent);
    };
    this.#clock.after(LINK_WAYS * this.#network.wayMs(peer, parent, this.#random), attempt);
  }

  /** Time that news takes, batched at each hop. */
  #newsMs(hops: number, gatherMs: number): number {
    return hops * (gatherMs + this.#network.meanMs);
  }

  /** From any peer to any other: up to the root and down again. */
  get #hopsMax(): number {
    return 2 * Math.ceil(1 + Math.log(Math.max(2, this.runningCount)) / Math.log(this.branching));
  }

  #childrenOf(tree: VirtualTree, peer: number): number[] {
    const children: number[] = [];
    tree.eachChild(peer, (child) => children.push(child));
    return children;
  }
}

/** Times and kinds of departures. */
export class Turnover {
  readonly #random: Random;
  readonly meanMs: number;

  constructor(random: Random, peers: number, churnPerMin: number) {
    this.#random = random;
    this.meanMs = 60_000 / (churnPerMin * peers);
  }

  /** Time until the next departure. */
  waitMs(): number {
    return -Math.log(1 - this.#random.fraction()) * this.meanMs;
  }

  ending(): Ending {
    const third = Math.floor(this.#random.fraction() * 3);
    return third === 0 ? 'crash' : third === 1 ? 'silence' : 'leave';
  }

  /** Time until a peer that left may come back: half a minute to one and a half. */
  awayMs(): number {
    return 30_000 + 60_000 * this.#random.fraction();
  }
}
