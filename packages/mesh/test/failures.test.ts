// Why a peer has no link, and what does not cost it its links: what it tells whoever asks, and its log.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failures } from '../src/link/failures.ts';
import { controlMethods } from '../src/peer/methods.ts';
import { savedPeerAddresses } from '../src/peer/saved-addresses.ts';
import { hostOf, VirtualClock, VirtualMesh } from '../src/virtual/index.ts';

const DAY_MS = 86_400_000;

function statusOf(mesh: VirtualMesh, i: number) {
  const peer = mesh.peers[i]!;
  const none = { textOf: () => '' };
  return controlMethods(peer, mesh.storages[i]!, none, null, () => {}).status!({}) as {
    links: string[];
    failures: { peer: string; address: string; reason: string; count: number }[];
  };
}

test('a failure is news when it is the first, when its reason is another, and after ten minutes again', () => {
  const clock = new VirtualClock();
  const failures = new Failures(clock);
  assert.equal(failures.note('a', 'refused'), true);
  clock.run(599_999);
  assert.equal(failures.note('a', 'refused'), false);
  assert.equal(failures.note('b', 'refused'), true, 'at another address');
  clock.run(1);
  assert.equal(failures.note('a', 'refused'), true);
  clock.run(599_999);
  assert.equal(failures.note('a', 'refused'), false, 'ten minutes from when it was told');
  assert.equal(failures.note('a', 'timed out'), true);
  assert.deepEqual(
    failures.all().map(({ address, reason, count }) => [address, reason, count]),
    [
      ['a', 'timed out', 1],
      ['b', 'refused', 1],
    ],
  );
  failures.forget('a');
  assert.equal(failures.note('a', 'timed out'), true, 'it answered meanwhile');
});

test('of more than 64 addresses the oldest are forgotten', () => {
  const failures = new Failures(new VirtualClock());
  for (let i = 0; i < 64; i++) failures.note(`${i}`, 'refused');
  failures.note('0', 'refused');
  failures.note('64', 'refused');
  const known = failures.all().map(({ address }) => address);
  assert.deepEqual([known.length, known[0], known[1], known.at(-1)], [64, '64', '0', '2']);
});

test('a peer whose clock is years ahead is told why nobody links with it, once in ten minutes', async () => {
  const told: unknown[] = [];
  const log = (level: string, message: string, values: object = {}) => {
    if (level === 'warn' && message === 'link refused' && 'address' in values && values.address === hostOf(0))
      told.push(values);
  };
  const mesh = await VirtualMesh.create({ peers: 2, seed: 4, log });
  mesh.bootstrap = [hostOf(0)];
  await mesh.start(0);
  mesh.clockErrorMs[1] = 800 * DAY_MS;
  await mesh.start(1);
  mesh.clock.run(60_000);
  const { links, failures } = statusOf(mesh, 1);
  assert.deepEqual(links, []);
  assert.equal(failures[0]!.address, hostOf(0));
  assert.match(failures[0]!.reason, /the certificate of peer-0 ended .* UTC: is a clock wrong\?/);
  assert.ok(failures[0]!.count > 5);
  assert.equal(told.length, 1);
});

test('where nobody listens is forgotten once somebody answers', async () => {
  const mesh = await VirtualMesh.create({ peers: 2, seed: 4 });
  mesh.bootstrap = [hostOf(0)];
  await mesh.start(1);
  mesh.clock.run(10_000);
  assert.equal(statusOf(mesh, 1).failures[0]!.address, hostOf(0));
  await mesh.start(0);
  mesh.clock.run(40_000);
  assert.deepEqual(statusOf(mesh, 1), { ...statusOf(mesh, 1), links: ['peer-0'], failures: [] });
});

test('a copied folder: both processes hear of the other, and when it leaves the one that runs on is here again', async () => {
  const mesh = await VirtualMesh.create({ peers: 4, seed: 6 });
  await mesh.startAll();
  const victim = mesh.peers[1]!;
  const sayAsTwin = (isLeaving: boolean) => {
    const { incarnation, sealingKeyHash } = victim.directory.announcementOf('peer-1')!;
    const said = victim.directory.announce(incarnation + 3, ['10.9.9.9:5001'], sealingKeyHash, isLeaving);
    // Where it is heard first; the others compare what they know.
    mesh.peers[3]!.directory.take(said);
  };
  sayAsTwin(false);
  assert.equal(victim.problem, null);
  mesh.clock.run(60_000);
  assert.match(victim.problem!, /another process runs as this peer, at 10\.9\.9\.9:5001/);
  assert.deepEqual(mesh.peers[2]!.directory.addressesOf('peer-1'), [hostOf(1)]);
  sayAsTwin(true);
  assert.ok(mesh.clock.runUntil(() => mesh.isWhole(), 60_000) !== null);
  mesh.clock.run(120_000);
  assert.equal(victim.problem, null);
});

test('a full disk: a peer that is called dead contradicts, and tells that it leaves', async () => {
  const mesh = await VirtualMesh.create({ peers: 5, seed: 7 });
  await mesh.startAll();
  const full = mesh.peers[2]!;
  mesh.storages[2]!.write = () => {
    throw new Error('ENOSPC: no space left on device');
  };
  const { incarnation } = full.directory.announcementOf('peer-2')!;
  const { directory } = mesh.peers[3]!;
  directory.take(directory.accuse('peer-2', incarnation));
  assert.equal(directory.statusOf('peer-2'), 'dead');
  assert.ok(mesh.clock.runUntil(() => mesh.isWhole(), 60_000) !== null);
  full.stop();
  mesh.clock.run(1_000);
  assert.equal(directory.statusOf('peer-2'), 'left');
});

test('a peer that all refuse, or that is cut off, dials less and less often, and is linked soon after it is accepted again', async () => {
  const refused: number[] = [];
  const mesh = await VirtualMesh.create({
    ...{ peers: 6, seed: 9 },
    log: (_level, message, values) => {
      if (message === 'link refused' && /^refused \(revoked\)/.test(`${values?.reason}`))
        refused.push(mesh.clock.elapsedMs());
    },
  });
  await mesh.startAll();
  assert.equal(mesh.peers[0]!.authority!.revoke('peer-5', 'lost'), null);
  mesh.clock.run(900_000);
  const inMinute = (times: number[], minute: number) =>
    times.filter((each) => Math.floor(each / 60_000) === minute).length;
  assert.ok(
    inMinute(refused, 0) >= 5 && inMinute(refused, 13) <= 3,
    refused.map((each) => Math.round(each / 1000)).join(),
  );
  mesh.network.partition([[hostOf(4)]]);
  mesh.clock.run(600_000);
  mesh.network.heal();
  const tookMs = mesh.clock.runUntil(
    () => mesh.peers[4]!.switchboard.sessionOf('peer-0') !== null || mesh.seenAlive(4) >= 4,
    60_000,
  );
  assert.ok(tookMs !== null && tookMs < 15_000, `${tookMs}`);
});

test('a peer refused at one address dials the others as often as before', async () => {
  const mesh = await VirtualMesh.create({ peers: 4, seed: 11 });
  await mesh.startAll();
  const lone = mesh.peers[3]!;
  // Of the others only peer-1 is left, and it has a list of members of its own.
  for (const i of [0, 2]) mesh.crash(i);
  mesh.clock.run(300_000);
  mesh.peers[1]!.standing.judge = () => ({ code: 'revoked', reason: 'by a list that others do not have' });
  for (const session of lone.switchboard.sessions()) session.close('a test');
  mesh.clock.run(120_000);
  const dialled: string[] = [];
  const { connectTo } = lone.switchboard;
  lone.switchboard.connectTo = (address, done) => {
    dialled.push(address);
    connectTo.call(lone.switchboard, address, done);
  };
  const minutes = 10;
  mesh.clock.run(minutes * 60_000);
  assert.ok(dialled.length >= 4 * minutes, `${dialled.length} in ${minutes} minutes`);
  const again = dialled.filter((address) => address === hostOf(1)).length;
  assert.ok(again > 0 && again <= minutes, `${again} where it is refused`);
});

test('peers that leave at the same time, or one soon after the other, are all known to have left', async () => {
  for (let seed = 0; seed < 12; seed++) {
    const mesh = await VirtualMesh.create({ peers: 14, seed });
    await mesh.startAll();
    mesh.clock.run(60_000);
    const { tree } = mesh.peers[0]!.directory;
    // Below each other, so that the farewell of the one has no way but over the other.
    const child = tree.ids.find((id) => tree.pathTo(id).length > 2 && tree.childrenOf(id).length === 0)!;
    const leaving = [child, tree.parentOf(child)!];
    const watcher = mesh.peers.find((each) => !leaving.includes(each!.id))!;
    const seen: string[] = [];
    watcher.directory.onChange.push((id, status) => {
      if (leaving.includes(id)) seen.push(`${id} ${status}`);
    });
    for (const id of leaving) {
      const number = Number(id.split('-')[1]);
      const peer = mesh.peers[number]!;
      // As a process that ends: nobody listens there any more.
      const { stop } = peer.switchboard;
      peer.switchboard.stop = (reason) => {
        stop.call(peer.switchboard, reason);
        mesh.clock.after(50, () => mesh.network.removeHost(hostOf(number)));
      };
      void peer.leave();
      mesh.clock.run(seed < 6 ? seed : 20 * seed);
    }
    mesh.clock.run(15_000);
    assert.deepEqual(seen.sort(), leaving.map((id) => `${id} left`).sort(), `seed ${seed}`);
  }
});

test('after a restart a peer finds those it knew before, though its invitation leads nowhere', async () => {
  const mesh = await VirtualMesh.create({ peers: 6, seed: 21 });
  await mesh.startAll();
  mesh.clock.run(120_000);
  mesh.peers[4]!.stop();
  mesh.network.removeHost(hostOf(4));
  for (const i of [0, 1]) mesh.crash(i);
  mesh.clock.run(5_000);
  mesh.bootstrap = savedPeerAddresses(mesh.storages[4]!);
  assert.ok(mesh.bootstrap.includes(hostOf(2)), mesh.bootstrap.join());
  await mesh.start(4);
  assert.ok(mesh.clock.runUntil(() => mesh.seenAlive(4) === 3, 30_000) !== null);
  // After a crash, too: it writes them down while it runs.
  mesh.crash(4);
  mesh.clock.run(60_000);
  assert.ok(savedPeerAddresses(mesh.storages[4]!).length > 0);
});

test('addresses of others are written again only when one of them is gone', async () => {
  const mesh = await VirtualMesh.create({ peers: 40, seed: 23 });
  await mesh.startAll();
  const storage = mesh.storages[7]!;
  const written: string[] = [];
  const { write } = storage;
  storage.write = (name, data) => {
    if (name === 'acquaintances.json') written.push(String(data));
    write.call(storage, name, data);
  };
  mesh.clock.run(600_000);
  assert.equal(written.length, 1, 'in ten calm minutes');
  const known: string[] = JSON.parse(written[0]!);
  assert.equal(known.length, 16);
  const gone = known.findIndex((address) => address !== hostOf(0));
  mesh.crash(Number(known[gone]!.split(':')[0]!.split('.')[3]));
  mesh.clock.run(120_000);
  assert.equal(written.length, 2);
  assert.equal(written[1]!.includes(`"${known[gone]}"`), false);
});

test('a peer that leaves says nothing more, and its end is not waited for after a crash', async () => {
  const mesh = await VirtualMesh.create({ peers: 4, seed: 24 });
  await mesh.startAll();
  mesh.clock.run(5_000);
  void mesh.peers[3]!.leave();
  mesh.peers[3]!.moved([hostOf(3), '10.7.7.7:5001']);
  mesh.clock.run(2_000);
  assert.equal(mesh.peers[1]!.directory.statusOf('peer-3'), 'left');
  mesh.peers[2]!.kill();
  await mesh.peers[2]!.leave();
});

test('two islands merge if any peer of one knows a way, not only its root', async () => {
  const mesh = await VirtualMesh.create({ peers: 8, seed: 22 });
  mesh.bootstrap = [hostOf(0)];
  for (const i of [0, 1, 2, 3]) await mesh.start(i);
  mesh.clock.run(10_000);
  mesh.bootstrap = [hostOf(7)];
  for (const i of [7, 6, 5, 4]) {
    // One of them also knows the others; it is not the root of its island.
    if (i === 5) mesh.bootstrap = [hostOf(7), hostOf(0)];
    await mesh.start(i);
    mesh.clock.run(50);
    mesh.bootstrap = [hostOf(7)];
  }
  const scout = mesh.peers[5]!;
  const { connectTo } = scout.switchboard;
  let isLate = false;
  scout.switchboard.connectTo = (address, done) => {
    // While it is alone it finds its island first.
    if (address === hostOf(0) && !isLate) done(null);
    else connectTo.call(scout.switchboard, address, done);
  };
  mesh.clock.run(20_000);
  isLate = true;
  assert.notEqual(scout.directory.tree.root, scout.id);
  assert.ok(mesh.clock.runUntil(() => mesh.isWhole(), 120_000) !== null);
});
