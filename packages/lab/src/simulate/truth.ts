// The true state of the network beside what peers know of it.

import type { Picture } from '@eyrie/mesh/skyeye';
import { type Quantiles, quantilesOf, quantilesOfShared } from '../quantiles.ts';
import { compared, type Readings } from '../readings.ts';
import type { VirtualPeer } from './peer.ts';
import type { Sample } from './shard.ts';
import type { World } from './world.ts';

/** Peers that started later have no view of the network yet, and are not sampled. */
const NEWCOMER_MS = 15_000;

/** Of all peers that run on one side of the network. */
export interface Truth {
  readonly peers: number;
  /** Of `compared`. */
  readonly sums: Float64Array;
}

/** Relative errors of a view. */
interface Errors {
  readonly peers: number;
  readonly sums: number[];
}

/** The views of the peers of one domain. */
export interface Views {
  /** Peers that were looked at. */
  readonly asked: number;
  readonly viewAgesMs: Float64Array;
  readonly readingAgesMs: Float64Array;
  /** Each different view, and how many peers have it. */
  readonly seen: { count: number; complete: number; errors: Errors }[];
  /** Errors of the views of roots. */
  readonly roots: Errors[];
}

/** The views of all peers at one moment. Errors are relative to the truth. */
export interface Moment {
  atS: number;
  running: number;
  /** Part of the peers that have a view. */
  informed: number;
  viewAgeMs: Quantiles;
  /** Age of the readings in the view. */
  readingAgeMs: Quantiles;
  /** Part of the living peers that the view covers. */
  complete: Quantiles;
  peersError: Quantiles;
  /** Of the sum of each compared attribute. */
  sumErrors: Quantiles[];
  /** The same for the root's own view, the worse of two roots; null while it is gone and not yet detected. */
  rootPeersError: number | null;
  rootSumErrors: number[] | null;
  /** Of the latency between any two peers, as estimated from their coordinates. */
  latencyError: Quantiles;
}

export function viewsOf(
  atMs: number,
  world: World,
  members: Int32Array,
  peers: readonly (VirtualPeer | null)[],
  truths: readonly Truth[],
): Views {
  // Most peers have the same picture, so it is compared once.
  const pictures = [new Map<Picture, number>(), new Map<Picture, number>()];
  const viewAgesMs: number[] = [];
  const readingAgesMs: number[] = [];
  const roots: Errors[] = [];
  let asked = 0;
  for (const index of members) {
    const peer = peers[index]!;
    if (peer === null || world.running[index] === 0) continue;
    const side = world.sideOf(index);
    const { picture, madeMs } = peer.skyeye;
    if (picture !== null && peer.isRoot()) roots.push(errorsOf(picture, truths[side]!));
    if (atMs - peer.startedMs < NEWCOMER_MS) continue;
    asked++;
    if (picture === null) continue;
    viewAgesMs.push(atMs - madeMs);
    readingAgesMs.push(atMs - madeMs + picture.readingAgeMs);
    pictures[side]!.set(picture, (pictures[side]!.get(picture) ?? 0) + 1);
  }
  const seen = pictures.flatMap((counts, side) =>
    [...counts].map(([picture, count]) => ({
      count,
      complete: picture.alive === 0 ? 0 : picture.peers / picture.alive,
      errors: errorsOf(picture, truths[side]!),
    })),
  );
  return {
    ...{ asked, seen, roots },
    viewAgesMs: Float64Array.from(viewAgesMs),
    readingAgesMs: Float64Array.from(readingAgesMs),
  };
}

/** @param samples of the same moment, of all threads */
export function momentOf(samples: readonly Sample[]): Moment {
  const { atMs, running, latencyError } = samples[0]!;
  const views = samples.flatMap((sample) => sample.views);
  const seen = views.flatMap((each) => each.seen);
  const roots = views.flatMap((each) => each.roots);
  const asked = views.reduce((sum, each) => sum + each.asked, 0);
  const viewAgeMs = quantilesOf(together(views.map(({ viewAgesMs }) => viewAgesMs)));
  const over = (of: (each: Views['seen'][number]) => number) =>
    quantilesOfShared(seen.map((each) => [of(each), each.count]));
  const worst = (of: (errors: Errors) => number) => Math.max(...roots.map(of));
  return {
    ...{ atS: Math.round(atMs / 1000), running, latencyError, viewAgeMs },
    informed: asked === 0 ? 0 : viewAgeMs.count / asked,
    readingAgeMs: quantilesOf(together(views.map(({ readingAgesMs }) => readingAgesMs))),
    complete: over(({ complete }) => complete),
    peersError: over(({ errors }) => errors.peers),
    sumErrors: compared.map((_, i) => over(({ errors }) => errors.sums[i]!)),
    rootPeersError: roots.length === 0 ? null : worst(({ peers }) => peers),
    rootSumErrors: roots.length === 0 ? null : compared.map((_, i) => worst(({ sums }) => sums[i]!)),
  };
}

function together(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function errorsOf(picture: Picture, truth: Truth): Errors {
  const sums = compared.map(({ index }, i) =>
    relativeError(picture.summaries[index]?.sum ?? 0, truth.sums[i]!),
  );
  return { peers: relativeError(picture.peers, truth.peers), sums };
}

function relativeError(estimate: number, actual: number): number {
  return actual === 0 ? Math.abs(estimate) : Math.abs(estimate - actual) / actual;
}

/** Adds in the order of the peers, so that all threads come to the same bits. */
export function truthOf(world: World, readings: Readings, side: number): Truth {
  const sums = new Float64Array(compared.length);
  let peers = 0;
  for (let peer = 0; peer < world.running.length; peer++) {
    if (world.running[peer] === 0 || world.sideOf(peer) !== side) continue;
    peers++;
    const last = readings.last(peer);
    if (last !== null) for (let i = 0; i < compared.length; i++) sums[i]! += last[i]!;
  }
  return { peers, sums };
}
