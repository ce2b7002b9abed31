// How far apart the clocks of peers are. Two peers as two processes over TLS on loopback, compared by the counter that both read; or a whole mesh on a virtual
// network with jitter, dates that are hours wrong, and rates that differ by up to 200 ppm.

import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argumentsOf, positive } from '../../../scripts/bench/arguments.ts';
import {
  callPeer,
  FolderStorage,
  foundMesh,
  joinMesh,
  parseToken,
  runPeer,
  systemRuntime,
} from '../src/index.ts';
import { VirtualMesh } from '../src/virtual/index.ts';

/** Between two looks at a clock. */
const LOOK_MS = 20;

const HELP = `Measures how far apart the clocks of peers are.

  node packages/mesh/bench/clock.ts [options]

  --virtual PEERS   a whole mesh on a virtual network (default: two processes over TLS on loopback)
  --seconds N       how long (30)

Example: node packages/mesh/bench/clock.ts --virtual 50
`;

const { values } = argumentsOf(HELP, {
  // Of the process that this one starts.
  child: { type: 'string' },
  virtual: { type: 'string' },
  seconds: { type: 'string', default: '30' },
});
const seconds = positive('--seconds', values.seconds);

if (values.child !== undefined) await child(values.child);
else if (values.virtual !== undefined) await virtual(positive('--virtual', values.virtual));
else await twoProcesses();

/** Tells its parent process, again and again, what both counters showed at one moment. */
async function child(folder: string): Promise<void> {
  const { peer, stop } = await runPeer({ runtime: systemRuntime(), folder });
  const timer = setInterval(() => {
    const before = process.hrtime.bigint();
    const meshNs = peer.clock.nowNs();
    const after = process.hrtime.bigint();
    // Put aside by the kernel in between: that would be measured, not the clocks.
    if (after - before > 10_000n) return;
    const steadyNs = (before + after) / 2n;
    process.send!({
      steadyNs: String(steadyNs),
      meshNs: String(meshNs),
      boundMs: peer.clock.uncertaintyMs(),
    });
  }, LOOK_MS);
  process.once('disconnect', () => {
    clearInterval(timer);
    void stop();
  });
}

interface Look {
  steadyNs: bigint;
  /** Mesh time less the counter that all processes of a host share. */
  aheadNs: number;
  boundMs: number;
}

async function twoProcesses(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'eyrie-bench-clock-'));
  const folder = (id: string) => join(home, id);
  const settings = (id: string) => ({ id, host: '127.0.0.1', port: 0, advertise: [], bootstrap: [] });
  foundMesh(new FolderStorage(folder('peer-0')), systemRuntime(), 'bench', settings('peer-0'), null);
  const looks: Look[][] = [[], []];
  const startNs = process.hrtime.bigint();
  const start = (id: string, into: Look[]) => {
    const process_ = fork(import.meta.filename, ['--child', folder(id)]);
    process_.on('message', (each: { steadyNs: string; meshNs: string; boundMs: number | null }) => {
      const steadyNs = BigInt(each.steadyNs);
      const aheadNs = Number(BigInt(each.meshNs) - steadyNs - 1_700_000_000_000_000_000n);
      into.push({ steadyNs, aheadNs, boundMs: each.boundMs ?? Number.POSITIVE_INFINITY });
    });
    return process_;
  };
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const first = start('peer-0', looks[0]!);
  while (looks[0]!.length === 0) await pause(50);
  const { token } = (await callPeer(folder('peer-0'), 'invite', { ttlMs: 3_600_000 })) as { token: string };
  await joinMesh({
    runtime: systemRuntime(),
    storage: new FolderStorage(folder('peer-1')),
    invitation: parseToken(token),
    settings: settings('peer-1'),
    waitMs: 0,
    onWaiting: () => {},
  });
  const second = start('peer-1', looks[1]!);
  await pause(seconds * 1000 + 10_000);
  first.disconnect();
  second.disconnect();
  await pause(500);
  rmSync(home, { recursive: true, force: true });
  // The first ten seconds are for finding each other.
  const isLate = ({ steadyNs }: Look) => steadyNs > startNs + 10_000_000_000n;
  const [a, b] = looks.map((all) => all.filter(isLate)) as [Look[], Look[]];
  const apartUs = b.map((look) => Math.abs(look.aheadNs - nearest(a, look.steadyNs).aheadNs) / 1000);
  const bounds = b.map((look) => (look.boundMs + nearest(a, look.steadyNs).boundMs) * 1000);
  const within = apartUs.filter((each, i) => each <= bounds[i]!).length / apartUs.length;
  console.log(`two processes, ${seconds} s, ${apartUs.length} looks: apart ${spread(apartUs)} µs`);
  console.log(`what they say of it: ${spread(bounds)} µs; true in ${(within * 100).toFixed(1)} %`);
}

function nearest(all: readonly Look[], steadyNs: bigint): Look {
  const distance = (look: Look) => Math.abs(Number(look.steadyNs - steadyNs));
  return all.reduce((best, each) => (distance(each) < distance(best) ? each : best));
}

function spread(all: readonly number[]): string {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!.toFixed(1);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`;
}

/** Latency 0.2 to 1.2 ms one way, each segment anew: worse than a wired LAN, about a busy Wi-Fi. */
async function virtual(peers: number): Promise<void> {
  const mesh = await VirtualMesh.create({ peers, seed: 1, latencyMs: [0.2, 1.2] });
  const HOUR_MS = 3_600_000;
  for (let i = 0; i < peers; i++) {
    mesh.clockErrorMs[i] = 2 * HOUR_MS + (mesh.random.fraction() - 0.5) * HOUR_MS;
    mesh.clockDriftPpm[i] = (mesh.random.fraction() - 0.5) * 400;
  }
  await mesh.startAll(2_000);
  for (let minute = 1; minute <= 3; minute++) {
    mesh.clock.run(60_000);
    const root = mesh.peers.find((peer) => peer!.clock.isRoot)!;
    const apartMs = mesh.peers.map((peer) => Math.abs(peer!.clock.nowMs() - root.clock.nowMs()));
    const levels = Math.max(...mesh.peers.map((peer) => peer!.clock.state().level));
    const isWithin = mesh.peers.every(
      (peer, i) => apartMs[i]! <= peer!.clock.uncertaintyMs() + root.clock.uncertaintyMs(),
    );
    console.log(
      `${peers} virtual peers, ${levels} levels, after ${minute} min: from the root ${spread(apartMs.map((ms) => ms * 1000))} µs; ` +
        `within what they say of it: ${isWithin ? 'all' : 'NOT ALL'}`,
    );
  }
}
