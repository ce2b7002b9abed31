// Broadcasts and suspicions after the time of the mesh was set back, as by the first time server of a mesh that was founded
// with a wrong date.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../src/link/session.ts';
import type { Peer } from '../src/peer/peer.ts';
import { hostOf, VirtualMesh } from '../src/virtual/index.ts';
import { noticeKinds } from '../src/wire/kinds.ts';

const PEERS = 10;

async function synchronised(seed: number): Promise<VirtualMesh> {
  const mesh = await VirtualMesh.create({ peers: PEERS, seed });
  await mesh.startAll();
  mesh.clock.run(30_000);
  return mesh;
}

/** The time servers that the root follows from now on are so far behind it. */
function setBack(mesh: VirtualMesh, byMs: number): void {
  const root = mesh.peers.find((peer) => peer?.clock.isRoot)!;
  const before = root.clock.nowMs();
  for (let i = 0; i < 30; i++) {
    root.clock.followServers(-byMs / 1_000, 0.001);
    mesh.clock.run(2_000);
  }
  mesh.clock.run(60_000);
  const movedMs = root.clock.nowMs() - before - 120_000;
  assert.ok(Math.abs(movedMs + byMs) < 1_000, `the mesh time moved by ${movedMs} ms`);
  for (const peer of mesh.peers)
    assert.ok(Math.abs(peer!.clock.nowMs() - root.clock.nowMs()) < 100, 'all follow it');
}

/** How many others have got a broadcast of each peer. */
async function broadcastAll(mesh: VirtualMesh): Promise<number[]> {
  const counts: number[] = [];
  for (const [i, peer] of mesh.peers.entries()) {
    void peer!.broadcast(`${i}`).then(({ count }) => {
      counts[i] = count;
    });
    mesh.clock.run(5_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return counts;
}

const ALL = new Array(PEERS).fill(PEERS - 1);

for (const byMs of [60_000, 9 * 60_000, 11 * 60_000, 3_600_000, 400 * 24 * 3_600_000])
  test(`after mesh time was set back by ${byMs / 60_000} min, each peer's broadcasts reach all, also those that restart`, async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const mesh = await synchronised(seed);
      assert.deepEqual(await broadcastAll(mesh), ALL, `seed ${seed}, before`);
      setBack(mesh, byMs);
      const restarted = seed + 3;
      mesh.crash(restarted);
      await mesh.start(restarted);
      mesh.clock.run(30_000);
      assert.deepEqual(await broadcastAll(mesh), ALL, `seed ${seed}, after`);
      mesh.clock.run(Math.min(byMs, 30 * 60_000));
      assert.deepEqual(await broadcastAll(mesh), ALL, `seed ${seed}, when that time comes again`);
      for (const peer of mesh.peers) {
        const texts = peer!.inbox.messages.map(({ from, sequence }) => `${from} ${sequence}`);
        assert.equal(new Set(texts).size, texts.length, 'none twice');
        assert.equal(texts.length, 3 * (PEERS - 1));
      }
    }
  });

test('a broadcast of before is not taken again: neither after mesh time was set back, nor while a clock is behind', async () => {
  const mesh = await synchronised(4);
  const [from, to] = [mesh.peers[3]!, mesh.peers[6]!];
  const overheard: Buffer[] = [];
  const tap = (peer: Peer) =>
    peer.switchboard.onOpen.push((session) => {
      const { notify } = session;
      session.notify = (kind, payload) => {
        if (kind === noticeKinds.broadcast) overheard.push(Buffer.from(payload));
        notify.call(session, kind, payload);
      };
    });
  tap(from);
  for (const session of [...from.switchboard.sessions()]) session.close('so that it is made anew');
  mesh.clock.run(5_000);
  void from.broadcast('once');
  mesh.clock.run(5_000);
  assert.ok(overheard.length > 0);
  assert.equal(to.inbox.messages.length, 1);
  // Restarted an hour behind, without a link: it has no mesh time, and all it knows is that it took a later one.
  mesh.clock.run(3_600_000);
  mesh.crash(6);
  mesh.clockErrorMs[6] = -3_600_000;
  mesh.network.partition([[hostOf(6)]]);
  mesh.storages[6]!.writeLog('inbox.log', []);
  const behind = await mesh.start(6);
  behind.inbox.skip('peer-3', Buffer.from('everyone'), mesh.clock.nowMs());
  replay(behind, overheard[0]!);
  assert.equal(behind.inbox.messages.length, 0);
  mesh.clockErrorMs[6] = 0;
  mesh.network.heal();
  mesh.clock.run(60_000);
  setBack(mesh, 3_700_000);
  for (const peer of mesh.peers) {
    if (peer === behind) continue;
    const count = peer!.inbox.messages.length;
    replay(peer!, overheard[0]!);
    assert.equal(peer!.inbox.messages.length, count, peer!.id);
  }
});

/** As if a neighbour had sent it now. */
function replay(peer: Peer, payload: Buffer): void {
  const session = { id: 'peer-9', usedMs: 0, notify() {}, flush() {}, isClosed: false };
  peer.switchboard.notice(session as unknown as Session, noticeKinds.broadcast, payload);
}
