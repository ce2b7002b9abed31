// Whole meshes on a virtual clock, reproducible by seed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOf, VirtualMesh } from '../src/virtual/index.ts';

const ALL_KNOW_MS = 3_000;

const deadEverywhere = (mesh: VirtualMesh, i: number) => () => mesh.seenAlive(i) === 0;
const textsOf = (mesh: VirtualMesh, i: number) =>
  mesh.peers[i]!.inbox.messages.map(({ body }) => Buffer.from(body).toString());

test('all peers discover each other', async () => {
  for (let seed = 0; seed < 5; seed++) {
    const mesh = await VirtualMesh.create({ peers: 12, seed });
    await mesh.startAll();
    assert.ok(mesh.isWhole(), `seed ${seed}`);
  }
});

test('the same seed gives the same run', async () => {
  const run = async () => {
    const lines: string[] = [];
    const mesh = await VirtualMesh.create({
      peers: 8,
      seed: 42,
      lossRate: 0.05,
      log: (_level, message, values) => lines.push(message + JSON.stringify(values)),
    });
    await mesh.startAll();
    mesh.network.silence(hostOf(3));
    mesh.clock.run(10_000);
    return [lines, mesh.clock.elapsedMs(), [...mesh.network.sentBytes]];
  };
  assert.deepEqual(await run(), await run());
});

test('a peer that loses power is known to be dead by all within 3 s', async () => {
  for (let seed = 0; seed < 30; seed++) {
    const mesh = await VirtualMesh.create({ peers: 16, seed });
    await mesh.startAll();
    mesh.clock.run(seed * 100);
    const victim = seed % 16;
    mesh.network.silence(hostOf(victim));
    const others = () =>
      mesh.peers.every((peer, i) => i === victim || !peer!.directory.isAlive(`peer-${victim}`));
    const tookMs = mesh.clock.runUntil(others, 10_000);
    assert.ok(tookMs !== null && tookMs <= ALL_KNOW_MS, `seed ${seed}: ${tookMs} ms`);
  }
});

test('a peer that is heard again while it is being probed is not declared dead', async () => {
  const lines: string[] = [];
  const mesh = await VirtualMesh.create({ peers: 7, seed: 1, log: (_level, message) => lines.push(message) });
  await mesh.startAll();
  mesh.clock.run(20_000);
  let isSuspected = false;
  for (const peer of mesh.peers)
    peer!.switchboard.onSilence.push(() => {
      isSuspected = true;
    });
  mesh.network.silence(hostOf(3));
  mesh.clock.runUntil(() => isSuspected, 5_000);
  mesh.network.heal();
  mesh.clock.run(5_000);
  assert.ok(lines.includes('suspicion was wrong'));
  assert.ok(!lines.includes('peer does not answer'));
});

test('a process that crashes is known to be dead by all within 3 s, and alive again after its restart', async () => {
  for (let seed = 0; seed < 12; seed++) {
    const mesh = await VirtualMesh.create({ peers: 10, seed });
    await mesh.startAll();
    const victim = seed % 10;
    mesh.crash(victim);
    const tookMs = mesh.clock.runUntil(deadEverywhere(mesh, victim), 10_000);
    assert.ok(tookMs !== null && tookMs <= ALL_KNOW_MS, `seed ${seed}: ${tookMs} ms`);
    await mesh.start(victim);
    assert.ok(mesh.clock.runUntil(() => mesh.isWhole(), 20_000) !== null, `seed ${seed}: does not come back`);
  }
});

test('a peer that leaves announces it, so that no failure detection is needed', async () => {
  const mesh = await VirtualMesh.create({ peers: 10, seed: 1 });
  await mesh.startAll();
  mesh.peers[4]!.stop();
  mesh.clock.run(300);
  for (const [i, peer] of mesh.peers.entries())
    if (i !== 4) assert.equal(peer!.directory.statusOf('peer-4'), 'left');
});

test('under loss and delay, false deaths are rare and short', async () => {
  const dead: string[] = [];
  for (let seed = 0; seed < 10; seed++) {
    const log = (_level: string, message: string) => message === 'peer does not answer' && dead.push(message);
    const mesh = await VirtualMesh.create({ peers: 12, seed, latencyMs: [5, 80], lossRate: 0.05, log });
    await mesh.startAll();
    mesh.clock.run(60_000);
    assert.ok(mesh.isWhole(), `seed ${seed}`);
  }
  // 5 % loss against a silence timeout of 1.8 s: one false death per twenty meshes and minute, revoked at once.
  assert.ok(dead.length <= 2, `${dead.length} times in ten minutes of twelve peers`);
});

test('two halves of a partitioned network reunite', async () => {
  for (let seed = 0; seed < 8; seed++) {
    const mesh = await VirtualMesh.create({ peers: 12, seed });
    await mesh.startAll();
    const half = Array.from({ length: 6 }, (_, i) => hostOf((i * 2 + seed) % 12));
    mesh.network.partition([half]);
    mesh.clock.run(30_000);
    for (const peer of mesh.peers)
      assert.equal(peer!.directory.tree.size, 6, `seed ${seed}: each half sees itself`);
    mesh.network.heal();
    assert.ok(mesh.clock.runUntil(() => mesh.isWhole(), 60_000) !== null, `seed ${seed}: does not heal`);
  }
});

test('messages arrive once each and in order, through loss, a partition and a restart of both ends', async () => {
  for (let seed = 0; seed < 15; seed++) {
    const mesh = await VirtualMesh.create({ peers: 8, seed, lossRate: 0.05 });
    await mesh.startAll();
    const [from, to] = [1 + (seed % 3), 5];
    const expected: string[] = [];
    for (let i = 0; i < 60; i++) {
      if (i === 20) mesh.network.partition([[hostOf(to)]]);
      if (i === 35) mesh.network.heal();
      if (i === 30) {
        mesh.crash(from);
        await mesh.start(from);
      }
      if (i === 45) {
        mesh.crash(to);
        await mesh.start(to);
      }
      expected.push(`message ${i}`);
      mesh.peers[from]!.send(`peer-${to}`, `message ${i}`);
      mesh.clock.run(100);
    }
    mesh.clock.runUntil(() => textsOf(mesh, to).length >= 60, 120_000);
    mesh.clock.run(20_000);
    assert.deepEqual(textsOf(mesh, to), expected, `seed ${seed}`);
  }
});

test('a broadcast reaches all peers, and its sender gets their number', async () => {
  for (let seed = 0; seed < 10; seed++) {
    const mesh = await VirtualMesh.create({ peers: 20, seed });
    await mesh.startAll();
    mesh.clock.run(1_000);
    let count = -1;
    mesh.peers[seed]!.broadcasts.send('message', Buffer.from('all hands'), (all) => {
      count = all;
    });
    mesh.clock.run(4_000);
    assert.equal(count, 19, `seed ${seed}`);
    for (let i = 0; i < 20; i++) assert.deepEqual(textsOf(mesh, i), i === seed ? [] : ['all hands']);
  }
});

test('a broadcast counts all peers, although unneeded links close while it is in flight', async () => {
  for (let seed = 0; seed < 10; seed++) {
    const mesh = await VirtualMesh.create({ peers: 20, seed, latencyMs: [60, 120] });
    await mesh.startAll();
    mesh.clock.run(5_000);
    for (let i = 0; i < 10; i++) {
      const far = mesh.peers[19 - i]!;
      mesh.peers[i]!.switchboard.connect(far.id, far.addresses);
    }
    mesh.clock.run(2_600 + 60 * seed);
    let count = -1;
    mesh.peers[seed]!.broadcasts.send('message', Buffer.from('all hands'), (all) => {
      count = all;
    });
    mesh.clock.run(4_000);
    assert.equal(count, 19, `seed ${seed}`);
  }
});

test('a sender that stops during a broadcast reports the count so far', async () => {
  const mesh = await VirtualMesh.create({ peers: 6, seed: 1, latencyMs: [200, 300] });
  await mesh.startAll();
  mesh.clock.run(5_000);
  let count = -1;
  mesh.peers[2]!.broadcasts.send('message', Buffer.from('all hands'), (all) => {
    count = all;
  });
  mesh.clock.run(50);
  mesh.crash(2);
  assert.ok(count >= 0);
});

test('a revoked peer has no links after a second, also with peers that were away', async () => {
  for (let seed = 0; seed < 8; seed++) {
    const mesh = await VirtualMesh.create({ peers: 16, seed });
    await mesh.startAll();
    const victim = 1 + (seed % 15);
    const away = 1 + ((seed + 3) % 15);
    mesh.crash(away);
    mesh.clock.run(5_000);
    assert.equal(mesh.peers[0]!.authority!.revoke(`peer-${victim}`, 'stolen'), null);
    mesh.clock.run(1_000);
    const isOut = () =>
      mesh.peers.every(
        (peer, i) => peer === null || i === victim || peer.switchboard.sessionOf(`peer-${victim}`) === null,
      );
    assert.ok(isOut(), `seed ${seed}`);
    await mesh.start(away);
    mesh.clock.run(20_000);
    assert.ok(isOut(), `seed ${seed}: after its return`);
    assert.equal(mesh.peers[away]!.directory.statusOf(`peer-${victim}`), 'revoked');
  }
});

test('clocks that jump by a day cause no false deaths', async () => {
  const mesh = await VirtualMesh.create({ peers: 10, seed: 9 });
  await mesh.startAll();
  mesh.clockErrorMs[3] = 24 * 3_600_000;
  mesh.clockErrorMs[4] = -4 * 60_000;
  mesh.clock.run(30_000);
  assert.ok(mesh.isWhole());
  mesh.peers[3]!.send('peer-7', 'from tomorrow');
  mesh.clock.run(2_000);
  assert.deepEqual(textsOf(mesh, 7), ['from tomorrow']);
});

test('an idle peer of a small mesh sends little', async () => {
  const mesh = await VirtualMesh.create({ peers: 44, seed: 3 });
  await mesh.startAll();
  // The mesh clock polls more often in its first minute.
  mesh.clock.run(120_000);
  const sum = () => [...mesh.network.sentBytes.values()].reduce((a, b) => a + b);
  const before = sum();
  mesh.clock.run(60_000);
  const bytesPerSecond = (sum() - before) / 60 / 40;
  assert.ok(bytesPerSecond < 30, `${bytesPerSecond} B/s before TLS`);
});

test('an isolated peer that returns, believing all others dead, convinces no other peer', async () => {
  for (const cut of [[3], [1, 2, 3, 4, 5]]) {
    const mesh = await VirtualMesh.create({ peers: 12, seed: 2 });
    await mesh.startAll();
    mesh.network.partition([cut.map(hostOf)]);
    mesh.clock.run(60_000);
    mesh.network.heal();
    const wrong: string[] = [];
    for (const peer of mesh.peers)
      peer!.directory.onChange.push((id, status) => {
        if (status === 'dead' && id !== peer!.id) wrong.push(`${peer!.id}: ${id}`);
      });
    assert.ok(mesh.clock.runUntil(() => mesh.isWhole(), 10_000) !== null);
    mesh.clock.run(5_000);
    assert.deepEqual(wrong, []);
  }
});

test('an isolated peer that believed all others dead is trusted again after its return', async () => {
  const mesh = await VirtualMesh.create({ peers: 44, seed: 3 });
  await mesh.startAll();
  mesh.network.partition([[hostOf(7)]]);
  const { directory: own } = mesh.peers[7]!;
  assert.ok(mesh.clock.runUntil(() => own.dead.size > 42, 90_000) !== null);
  mesh.network.heal();
  assert.ok(mesh.clock.runUntil(() => mesh.isWhole(), 60_000) !== null);
  mesh.clock.run(1_100);
  const { directory: observer } = mesh.peers[20]!;
  const { incarnation } = observer.announcementOf('peer-30')!;
  assert.equal(observer.isNews(own.accuse('peer-30', incarnation)), true);
});
