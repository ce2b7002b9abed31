// A broken or hostile peer in every state of a session, and a mesh whose clocks or network misbehave. On a virtual clock: each
// run follows from its seed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hello } from '../src/link/greeting.ts';
import type { Link } from '../src/link/link.ts';
import { hostOf, SeededRandom, VirtualMesh } from '../src/virtual/index.ts';
import { frame, frameTypes } from '../src/wire/frame.ts';
import { encode } from '../src/wire/schema.ts';

const LIAR = 3;
const VICTIM = 1;
const HOUR_MS = 3_600_000;
/** A session ends after 10 s without a greeting, 30 s as an applicant, 2 s without use. */
const ENDED_MS = 45_000;
const NOTHING = Buffer.alloc(0);

interface Hostile {
  mesh: VirtualMesh;
  link: Link;
  random: SeededRandom;
  every(ms: number, action: () => void): void;
}

/** What is sent before the misbehaviour; the liar has a valid certificate, an applicant none. */
const states: Record<string, { isMember: boolean; frames: (mesh: VirtualMesh) => Buffer[] }> = {
  'nothing sent': { isMember: true, frames: () => [] },
  'hello sent by a member': { isMember: true, frames: (mesh) => [greeting(mesh, false)] },
  'open, of a member': { isMember: true, frames: (mesh) => [greeting(mesh, false), accept()] },
  'hello sent by an unknown peer': { isMember: false, frames: (mesh) => [greeting(mesh, false)] },
  'open, of an applicant': { isMember: false, frames: (mesh) => [greeting(mesh, true), accept()] },
};

const misbehaviours: Record<string, (hostile: Hostile) => void> = {
  'is silent': () => {},
  'sends a byte of a long frame each second': ({ link, every }) => {
    link.send(Buffer.of(frameTypes.notice, 0xff, 0x7f));
    every(1_000, () => link.send(Buffer.of(0)));
  },
  'repeats a recorded handshake': ({ link, mesh }) => {
    for (let i = 0; i < 2; i++) link.send(greeting(mesh, false), accept());
  },
  'sends notices, requests and data of streams that nobody opened': ({ link, random }) => {
    for (const type of [
      frameTypes.notice,
      frameTypes.request,
      frameTypes.response,
      frameTypes.data,
      frameTypes.credit,
    ])
      link.send(frame(type, random.bytes(12)));
  },
  'sends a part of a list of members that leads nowhere': ({ link, random }) =>
    link.send(frame(frameTypes.roster, random.bytes(200))),
  'sends noise': ({ link, random }) => link.send(random.bytes(300)),
  'announces a frame longer than any': ({ link }) =>
    link.send(Buffer.of(frameTypes.notice, 0xff, 0xff, 0x7f)),
};

function greeting(mesh: VirtualMesh, isEnrolment: boolean): Buffer {
  const { roster } = mesh.peers[0]!.standing;
  const content = {
    versionMin: 1,
    versionMax: 1,
    isEnrolment,
    mesh: roster.mesh,
    rosterVersion: roster.version,
  };
  return frame(frameTypes.hello, encode(hello, content));
}

function accept(): Buffer {
  return frame(frameTypes.accept, NOTHING);
}

for (const [state, { isMember, frames }] of Object.entries(states))
  for (const [how, misbehave] of Object.entries(misbehaviours))
    test(`a peer that ${how} (${state}) loses its link, and no other peer does`, async () => {
      for (let seed = 1; seed <= 3; seed++) {
        const mesh = await VirtualMesh.create({ peers: 5, seed });
        await mesh.startAll();
        const certificate = mesh.peers[LIAR]!.standing.certificate;
        mesh.crash(LIAR);
        mesh.clock.run(10_000);
        const from = mesh.network.transport(hostOf(LIAR), () => (isMember ? certificate : null));
        let isClosed = false;
        from.dial(hostOf(VICTIM), (_error, link) => {
          if (link === null) return;
          link.start({ onBytes: () => {}, onDrain: () => {}, onClose: () => (isClosed = true) });
          for (const each of frames(mesh)) link.send(each);
          const every = (ms: number, action: () => void): void => {
            if (isClosed) return;
            action();
            mesh.clock.after(ms, () => every(ms, action));
          };
          mesh.clock.after(100, () => misbehave({ mesh, link, random: new SeededRandom(seed), every }));
        });
        mesh.clock.run(ENDED_MS);
        assert.equal(isClosed, true, `seed ${seed}`);
        assert.equal(mesh.peers[VICTIM]!.switchboard.sessionOf(`peer-${LIAR}`), null);
        assert.ok(mesh.isWhole(), `seed ${seed}: the others see each other`);
        await mesh.start(LIAR);
        assert.ok(
          mesh.clock.runUntil(() => mesh.isWhole(), 30_000) !== null,
          `seed ${seed}: the true one is linked`,
        );
      }
    });

test('a peer that is revoked while it sends has what arrived before, and nothing after', async () => {
  for (let seed = 1; seed <= 4; seed++) {
    const mesh = await VirtualMesh.create({ peers: 8, seed });
    await mesh.startAll();
    mesh.clock.run(5_000);
    const [from, to] = [mesh.peers[2]!, mesh.peers[6]!];
    let sent = 0;
    const everySend = (): void => {
      void from.send(to.id, `message ${sent++}`);
      if (sent < 200) mesh.clock.after(20, everySend);
    };
    everySend();
    mesh.clock.run(1_000);
    mesh.peers[0]!.authority!.revoke(from.id, 'stolen');
    mesh.clock.run(1_000);
    const atRevocation = to.inbox.messages.length;
    assert.ok(atRevocation > 10, `seed ${seed}: ${atRevocation}`);
    mesh.clock.run(20_000);
    assert.equal(to.inbox.messages.length, atRevocation, `seed ${seed}`);
    const texts = to.inbox.messages.map(({ body }) => Buffer.from(body).toString());
    assert.deepEqual(
      texts,
      texts.map((_, i) => `message ${i}`),
    );
  }
});

test('clocks that jump by an hour, to and fro, cost no message, no broadcast and no link', async () => {
  for (let seed = 1; seed <= 4; seed++) {
    const mesh = await VirtualMesh.create({ peers: 10, seed });
    await mesh.startAll();
    mesh.clock.run(20_000);
    const died: string[] = [];
    for (const peer of mesh.peers)
      peer!.directory.onChange.push((id, status) => {
        if (status === 'dead') died.push(id);
      });
    for (const errorMs of [HOUR_MS, -HOUR_MS, 0]) {
      mesh.clockErrorMs[2] = errorMs;
      mesh.clockErrorMs[5] = -errorMs;
      mesh.clock.run(3_000);
      const counts: number[] = [];
      for (const i of [2, 5, 7])
        mesh.peers[i]!.broadcasts.send('message', Buffer.from(`${errorMs} from ${i}`), (count) =>
          counts.push(count),
        );
      void mesh.peers[2]!.send('peer-5', `${errorMs}`);
      mesh.clock.run(30_000);
      assert.deepEqual(counts, [9, 9, 9], `seed ${seed}, ${errorMs} ms`);
    }
    const direct = mesh.peers[5]!.inbox.messages.filter(({ isBroadcast }) => !isBroadcast);
    assert.equal(direct.length, 3, `seed ${seed}`);
    assert.deepEqual(died, [], `seed ${seed}`);
    assert.ok(mesh.isWhole());
  }
});

test('a peer that broadcasts an hour ahead of the others, before it has their time, reaches all as soon as it has', async () => {
  const mesh = await VirtualMesh.create({ peers: 6, seed: 3 });
  mesh.clockErrorMs[4] = HOUR_MS;
  await mesh.startAll();
  const { broadcasts } = mesh.peers[4]!;
  const counts: number[] = [];
  const send = () => broadcasts.send('message', Buffer.from('here'), (count) => counts.push(count));
  send();
  mesh.clock.run(30_000);
  send();
  mesh.clock.run(10_000);
  assert.deepEqual(counts, [0, 5]);
});

test('two halves of 50 peers each go on by themselves, and are one again, with all messages, soon after they meet', async () => {
  const mesh = await VirtualMesh.create({ peers: 100, seed: 21 });
  await mesh.startAll();
  mesh.clock.run(5_000);
  const half = Array.from({ length: 50 }, (_, i) => i * 2);
  mesh.network.partition([half.map(hostOf)]);
  mesh.clock.run(30_000);
  for (const peer of mesh.peers) assert.equal(peer!.directory.tree.size, 50, peer!.id);
  const counts: number[] = [];
  for (const i of [10, 11])
    mesh.peers[i]!.broadcasts.send('message', Buffer.from('half'), (count) => counts.push(count));
  // From one half to the other: they wait.
  for (let i = 0; i < 10; i++) void mesh.peers[2 * i]!.send(`peer-${2 * i + 1}`, `over ${i}`);
  mesh.clock.run(12_000);
  assert.deepEqual(counts, [49, 49]);
  mesh.network.heal();
  const healedMs = mesh.clock.elapsedMs();
  assert.ok(mesh.clock.runUntil(() => mesh.isWhole(), 60_000) !== null, 'they do not find each other');
  assert.ok(mesh.clock.elapsedMs() - healedMs < 30_000, `${mesh.clock.elapsedMs() - healedMs} ms`);
  mesh.clock.run(60_000);
  for (let i = 0; i < 10; i++)
    assert.equal(
      mesh.peers[2 * i + 1]!.inbox.messages.filter(({ body }) => Buffer.from(body).toString() === `over ${i}`)
        .length,
      1,
      `message ${i}`,
    );
  assert.ok(mesh.isWhole());
});
