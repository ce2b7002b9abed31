// The setup of a mesh benchmark: real peers over TLS on loopback, in one process with a thread per core. The main thread
// only calls hosts and prints.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { argumentsOf, positive, positiveInteger, wrong } from '../../../scripts/bench/arguments.ts';
import type { Calls, Hosted } from '../src/hosting/calls.ts';
import type { Host, HostOptions, HostSample } from '../src/hosting/host.ts';
import { machineMs } from '../src/hosting/machine.ts';
import { quantilesOf } from '../src/quantiles.ts';

const POLL_MS = 5;

/** Starts a host in a thread. */
type Start<H> = (options: HostOptions) => Hosted<H>;

export interface Stage<H> {
  /** Peers are assigned to them in turn. */
  hosts: Calls<H>[];
  /** `peer-0`, the authority, and so on. */
  ids: string[];
  isJoinOnly: boolean;
  /** How long the idle peers are measured. */
  idleS: number;
  /** Where CPU profiles of the idle time go; null: none are taken. */
  profiles: string | null;
  /** Where heap snapshots go that are taken after it; null: none are taken. */
  heaps: string | null;
  hostOf(id: string): Calls<H>;
  /** To be called after errors too. */
  end(): Promise<void>;
}

const HELP = `Measures a mesh of many peers in the threads of one process.

  npm run bench:mesh -- [PEERS] [join] [options]
  npm run bench:queries -- [PEERS] [--threads N]

  PEERS               (1000)
  join                only how long they take to join
  --threads N         (one for each processor)
  --idle SECONDS      how long the idle peers are measured (10)
  --profiles FOLDER   CPU profiles of the idle time go there
  --heaps FOLDER      heap snapshots of the idle peers go there

Example: npm run bench:mesh -- 200 --idle 5
`;

/** Makes the threads, without peers. */
export function openStage<H extends Host>(start: Start<H>): Stage<H> {
  const { values, positionals } = argumentsOf(
    HELP,
    {
      threads: { type: 'string', default: String(availableParallelism()) },
      idle: { type: 'string', default: '10' },
      profiles: { type: 'string' },
      heaps: { type: 'string' },
    },
    [0, 2],
  );
  const [peers = '1000', only = ''] = positionals;
  if (only !== '' && only !== 'join') wrong(`${only} is not "join"`);
  const count = positiveInteger('PEERS', peers);
  const threads = Math.min(count, positiveInteger('--threads', values.threads));
  const idleS = positive('--idle', values.idle);
  const home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'eyrie-bench-'));
  // Without `end`, threads may still be writing.
  process.once('exit', () => rmSync(home, { recursive: true, force: true, maxRetries: 10 }));
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  const hosted = Array.from({ length: threads }, (_, h) => {
    const place = { name: `thread ${h}`, address: '127.0.0.1', home, isUnshaped: true };
    return start({ ...place, delayMs: 0, lossRate: 0, seed: h, peers: count, intervalMs: 0 });
  });
  const hosts = hosted.map(({ calls }) => calls);
  const end = async () => {
    await Promise.all(hosted.map((each) => each.end()));
  };
  const ids = Array.from({ length: count }, (_, i) => `peer-${i}`);
  const hostOf = (id: string) => hosts[Number(id.split('-')[1]) % threads]!;
  const { profiles = null, heaps = null } = values;
  return { hosts, ids, isJoinOnly: only === 'join', idleS, profiles, heaps, hostOf, end };
}

/** The first peer founds the mesh; the others join by its invitation. */
export async function joinAll({ hosts, ids, hostOf }: Stage<Host>): Promise<void> {
  const token = await hosts[0]!.found('bench', ids[0]!, ids.length);
  const others = ids.slice(1);
  await Promise.all(
    hosts.map((host) =>
      host.join(
        token,
        others.filter((id) => hostOf(id) === host),
      ),
    ),
  );
}

/** The results of all hosts. */
export function ofAll<H, T>({ hosts }: Stage<H>, ask: (host: Calls<H>) => Promise<T>): Promise<T[]> {
  return Promise.all(hosts.map(ask));
}

/** Sum over all hosts. */
export async function countOf(stage: Stage<Host>, of: (host: HostSample) => number): Promise<number> {
  const samples = await ofAll(stage, (host) => host.sample(stage.ids.length));
  return samples.reduce((sum, each) => sum + of(each), 0);
}

/** Waits until the condition holds at all hosts; returns the milliseconds it took. */
export async function until<H>(
  stage: Stage<H>,
  isSo: (host: Calls<H>) => Promise<boolean>,
  limitMs: number,
): Promise<number> {
  const startMs = machineMs();
  while (machineMs() - startMs < limitMs) {
    const answers = await ofAll(stage, isSo);
    if (answers.every((each) => each)) return machineMs() - startMs;
    await pause(POLL_MS);
  }
  return Number.POSITIVE_INFINITY;
}

export function pick<T>(all: readonly T[]): T {
  return all[Math.floor(Math.random() * all.length)]!;
}

/** Of the process, with all threads. */
export function memoryMb(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}

/** User and system time of all threads. */
export function cpuS(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export function spread(all: readonly number[]): string {
  const { p50, p99, max, count } = quantilesOf(all);
  const [half, most, worst] = [p50, p99, max].map((ms) => ms.toFixed(2));
  return `p50 ${half} ms, p99 ${most} ms, max ${worst} ms (${count})`;
}

export function print(what: string, figures: string): void {
  console.log(`${`${what}:`.padEnd(24)}${figures}`);
}
