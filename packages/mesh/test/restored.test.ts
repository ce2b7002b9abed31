// Messages after the folder of one side was restored from an old backup, or its inbox deleted: the numbers of both sides
// no longer agree.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEEP_MS, Outbox } from '../src/messages/outbox.ts';
import { MemoryStorage } from '../src/peer/storage.ts';
import { hostOf, SeededRandom, VirtualMesh } from '../src/virtual/index.ts';
import { routedKinds } from '../src/wire/kinds.ts';

const LOGS = ['outbox.log', 'inbox.log', 'held.log'];

async function meshOf(seed: number): Promise<VirtualMesh> {
  const mesh = await VirtualMesh.create({ peers: 6, seed });
  await mesh.startAll();
  mesh.clock.run(2_000);
  return mesh;
}

/** Sends a text, and says how that ended within a minute. */
async function send(mesh: VirtualMesh, ...sent: string[]): Promise<boolean[]> {
  const outcomes: boolean[] = sent.map(() => false);
  for (const [i, text] of sent.entries())
    void mesh.peers[1]!.send('peer-2', text).then(({ isDelivered }) => {
      outcomes[i] = isDelivered;
    });
  mesh.clock.run(60_000);
  await new Promise((resolve) => setImmediate(resolve));
  return outcomes;
}

const textsAt = (mesh: VirtualMesh, i: number) =>
  mesh.peers[i]!.inbox.messages.filter(({ from }) => from === 'peer-1').map(({ body }) =>
    Buffer.from(body).toString(),
  );

const backup = (mesh: VirtualMesh, i: number) =>
  LOGS.map((log) => [log, [...mesh.storages[i]!.readLog(log)].map((each) => Buffer.from(each))] as const);

async function restore(mesh: VirtualMesh, i: number, logs: ReturnType<typeof backup>): Promise<void> {
  mesh.crash(i);
  mesh.clock.run(10_000);
  for (const [log, entries] of logs) mesh.storages[i]!.writeLog(log, entries);
  await mesh.start(i);
  mesh.clock.run(10_000);
}

for (const gap of [1, 2, 5])
  test(`a sender restored to ${gap} messages ago loses none that it sends from then on, and repeats none`, async () => {
    for (const after of [['a'], ['a', 'b', 'c']]) {
      const mesh = await meshOf(gap);
      await send(mesh, 'first', 'second');
      const logs = backup(mesh, 1);
      const lost = Array.from({ length: gap }, (_, i) => `later ${i}`);
      await send(mesh, ...lost);
      await restore(mesh, 1, logs);
      assert.deepEqual(
        await send(mesh, ...after),
        after.map(() => true),
      );
      assert.deepEqual(textsAt(mesh, 2), ['first', 'second', ...lost, ...after]);
    }
  });

test('a receiver restored to some messages ago gets those sent from then on', async () => {
  const mesh = await meshOf(8);
  await send(mesh, 'first');
  const logs = backup(mesh, 2);
  await send(mesh, 'second', 'third');
  await restore(mesh, 2, logs);
  assert.deepEqual(await send(mesh, 'a', 'b'), [true, true]);
  assert.deepEqual(textsAt(mesh, 2), ['first', 'a', 'b']);
});

test('a receiver whose inbox was deleted gets messages of earlier senders again', async () => {
  const mesh = await meshOf(9);
  await send(mesh, 'first', 'second');
  await restore(mesh, 2, [['inbox.log', []]]);
  assert.deepEqual(await send(mesh, 'a', 'b'), [true, true]);
  assert.deepEqual(textsAt(mesh, 2), ['a', 'b']);
});

test('what waited while a sender restarted is delivered once', async () => {
  const mesh = await meshOf(10);
  await send(mesh, 'first');
  mesh.crash(2);
  mesh.clock.run(10_000);
  const waiting = send(mesh, 'second', 'third');
  await restore(mesh, 1, []);
  await mesh.start(2);
  mesh.clock.run(30_000);
  await waiting;
  assert.deepEqual(await send(mesh, 'fourth'), [true]);
  assert.deepEqual(textsAt(mesh, 2), ['first', 'second', 'third', 'fourth']);
});

test('messages for a receiver that is away, sent by a restored sender, are held by others and delivered without it', async () => {
  const mesh = await meshOf(11);
  // So that these know the key to seal with for peer-2, and give it to peer-1 while that is away.
  for (const i of [0, 3, 4, 5]) void mesh.peers[i]!.send('peer-2', 'hello');
  await send(mesh, 'first');
  const logs = backup(mesh, 1);
  await send(mesh, 'second');
  mesh.crash(2);
  mesh.clock.run(20_000);
  await restore(mesh, 1, logs);
  assert.deepEqual(await send(mesh, 'a', 'b'), [false, false]);
  mesh.crash(1);
  mesh.clock.run(20_000);
  await mesh.start(2);
  mesh.clock.run(30_000);
  assert.deepEqual(textsAt(mesh, 2), ['first', 'second', 'a', 'b']);
  await mesh.start(1);
  mesh.clock.run(60_000);
  assert.deepEqual(await send(mesh, 'c'), [true]);
  assert.deepEqual(textsAt(mesh, 2), ['first', 'second', 'a', 'b', 'c'], 'none twice');
});

test('sides that restart in any order, with messages on their way, lose and repeat none', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const mesh = await VirtualMesh.create({ peers: 6, seed, lossRate: 0.02 });
    await mesh.startAll();
    const sent: string[] = [];
    for (let step = 0; step < 12; step++) {
      const text = `${step}`;
      sent.push(text);
      assert.equal(mesh.peers[1]!.mailbox.send('peer-2', 'message', Buffer.from(text)), null);
      mesh.clock.run(Math.floor(mesh.random.fraction() * 400));
      if (mesh.random.fraction() < 0.5) {
        const i = mesh.random.fraction() < 0.5 ? 1 : 2;
        mesh.crash(i);
        mesh.clock.run(Math.floor(mesh.random.fraction() * 6_000));
        await mesh.start(i);
        mesh.clock.run(Math.floor(mesh.random.fraction() * 3_000));
      }
    }
    mesh.clock.run(120_000);
    assert.deepEqual(textsAt(mesh, 2), sent, `seed ${seed}`);
  }
});

test('receipts that a relay repeats later change neither numbers nor what is delivered', async () => {
  const mesh = await meshOf(12);
  const overheard: Uint8Array[] = [];
  const tap = () => {
    const { routing } = mesh.peers[2]!;
    const send = routing.send.bind(routing);
    routing.send = (to, kind, body) => {
      if (kind === routedKinds.delivered) overheard.push(Buffer.from(body));
      return send(to, kind, body);
    };
  };
  const sent: string[] = [];
  for (let round = 0; round < 6; round++) {
    tap();
    for (let i = 0; i < 5; i++) {
      sent.push(`${round} ${i}`);
      void mesh.peers[1]!.send('peer-2', sent.at(-1)!);
      mesh.clock.run(3);
      for (const body of overheard) mesh.peers[3]!.routing.send('peer-1', routedKinds.delivered, body);
      mesh.clock.run(20);
    }
    if (round % 2 === 1) await restore(mesh, 2, []);
  }
  mesh.clock.run(30_000);
  assert.ok(overheard.length > 10);
  assert.deepEqual(textsAt(mesh, 2), sent);
  const streams = [...mesh.storages[1]!.readLog('outbox.log')].filter((each) => each[0] === 0);
  assert.equal(streams.length, 1, 'the stream is the same');
});

test('many messages at once after a restart cost one question about the last number, not one each', async () => {
  const mesh = await meshOf(13);
  await send(mesh, 'first');
  await restore(mesh, 1, []);
  const { routing } = mesh.peers[1]!;
  const original = routing.send.bind(routing);
  let sealed = 0;
  routing.send = (to, kind, body) => {
    if (kind === routedKinds.sealed) sealed++;
    return original(to, kind, body);
  };
  const all = Array.from({ length: 25 }, (_, i) => `${i}`);
  assert.ok((await send(mesh, ...all)).every((isDelivered) => isDelivered));
  assert.deepEqual(textsAt(mesh, 2), ['first', ...all]);
  assert.ok(sealed <= 27, `${sealed} for 25 messages`);
});

test('what a sender left with holders after a restart, beside messages of before it, is delivered once', async () => {
  for (const isPartitioned of [false, true])
    for (let seed = 1; seed <= 3; seed++) {
      const mesh = await meshOf(seed);
      for (const i of [0, 3, 4, 5]) void mesh.peers[i]!.send('peer-2', 'hello');
      await send(mesh, 'first');
      mesh.crash(2);
      mesh.clock.run(20_000);
      await send(mesh, 'second');
      await restore(mesh, 1, []);
      await send(mesh, 'third', 'fourth');
      if (isPartitioned) mesh.network.partition([[hostOf(1)]]);
      mesh.clock.run(20_000);
      await mesh.start(2);
      mesh.clock.run(30_000);
      mesh.network.heal();
      assert.deepEqual(await send(mesh, 'fifth'), [true]);
      assert.deepEqual(textsAt(mesh, 2), ['first', 'second', 'third', 'fourth', 'fifth'], `seed ${seed}`);
    }
});

test('a message that was given up after a week does not hold up those after it', async () => {
  const mesh = await meshOf(15);
  await send(mesh, 'first');
  mesh.crash(1);
  mesh.clock.run(10_000);
  const sentMs = mesh.clock.nowMs() - KEEP_MS + 40_000;
  new Outbox(mesh.storages[1]!, mesh.random).add('peer-2', 'message', Buffer.from('old'), sentMs);
  const sender = await mesh.start(1);
  const original = sender.routing.send.bind(sender.routing);
  let sealed = 0;
  sender.routing.send = (to, kind, body) => {
    if (to === 'peer-2' && kind === routedKinds.sealed) sealed++;
    return to === 'peer-2' || original(to, kind, body);
  };
  mesh.clock.run(60_000);
  assert.ok(sealed > 0, 'it was tried');
  sender.routing.send = original;
  assert.deepEqual(await send(mesh, 'a', 'b'), [true, true]);
  assert.deepEqual(textsAt(mesh, 2), ['first', 'a', 'b']);
});

test('messages that are numbered anew while the power fails are all there afterwards', () => {
  for (let written = 0; written < 6; written++) {
    const storage = new MemoryStorage();
    const random = new SeededRandom(written);
    const outbox = new Outbox(storage, random);
    for (const text of ['a', 'b', 'c']) outbox.add('peer-2', 'message', Buffer.from(text), 1, 'peer-3');
    const { append } = storage;
    storage.append = (name, entries) => {
      append.call(storage, name, entries.slice(0, written));
      throw new Error('the power fails');
    };
    try {
      outbox.renumber('peer-2');
    } catch {}
    const { waiting } = new Outbox(storage, random).queueOf('peer-2')!;
    assert.deepEqual(
      waiting.map(({ body, by }) => `${Buffer.from(body)} ${by}`),
      ['a peer-3', 'b peer-3', 'c peer-3'],
      `after ${written} entries`,
    );
  }
});

test('messages that cannot be numbered anew keep their numbers', () => {
  const storage = new MemoryStorage();
  const outbox = new Outbox(storage, new SeededRandom(1));
  for (const text of ['a', 'b']) outbox.add('peer-2', 'message', Buffer.from(text), 1);
  outbox.done('peer-2', 1);
  const before = structuredClone(outbox.queueOf('peer-2'));
  storage.writeLog = () => {
    throw new Error('the disk is full');
  };
  assert.throws(() => outbox.renumber('peer-2'), /full/);
  assert.deepEqual(structuredClone(outbox.queueOf('peer-2')), before);
});
