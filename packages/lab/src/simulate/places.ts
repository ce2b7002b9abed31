// Where virtual peers think they stand in the space of latencies: the mesh's own steps (mesh: skyeye/coordinates.ts), taken
// as often and towards the same as a peer takes them (mesh: skyeye/latency.ts), in typed arrays. And how far off they are:
// the simulator knows the distance between any two.

import {
  type Coordinate,
  indexOf,
  isKnown,
  latencyBetween,
  lookTimes,
  moved,
  unknownPlace,
} from '@eyrie/mesh/skyeye';
import { SeededRandom } from '@eyrie/mesh/virtual';
import { type Quantiles, quantilesOf } from '../quantiles.ts';
import type { Network } from './network.ts';
import { NOBODY, type World } from './world.ts';

/** Of a peer, side by side: its coordinate, when it looks next, near and far, how often it did, and what it measured of its parent. */
const X = 0;
const Y = 1;
const HEIGHT = 2;
const ERROR = 3;
const LOOK_MS = 4;
const FAR_MS = 5;
const LOOKS = 6;
const FAR_LOOKS = 7;
/** How many strangers it has met. */
const MET = 8;
const PARENT = 9;
const PARENT_MS = 10;
const ROW = PARENT_MS + lookTimes.kept;
/** Of a stranger that a peer has met: its coordinate then, and what was measured. */
const MET_MS = 4;
const MET_ROW = 5;
const at = {
  latency: indexOf('latency'),
  x: indexOf('coordinate.x'),
  y: indexOf('coordinate.y'),
  height: indexOf('coordinate.height'),
};
/** Pairs that are compared at a time. */
const PAIRS = 2_000;

export class Places {
  readonly #random: SeededRandom;
  readonly #network: Network;
  readonly #world: World;
  readonly #rows: Float64Array;
  readonly #met: Float32Array;
  readonly #count: number;

  /** @param seed of random numbers of its own: what others do does not depend on how many it takes */
  constructor(seed: number, network: Network, world: World, peers: number) {
    this.#random = new SeededRandom(seed);
    this.#network = network;
    this.#world = world;
    this.#count = peers;
    this.#rows = new Float64Array(peers * ROW);
    this.#met = new Float32Array(peers * lookTimes.strangers * MET_ROW);
  }

  /** A peer starts, knowing nothing. */
  begin(peer: number, nowMs: number): void {
    const row = peer * ROW;
    this.#put(peer, unknownPlace);
    this.#rows[row + LOOK_MS] = nowMs;
    this.#rows[row + FAR_MS] = nowMs + lookTimes.farFirstMs;
    this.#rows.fill(0, row + LOOKS, row + MET + 1);
    this.#rows[row + PARENT] = NOBODY;
  }

  /** A new link is measured soon, at both ends. */
  linked(child: number, parent: number, nowMs: number): void {
    for (const peer of [child, parent]) {
      const at = peer * ROW + LOOK_MS;
      this.#rows[at] = Math.min(this.#rows[at]!, nowMs + lookTimes.settleMs);
    }
  }

  of(peer: number): Coordinate {
    const rows = this.#rows;
    const row = peer * ROW;
    return { x: rows[row + X]!, y: rows[row + Y]!, height: rows[row + HEIGHT]!, error: rows[row + ERROR]! };
  }

  /** Puts what a peer knows of it among what it measured. */
  enter(peer: number, values: number[]): void {
    const rows = this.#rows;
    const row = peer * ROW;
    const parent = this.#world.treeOf(peer).parent[peer]!;
    if (parent !== NOBODY && rows[row + PARENT] === parent)
      values[at.latency] = Math.fround(this.#parentMs(row));
    if (!isKnown(this.of(peer))) return;
    values[at.x] = Math.fround(rows[row + X]!);
    values[at.y] = Math.fround(rows[row + Y]!);
    values[at.height] = Math.fround(rows[row + HEIGHT]!);
  }

  /** The least of the last few. */
  #parentMs(row: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < lookTimes.kept; i++) least = Math.min(least, this.#rows[row + PARENT_MS + i]!);
    return least;
  }

  /** Measures whom a peer would measure by now: asked whenever it measures its host. */
  look(peer: number, nowMs: number): void {
    const rows = this.#rows;
    const row = peer * ROW;
    if (nowMs < rows[row + LOOK_MS]!) return;
    rows[row + LOOK_MS] = nowMs + lookTimes.lookMs * (0.8 + 0.4 * this.#random.fraction());
    const looks = rows[row + LOOKS]!++;
    const tree = this.#world.treeOf(peer);
    const parent = tree.parent[peer]!;
    if (parent !== NOBODY && this.#world.uplink[peer] === parent) this.#lookUp(peer, parent);
    if (looks % 2 === 0) this.#lookDown(peer);
    this.#recall(peer);
    if (nowMs < rows[row + FAR_MS]! || tree.size < 4) return;
    const farLooks = ++rows[row + FAR_LOOKS]!;
    rows[row + FAR_MS] =
      nowMs + (farLooks < lookTimes.farLooksFirst ? lookTimes.farFirstMs : lookTimes.farMs);
    this.#lookFar(peer);
  }

  #lookUp(peer: number, parent: number): void {
    const rows = this.#rows;
    const row = peer * ROW;
    const { kept } = lookTimes;
    if (rows[row + PARENT] !== parent) rows.fill(Number.POSITIVE_INFINITY, row + PARENT_MS, row + ROW);
    rows[row + PARENT] = parent;
    rows[row + PARENT_MS + (rows[row + LOOKS]! % kept)] = this.#roundTripMs(peer, parent);
    this.#step(peer, parent, this.#parentMs(row));
  }

  #lookDown(peer: number): void {
    const children: number[] = [];
    this.#world.treeOf(peer).eachChild(peer, (child) => children.push(child));
    const child = children[Math.floor(this.#random.fraction() * children.length)];
    if (child !== undefined && this.#isInReach(peer, child))
      this.#step(peer, child, this.#roundTripMs(peer, child));
  }

  /** A link with anybody: both ends measure it. */
  #lookFar(peer: number): void {
    const other = Math.floor(this.#random.fraction() * this.#count);
    if (other === peer || !this.#isInReach(peer, other)) return;
    for (const [one, another] of [
      [peer, other],
      [other, peer],
    ] as const) {
      const measuredMs = this.#roundTripMs(one, another);
      this.#step(one, another, measuredMs);
      this.#remember(one, another, measuredMs);
    }
  }

  /** A few of those met before, as they were then: without them, what only knows its neighbours folds over. */
  #recall(peer: number): void {
    const met = this.#met;
    const known = Math.min(lookTimes.strangers, this.#rows[peer * ROW + MET]!);
    for (let i = 0; i < lookTimes.recalls && known > 0; i++) {
      const at = (peer * lookTimes.strangers + Math.floor(this.#random.fraction() * known)) * MET_ROW;
      const place = { x: met[at + X]!, y: met[at + Y]!, height: met[at + HEIGHT]!, error: met[at + ERROR]! };
      this.#put(peer, moved(this.of(peer), place, met[at + MET_MS]!, this.#random.fraction()));
    }
  }

  #remember(peer: number, other: number, measuredMs: number): void {
    const count = this.#rows[peer * ROW + MET]!++;
    const at = (peer * lookTimes.strangers + (count % lookTimes.strangers)) * MET_ROW;
    const place = this.of(other);
    this.#met.set([place.x, place.y, place.height, place.error, measuredMs], at);
  }

  #isInReach(peer: number, other: number): boolean {
    return this.#world.running[other] === 1 && this.#world.canReach(peer, other);
  }

  #step(peer: number, other: number, measuredMs: number): void {
    this.#put(peer, moved(this.of(peer), this.of(other), measuredMs, this.#random.fraction()));
  }

  /** What came late for once is not told from what is far: that is for whoever measures. */
  #roundTripMs(a: number, b: number): number {
    return this.#network.leastMs(a, b) * (2 + 0.2 * this.#random.fraction());
  }

  #put(peer: number, { x, y, height, error }: Coordinate): void {
    const row = peer * ROW;
    this.#rows[row + X] = x;
    this.#rows[row + Y] = y;
    this.#rows[row + HEIGHT] = height;
    this.#rows[row + ERROR] = error;
  }

  /** Of pairs by chance who both know where they stand: how far the estimate is off, as a part of the truth. */
  errors(): Quantiles {
    const errors: number[] = [];
    for (let i = 0; i < PAIRS; i++) {
      const [a, b] = [this.#anybody(), this.#anybody()];
      if (a === b || !this.#isKnown(a) || !this.#isKnown(b)) continue;
      const trueMs = 2 * this.#network.leastMs(a, b);
      errors.push(Math.abs(latencyBetween(this.of(a), this.of(b)) - trueMs) / trueMs);
    }
    return quantilesOf(errors);
  }

  #anybody(): number {
    return Math.floor(this.#random.fraction() * this.#count);
  }

  #isKnown(peer: number): boolean {
    return this.#world.running[peer] === 1 && isKnown(this.of(peer));
  }
}
