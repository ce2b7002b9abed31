// Network coordinates of virtual peers: the mesh's own steps (mesh: skyeye/coordinates.ts), with the same partners and
// intervals as a peer has them (mesh: skyeye/latency.ts), in typed arrays. The simulator knows the true latency
// between any two peers, so it also knows the error of the estimates.

import type { Random } from '@eyrie/mesh';
import {
  type Coordinate,
  indexOf,
  isKnown,
  latencyBetween,
  lookTimes,
  moved,
  unknownPlace,
} from '@eyrie/mesh/skyeye';
import { type Quantiles, quantilesOf } from '../quantiles.ts';
import type { Network } from './network.ts';
import { NOBODY, type World } from './world.ts';

/** Columns of a coordinate. */
const X = 0;
const Y = 1;
const HEIGHT = 2;
const ERROR = 3;
const COORDINATE = 4;
/** Columns of a peer's row, after its coordinate: next measurements near and far, their numbers, number of distant peers sampled, parent. */
const LOOK_MS = 4;
const FAR_MS = 5;
const LOOKS = 6;
const FAR_LOOKS = 7;
const MET = 8;
const PARENT = 9;
/** The last few latencies of the parent. */
const PARENT_MS = 10;
const ROW = PARENT_MS + lookTimes.kept;
/** Columns of a sample of a distant peer: its coordinate at that time, and the measured latency. */
const SAMPLE_MS = COORDINATE;
const SAMPLE_ROW = COORDINATE + 1;
const at = {
  latency: indexOf('latency'),
  x: indexOf('coordinate.x'),
  y: indexOf('coordinate.y'),
  height: indexOf('coordinate.height'),
};
/** Pairs in a sample of estimates. */
const PAIRS = 2_000;

/** Shared by all domains; each writes the rows of its peers. */
export interface Tables {
  readonly rows: Float64Array;
  readonly samples: Float32Array;
  /** Coordinates as others see them: those at the last `publish`. */
  readonly published: Float64Array;
}

/** What the other end of a measurement takes from it. */
export interface Meeting {
  readonly kind: 'meeting';
  readonly place: Coordinate;
  readonly measuredMs: number;
}

type Meet = (from: number, to: number, meeting: Meeting) => void;

export function coordinateTables(
  peers: number,
  doubles: (length: number) => Float64Array,
  floats: (length: number) => Float32Array,
): Tables {
  const published = doubles(peers * COORDINATE);
  for (let peer = 0; peer < peers; peer++) put(published, peer * COORDINATE, unknownPlace);
  return { rows: doubles(peers * ROW), samples: floats(peers * lookTimes.distant * SAMPLE_ROW), published };
}

export class Coordinates {
  readonly #random: Random;
  readonly #network: Network;
  readonly #world: World;
  readonly #tables: Tables;
  readonly #meet: Meet;
  /** Peers whose coordinate is not published yet. */
  readonly #changed: number[] = [];

  constructor(random: Random, network: Network, world: World, tables: Tables, meet: Meet) {
    this.#random = random;
    this.#network = network;
    this.#world = world;
    this.#tables = tables;
    this.#meet = meet;
  }

  /** Resets a peer that starts: its coordinate is unknown. */
  begin(peer: number, nowMs: number): void {
    const { rows } = this.#tables;
    const row = peer * ROW;
    this.#move(peer, unknownPlace);
    rows[row + LOOK_MS] = nowMs;
    rows[row + FAR_MS] = nowMs + lookTimes.farFirstMs;
    rows.fill(0, row + LOOKS, row + MET + 1);
    rows[row + PARENT] = NOBODY;
    this.#changed.push(peer);
  }

  /** Both ends of a new link measure it soon. */
  linked(peer: number, nowMs: number): void {
    const { rows } = this.#tables;
    const at = peer * ROW + LOOK_MS;
    rows[at] = Math.min(rows[at]!, nowMs + lookTimes.settleMs);
  }

  /** Adds coordinate and latency of a peer to its reading. */
  enter(peer: number, values: number[]): void {
    const { rows } = this.#tables;
    const row = peer * ROW;
    const parent = this.#world.treeOf(peer).parent[peer]!;
    if (parent !== NOBODY && rows[row + PARENT] === parent)
      values[at.latency] = Math.fround(this.#parentMs(row));
    if (!isKnown(this.#of(peer))) return;
    values[at.x] = Math.fround(rows[row + X]!);
    values[at.y] = Math.fround(rows[row + Y]!);
    values[at.height] = Math.fround(rows[row + HEIGHT]!);
  }

  /** The lowest of the last few. */
  #parentMs(row: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < lookTimes.kept; i++) least = Math.min(least, this.#tables.rows[row + PARENT_MS + i]!);
    return least;
  }

  /** Makes the measurements of a peer that are due; called whenever it measures its host. */
  look(peer: number, nowMs: number): void {
    const { rows } = this.#tables;
    const row = peer * ROW;
    if (nowMs < rows[row + LOOK_MS]!) return;
    rows[row + LOOK_MS] = nowMs + lookTimes.lookMs * (0.8 + 0.4 * this.#random.fraction());
    const looks = rows[row + LOOKS]!++;
    const tree = this.#world.treeOf(peer);
    const parent = tree.parent[peer]!;
    if (parent !== NOBODY && this.#world.uplink[peer] === parent) this.#lookUp(peer, parent);
    if (looks % 2 === 0) this.#lookDown(peer);
    this.#recall(peer);
    this.#changed.push(peer);
    if (nowMs < rows[row + FAR_MS]! || tree.size < 4) return;
    const farLooks = ++rows[row + FAR_LOOKS]!;
    rows[row + FAR_MS] =
      nowMs + (farLooks < lookTimes.farLooksFirst ? lookTimes.farFirstMs : lookTimes.farMs);
    this.#lookFar(peer);
  }

  #lookUp(peer: number, parent: number): void {
    const { rows } = this.#tables;
    const row = peer * ROW;
    if (rows[row + PARENT] !== parent) rows.fill(Number.POSITIVE_INFINITY, row + PARENT_MS, row + ROW);
    rows[row + PARENT] = parent;
    rows[row + PARENT_MS + (rows[row + LOOKS]! % lookTimes.kept)] = this.#roundTripMs(peer, parent);
    this.#step(peer, this.#seen(parent), this.#parentMs(row));
  }

  #lookDown(peer: number): void {
    const children: number[] = [];
    this.#world.treeOf(peer).eachChild(peer, (child) => children.push(child));
    const child = children[Math.floor(this.#random.fraction() * children.length)];
    if (child !== undefined && this.#isInReach(peer, child))
      this.#step(peer, this.#seen(child), this.#roundTripMs(peer, child));
  }

  /** A link with any other peer: both ends measure it. */
  #lookFar(peer: number): void {
    const other = Math.floor(this.#random.fraction() * this.#world.running.length);
    if (other === peer || !this.#isInReach(peer, other)) return;
    const place = this.#of(peer);
    this.#record(peer, this.#seen(other), this.#roundTripMs(peer, other));
    this.#meet(peer, other, { kind: 'meeting', place, measuredMs: this.#roundTripMs(other, peer) });
  }

  /** The other end of `lookFar`. */
  takeMeeting(peer: number, { place, measuredMs }: Meeting): void {
    this.#record(peer, place, measuredMs);
    this.#changed.push(peer);
  }

  #record(peer: number, place: Coordinate, measuredMs: number): void {
    this.#step(peer, place, measuredMs);
    const count = this.#tables.rows[peer * ROW + MET]!++;
    const at = (peer * lookTimes.distant + (count % lookTimes.distant)) * SAMPLE_ROW;
    put(this.#tables.samples, at, place);
    this.#tables.samples[at + SAMPLE_MS] = measuredMs;
  }

  /** Steps towards some distant peers sampled before: with neighbours alone, the coordinates would fold over. */
  #recall(peer: number): void {
    const { samples, rows } = this.#tables;
    const known = Math.min(lookTimes.distant, rows[peer * ROW + MET]!);
    for (let i = 0; i < lookTimes.recalls && known > 0; i++) {
      const at = (peer * lookTimes.distant + Math.floor(this.#random.fraction() * known)) * SAMPLE_ROW;
      this.#step(peer, placeAt(samples, at), samples[at + SAMPLE_MS]!);
    }
  }

  #isInReach(peer: number, other: number): boolean {
    return this.#world.running[other] === 1 && this.#world.canReach(peer, other);
  }

  #step(peer: number, other: Coordinate, measuredMs: number): void {
    this.#move(peer, moved(this.#of(peer), other, measuredMs, this.#random.fraction()));
  }

  /** A peer cannot distinguish a delayed answer from a long path. */
  #roundTripMs(a: number, b: number): number {
    return this.#network.leastMs(a, b) * (2 + 0.2 * this.#random.fraction());
  }

  #of(peer: number): Coordinate {
    return placeAt(this.#tables.rows, peer * ROW);
  }

  #move(peer: number, place: Coordinate): void {
    put(this.#tables.rows, peer * ROW, place);
  }

  /** The coordinate of another peer. */
  #seen(peer: number): Coordinate {
    return placeAt(this.#tables.published, peer * COORDINATE);
  }

  /** Shows the others where the peers of this domain are now. */
  publish(): void {
    const { rows, published } = this.#tables;
    for (const peer of this.#changed)
      for (let i = 0; i < COORDINATE; i++) published[peer * COORDINATE + i] = rows[peer * ROW + i]!;
    this.#changed.length = 0;
  }
}

/** Relative errors of the estimated latency, of random pairs of running peers that have a coordinate. */
export function estimateErrors(
  random: Random,
  network: Network,
  { running }: World,
  { published }: Tables,
): Quantiles {
  const errors: number[] = [];
  const anybody = () => Math.floor(random.fraction() * running.length);
  for (let i = 0; i < PAIRS; i++) {
    const [a, b] = [anybody(), anybody()];
    if (a === b || running[a] === 0 || running[b] === 0) continue;
    const [one, other] = [placeAt(published, a * COORDINATE), placeAt(published, b * COORDINATE)];
    if (!isKnown(one) || !isKnown(other)) continue;
    const trueMs = 2 * network.leastMs(a, b);
    errors.push(Math.abs(latencyBetween(one, other) - trueMs) / trueMs);
  }
  return quantilesOf(errors);
}

function placeAt(table: Float64Array | Float32Array, at: number): Coordinate {
  return { x: table[at + X]!, y: table[at + Y]!, height: table[at + HEIGHT]!, error: table[at + ERROR]! };
}

function put(table: Float64Array | Float32Array, at: number, { x, y, height, error }: Coordinate): void {
  table[at + X] = x;
  table[at + Y] = y;
  table[at + HEIGHT] = height;
  table[at + ERROR] = error;
}
