// A hundred thousand peers on a virtual clock: the mesh's own SkyEye in each, a network with delay and loss, churn and
// partitions. The same settings give the same report to the byte, with any number of threads.
//
//   settings ─► shared state ─► shards, one a thread ─► samples, tallies ─► moments, report

import { availableParallelism, loadavg } from 'node:os';
import { onlySeat } from './exchange.ts';
import { DOMAINS, sharedState } from './partition.ts';
import { queryReport } from './query-load.ts';
import { type SimulateReport, summarised } from './report.ts';
import type { SimulateSettings } from './settings.ts';
import { type Sample, Shard, type ShardTally } from './shard.ts';
import { runThreads } from './thread.ts';
import { type Moment, momentOf } from './truth.ts';

/** With fewer peers a thread has too little to do between two barriers: two take twice the CPU time of one, and no less time. */
const PEERS_PER_THREAD_MIN = 10_000;

export class Simulation {
  readonly settings: SimulateSettings;
  /** Part of the time that threads spent at barriers, once the simulation has run. */
  barrierShare = 0;
  readonly threads: number;
  readonly #moments: Moment[] = [];

  /** @param threads by default as many as there are idle cores, if there are peers enough */
  constructor(settings: SimulateSettings, threads: number | null = null) {
    this.settings = settings;
    this.threads = Math.min(DOMAINS, threads ?? usefulThreads(settings.peers));
  }

  /** @param onMoment called every ten virtual seconds */
  async run(onMoment: (moment: Moment) => void = () => {}): Promise<SimulateReport> {
    const shared = sharedState(this.settings);
    const add = (samples: Sample[]) => {
      const moment = momentOf(samples);
      this.#moments.push(moment);
      onMoment(moment);
    };
    const tallies = await this.#tallies(shared, add);
    const took = tallies.reduce((sum, { tookMs }) => sum + tookMs, 0);
    this.barrierShare = tallies.reduce((sum, { waitedMs }) => sum + waitedMs, 0) / took;
    const domains = tallies.flatMap((tally) => tally.domains);
    const { depths, departures, worldEvents } = tallies[0]!;
    return summarised({
      settings: this.settings,
      moments: this.#moments,
      queries: queryReport(domains.map(({ queries }) => queries)),
      traffic: domains.map(({ traffic }) => traffic),
      sentBytes: shared.sentBytes,
      lostSegments: tallies.reduce((sum, tally) => sum + tally.lostSegments, 0),
      events: domains.reduce((sum, { events }) => sum + events, worldEvents),
      ...{ depths, departures },
    });
  }

  async #tallies(
    shared: ReturnType<typeof sharedState>,
    onSamples: (samples: Sample[]) => void,
  ): Promise<ShardTally[]> {
    if (this.threads === 1)
      return [await new Shard(this.settings, shared, onlySeat()).run((sample) => onSamples([sample]))];
    const waiting = new Map<number, Sample[]>();
    return runThreads(this.settings, shared, this.threads, (thread, sample) => {
      const samples = waiting.get(sample.atMs) ?? [];
      waiting.set(sample.atMs, samples);
      samples[thread] = sample;
      if (Object.keys(samples).length < this.threads) return;
      waiting.delete(sample.atMs);
      onSamples(samples);
    });
  }
}

/** A thread without a core of its own holds up all others at each barrier: then one alone takes less time. */
function usefulThreads(peers: number): number {
  const idleCores = availableParallelism() - Math.round(loadavg()[0]!);
  return Math.max(1, Math.min(idleCores, Math.floor(peers / PEERS_PER_THREAD_MIN)));
}
