// The director of an emulation: sets up the hosts, lets peers join, applies load and churn, measures, and cleans up.
//
//   stage ─► found ─► join ─► all know all? ─► idle ─► load, churn, a sample a second ─► settle ─► report ─► end

import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '@eyrie/mesh/virtual';
import { LabError } from '../errors.ts';
import type { HostSample, ProcessSample } from '../hosting/host.ts';
import { machineMs } from '../hosting/machine.ts';
import { quantilesOf } from '../quantiles.ts';
import { Cast, idOf } from './cast.ts';
import { Changes } from './changes.ts';
import { Churn } from './churn.ts';
import { Load } from './load.ts';
import type { EmulateReport, Sample, Times, Traffic } from './report.ts';
import { openStage, type Stage, type StageOptions } from './stage.ts';
import { aborted, quiet } from './waiting.ts';

const SAMPLE_MS = 1_000;
const POLL_MS = 100;
const SETTLE_MS = 20_000;
/** Longest measurement of idle traffic. */
const IDLE_MS = 10_000;
/** Time limit for joining, for each peer: the authority admits one after the other. */
const JOIN_MS_A_PEER = 600;
const JOIN_MS_MIN = 30_000;
/** News of a peer this soon after its return may still be about the time before. */
const ECHO_MS = 10_000;

export interface EmulateOptions extends StageOptions {
  /** 0.1 is a tenth of the peers a minute. */
  churnPerMin: number;
  durationMs: number;
  messagesPerS: number;
  queriesPerS: number;
  signal: AbortSignal;
  note(line: string): void;
  onSample(sample: Sample): void;
}

/** Aborted before there was anything to report. */
export class Interrupted extends Error {}

/** @throws LabError, Interrupted */
export async function emulate(options: EmulateOptions): Promise<EmulateReport> {
  const stage = openStage(options, options.note);
  try {
    return await new Emulation(options, stage).run();
  } finally {
    await stage.end();
  }
}

class Emulation {
  readonly #options: EmulateOptions;
  readonly #stage: Stage;
  readonly #cast: Cast;
  readonly #changes: Changes;
  readonly #load: Load;
  readonly #samples: Sample[] = [];
  readonly #viewAgesMs: number[] = [];
  #wrongAlarms = 0;
  #last: { atMs: number; hosts: HostSample[] } = { atMs: 0, hosts: [] };
  #startMs = 0;

  constructor(options: EmulateOptions, stage: Stage) {
    this.#options = options;
    this.#stage = stage;
    this.#cast = new Cast(stage.hosts, new SeededRandom(options.seed));
    this.#changes = new Changes(stage.hosts);
    this.#load = new Load(this.#cast, options);
  }

  async run(): Promise<EmulateReport> {
    const { signal, durationMs, note } = this.#options;
    const beginMs = machineMs();
    await this.#joinAll();
    const joinedS = seconds(machineMs() - beginMs);
    const convergedS = await this.#until((host) => host.whole);
    const viewedS = await this.#until((host) => host.seeing);
    if (convergedS === null && !signal.aborted)
      note('Not all peers knew all others in 20 s; measuring anyway.');
    const idle = await this.#idle();
    const before = await this.#sampleHosts();
    this.#startMs = machineMs();
    this.#last = { atMs: this.#startMs, hosts: before };
    const over = AbortSignal.any([signal, AbortSignal.timeout(durationMs)]);
    await Promise.all([this.#churn(over), this.#load.run(over), this.#watch(over)]);
    const after = await this.#sampleHosts();
    const settledS = await this.#until((host) => Math.min(host.whole, host.seeing));
    return this.#report({ joinedS, convergedS, viewedS, settledS }, idle, before, after);
  }

  async #joinAll(): Promise<void> {
    const { peers, signal } = this.#options;
    const { hosts, running } = this.#cast;
    const token = await hosts[0]!.found('lab', idOf(0), peers);
    const limitMs = Math.max(JOIN_MS_MIN, JOIN_MS_A_PEER * peers);
    const joining = hosts.map((host, h) => host.join(token, this.#cast.joiningAt(h, peers).map(idOf)));
    const tooLate = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    await Promise.race([Promise.all(joining), aborted(tooLate)]);
    if (signal.aborted) throw new Interrupted();
    if (tooLate.aborted) throw new LabError(`${peers} peers did not join in ${limitMs / 1000} s: take fewer`);
    for (let peer = 0; peer < peers; peer++) running.add(peer);
  }

  /** Waits until the condition holds for all peers; returns the seconds it took, or null. */
  async #until(isSo: (host: HostSample) => number): Promise<number | null> {
    const startMs = machineMs();
    while (machineMs() - startMs < SETTLE_MS && !this.#options.signal.aborted) {
      const hosts = await this.#sampleHosts();
      if (sum(hosts, isSo) === this.#cast.running.size) return seconds(machineMs() - startMs);
      await pause(POLL_MS);
    }
    return null;
  }

  /** Bytes a second that each peer sends while it only measures. */
  async #idle(): Promise<Traffic> {
    const before = await this.#sampleHosts();
    const startMs = machineMs();
    await quiet(Math.min(IDLE_MS, this.#options.durationMs / 3), this.#options.signal);
    const after = await this.#sampleHosts();
    return trafficOf(before, after, (machineMs() - startMs) / 1000, this.#cast.running.size);
  }

  async #churn(over: AbortSignal): Promise<void> {
    const { peers, churnPerMin, seed } = this.#options;
    if (churnPerMin === 0) return;
    const churn = new Churn(new SeededRandom(seed + 1), peers, churnPerMin);
    const returning: Promise<void>[] = [];
    while (await quiet(churn.waitMs(), over)) {
      const departure = churn.depart();
      if (departure === null) continue;
      const { peer, ending, backAfterMs } = departure;
      this.#cast.running.delete(peer);
      const host = this.#cast.hostOf(peer);
      this.#changes.watch(idOf(peer), false, await host[ending](idOf(peer)));
      const goBack = async () => {
        // All come back at the end, to see whether the mesh recovers.
        await quiet(backAfterMs, over);
        this.#changes.watch(idOf(peer), true, await host.revive(idOf(peer)));
        this.#cast.running.add(peer);
        churn.returned(peer);
      };
      const back = goBack();
      // An error is thrown when all are awaited, unless another came first.
      back.catch(() => {});
      returning.push(back);
    }
    await Promise.all(returning);
  }

  async #watch(over: AbortSignal): Promise<void> {
    let isOn = true;
    while (isOn) {
      isOn = await quiet(SAMPLE_MS, over);
      this.#addSample(await this.#sampleHosts());
    }
  }

  #addSample(hosts: HostSample[]): void {
    const atMs = machineMs();
    const before = this.#last;
    const passedS = Math.max(0.001, (atMs - before.atMs) / 1000);
    const running = sum(hosts, (each) => each.running);
    const share = (of: (host: HostSample) => number) => (running === 0 ? 0 : sum(hosts, of) / running);
    const viewAgesMs = hosts.flatMap((each) => each.viewAgesMs);
    const sample: Sample = {
      atS: seconds(atMs - this.#startMs),
      running,
      knowAll: share((each) => each.whole),
      seeAll: share((each) => each.seeing),
      viewAgeMs: quantilesOf(viewAgesMs),
      ...this.#load.recent(),
      ...trafficOf(before.hosts, hosts, passedS, running),
      cpuShare: cpuShareOf(before.hosts, hosts, passedS),
      rssBytes: sum(processesOf(hosts), (each) => each.rssBytes),
    };
    this.#last = { atMs, hosts };
    this.#viewAgesMs.push(...viewAgesMs);
    this.#samples.push(sample);
    this.#options.onSample(sample);
  }

  async #sampleHosts(): Promise<HostSample[]> {
    const { hosts, running } = this.#cast;
    const everybody = running.size;
    const samples = await Promise.all(hosts.map((host) => host.sample(everybody)));
    for (const id of new Set(samples.flatMap((each) => each.gone))) {
      const isEcho = machineMs() - this.#changes.latestMs(id) < ECHO_MS;
      if (this.#cast.isRunning(id) && !isEcho) this.#wrongAlarms++;
    }
    return samples;
  }

  #report(times: Times, idle: Traffic, before: HostSample[], after: HostSample[]): EmulateReport {
    const { peers, hosts, delayMs, lossRate, churnPerMin, durationMs, intervalMs, seed } = this.#options;
    const threads = hosts === 0 ? this.#cast.hosts.length : 0;
    const samples = this.#samples;
    const measuredS = Math.max(1, samples.at(-1)?.atS ?? 1);
    const meanRunning = sum(samples, (each) => each.running) / Math.max(1, samples.length);
    return {
      settings: { peers, hosts, threads, delayMs, lossRate, churnPerMin, durationMs, intervalMs, seed },
      shapers: this.#stage.shapers,
      isInterrupted: this.#options.signal.aborted,
      ...times,
      samples,
      viewAgeMs: quantilesOf(this.#viewAgesMs),
      ...this.#load.report(measuredS),
      gone: this.#changes.report('gone'),
      back: this.#changes.report('back'),
      wrongAlarms: this.#wrongAlarms,
      idle,
      busy: trafficOf(before, after, measuredS, meanRunning),
      cpuShare: cpuShareOf(before, after, measuredS),
      rssBytesMax: Math.max(0, ...samples.map((each) => each.rssBytes)),
      warnings: mergeCounts(after.map((each) => each.warnings)),
    };
  }
}

function trafficOf(before: HostSample[], after: HostSample[], passedS: number, peers: number): Traffic {
  const rate = (of: (hosts: HostSample[]) => number) =>
    (of(after) - of(before)) / Math.max(0.001, passedS) / Math.max(1, peers);
  return {
    linkBytesPerPeerS: rate((hosts) => sum(hosts, (each) => each.linkBytes)),
    wireBytesPerPeerS: rate((hosts) => sum(processesOf(hosts), (each) => each.wireBytes)),
  };
}

function cpuShareOf(before: HostSample[], after: HostSample[], passedS: number): number {
  const cpuS = (hosts: HostSample[]) => sum(processesOf(hosts), (each) => each.cpuS);
  return (cpuS(after) - cpuS(before)) / passedS;
}

/** Each process once, even if several hosts are threads of it. */
function processesOf(hosts: HostSample[]): ProcessSample[] {
  return [...new Map(hosts.map((each) => [each.process.pid, each.process])).values()];
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

function sum<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((total, each) => total + of(each), 0);
}

function mergeCounts(all: Record<string, number>[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) merged[name] = (merged[name] ?? 0) + count;
  return merged;
}
