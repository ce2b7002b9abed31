// Who is here and who links with whom, as far as the mesh itself would know it. In the mesh each peer has a directory of its
// own; here all peers of one side of the network share one tree. It changes when those would have heard the news whom it
// concerns: the neighbours in the tree, two peers away; what peers far away do does not depend on it. What that takes is
// what the mesh takes: silence is noticed, others are asked, the news is gathered and goes on.

import type { Clock } from '@eyrie/mesh';
import { positionOf } from '@eyrie/mesh';
import type { SeededRandom } from '@eyrie/mesh/virtual';
import type { Network } from './network.ts';
import { VirtualTree } from './tree.ts';

/** Nothing is heard for so long, then others are asked for so long (mesh: link/switchboard.ts, members/liveness.ts). */
const SILENCE_MS = 1_800;
const PROBE_MS = 750;
/** News waits so long at each peer: of the gone, and, in a busy mesh, of who came (mesh: members/gossip.ts). */
const GATHER_MS = 20;
const BUSY_GATHER_MS = 500;
const NEIGHBOUR_HOPS = 2;
/** TCP's and TLS's handshakes, hello and accept: three round trips. */
const LINK_WAYS = 6;
/** One who comes links with an entrance, learns from it who is there, and links with its parent. */
const COMING_WAYS = 2 * LINK_WAYS + 2;
/** After a link that could not be made. */
const AGAIN_MS = 1_000;
/** Two sides look for each other so often (mesh: members/neighbours.ts). */
const HEAL_MS = 4_000;

export const NOBODY = -1;
export type Ending = 'crash' | 'silence' | 'leave';

/** What peers are told. */
export interface Inhabitants {
  linked(child: number, parent: number): void;
  treeChanged(peer: number): void;
  /** All that had it below them hear that it is gone. */
  lost(peer: number, gone: number): void;
}

export class World {
  /** 1 of those that run. */
  readonly running: Uint8Array;
  /** Whom a peer has a link with to report to. */
  readonly uplink: Int32Array;
  runningCount = 0;
  readonly #clock: Clock;
  readonly #network: Network;
  readonly #inhabitants: Inhabitants;
  readonly #positions: Float64Array;
  readonly branching: number;
  /** One for each side of the network; one alone while it is whole. */
  #trees: VirtualTree[];
  readonly #side: Uint8Array;
  /** The side that messages can't leave; also before the peers have noticed. */
  readonly #cut: Uint8Array;
  /** Counts links that were begun: an older one does not come to be. */
  readonly #linking: Int32Array;
  readonly #isBusy: boolean;

  constructor(
    clock: Clock,
    network: Network,
    inhabitants: Inhabitants,
    { ids, branching, isBusy }: { ids: readonly string[]; branching: number; isBusy: boolean },
  ) {
    const count = ids.length;
    this.#clock = clock;
    this.#network = network;
    this.#inhabitants = inhabitants;
    this.#positions = Float64Array.from(ids, positionOf);
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

  /** On which side of the cut it is, if there is one. */
  sideOf(peer: number): number {
    return this.#cut[peer]!;
  }

  canReach(a: number, b: number): boolean {
    return this.#cut[a] === this.#cut[b];
  }

  /** The first ones: all know all, and have their links. */
  begin(count: number): void {
    const tree = this.#trees[0]!;
    for (let peer = 0; peer < count; peer++) {
      this.#run(peer);
      tree.add(peer);
    }
    tree.touched.length = 0;
    for (let peer = 0; peer < count; peer++) this.uplink[peer] = tree.parent[peer]!;
  }

  /** A peer starts. Others know of it a little later. */
  come(peer: number): void {
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
      for (const each of this.#trees) if (each.has(peer)) this.#bury(each, peer);
    });
  }

  /** From now on the share of the peers on the left is alone; both sides find out, and later find each other again. */
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

  /** All know that it is gone. */
  #bury(tree: VirtualTree, peer: number): void {
    const above: number[] = [];
    for (let at = tree.parent[peer]!; at !== NOBODY; at = tree.parent[at]!) above.push(at);
    tree.delete(peer);
    for (const each of above) if (this.running[each] === 1) this.#inhabitants.lost(each, peer);
    this.#settle(tree);
  }

  /** Links follow the tree; who is concerned is told. */
  #settle(tree: VirtualTree): void {
    const touched = new Set(tree.touched);
    tree.touched.length = 0;
    for (const peer of touched) if (this.running[peer] === 1 && tree.has(peer)) this.#link(tree, peer);
    for (const peer of touched) if (this.running[peer] === 1) this.#inhabitants.treeChanged(peer);
  }

  /** Makes the link with the parent, unless it stands. */
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
    this.#clock.after(LINK_WAYS * this.#network.wayMs(peer, parent), attempt);
  }

  /** With a rest at each peer on the way. */
  #newsMs(hops: number, gatherMs: number): number {
    return hops * (gatherMs + this.#network.meanMs);
  }

  /** To the last of all: up to the root and down again. */
  get #hopsMax(): number {
    return 2 * Math.ceil(1 + Math.log(Math.max(2, this.runningCount)) / Math.log(this.branching));
  }

  #childrenOf(tree: VirtualTree, peer: number): number[] {
    const children: number[] = [];
    tree.eachChild(peer, (child) => children.push(child));
    return children;
  }
}

/** Who goes and comes back when: so that as many come as go. */
export class Turnover {
  readonly #random: SeededRandom;
  readonly meanMs: number;

  constructor(random: SeededRandom, peers: number, churnPerMin: number) {
    this.#random = random;
    this.meanMs = 60_000 / (churnPerMin * peers);
  }

  /** Until the next goes. */
  waitMs(): number {
    return -Math.log(1 - this.#random.fraction()) * this.meanMs;
  }

  ending(): Ending {
    const third = Math.floor(this.#random.fraction() * 3);
    return third === 0 ? 'crash' : third === 1 ? 'silence' : 'leave';
  }

  /** Half a minute to one and a half. */
  awayMs(): number {
    return 30_000 + 60_000 * this.#random.fraction();
  }
}
