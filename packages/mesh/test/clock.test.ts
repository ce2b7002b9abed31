// The mesh clock in whole virtual meshes: machines with wrong dates and rates, roots that change.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../src/link/session.ts';
import type { Peer } from '../src/peer/peer.ts';
import { VirtualMesh } from '../src/virtual/index.ts';
import { noticeKinds } from '../src/wire/kinds.ts';

const LAN_MS: [number, number] = [0.1, 0.9];

/** Maximum difference between the clocks of running peers, in milliseconds. */
function spreadMs(mesh: VirtualMesh): number {
  const all = mesh.peers.flatMap((peer) => (peer === null ? [] : [peer.clock.nowMs()]));
  return Math.max(...all) - Math.min(...all);
}

function rootOf(mesh: VirtualMesh): number {
  const first = mesh.peers.find((peer) => peer !== null)!;
  return Number(first.directory.tree.root!.slice('peer-'.length));
}

/** Whether all running peers keep the same era. */
function hasOneTime(mesh: VirtualMesh): boolean {
  return (
    new Set(mesh.peers.flatMap((peer) => (peer === null ? [] : [peer.clock.state().founder]))).size === 1
  );
}

async function started(peers: number, seed: number): Promise<VirtualMesh> {
  const mesh = await VirtualMesh.create({ peers, seed, latencyMs: LAN_MS });
  for (let i = 0; i < peers; i++) mesh.clockDriftPpm[i] = (mesh.random.fraction() - 0.5) * 200;
  return mesh;
}

test('a peer whose date is an hour wrong or whose clock drifts 200 ppm is right within a minute', async () => {
  for (let seed = 0; seed < 12; seed++) {
    const mesh = await started(9, seed);
    // No date may lie before the start of the certificates' validity.
    mesh.clockErrorMs.fill(7_200_000);
    const late = seed % 9;
    for (let i = 0; i < 9; i++) if (i !== late) await mesh.start(i);
    mesh.clock.run(10_000);
    // Two peers that start together may found an era each: until the others adopt one, there is no reference.
    const waitedMs = mesh.clock.runUntil(() => hasOneTime(mesh), 120_000);
    assert.notEqual(waitedMs, null, `seed ${seed}: the others have one time`);
    const [errorMs, ppm] = seed % 2 === 0 ? [3_600_000, -200] : [-3_600_000, 200];
    mesh.clockErrorMs[late]! += errorMs;
    mesh.clockDriftPpm[late] = ppm;
    const other = mesh.peers[(late + 1) % 9]!;
    const before = other.clock.nowMs() - mesh.clock.elapsedMs();
    await mesh.start(late);
    mesh.clock.run(60_000);
    const { clock } = mesh.peers[late]!;
    const offMs = Math.abs(clock.nowMs() - other.clock.nowMs());
    // A root that has just returned has only a few seconds of samples: three in ten are off by more than 1 ms.
    assert.ok(offMs < (clock.isRoot ? 10 : 1), `seed ${seed}: ${offMs} ms`);
    assert.ok(offMs <= clock.uncertaintyMs() + other.clock.uncertaintyMs(), `seed ${seed}`);
    assert.ok(Math.abs(clock.state().wallAhead * 1000 - errorMs) < 100);
    const movedMs = Math.abs(other.clock.nowMs() - mesh.clock.elapsedMs() - before);
    assert.ok(movedMs < 20, `seed ${seed}: it moved the others by ${movedMs} ms`);
  }
});

test('at no time do two peers claim to lead, even while two former leaders meet', async () => {
  for (let seed = 0; seed < 6; seed++) {
    const mesh = await started(5, seed);
    // Alone first, so that each founds an era; then they meet.
    mesh.bootstrap = [];
    for (let i = 0; i < 5; i++) await mesh.start(i);
    mesh.clock.run(8_000);
    const all = mesh.peers.map((peer) => peer!);
    assert.ok(
      all.every(({ clock }) => clock.state().isRoot),
      `seed ${seed}: each leads itself`,
    );
    const [first] = all;
    for (const each of all.slice(1)) each.switchboard.connectTo(first!.addresses[0]!, () => {});
    mesh.clock.runUntil(() => mesh.isWhole(), 30_000);
    for (let ms = 0; ms < 200_000; ms += 250) {
      mesh.clock.run(250);
      const leaders = all.filter(({ clock }) => clock.state().isRoot);
      if (mesh.isWhole()) assert.ok(leaders.length <= 1, `seed ${seed}, ${ms} ms`);
    }
    for (const { clock } of all) assert.ok(clock.state().uncertaintyMs !== null, `seed ${seed}`);
    assert.equal(all.filter(({ clock }) => clock.state().isRoot).length, 1);
  }
});

test('the mesh time continues when the root crashes, and when it returns with another date', async () => {
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

test('two halves with separate mesh times adopt the older one when they meet', async () => {
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

/** Makes a peer claim an era much older than all others, and an hour ahead. */
function makeLiar(peer: Peer): void {
  const sessions = new Set<Session>();
  const spoil = () => {
    for (const session of peer.switchboard.sessions()) {
      if (sessions.has(session)) continue;
      sessions.add(session);
      const notify = session.notify.bind(session);
      session.notify = (kind, payload) => {
        const bytes = Buffer.from(payload);
        // The first question and the first answer of a burst state the era: its founder, then its age.
        const at = kind === noticeKinds.timeQuestion && bytes.length === 14 ? 2 : 14;
        if (kind === noticeKinds.timeAnswer)
          bytes.writeBigInt64BE(bytes.readBigInt64BE(2) + 3_600_000_000_000n, 2);
        if (
          (kind === noticeKinds.timeQuestion && at === 2) ||
          (kind === noticeKinds.timeAnswer && bytes.length === 32)
        ) {
          bytes.writeUInt32BE(1, at);
          bytes.writeDoubleBE(1e9, at + 4);
          // Claims to be certain, to be the root, and not to follow the asker.
          if (at === 14) bytes.writeFloatBE(1e-4, 26);
          if (at === 14) bytes.fill(0, 30);
        }
        notify(kind, bytes);
      };
    }
  };
  spoil();
  peer.switchboard.onOpen.push(spoil);
}

/** A leaf of the tree, which no peer follows. */
function leafOf(mesh: VirtualMesh): number {
  return mesh.peers.findIndex(
    (peer) => peer !== null && peer.directory.tree.childrenOf(peer.id).length === 0,
  );
}

test('a single peer that claims an older time changes no clock, even after a restart of the root', async () => {
  for (let seed = 0; seed < 6; seed++) {
    const mesh = await started(9, seed);
    await mesh.startAll();
    mesh.clock.run(seed % 2 === 0 ? 5_000 : 90_000);
    const liar = leafOf(mesh);
    const honest = () => mesh.peers.filter((peer, i) => peer !== null && i !== liar) as Peer[];
    const { founder } = honest()[0]!.clock.state();
    const before = honest().map((peer) => peer.clock.nowMs() - mesh.clock.elapsedMs());
    makeLiar(mesh.peers[liar]!);
    mesh.clock.run(90_000);
    for (const [i, peer] of honest().entries()) {
      assert.equal(peer.clock.state().founder, founder, `seed ${seed}: ${peer.id} follows the liar`);
      const movedMs = Math.abs(peer.clock.nowMs() - mesh.clock.elapsedMs() - before[i]!);
      assert.ok(movedMs < 100, `seed ${seed}: ${peer.id} was moved by ${movedMs} ms`);
    }
    const root = rootOf(mesh);
    if (root === liar) continue;
    mesh.crash(root);
    mesh.clock.run(10_000);
    mesh.clockErrorMs[root] = 7_000_000;
    await mesh.start(root);
    mesh.clock.run(90_000);
    for (const peer of honest())
      assert.equal(peer.clock.state().founder, founder, `seed ${seed}: after the root came back`);
  }
});

test('a peer that returns alone with an older time adopts that of all others', async () => {
  const mesh = await started(9, 3);
  const hosts = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => `10.0.0.${i}:5001`);
  mesh.network.partition([hosts.slice(0, 8), hosts.slice(8)]);
  mesh.clockErrorMs[8] = 600_000;
  await mesh.start(8);
  mesh.clock.run(60_000);
  for (let i = 0; i < 8; i++) await mesh.start(i);
  mesh.clock.run(100_000);
  const { founder } = mesh.peers[0]!.clock.state();
  const beforeMs = mesh.peers[0]!.clock.nowMs() - mesh.clock.elapsedMs();
  mesh.network.heal();
  mesh.clock.run(180_000);
  assert.ok(mesh.isWhole());
  for (const peer of mesh.peers) assert.equal(peer!.clock.state().founder, founder);
  assert.ok(Math.abs(mesh.peers[0]!.clock.nowMs() - mesh.clock.elapsedMs() - beforeMs) < 50);
  assert.ok(spreadMs(mesh) < 1, `${spreadMs(mesh)} ms`);
});

test('the log names the peer that changed an established time, and is not flooded', async () => {
  const moves: string[] = [];
  const mesh = await VirtualMesh.create({
    peers: 2,
    seed: 3,
    latencyMs: LAN_MS,
    log: (_level, message, values) => {
      if (message === 'mesh time was moved') moves.push(`${values?.peer}`);
    },
  });
  await mesh.startAll();
  mesh.clock.run(60_000);
  const root = mesh.peers[rootOf(mesh)]!;
  assert.deepEqual(moves, []);
  for (let i = 1; i <= 20; i++) {
    root.clock.followServers(i * 3_600, 0.001);
    mesh.clock.run(5_000);
  }
  assert.ok(moves.length >= 1 && moves.length <= 5, `${moves.length} lines`);
  assert.ok(moves.every((id) => id === root.id));
});
