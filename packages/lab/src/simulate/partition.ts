// How a simulation is divided for parallel execution: into domains by position in the tree, and the state that they share.
// A domain holds an interval of positions, so whole subtrees: only messages near the root cross a border. The number of
// domains is fixed, and each runs its own events in its own order with its own random numbers. So a run does not depend on
// how many threads share the domains.

import { positionOf } from '@eyrie/mesh';
import { SeededRandom } from '@eyrie/mesh/virtual';
import { fillHosts, hostNumbers } from '../readings.ts';
import { coordinateTables, type Tables } from './coordinates.ts';
import { fillSpots, spotNumbers } from './network.ts';
import type { SimulateSettings } from './settings.ts';

/** Also the most threads that can take part. */
export const DOMAINS = 8;
/** Peers that are away at any moment, in minutes of churn: twice the mean, so that there is always one to return. */
const AWAY_MIN = 2;
const PREFIX = 'p';
const ZERO = '0'.charCodeAt(0);

/** What uses random numbers, each from a sequence of its own; domains follow, by number. */
const streams = { hosts: 0, spots: 1, world: 2, errors: 3, domains: 16 } as const;

/** Arrays that all threads use. Only the thread that runs a peer writes its row. */
export interface SharedState {
  readonly positions: Float64Array;
  readonly spots: Float32Array;
  readonly hosts: Float64Array;
  readonly coordinates: Tables;
  /** Bytes sent, by peer. */
  readonly sentBytes: Float64Array;
}

export function idOf(peer: number): string {
  return PREFIX + peer;
}

/** The inverse, without a substring: it is called for each message. */
export function numberOf(id: string): number {
  let number = 0;
  for (let at = PREFIX.length; at < id.length; at++) number = 10 * number + id.charCodeAt(at) - ZERO;
  return number;
}

/** All peers of a simulation: those that run at first, and those that come in their place. */
function peersIn({ peers, churnPerMin }: SimulateSettings): number {
  return Math.ceil(peers * (1 + AWAY_MIN * churnPerMin)) + (churnPerMin > 0 ? 1 : 0);
}

export function sharedState(settings: SimulateSettings): SharedState {
  const count = peersIn(settings);
  const doubles = (length: number) => new Float64Array(new SharedArrayBuffer(8 * length));
  const floats = (length: number) => new Float32Array(new SharedArrayBuffer(4 * length));
  const positions = doubles(count);
  for (let peer = 0; peer < count; peer++) positions[peer] = positionOf(idOf(peer));
  const spots = floats(spotNumbers(count));
  fillSpots(randomOf(settings.seed, 'spots'), spots);
  const hosts = doubles(hostNumbers(count));
  fillHosts(randomOf(settings.seed, 'hosts'), hosts);
  const coordinates = coordinateTables(count, doubles, floats);
  return { positions, spots, hosts, coordinates, sentBytes: doubles(count) };
}

/** Random numbers that depend on the seed and on their use alone. */
export function randomOf(seed: number, use: Exclude<keyof typeof streams, 'domains'>): SeededRandom {
  return streamOf(seed, streams[use]);
}

export function randomOfDomain(seed: number, domain: number): SeededRandom {
  return streamOf(seed, streams.domains + domain);
}

/** The seed is spread over all bits: neighbouring states of this generator would soon give the same numbers. */
function streamOf(seed: number, stream: number): SeededRandom {
  const mixed = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b) + Math.imul(stream + 1, 0x9e3779b1);
  return new SeededRandom(Math.floor(new SeededRandom(mixed).fraction() * 2 ** 32));
}

/** The domain of each peer. */
export function domainsOf(positions: Float64Array): Uint8Array {
  return Uint8Array.from(positions, (position) => Math.floor(position * DOMAINS));
}

/** The domains that a thread runs, from the first up to `end`. */
export function domainsIn(thread: number, threads: number): { first: number; end: number } {
  return {
    first: Math.floor((thread * DOMAINS) / threads),
    end: Math.floor(((thread + 1) * DOMAINS) / threads),
  };
}
