// Machines suspended for longer than the lifetime of their certificates, on a virtual clock.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLeaf } from '../src/identity/certificate.ts';
import { elapsedClock } from '../src/runtime.ts';
import { VirtualMesh } from '../src/virtual/index.ts';

/** Initial certificates of a virtual mesh are valid for a year, renewed ones for a day. */
const NIGHTS_MS = 400 * 24 * 3_600_000;

const HOUR_MS = 3_600_000;

async function asleep(peers: number, seed: number) {
  const mesh = await VirtualMesh.create({ peers, seed });
  await mesh.startAll();
  mesh.clock.run(5_000);
  for (let i = 0; i < peers; i++) mesh.clockErrorMs[i] = NIGHTS_MS;
  // Signatures are made and verified outside of virtual time.
  const run = async (ms: number) => {
    for (let atMs = 0; atMs < ms; atMs += 500) {
      mesh.clock.run(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { mesh, run };
}

test('peers suspended past the expiry of their certificates renew them and reconnect', async () => {
  for (const seed of [1, 2]) {
    const { mesh, run } = await asleep(6, seed);
    await run(300_000);
    assert.ok(mesh.isWhole(), `seed ${seed}`);
    for (const peer of mesh.peers) {
      const { expiresMs } = readLeaf(peer!.standing.certificate)!;
      assert.ok(expiresMs > mesh.clock.nowMs() + NIGHTS_MS, peer!.id);
      assert.equal(peer!.shutOut, null);
    }
  }
});

test('elapsed time includes sleep, but not a change of the wall clock', () => {
  let [counterMs, dateMs, upMs] = [1_000, 1.8e12, 50_000];
  const pass = (ms: number, ...clocks: ('counter' | 'date' | 'up')[]) => {
    if (clocks.includes('counter')) counterMs += ms;
    if (clocks.includes('date')) dateMs += ms;
    if (clocks.includes('up')) upMs += ms;
  };
  const elapsedMs = elapsedClock(() => counterMs, { dateMs: () => dateMs, upMs: () => upMs });
  const startMs = elapsedMs();
  pass(10_000, 'counter', 'date', 'up');
  assert.equal(elapsedMs() - startMs, 10_000);
  pass(HOUR_MS, 'date', 'up');
  assert.equal(elapsedMs() - startMs, HOUR_MS + 10_000);
  pass(HOUR_MS, 'date');
  pass(1_000, 'counter', 'date', 'up');
  assert.equal(elapsedMs() - startMs, HOUR_MS + 11_000);
});

test('a coordinator that was suspended requests the missing readings and takes no stale one as new', async () => {
  for (const seed of [3, 4]) {
    const mesh = await VirtualMesh.create({ peers: 6, seed });
    await mesh.startAll();
    const coordinator = mesh.peers.findIndex((peer) => peer!.directory.tree.root === peer!.id);
    const { skyeye } = mesh.peers[coordinator]!;
    skyeye.keepRecords();
    const other = mesh.peers.findIndex((_, i) => i !== coordinator);
    const id = `peer-${other}`;
    // The others continue to measure every ten seconds; their samples of the meantime have their times.
    const measure = async (rounds: number) => {
      for (let i = 0; i < rounds; i++) {
        for (const peer of mesh.peers) peer!.skyeye.report({ 'cpu.free': 50 });
        for (let k = 0; k < 20; k++) {
          mesh.clock.run(500);
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    };
    await measure(8);
    const { records } = skyeye;
    const before = records!.of(id)!.length;
    const asked = records!.requested;
    mesh.sleptMs[coordinator] = HOUR_MS;
    mesh.clock.run(1);
    await measure(4);
    assert.ok(mesh.isWhole(), `seed ${seed}: nobody is held for dead`);
    assert.ok(records!.requested > asked, `seed ${seed}: what lies in the hole was asked for`);
    const times = records!.of(id)!.map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((atMs, i) => atMs - times[i]!);
    assert.ok(Math.max(...gaps) > HOUR_MS / 2, `seed ${seed}: ${Math.max(...gaps)} ms`);
    assert.ok(times.length > before);
    assert.ok(skyeye.view()!.readings.oldestMs < 60_000, `seed ${seed}: nothing old counts`);
  }
});

test('a peer that was away while the root was replaced and retired renews its certificate and rejoins', async () => {
  const mesh = await VirtualMesh.create({ peers: 4, seed: 5 });
  await mesh.startAll();
  const run = async (ms: number) => {
    for (let atMs = 0; atMs < ms; atMs += 500) {
      mesh.clock.run(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const authority = mesh.peers[0]!.authority!;
  mesh.crash(3);
  authority.rotate(() => {});
  // A third root would retire the first one, which issued all certificates.
  assert.match(authority.whyNotRotate()!, /changed already, .* for 24 hours yet/);
  await run(90_000);
  assert.equal(authority.retire(true), null);
  await mesh.start(3);
  await run(90_000);
  assert.ok(mesh.isWhole());
  assert.equal(mesh.peers[3]!.shutOut, null);
});
