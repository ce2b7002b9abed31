// Where a peer is called, when it has moved or an address of it leads nowhere: on a virtual clock.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOf, VirtualMesh } from '../src/virtual/index.ts';

const NOWHERE = '10.9.9.9:5001';

/** Peers that know no way to each other. */
async function strangers(...started: number[]) {
  const mesh = await VirtualMesh.create({ peers: 3, seed: 3 });
  mesh.bootstrap = [];
  // Packets to there vanish, as they do where no host has that address any more.
  mesh.network.silence(NOWHERE);
  for (const i of started) await mesh.start(i);
  return mesh;
}

/** How long it takes until one has a link with another; null if not within `maxMs`. */
function linked(mesh: VirtualMesh, from: number, to: number, maxMs: number): number | null {
  return mesh.clock.runUntil(() => mesh.peers[from]!.switchboard.sessionOf(`peer-${to}`) !== null, maxMs);
}

test('dialling an old address does not delay dialling the new one', async () => {
  const mesh = await strangers(0, 1);
  const { switchboard } = mesh.peers[1]!;
  switchboard.connect('peer-0', [NOWHERE]);
  mesh.clock.run(500);
  switchboard.connect('peer-0', [hostOf(0)]);
  assert.ok(linked(mesh, 1, 0, 200) !== null);
});

test('failures at an old address do not delay a new one', async () => {
  const mesh = await strangers(0, 1);
  const { switchboard } = mesh.peers[1]!;
  for (let i = 0; i < 5; i++) {
    switchboard.connect('peer-0', ['10.9.9.8:5001']);
    mesh.clock.run(4_000);
  }
  switchboard.connect('peer-0', ['10.9.9.8:5001', hostOf(0)]);
  assert.ok(linked(mesh, 1, 0, 200) !== null);
});

test('an address that leads nowhere delays the next by no more than a second', async () => {
  const mesh = await strangers(0, 1);
  mesh.peers[1]!.switchboard.connect('peer-0', [NOWHERE, hostOf(0)]);
  assert.ok(linked(mesh, 1, 0, 1_200) !== null);
});

test('an address now held by another peer does not stop the next from being tried', async () => {
  const mesh = await strangers(0, 1, 2);
  mesh.peers[2]!.switchboard.connect('peer-0', [hostOf(1), hostOf(0)]);
  assert.ok(linked(mesh, 2, 0, 200) !== null);
});

test('the number of new addresses dialled is bounded', async () => {
  const mesh = await strangers(1);
  const { switchboard } = mesh.peers[1]!;
  let dialled = 0;
  const connect = mesh.network.connect.bind(mesh.network);
  mesh.network.connect = (...call) => {
    dialled++;
    connect(...call);
  };
  for (let i = 0; i < 1_000; i++) switchboard.connect('peer-0', [`10.8.${i >> 8}.${i & 255}:5001`]);
  mesh.clock.run(100);
  assert.ok(dialled <= 16, `${dialled} calls`);
});

test('a host where no peer ever answered is dialled seldom, however many peers announce it', async () => {
  const mesh = await strangers(0, 1);
  const { switchboard } = mesh.peers[1]!;
  const dialled: string[] = [];
  const connect = mesh.network.connect.bind(mesh.network);
  mesh.network.connect = (...call) => {
    dialled.push(call[1]);
    connect(...call);
  };
  const announced = (host: string, minutes: number) => {
    dialled.length = 0;
    for (let i = 0; i < 60 * minutes; i++) {
      for (let liar = 0; liar < 50; liar++)
        switchboard.connect(`liar-${i}-${liar}`, [`${host}:${1_000 + liar}`]);
      mesh.clock.run(1_000);
    }
    return dialled.filter((address) => address.startsWith(host)).length;
  };
  assert.ok(announced('192.0.2.66', 2) <= 32 + 60);
  // Where a peer has answered, others may be, too: a machine may have hundreds of them, all stopped a moment ago.
  switchboard.connect('peer-0', [hostOf(0)]);
  assert.ok(linked(mesh, 1, 0, 1_000) !== null);
  assert.equal(announced(hostOf(0).split(':')[0]!, 1), 50 * 60);
});

test('of two links the silent one is closed, regardless of which side dialled', async () => {
  for (const dialler of [0, 1])
    for (const caller of [0, 1]) {
      const mesh = await strangers(0, 1);
      const called = 1 - caller;
      mesh.peers[dialler]!.switchboard.connect(`peer-${1 - dialler}`, [hostOf(1 - dialler)]);
      mesh.clock.run(200);
      const [mine, theirs] = [mesh.peers[caller]!.switchboard, mesh.peers[called]!.switchboard];
      const own = mine.sessionOf(`peer-${called}`)!;
      const old = theirs.sessionOf(`peer-${caller}`)!;
      own.heartbeat();
      mesh.clock.run(20);
      // The caller's address goes: nothing of this link leaves any more, and it knows that at once.
      own.link.send = () => {};
      own.link.close = () => {};
      mesh.clock.run(1_650);
      assert.equal(old.isOpen, true);
      own.close('the address is gone');
      mine.connect(`peer-${called}`, [hostOf(called)]);
      mesh.clock.run(100);
      const now = theirs.sessionOf(`peer-${caller}`);
      assert.ok(now !== null && now !== old, `dialled by ${dialler}, called by ${caller}`);
      assert.ok(mine.sessionOf(`peer-${called}`)?.isOpen);
    }
});
