// Peers on one LAN that know no address of each other any more: on a virtual clock, and a multicast group in memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Beacon } from '../src/members/beacon.ts';
import type { Peer } from '../src/peer/peer.ts';
import { hostOf, VirtualMesh } from '../src/virtual/index.ts';

/** Of four peers only the last two run: their bootstrap addresses lead to the first two. */
async function strangersToEachOther(seed = 5) {
  const mesh = await VirtualMesh.create({ peers: 4, seed });
  const peers = [await mesh.start(2), await mesh.start(3)];
  const air: Buffer[] = [];
  const beacons = peers.map((peer) => beaconOf(peer, (datagram) => spread(peer, datagram)));
  const spread = (from: Peer, datagram: Uint8Array) => {
    air.push(Buffer.from(datagram));
    for (const [i, peer] of peers.entries())
      if (peer !== from) mesh.clock.after(1, () => beacons[i]!.receive(Buffer.from(datagram), '10.9.9.9'));
  };
  const linked = () => peers[0]!.switchboard.sessionOf('peer-3') !== null;
  return { mesh, peers, beacons, air, linked };
}

function beaconOf(peer: Peer, transmit: (datagram: Uint8Array) => void): Beacon {
  const { runtime, standing, directory, switchboard } = peer;
  return new Beacon({
    runtime,
    standing,
    directory,
    switchboard,
    addresses: () => peer.addresses,
    transmit,
  });
}

test('without it they never meet, with it they do within seconds', async () => {
  const { mesh, beacons, linked, air } = await strangersToEachOther();
  mesh.clock.run(30_000);
  assert.equal(linked(), false);
  for (const beacon of beacons) beacon.start();
  assert.ok(mesh.clock.runUntil(() => linked() && mesh.isWhole(), 20_000) !== null);
  // Then only who leads speaks up, now and then.
  const before = air.length;
  mesh.clock.run(10 * 60_000);
  assert.ok(air.length - before <= 25, `${air.length - before} datagrams in ten minutes`);
});

test('strangers cannot read beacons, and replayed ones have no effect', async () => {
  const { mesh, peers, beacons, air, linked } = await strangersToEachOther();
  beacons[0]!.start();
  mesh.clock.run(20_000);
  assert.ok(linked());
  for (const datagram of air) assert.equal(datagram.includes('peer-'), false);
  mesh.crash(2);
  mesh.clock.run(20_000);
  const dialled: string[] = [];
  peers[1]!.switchboard.connectTo = (address, done) => {
    dialled.push(address);
    done(null);
  };
  for (const datagram of air.slice()) {
    mesh.clock.run(1_000);
    dialled.length = 0;
    beacons[1]!.receive(Buffer.from(datagram), '192.0.2.66');
    for (let at = 0; at < datagram.length; at += 11) {
      const changed = Buffer.from(datagram);
      changed[at]! ^= 1;
      beacons[1]!.receive(changed, '192.0.2.66');
    }
    assert.deepEqual(dialled, []);
  }
});

test('peers that refuse each other do not ask each other without end, nor dial each other ever faster', async () => {
  const { mesh, peers, beacons, air } = await strangersToEachOther();
  let dialled = 0;
  for (const { standing, switchboard } of peers) {
    standing.judge = () => ({ code: 'expired', reason: 'of a test' });
    const { connectTo } = switchboard;
    switchboard.connectTo = (address, done) => {
      dialled++;
      connectTo.call(switchboard, address, done);
    };
  }
  for (const beacon of beacons) beacon.start();
  mesh.clock.run(60_000);
  air.length = 0;
  dialled = 0;
  mesh.clock.run(5 * 60_000);
  // Each asks twice a minute, and is answered once; each dials every ten seconds, and the other twice for it.
  assert.ok(air.length <= 2 * 5 * 2 * 3, `${air.length} datagrams in five minutes`);
  assert.ok(dialled > 0 && dialled <= 2 * 5 * 30, `${dialled} calls in five minutes`);
});

test('hosts whose clocks were set back by an hour find each other as soon as before', async () => {
  const { mesh, peers, beacons, linked } = await strangersToEachOther();
  for (const i of [2, 3]) mesh.clockErrorMs[i] = 3_600_000;
  for (const beacon of beacons) beacon.start();
  assert.ok(mesh.clock.runUntil(linked, 20_000) !== null);
  for (const i of [2, 3]) mesh.clockErrorMs[i] = 0;
  // The one moves, and the other knows no address of it any more.
  mesh.network.partition([[hostOf(2)]]);
  const called: string[] = [];
  for (const { switchboard } of peers)
    switchboard.connectTo = (address, done) => {
      called.push(address);
      done(null);
    };
  mesh.clock.run(60_000);
  assert.ok(called.includes('10.9.9.9:5001'), called.join(' '));
});
