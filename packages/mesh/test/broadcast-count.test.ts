// The count that the sender of a broadcast gets, on a virtual clock with loss and broken links.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../src/link/session.ts';
import { broadcast as broadcastText, routedCount, signCount } from '../src/messages/broadcast-text.ts';
import { routed } from '../src/messages/routing.ts';
import { Tally } from '../src/messages/tally.ts';
import type { Peer } from '../src/peer/peer.ts';
import { VirtualClock, VirtualMesh } from '../src/virtual/index.ts';
import { noticeKinds, routedKinds } from '../src/wire/kinds.ts';
import { decode, encode, type Shape } from '../src/wire/schema.ts';

const PEERS = 20;

async function meshOf(seed: number, latencyMs: [number, number] = [10, 30]): Promise<VirtualMesh> {
  const mesh = await VirtualMesh.create({ peers: PEERS, seed, latencyMs });
  await mesh.startAll();
  mesh.clock.run(10_000);
  return mesh;
}

function neighboursOf(mesh: VirtualMesh, peer: Peer | null): Peer[] {
  const ids = new Set([...peer!.switchboard.sessions()].map(({ id }) => id));
  return mesh.peers.filter((each) => each !== null && ids.has(each.id)) as Peer[];
}

/** Broadcasts from a peer. Resolves to the count, how many have it, and how long the sender waited. */
function broadcast(mesh: VirtualMesh, from: number) {
  let count: number | null = null;
  const beganMs = mesh.clock.elapsedMs();
  mesh.peers[from]!.broadcasts.send('message', Buffer.from('all hands'), (all) => {
    count = all;
  });
  mesh.clock.runUntil(() => count !== null, 30_000);
  const have = mesh.peers.filter(
    (peer, i) => i !== from && peer?.inbox.messages.some((message) => message.from === `peer-${from}`),
  ).length;
  return { count: count!, have, tookMs: mesh.clock.elapsedMs() - beganMs };
}

test('with a loss of 30 % most that have a broadcast are counted, and never more', async () => {
  let [counted, had] = [0, 0];
  for (let seed = 1; seed <= 16; seed++) {
    const mesh = await meshOf(seed);
    mesh.network.lossRate = 0.3;
    mesh.clock.run(3_000);
    const { count, have, tookMs } = broadcast(mesh, seed % PEERS);
    assert.ok(count <= have, `seed ${seed}: ${count} of ${have}`);
    assert.ok(tookMs <= 10_000, `seed ${seed}: ${tookMs} ms`);
    counted += count;
    had += have;
    for (const peer of mesh.peers) peer?.kill();
  }
  assert.ok(counted >= 0.75 * had, `${counted} of ${had}`);
});

test('a count is not lost with the link that carried it', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const mesh = await meshOf(seed, [100, 120]);
    const sender = mesh.peers[seed]!;
    // Everybody has it by then, and the counts are on their way.
    mesh.clock.after(300, () => {
      for (const session of sender.switchboard.sessions()) session.link.destroy('cut');
    });
    const { count, have } = broadcast(mesh, seed);
    assert.deepEqual([count, have], [PEERS - 1, PEERS - 1], `seed ${seed}`);
  }
});

test('where all have it the sender waits no longer than the counts take; a silent peer costs a bounded time', async () => {
  const mesh = await meshOf(3);
  assert.ok(broadcast(mesh, 3).tookMs < 1_000);
  mesh.peers[5]!.switchboard.handleNotice(noticeKinds.broadcast, () => {});
  const { count, have, tookMs } = broadcast(mesh, 4);
  assert.equal(count, have);
  assert.ok(tookMs <= 10_000, `${tookMs}`);
});

test('a count that other peers forward counts only with the signature of its reporter, and only at its receiver', async () => {
  const mesh = await meshOf(3);
  const [sent, sender] = [...mesh.peers.entries()].find(([, peer]) => neighboursOf(mesh, peer).length > 2)!;
  const [silent, liar] = neighboursOf(mesh, sender);
  // It has nothing to report itself, so whatever is counted for it is forged.
  silent!.switchboard.handleNotice(noticeKinds.broadcast, () => {});
  let said: Shape<typeof broadcastText> | null = null;
  const take = (session: Session, payload: Uint8Array) => {
    said ??= decode(broadcastText, payload);
    const { origin, number } = said;
    const own = { to: sender!.id, origin, number, count: 15 };
    const forged = [
      // In the name of the silent peer: unsigned, signed by the liar, and signed by the silent peer for someone else.
      { ...own, signature: Buffer.alloc(64) },
      { ...own, signature: signCount(liar!.standing.keys.privateKey, own) },
      { ...own, signature: signCount(silent!.standing.keys.privateKey, { ...own, to: liar!.id }) },
    ];
    for (const each of forged) {
      const message = { to: sender!.id, from: silent!.id, hops: 1, requestId: 0, isFine: true };
      const kind = routedKinds.broadcastCount;
      const body = encode(routedCount, each);
      session.notify(noticeKinds.routed, encode(routed, { ...message, kind, body }));
    }
  };
  liar!.switchboard.handleNotice(noticeKinds.broadcast, take);
  const { count, have } = broadcast(mesh, sent);
  assert.notEqual(said, null);
  assert.ok(count <= have, `${count} of ${have}`);
});

test('a tally replaces totals, ignores other peers, and repeats only what has grown or may be lost', () => {
  const clock = new VirtualClock();
  const reports: number[] = [];
  let isLinked = true;
  const report = (total: number) => {
    reports.push(total);
    return isLinked;
  };
  const tally = new Tally({ clock, below: ['a', 'b'], waitMs: 1_000, report });
  tally.addOwn();
  tally.take('a', 3);
  tally.take('a', 2);
  tally.take('nobody', 7);
  clock.run(900);
  assert.deepEqual(reports, []);
  tally.lost('a');
  tally.lost('b');
  assert.deepEqual(reports, [4], 'all have answered, or cannot');
  tally.take('a', 3);
  clock.run(5_000);
  assert.deepEqual(reports, [4]);
  tally.take('b', 5);
  tally.take('b', 6);
  clock.run(5_000);
  assert.deepEqual(reports, [4, 10]);
  isLinked = false;
  tally.repeat();
  clock.run(3_500);
  assert.deepEqual(reports, [4, 10, 10, 10, 10]);
  isLinked = true;
  clock.run(10_000);
  assert.deepEqual(reports, [4, 10, 10, 10, 10, 10]);
  tally.repeat();
  tally.stop();
  clock.run(10_000);
  assert.equal(reports.length, 6);
});

test('a broadcast has left on all links before a peer that forwards it writes it to disk', async () => {
  const mesh = await meshOf(5);
  const order = new Map<string, string[]>();
  for (const peer of mesh.peers as Peer[]) {
    const events: string[] = [];
    order.set(peer.id, events);
    for (const { link, id } of peer.switchboard.sessions()) link.flush = () => events.push(`to ${id}`);
    peer.inbox.onMessage.push(() => events.push('on disk'));
  }
  const { have } = broadcast(mesh, 4);
  assert.equal(have, PEERS - 1);
  const forwarding = [...order.values()].filter((events) => events.some((each) => each.startsWith('to ')));
  assert.ok(forwarding.length > 1);
  order.delete('peer-4');
  for (const [id, events] of order)
    assert.equal(events.indexOf('on disk'), events.length - 1, `${id}: ${events}`);
});
