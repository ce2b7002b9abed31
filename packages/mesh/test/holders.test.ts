// Store and forward on a virtual clock: sender and receiver are never online together.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peerId } from '../src/identity/names.ts';
import {
  HELD_BYTES_MAX,
  HELD_MAX,
  HELD_OF_ONE_BYTES_MAX,
  HELD_OF_ONE_MAX,
  Held,
} from '../src/messages/held.ts';
import { hold } from '../src/messages/holders.ts';
import { envelope } from '../src/messages/pairs.ts';
import { parsePolicy } from '../src/messages/policy.ts';
import { content } from '../src/messages/receipt.ts';
import { routed as message } from '../src/messages/routing.ts';
import { MemoryStorage } from '../src/peer/storage.ts';
import { VirtualMesh } from '../src/virtual/index.ts';
import { noticeKinds, requestKinds, routedKinds } from '../src/wire/kinds.ts';
import { bytes, encode, fixed, record } from '../src/wire/schema.ts';

const [SENDER, RECEIVER] = [1, 2];
const handed = record({ from: peerId, name: fixed(16), sealed: bytes(1_000) });
const NO_ENVELOPE = { epoch: Buffer.alloc(8), number: 0, setup: null, sealed: Buffer.alloc(20) };
const NO_CONTENT = { sentMs: 0, topic: 'message', by: '', body: Buffer.alloc(1) };

/** All peers are online and have exchanged keys; then the receiver leaves. */
async function receiverAway(seed = 3) {
  const mesh = await VirtualMesh.create({ peers: 5, seed });
  await mesh.startAll();
  void mesh.peers[SENDER]!.send(`peer-${RECEIVER}`, 'while both are here');
  mesh.clock.run(5_000);
  mesh.crash(RECEIVER);
  mesh.clock.run(10_000);
  return mesh;
}

const texts = (mesh: VirtualMesh, i = RECEIVER) =>
  mesh.peers[i]!.inbox.messages.map(({ body }) => Buffer.from(body).toString());
const held = (mesh: VirtualMesh) =>
  mesh.peers.flatMap((_, i) => new Held(mesh.storages[i]!).for(`peer-${RECEIVER}`));

test('messages between peers that are never online together arrive in order and once', async () => {
  for (let seed = 0; seed < 4; seed++) {
    const mesh = await receiverAway(seed);
    const sent = ['one', 'two', 'three'];
    for (const text of sent) void mesh.peers[SENDER]!.send(`peer-${RECEIVER}`, text);
    mesh.clock.run(10_000);
    assert.match(mesh.peers[SENDER]!.mailbox.problemOf(`peer-${RECEIVER}`), /it is away; peer-\d/);
    assert.ok(held(mesh).every(({ sealed }) => !Buffer.from(sealed).includes('two')));
    mesh.crash(SENDER);
    mesh.clock.run(10_000);
    await mesh.start(RECEIVER);
    mesh.clock.run(30_000);
    assert.deepEqual(texts(mesh), ['while both are here', ...sent], `seed ${seed}`);
    assert.equal(held(mesh).length, 0, 'nobody holds them any longer');
    // The sender returns and gets the receipts.
    await mesh.start(SENDER);
    mesh.clock.run(30_000);
    assert.deepEqual(texts(mesh), ['while both are here', ...sent], `seed ${seed}`);
    assert.equal(mesh.peers[SENDER]!.outbox.queueOf(`peer-${RECEIVER}`)!.waiting.length, 0);
  }
});

test('a restarted holder still holds messages, and gets an unknown receiver’s key from others', async () => {
  const mesh = await receiverAway();
  const other = 3;
  void mesh.peers[other]!.send(`peer-${RECEIVER}`, 'hello, we never met');
  mesh.clock.run(20_000);
  assert.ok(held(mesh).length >= 1);
  mesh.crash(other);
  for (const i of [0, SENDER, 4]) {
    mesh.crash(i);
    await mesh.start(i);
  }
  mesh.clock.run(20_000);
  await mesh.start(RECEIVER);
  mesh.clock.run(30_000);
  assert.deepEqual(texts(mesh), ['while both are here', 'hello, we never met']);
});

test('held messages are dropped after a day, and with the removal of their sender', async () => {
  const mesh = await receiverAway();
  void mesh.peers[SENDER]!.send(`peer-${RECEIVER}`, 'old');
  mesh.clock.run(10_000);
  assert.ok(held(mesh).length > 0);
  mesh.crash(SENDER);
  mesh.peers[0]!.authority!.revoke(`peer-${SENDER}`, 'stolen');
  mesh.clock.run(20_000);
  assert.equal(held(mesh).length, 0);

  const later = await receiverAway(5);
  void later.peers[SENDER]!.send(`peer-${RECEIVER}`, 'old');
  later.clock.run(10_000);
  later.crash(SENDER);
  for (const i of [0, 3, 4]) later.clockErrorMs[i] = 25 * 3_600_000;
  assert.ok(held(later).length > 0);
  for (const i of [0, 3, 4]) later.crash(i);
  for (const i of [0, 3, 4]) await later.start(i);
  later.clock.run(20_000);
  assert.equal(held(later).length, 0);
});

test('only the receiver can have a held message dropped, and a policy may forbid holding', async () => {
  const mesh = await receiverAway();
  void mesh.peers[SENDER]!.send(`peer-${RECEIVER}`, 'kept');
  mesh.clock.run(10_000);
  const before = held(mesh).length;
  assert.ok(before > 0);
  // A third peer replays the receiver's receipt in its own name, or forges one.
  const liar = mesh.peers[4]!;
  for (const { id } of mesh.peers.filter((peer) => peer !== null) as { id: string }[])
    liar.routing.send(id, routedKinds.heldTaken, Buffer.concat([held(mesh)[0]!.name, Buffer.alloc(66)]));
  mesh.clock.run(3_000);
  assert.equal(held(mesh).length, before);

  // Nor with the receiver's receipt for different content under the same name.
  await mesh.start(RECEIVER);
  const { name, from } = held(mesh)[0]!;
  const said: Uint8Array[] = [];
  const receiver = mesh.peers[RECEIVER]!;
  const send = receiver.routing.send.bind(receiver.routing);
  receiver.routing.send = (to, kind, body) => {
    if (kind === routedKinds.heldTaken) said.push(body);
    return kind === routedKinds.heldTaken || send(to, kind, body);
  };
  mesh.clock.run(2_000);
  said.length = 0;
  const junk = encode(handed, { from, name, sealed: encode(envelope, NO_ENVELOPE) });
  const routed = { to: receiver.id, hops: 0, kind: routedKinds.held, requestId: 0, isFine: true, body: junk };
  for (const i of [0, SENDER, 3]) {
    const payload = encode(message, { ...routed, from: `peer-${i}` });
    for (const session of liar.switchboard.sessions()) session.notify(noticeKinds.routed, payload);
  }
  mesh.clock.run(1_000);
  assert.ok(said.length > 0);
  for (const [i, peer] of mesh.peers.entries())
    if (i !== RECEIVER) for (const each of said) send(peer!.id, routedKinds.heldTaken, each);
  mesh.clock.run(1_000);
  assert.equal(held(mesh).length, before);

  const strict = await receiverAway(6);
  for (const i of [0, 3, 4])
    strict.peers[i]!.policy = parsePolicy('[[rule]]\nfrom = ["*"]\ntopics = ["hold"]\nallow = false\n');
  void strict.peers[SENDER]!.send(`peer-${RECEIVER}`, 'not held');
  strict.clock.run(10_000);
  assert.equal(held(strict).length, 0);
});

test('when the store is full, the sender with the most makes room for a sender with less', () => {
  const kept = new Held(new MemoryStorage());
  const message = (from: string, i: number, bytes = 10) => ({
    ...{ from, to: 'away', expiresMs: 1, sealed: Buffer.alloc(bytes) },
    name: Buffer.from(`${i}`.padEnd(16)),
  });
  for (let k = 0; k < 10; k++) for (let i = 0; i < HELD_OF_ONE_MAX; i++) kept.add(message(`greedy-${k}`, i));
  assert.equal(kept.size, HELD_MAX);
  // Names chosen equal to those of other senders: names are scoped per sender.
  for (let i = 0; i < 100; i++) assert.equal(kept.add(message('honest', i)), null);
  assert.equal(kept.size, HELD_MAX);
  assert.equal(kept.for('away').filter(({ from }) => from === 'honest').length, 100);
  assert.match(kept.add(message('greedy-0', 9_999)) ?? '', /quota|no room/);

  const large = new Held(new MemoryStorage());
  for (let k = 0; k < 8; k++)
    for (let i = 0; i < 40; i++) large.add(message(`greedy-${k}`, i, HELD_OF_ONE_BYTES_MAX / 40));
  assert.equal(large.size, 320);
  assert.equal(large.add(message('honest', 1, 100_000)), null);
  assert.equal(large.for('away').at(-1)!.from, 'honest');
});

test('undeliverable messages of one sender do not delay those of others', async () => {
  const mesh = await receiverAway();
  const liar = mesh.peers[4]!;
  // Correctly sealed, but of a stream whose first messages never arrive, so that they stay undeliverable.
  let key = Buffer.alloc(0);
  liar.pairs.keyOf(
    `peer-${RECEIVER}`,
    (_error, found) => {
      key = Buffer.from(found);
    },
    'peer-1',
  );
  mesh.clock.run(1_000);
  for (let i = 0; i < 60; i++) {
    const plain = encode(content, { ...NO_CONTENT, stream: Buffer.alloc(8, i), sequence: 9 });
    const sealed = encode(envelope, liar.pairs.seal(`peer-${RECEIVER}`, key, plain, true).envelope);
    const said = {
      to: `peer-${RECEIVER}`,
      name: Buffer.alloc(16, i),
      expiresMs: mesh.clock.nowMs() + 3_600_000,
    };
    for (const session of liar.switchboard.sessions())
      session.request(requestKinds.hold, encode(hold, { ...said, sealed }), 1_000, () => {});
  }
  mesh.clock.run(3_000);
  void mesh.peers[SENDER]!.send(`peer-${RECEIVER}`, 'in spite of it');
  mesh.clock.run(10_000);
  mesh.crash(SENDER);
  mesh.crash(4);
  mesh.clock.run(10_000);
  assert.ok(held(mesh).length > 32);
  await mesh.start(RECEIVER);
  mesh.clock.run(20_000);
  assert.deepEqual(texts(mesh), ['while both are here', 'in spite of it']);
});

test('messages beyond the send window are left with holders as well', async () => {
  const mesh = await receiverAway();
  const sent = Array.from({ length: 90 }, (_, i) => `number ${i}`);
  for (const text of sent) void mesh.peers[SENDER]!.send(`peer-${RECEIVER}`, text);
  mesh.clock.run(60_000);
  mesh.crash(SENDER);
  mesh.clock.run(10_000);
  await mesh.start(RECEIVER);
  mesh.clock.run(60_000);
  assert.deepEqual(texts(mesh), ['while both are here', ...sent]);
});

test('held messages are bounded per sender and in all', () => {
  const storage = new MemoryStorage();
  const kept = new Held(storage);
  const message = (from: string, i: number, bytes = 10) => ({
    ...{ from, to: 'away', expiresMs: 1, sealed: Buffer.alloc(bytes) },
    name: Buffer.from(`${from} ${i}`.padEnd(16).slice(-16)),
  });
  let taken = 0;
  for (let i = 0; i < HELD_OF_ONE_MAX + 50; i++) if (kept.add(message('greedy', i)) === null) taken++;
  assert.equal(taken, HELD_OF_ONE_MAX);
  assert.match(kept.add(message('large', 1, 5 << 20)) ?? '', /your quota/);
  for (let k = 0; k < 20; k++) for (let i = 0; i < 150; i++) kept.add(message(`many-${k}`, i));
  assert.equal(kept.size, HELD_MAX);
  assert.ok(HELD_BYTES_MAX < 64 << 20);
  for (const each of kept.for('away').slice(0, 1_500)) kept.drop(each);
  assert.equal(new Held(storage).size, HELD_MAX - 1_500);
});
