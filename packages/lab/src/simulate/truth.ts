// What is, beside what peers think: the simulator alone knows both.

import type { View } from '@eyrie/mesh/skyeye';
import { type Quantiles, quantilesOf } from '../quantiles.ts';
import { compared, type Readings } from '../readings.ts';
import type { VirtualPeer } from './peer.ts';
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
}

export function look(
  atMs: number,
  world: World,
  peers: readonly (VirtualPeer | null)[],
  readings: Readings,
): Moment {
  const truths = [0, 1].map((side) => truthOf(world, readings, peers.length, side));
  const asked: View[] = [];
  const errors = newErrors();
  let askedCount = 0;
  let rootErrors: Errors | null = null;
  for (const peer of peers) {
    if (peer === null || world.running[peer.index] === 0) continue;
    const truth = truths[world.sideOf(peer.index)]!;
    const { view } = peer.skyeye;
    if (peer.isRoot() && view !== null) rootErrors = addErrors(rootErrors ?? newErrors(), view, truth);
    if (atMs - peer.startedMs < NEWCOMER_MS) continue;
    askedCount++;
    if (view === null) continue;
    asked.push(view);
    addErrors(errors, view, truth);
  }
  return {
    atS: Math.round(atMs / 1000),
    running: world.runningCount,
    informed: askedCount === 0 ? 0 : asked.length / askedCount,
    viewAgeMs: quantilesOf(asked.map((view) => atMs - view.madeMs)),
    readingAgeMs: quantilesOf(asked.map((view) => atMs - view.madeMs + view.readingAgeMs)),
    complete: quantilesOf(asked.map((view) => (view.alive === 0 ? 0 : view.peers / view.alive))),
    peersError: quantilesOf(errors.peers),
    sumErrors: errors.sums.map(quantilesOf),
    rootPeersError: rootErrors && Math.max(...rootErrors.peers),
    rootSumErrors: rootErrors?.sums.map((all) => Math.max(...all)) ?? null,
  };
}

interface Errors {
  peers: number[];
  sums: number[][];
}

function newErrors(): Errors {
  return { peers: [], sums: compared.map(() => []) };
}

function addErrors(errors: Errors, view: View, truth: Truth): Errors {
  errors.peers.push(off(view.peers, truth.peers));
  for (const [i, { index }] of compared.entries())
    errors.sums[i]!.push(off(view.summaries[index]?.sum ?? 0, truth.sums[i]!));
  return errors;
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
    const values = readings.last(peer);
    for (let i = 0; i < compared.length; i++) {
      const value = values[compared[i]!.index]!;
      if (!Number.isNaN(value)) sums[i]! += value;
    }
  }
  return { peers, sums };
}
