// The mesh's clock over whole virtual meshes: machines whose dates and rates are wrong, roots that come and go.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VirtualMesh } from '../src/virtual/index.ts';

const LAN_MS: [number, number] = [0.1, 0.9];

/** Milliseconds between the clocks of running peers that are the farthest apart. */
function spreadMs(mesh: VirtualMesh): number {
  const all = mesh.peers.flatMap((peer) => (peer === null ? [] : [peer.clock.nowMs()]));
  return Math.max(...all) - Math.min(...all);
}

function rootOf(mesh: VirtualMesh): number {
  const first = mesh.peers.find((peer) => peer !== null)!;
  return Number(first.directory.tree.root!.slice('peer-'.length));
}

async function started(peers: number, seed: number): Promise<VirtualMesh> {
  const mesh = await VirtualMesh.create({ peers, seed, latencyMs: LAN_MS });
  for (let i = 0; i < peers; i++) mesh.clockDriftPpm[i] = (mesh.random.fraction() - 0.5) * 200;
  return mesh;
}

test('a peer that comes with a date an hour wrong, or drifts 200 ppm, is right within a minute', async () => {
  for (let seed = 0; seed < 12; seed++) {
    const mesh = await started(9, seed);
    // Certificates begin when the world does: so that nobody's date lies before that.
    mesh.clockErrorMs.fill(7_200_000);
    const late = seed % 9;
    for (let i = 0; i < 9; i++) if (i !== late) await mesh.start(i);
    mesh.clock.run(10_000);
    const [errorMs, ppm] = seed % 2 === 0 ? [3_600_000, -200] : [-3_600_000, 200];
    mesh.clockErrorMs[late]! += errorMs;
    mesh.clockDriftPpm[late] = ppm;
    const other = mesh.peers[(late + 1) % 9]!;
    const before = other.clock.nowMs() - mesh.clock.elapsedMs();
    await mesh.start(late);
    mesh.clock.run(60_000);
    const { clock } = mesh.peers[late]!;
    const offMs = Math.abs(clock.nowMs() - other.clock.nowMs());
    assert.ok(offMs < 1, `seed ${seed}: ${offMs} ms`);
    assert.ok(offMs <= clock.uncertaintyMs() + other.clock.uncertaintyMs(), `seed ${seed}`);
    assert.ok(Math.abs(clock.state().wallAhead * 1000 - errorMs) < 100);
    const movedMs = Math.abs(other.clock.nowMs() - mesh.clock.elapsedMs() - before);
    assert.ok(movedMs < 20, `seed ${seed}: it moved the others by ${movedMs} ms`);
  }
});

test('when the root crashes, and when it comes back with another date, the time goes on', async () => {
  for (let seed = 0; seed < 6; seed++) {
    const mesh = await started(9, seed);
    await mesh.startAll();
    mesh.clock.run(30_000);
    const root = rootOf(mesh);
    const watched = mesh.peers[(root + 1) % 9]!;
    const steps = watched.clock.state().steps;
    const founder = watched.clock.state().founder;
    mesh.crash(root);
    let before = { elapsedMs: mesh.clock.elapsedMs(), nowMs: watched.clock.nowMs() };
    for (let i = 0; i < 900; i++) {
      if (i === 300) {
        mesh.clockErrorMs[root] = 3_600_000;
        await mesh.start(root);
      }
      mesh.clock.run(100);
      const now = { elapsedMs: mesh.clock.elapsedMs(), nowMs: watched.clock.nowMs() };
      const jumpMs = Math.abs(now.nowMs - before.nowMs - (now.elapsedMs - before.elapsedMs));
      assert.ok(jumpMs <= watched.clock.uncertaintyMs() + 0.05, `seed ${seed}: ${jumpMs} ms at ${i}`);
      before = now;
    }
    assert.equal(rootOf(mesh), root);
    assert.ok(spreadMs(mesh) < 1, `seed ${seed}: ${spreadMs(mesh)} ms`);
    assert.deepEqual([watched.clock.state().steps, watched.clock.state().founder], [steps, founder]);
    assert.equal(mesh.peers[root]!.clock.state().level, 0);
  }
});

test('two halves that never met, each with its time, come to the older one', async () => {
  const mesh = await started(8, 5);
  const hosts = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => `10.0.0.${i}:5001`);
  mesh.network.partition([hosts.filter((_, i) => i % 2 === 0), hosts.filter((_, i) => i % 2 === 1)]);
  for (const i of [0, 2, 4, 6]) await mesh.start(i);
  mesh.clock.run(20_000);
  for (const i of [1, 3, 5, 7]) {
    mesh.clockErrorMs[i] = 600_000;
    await mesh.start(i);
  }
  mesh.clock.run(30_000);
  assert.ok(spreadMs(mesh) > 590_000);
  const { founder } = mesh.peers[0]!.clock.state();
  const firstMs = mesh.peers[0]!.clock.nowMs() - mesh.clock.elapsedMs();
  mesh.network.heal();
  mesh.clock.run(90_000);
  assert.ok(mesh.isWhole());
  assert.ok(spreadMs(mesh) < 1, `${spreadMs(mesh)} ms`);
  for (const peer of mesh.peers) assert.equal(peer!.clock.state().founder, founder);
  assert.ok(Math.abs(mesh.peers[1]!.clock.nowMs() - mesh.clock.elapsedMs() - firstMs) < 50);
});
