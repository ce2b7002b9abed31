// What is, beside what peers think: the simulator alone knows both.

import type { Picture } from '@eyrie/mesh/skyeye';
import { type Quantiles, quantilesOf, quantilesOfShared } from '../quantiles.ts';
import { compared, type Readings } from '../readings.ts';
import type { VirtualPeer } from './peer.ts';
import type { Places } from './places.ts';
import type { World } from './world.ts';

/** Who started later has not heard of the network yet, and is not asked. */
const NEWCOMER_MS = 15_000;

/** Of all peers that run on one side of the network. */
interface Truth {
  peers: number;
  /** Of `compared`. */
  sums: Float64Array;
}

/** The views of all peers, at one moment. Errors are parts of the truth. */
export interface Moment {
  atS: number;
  running: number;
  /** Peers that have a view, of those that were asked. */
  informed: number;
  viewAgeMs: Quantiles;
  /** Of what is in the view: how long ago it was measured. */
  readingAgeMs: Quantiles;
  /** Part of the living that the view is of. */
  complete: Quantiles;
  peersError: Quantiles;
  /** Of the sum of each compared attribute. */
  sumErrors: Quantiles[];
  /** The same as the root alone sees it, the worse of two roots; null while it is gone and nobody has noticed. */
  rootPeersError: number | null;
  rootSumErrors: number[] | null;
  /** Of the latency between any two, as their coordinates have it. */
  latencyError: Quantiles;
}

export function look(
  atMs: number,
  world: World,
  peers: readonly (VirtualPeer | null)[],
  readings: Readings,
  places: Places,
): Moment {
  const truths = [0, 1].map((side) => truthOf(world, readings, peers.length, side));
  // Most have one and the same picture, so it is judged once.
  const seen = [new Map<Picture, number>(), new Map<Picture, number>()];
  const viewAgesMs: number[] = [];
  const readingAgesMs: number[] = [];
  let asked = 0;
  const roots: Errors[] = [];
  for (const peer of peers) {
    if (peer === null || world.running[peer.index] === 0) continue;
    const side = world.sideOf(peer.index);
    const { picture, madeMs } = peer.skyeye;
    if (picture !== null && peer.isRoot()) roots.push(errorsOf(picture, truths[side]!));
    if (atMs - peer.startedMs < NEWCOMER_MS) continue;
    asked++;
    if (picture === null) continue;
    viewAgesMs.push(atMs - madeMs);
    readingAgesMs.push(atMs - madeMs + picture.readingAgeMs);
    seen[side]!.set(picture, (seen[side]!.get(picture) ?? 0) + 1);
  }
  const judged = seen.flatMap((pictures, side) =>
    [...pictures].map(([picture, count]) => ({ picture, count, errors: errorsOf(picture, truths[side]!) })),
  );
  const over = (of: (each: (typeof judged)[number]) => number) =>
    quantilesOfShared(judged.map((each) => [of(each), each.count]));
  const worst = (of: (errors: Errors) => number) => Math.max(...roots.map(of));
  return {
    atS: Math.round(atMs / 1000),
    running: world.runningCount,
    informed: asked === 0 ? 0 : viewAgesMs.length / asked,
    viewAgeMs: quantilesOf(viewAgesMs),
    readingAgeMs: quantilesOf(readingAgesMs),
    complete: over(({ picture: { peers, alive } }) => (alive === 0 ? 0 : peers / alive)),
    peersError: over(({ errors }) => errors.peers),
    sumErrors: compared.map((_, i) => over(({ errors }) => errors.sums[i]!)),
    rootPeersError: roots.length === 0 ? null : worst(({ peers }) => peers),
    rootSumErrors: roots.length === 0 ? null : compared.map((_, i) => worst(({ sums }) => sums[i]!)),
    latencyError: places.errors(),
  };
}

interface Errors {
  peers: number;
  sums: number[];
}

function errorsOf(picture: Picture, truth: Truth): Errors {
  const sums = compared.map(({ index }, i) => off(picture.summaries[index]?.sum ?? 0, truth.sums[i]!));
  return { peers: off(picture.peers, truth.peers), sums };
}

function off(said: number, is: number): number {
  return is === 0 ? Math.abs(said) : Math.abs(said - is) / is;
}

function truthOf(world: World, readings: Readings, count: number, side: number): Truth {
  const sums = new Float64Array(compared.length);
  let peers = 0;
  for (let peer = 0; peer < count; peer++) {
    if (world.running[peer] === 0 || world.sideOf(peer) !== side) continue;
    peers++;
    const last = readings.last(peer);
    if (last !== null) for (let i = 0; i < compared.length; i++) sums[i]! += last[i]!;
  }
  return { peers, sums };
}
