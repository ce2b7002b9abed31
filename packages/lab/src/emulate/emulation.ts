// The director: makes the stage, lets the peers join, lets some go and come back, asks, measures, and takes all away.
//
//   stage ─► found ─► join ─► all know all? ─► measure: churn, messages, a sample a second ─► settle ─► report ─► end

import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '@eyrie/mesh/virtual';
import { type Quantiles, quantilesOf } from '../quantiles.ts';
import { type ChangeReport, Changes } from './changes.ts';
import { Churn } from './churn.ts';
import { type HostSample, machineMs } from './host.ts';
import type { HostCalls } from './host-process.ts';
import type { Shapers } from './namespaces.ts';
import { openStage, type StageOptions } from './stage.ts';

const SAMPLE_MS = 1_000;
const POLL_MS = 100;
const SETTLE_MS = 20_000;
/** What peers cost that have nothing to say is measured for so long. */
const IDLE_MS = 5_000;
/** Joining is the authority's work: so long a peer, at most. */
const JOIN_MS_A_PEER = 200;
const JOIN_MS_MIN = 30_000;
const BROADCAST_MS = 5_000;
/** Messages that wait for their receipt; at the bound none are added. */
const UNDER_WAY_MAX = 200;
/** What was told of a peer so long after it came back is still about the time before. */
const ECHO_MS = 10_000;

export interface EmulateOptions extends StageOptions {
  peers: number;
  /** 0.1 is a tenth of the peers a minute. */
  churnPerMin: number;
  durationMs: number;
  messagesPerS: number;
  signal: AbortSignal;
  note(line: string): void;
  onSample(sample: Sample): void;
}

export interface Traffic {
  /** In TLS records. */
  linkBytesPerPeerS: number;
  /** With TCP/IP heads and acknowledgements; of loopback, with whatever else goes over it. */
  wireBytesPerPeerS: number;
}

/** One line of the live table. */
export interface Sample extends Traffic {
  atS: number;
  running: number;
  /** Share of the peers that know all that run, 0 to 1. */
  knowAll: number;
  /** Of one core, all hosts together. */
  cpuShare: number;
  rssBytes: number;
  messageMs: Quantiles;
}

export interface EmulateReport {
  settings: Pick<
    EmulateOptions,
    'peers' | 'hosts' | 'delayMs' | 'lossRate' | 'churnPerMin' | 'durationMs' | 'seed'
  >;
  shapers: Shapers;
  isInterrupted: boolean;
  joinedS: number;
  /** From the last join until all knew all; null if not in time. */
  convergedS: number | null;
  samples: Sample[];
  gone: ChangeReport;
  back: ChangeReport;
  /** Peers that were well and that somebody took for dead. */
  wrongAlarms: number;
  messages: { ms: Quantiles; failed: number };
  broadcasts: { ms: Quantiles; missed: number; reached: number };
  /** While nothing happened. */
  idle: Traffic;
  /** With the messages and the churn. */
  busy: Traffic;
  cpuShare: number;
  rssBytesMax: number;
  /** From the end of the churn until all knew all again; null if not in time. */
  settledS: number | null;
  warnings: Record<string, number>;
}

export async function emulate(options: EmulateOptions): Promise<EmulateReport> {
  const stage = openStage(options, options.note);
  try {
    return await new Emulation(options, stage.hosts, stage.shapers).run();
  } finally {
    await stage.end();
  }
}

class Emulation {
  readonly #options: EmulateOptions;
  readonly #hosts: HostCalls[];
  readonly #shapers: Shapers;
  readonly #random: SeededRandom;
  readonly #changes: Changes;
  readonly #running = new Set<number>();
  readonly #samples: Sample[] = [];
  readonly #messageMs: number[] = [];
  readonly #broadcastMs: number[] = [];
  #recentMs: number[] = [];
  #failed = 0;
  #underWay = 0;
  #missed = 0;
  #reached = 0;
  #wrongAlarms = 0;
  #last: { atMs: number; hosts: HostSample[] } = { atMs: 0, hosts: [] };
  #startMs = 0;

  constructor(options: EmulateOptions, hosts: HostCalls[], shapers: Shapers) {
    this.#options = options;
    this.#hosts = hosts;
    this.#shapers = shapers;
    this.#random = new SeededRandom(options.seed);
    this.#changes = new Changes(hosts);
  }

  async run(): Promise<EmulateReport> {
    const { signal, durationMs, note } = this.#options;
    const beginMs = machineMs();
    await this.#joinAll();
    const joinedS = seconds(machineMs() - beginMs);
    const convergedS = await this.#whole(SETTLE_MS);
    if (convergedS === null && !signal.aborted)
      note('Not all peers knew all others in 20 s; measuring anyway.');
    const idle = await this.#idle();
    const before = await this.#sampleHosts();
    this.#startMs = machineMs();
    this.#last = { atMs: this.#startMs, hosts: before };
    const over = AbortSignal.any([signal, AbortSignal.timeout(durationMs)]);
    await Promise.all([this.#churn(over), this.#talk(over), this.#broadcast(over), this.#watch(over)]);
    const after = await this.#sampleHosts();
    const settledS = await this.#whole(SETTLE_MS);
    return this.#report({ joinedS, convergedS, settledS }, idle, before, after);
  }

  async #joinAll(): Promise<void> {
    const { peers, signal } = this.#options;
    const token = await this.#hosts[0]!.found('lab', idOf(0), peers);
    this.#running.add(0);
    const byHost = this.#hosts.map((_, h) =>
      Array.from({ length: peers }, (__, i) => i).filter((i) => i > 0 && this.#hostOf(i) === h),
    );
    const limitMs = Math.max(JOIN_MS_MIN, JOIN_MS_A_PEER * peers);
    const joining = this.#hosts.map((host, h) => host.join(token, byHost[h]!.map(idOf)));
    const tooLate = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    await Promise.race([Promise.all(joining), aborted(tooLate)]);
    if (signal.aborted) throw new Interrupted();
    if (tooLate.aborted) throw new Error(`${peers} peers did not join in ${limitMs / 1000} s: take fewer`);
    for (let i = 1; i < peers; i++) this.#running.add(i);
  }

  /** Waits until all know all; gives how long that took in seconds, or null. */
  async #whole(limitMs: number): Promise<number | null> {
    const startMs = machineMs();
    while (machineMs() - startMs < limitMs && !this.#options.signal.aborted) {
      const hosts = await this.#sampleHosts();
      if (sum(hosts, (each) => each.whole) === this.#running.size) return seconds(machineMs() - startMs);
      await pause(POLL_MS);
    }
    return null;
  }

  /** What each peer sends while nothing happens, a second. */
  async #idle(): Promise<Traffic> {
    const before = await this.#sampleHosts();
    const startMs = machineMs();
    await quiet(IDLE_MS, this.#options.signal);
    const after = await this.#sampleHosts();
    return this.#traffic(before, after, seconds(machineMs() - startMs), this.#running.size);
  }

  #traffic(before: HostSample[], after: HostSample[], passedS: number, peers: number): Traffic {
    const rate = (of: (host: HostSample) => number) =>
      (sum(after, of) - sum(before, of)) / Math.max(0.001, passedS) / Math.max(1, peers);
    return {
      linkBytesPerPeerS: rate((each) => each.linkBytes),
      wireBytesPerPeerS: rate((each) => each.wireBytes),
    };
  }

  async #churn(over: AbortSignal): Promise<void> {
    const { peers, churnPerMin, seed } = this.#options;
    if (churnPerMin === 0) return;
    const churn = new Churn(new SeededRandom(seed + 1), peers, churnPerMin);
    const returning: Promise<void>[] = [];
    for (;;) {
      if (!(await quiet(churn.waitMs(), over))) break;
      const departure = churn.depart();
      if (departure === null) continue;
      const { peer, ending, backAfterMs } = departure;
      this.#running.delete(peer);
      const host = this.#hosts[this.#hostOf(peer)]!;
      this.#changes.watch(idOf(peer), false, await host[ending](idOf(peer)));
      const goBack = async () => {
        // All come back in the end, so that it can be seen whether all is well again.
        await quiet(backAfterMs, over);
        this.#changes.watch(idOf(peer), true, await host.revive(idOf(peer)));
        this.#running.add(peer);
        churn.returned(peer);
      };
      returning.push(goBack());
    }
    await Promise.all(returning);
  }

  async #talk(over: AbortSignal): Promise<void> {
    const { messagesPerS } = this.#options;
    if (messagesPerS === 0) return;
    while (await quiet(1_000 / messagesPerS, over)) {
      if (this.#underWay >= UNDER_WAY_MAX) continue;
      const [from, to] = [this.#anybody(), this.#anybody()];
      if (from === to) continue;
      this.#underWay++;
      this.#hosts[this.#hostOf(from)]!.message(idOf(from), idOf(to))
        .catch(() => null)
        .then((ms) => {
          this.#underWay--;
          // Who went in the meantime gets it when it is back: not counted here.
          if (!this.#running.has(from) || !this.#running.has(to)) return;
          if (ms === null) this.#failed++;
          else this.#recentMs.push(ms);
        });
    }
  }

  async #broadcast(over: AbortSignal): Promise<void> {
    while (await quiet(BROADCAST_MS, over)) {
      const from = this.#anybody();
      const expected = this.#running.size - 1;
      const result = await this.#hosts[this.#hostOf(from)]!.broadcast(idOf(from)).catch(() => null);
      if (result === null) continue;
      this.#broadcastMs.push(result.ms);
      this.#reached += Math.min(result.count, expected);
      this.#missed += Math.max(0, expected - result.count);
    }
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
    const running = sum(hosts, (each) => each.running);
    const before = this.#last;
    const passedS = Math.max(0.001, (atMs - before.atMs) / 1000);
    const sample: Sample = {
      atS: seconds(atMs - this.#startMs),
      running,
      knowAll: running === 0 ? 0 : sum(hosts, (each) => each.whole) / running,
      ...this.#traffic(before.hosts, hosts, passedS, running),
      cpuShare: (sum(hosts, (each) => each.cpuS) - sum(before.hosts, (each) => each.cpuS)) / passedS,
      rssBytes: sum(hosts, (each) => each.rssBytes),
      messageMs: quantilesOf(this.#recentMs),
    };
    this.#last = { atMs, hosts };
    this.#messageMs.push(...this.#recentMs);
    this.#recentMs = [];
    this.#samples.push(sample);
    this.#options.onSample(sample);
  }

  async #sampleHosts(): Promise<HostSample[]> {
    const everybody = this.#running.size;
    const hosts = await Promise.all(this.#hosts.map((host) => host.sample(everybody)));
    for (const id of new Set(hosts.flatMap((each) => each.gone))) {
      const isWell = this.#running.has(Number(id.split('-')[1]));
      if (isWell && machineMs() - this.#changes.latestMs(id) > ECHO_MS) this.#wrongAlarms++;
    }
    return hosts;
  }

  #report(
    times: Pick<EmulateReport, 'joinedS' | 'convergedS' | 'settledS'>,
    idle: Traffic,
    before: HostSample[],
    after: HostSample[],
  ): EmulateReport {
    const { peers, hosts, delayMs, lossRate, churnPerMin, durationMs, seed, signal } = this.#options;
    const measuredS = Math.max(1, this.#samples.at(-1)?.atS ?? 1);
    const meanRunning = sum(this.#samples, (each) => each.running) / Math.max(1, this.#samples.length);
    return {
      settings: { peers, hosts, delayMs, lossRate, churnPerMin, durationMs, seed },
      shapers: this.#shapers,
      isInterrupted: signal.aborted,
      ...times,
      samples: this.#samples,
      gone: this.#changes.report('gone'),
      back: this.#changes.report('back'),
      wrongAlarms: this.#wrongAlarms,
      messages: { ms: quantilesOf([...this.#messageMs, ...this.#recentMs]), failed: this.#failed },
      broadcasts: { ms: quantilesOf(this.#broadcastMs), missed: this.#missed, reached: this.#reached },
      idle,
      busy: this.#traffic(before, after, measuredS, meanRunning),
      cpuShare: (sum(after, (each) => each.cpuS) - sum(before, (each) => each.cpuS)) / measuredS,
      rssBytesMax: Math.max(0, ...this.#samples.map((each) => each.rssBytes)),
      warnings: mergeCounts(after.map((each) => each.warnings)),
    };
  }

  #hostOf(peer: number): number {
    return peer % this.#hosts.length;
  }

  #anybody(): number {
    const all = [...this.#running];
    return all[Math.floor(this.#random.fraction() * all.length)]!;
  }
}

/** Asked to end before there was anything to report. */
export class Interrupted extends Error {}

function idOf(peer: number): string {
  return `peer-${peer}`;
}

/** Waits; false if that was cut short. */
async function quiet(ms: number, over: AbortSignal): Promise<boolean> {
  try {
    await pause(ms, undefined, { signal: over });
    return true;
  } catch {
    return false;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
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
