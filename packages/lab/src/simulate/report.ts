// The report of a simulation. Nothing in it depends on the machine or the time of day.

import { type Quantiles, quantilesOf } from '../quantiles.ts';
import { compared } from '../readings.ts';
import type { QueryReport } from './query-load.ts';
import type { SimulateSettings } from './settings.ts';
import type { TrafficTally } from './traffic.ts';
import type { Moment } from './truth.ts';

/** The beginning does not count: no peer has measured anything yet. */
const WARM_UP_S = 60;

export interface Outcome {
  settings: SimulateSettings;
  moments: Moment[];
  depths: number[];
  queries: QueryReport;
  /** By domain. */
  traffic: TrafficTally[];
  /** By peer. */
  sentBytes: Float64Array;
  lostSegments: number;
  departures: number;
  events: number;
}

export interface SimulateReport {
  settings: SimulateSettings;
  /** Levels of the tree at the end; the root is 1. */
  depth: { mean: number; max: number };
  departures: number;
  lostSegments: number;
  messages: { reports: number; views: number; agains: number };
  /** Sent by SkyEye, with frames and TLS records. */
  bytesPerPeerS: Quantiles & { reports: number; views: number };
  /** Of all moments after the first minute: means of means and quantiles, and the worst. */
  informed: { mean: number; worst: number };
  viewAgeMs: Typical;
  readingAgeMs: Typical;
  complete: { mean: number; worst: number };
  /** Relative errors of the number of peers and of sums, in the views of all peers. */
  errors: Record<string, Typical>;
  /** The same in the root's view. */
  rootErrors: Record<string, { mean: number; worst: number }>;
  /** Of the estimated latency between any two peers, at the end. */
  latencyError: { p50: number; p95: number };
  queries: QueryReport;
  events: number;
  moments: Moment[];
}

export interface Typical {
  mean: number;
  p50: number;
  p99: number;
  worst: number;
}

export function summarised(outcome: Outcome): SimulateReport {
  const { settings, moments, depths, queries, traffic, departures, lostSegments, events } = outcome;
  const sum = (of: (tally: TrafficTally) => number) => traffic.reduce((sum, each) => sum + of(each), 0);
  const settled = moments.filter(({ atS }) => atS > WARM_UP_S);
  const { durationMs, peers } = settings;
  const perPeerS = (bytes: number) => bytes / peers / (durationMs / 1000);
  const depth = quantilesOf(depths);
  const last = moments.at(-1)?.latencyError;
  return {
    settings,
    depth: { mean: depth.mean, max: depth.max },
    departures,
    lostSegments,
    messages: {
      reports: sum(({ counts }) => counts.report),
      views: sum(({ counts }) => counts.view),
      agains: sum(({ counts }) => counts.again),
    },
    bytesPerPeerS: {
      ...quantilesOf(
        outcome.sentBytes.filter((bytes) => bytes > 0).map((bytes) => bytes / (durationMs / 1000)),
      ),
      reports: perPeerS(sum(({ bytes }) => bytes.report)),
      views: perPeerS(sum(({ bytes }) => bytes.view)),
    },
    informed: lowest(settled.map(({ informed }) => informed)),
    viewAgeMs: typical(settled.map(({ viewAgeMs }) => viewAgeMs)),
    readingAgeMs: typical(settled.map(({ readingAgeMs }) => readingAgeMs)),
    complete: lowest(settled.map(({ complete }) => complete.mean)),
    errors: Object.fromEntries([
      ['peers', typical(settled.map(({ peersError }) => peersError))],
      ...compared.map(
        ({ name }, i) => [name, typical(settled.map(({ sumErrors }) => sumErrors[i]!))] as const,
      ),
    ]),
    rootErrors: Object.fromEntries([
      ['peers', highest(settled.flatMap(({ rootPeersError }) => rootPeersError ?? []))],
      ...compared.map(
        ({ name }, i) =>
          [name, highest(settled.flatMap(({ rootSumErrors }) => rootSumErrors?.[i] ?? []))] as const,
      ),
    ]),
    latencyError: { p50: last?.p50 ?? 0, p95: last?.p95 ?? 0 },
    queries,
    events,
    moments,
  };
}

function typical(all: Quantiles[]): Typical {
  const mean = (of: (each: Quantiles) => number) => quantilesOf(all.map(of)).mean;
  return {
    mean: mean((each) => each.mean),
    p50: mean((each) => each.p50),
    p99: mean((each) => each.p99),
    worst: Math.max(0, ...all.map((each) => each.max)),
  };
}

function lowest(all: number[]): { mean: number; worst: number } {
  return { mean: quantilesOf(all).mean, worst: Math.min(1, ...all) };
}

function highest(all: number[]): { mean: number; worst: number } {
  return { mean: quantilesOf(all).mean, worst: Math.max(0, ...all) };
}
