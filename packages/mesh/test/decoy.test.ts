// A peer that was sent to the decoy: to it all is as before, nobody else hears of it, and it is back when it is released.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DecoyEvent, MeshDecoy } from '../src/decoy/decoy.ts';
import { hold } from '../src/messages/holders.ts';
import { routed } from '../src/messages/routing.ts';
import { listOffers } from '../src/resources/fetch.ts';
import { VirtualMesh } from '../src/virtual/index.ts';
import { noticeKinds, requestKinds, routedKinds } from '../src/wire/kinds.ts';
import { encode } from '../src/wire/schema.ts';

const PLACE = '10.9.0.1:9998';
const MEMBER = 9;

async function scene(seed: number, culprit: number) {
  const mesh = await VirtualMesh.create({ peers: 12, seed });
  await mesh.startAll();
  mesh.clock.run(10_000);
  const member = mesh.peers[MEMBER]!;
  const events: DecoyEvent[] = [];
  const transport = mesh.network.transport(PLACE, () => member.standing.certificate);
  const decoy = new MeshDecoy({
    peer: member,
    seed: 's',
    transport,
    onEvent: (event: DecoyEvent) => events.push(event),
  });
  await decoy.listen();
  const id = `peer-${culprit}`;
  const decision = { step: 'redirect', reason: 'floods', forMs: 60_000, to: PLACE, by: 'policy' } as const;
  assert.equal(mesh.peers[0]!.authority!.measure(id, decision), null);
  mesh.clock.run(3_000);
  return { mesh, decoy, events, id, peer: mesh.peers[culprit]! };
}

/** Of what needs both: virtual time, and turns of the real one. */
async function outcome<T>(mesh: VirtualMesh, work: Promise<T>): Promise<T> {
  const running = setInterval(() => mesh.clock.run(100), 1);
  try {
    return await work;
  } finally {
    clearInterval(running);
  }
}

test('it finds everybody alive, and goes on for as long as the time lasts', async () => {
  for (let seed = 0; seed < 6; seed++) {
    const { mesh, id, peer, events } = await scene(seed, 1 + (seed % 8));
    assert.ok(
      events.some(({ kind, visitor }) => kind === 'came' && visitor === id),
      `seed ${seed}`,
    );
    for (let i = 0; i < 8; i++) {
      mesh.clock.run(5_000);
      assert.deepEqual(
        [...peer.switchboard.sessions()].map((session) => session.id),
        ['peer-9'],
        `seed ${seed}`,
      );
      assert.equal(peer.directory.tree.size, 12, `seed ${seed}: it takes some for dead`);
    }
    const others = mesh.peers.filter((each) => each !== peer);
    assert.ok(others.every((each) => each!.directory.statusOf(id) === 'quarantined'));
    assert.ok(others.every((each) => each!.directory.tree.size === 11));
  }
});

test('what it says and asks is answered and recorded, and reaches nobody', async () => {
  const { mesh, peer, events, id } = await scene(3, 4);
  const before = mesh.peers.map((each) => each!.inbox.messages.length);
  const told = peer.broadcast('hello all');
  void peer.send('peer-1', 'are you there?');
  mesh.clock.run(5_000);
  assert.deepEqual(await told, { count: 11, problem: null });
  const parent = peer.directory.tree.parentOf(id) ?? 'peer-0';
  assert.deepEqual(await outcome(mesh, listOffers(peer, parent)), []);
  assert.equal(peer.outbox.queueOf('peer-1')?.waiting.length, 1, 'a message waits');
  const texts = events.map(({ kind, text }) => `${kind} ${text}`);
  assert.ok(texts.includes('said to all, on message: hello all'), texts.join('\n'));
  assert.ok(texts.includes('asked sealingKey to peer-1'));
  assert.ok(texts.includes('asked which files are offered'));
  assert.deepEqual(
    mesh.peers.map((each) => each!.inbox.messages.length),
    before,
  );
});

test('queries and the view of the whole go on, of hosts that are made up and the same each time', async () => {
  const { mesh, peer, events, id } = await scene(1, 3);
  for (const each of mesh.peers) each!.skyeye.report({ 'cpu.free': 100, 'memory.free': 1e9 });
  mesh.clock.run(12_000);
  const ask = () => outcome(mesh, peer.skyeye.query('3 peers order by cpu.free'));
  const first = await ask();
  assert.equal(first.problem, null);
  assert.equal(first.peers.length, 3);
  assert.equal(first.complete, 1);
  assert.ok(first.peers.every((each) => each.id === id || each.values['cpu.free']! < 100));
  const near = await outcome(mesh, peer.skyeye.query('3 peers near peer-2 order by latency'));
  assert.equal(near.problem, null, 'all have coordinates');
  assert.ok(
    near.peers.every(({ id, latencyMs }) =>
      id === 'peer-2' ? latencyMs === 0 : latencyMs! > 0 && latencyMs! < 5,
    ),
  );
  const again = await ask();
  assert.deepEqual(again.peers.map((each) => each.id).sort(), first.peers.map((each) => each.id).sort());
  const view = peer.skyeye.view()!;
  assert.equal(view.peers, 12);
  assert.ok(view.ageMs < 15_000, `its view is ${view.ageMs} ms old`);
  assert.ok(events.some(({ kind, text }) => kind === 'asked' && text === '3 peers order by cpu.free'));
  // Those who are really there count eleven, and nothing that was made up.
  const real = await outcome(mesh, mesh.peers[1]!.skyeye.query('12 peers order by cpu.free'));
  assert.ok(real.peers.every((each) => each.id !== id && each.values['cpu.free'] === 100));
});

test('what is for the decoy itself is read and acknowledged, and its inbox has none of it', async () => {
  const { mesh, peer, events } = await scene(4, 5);
  const member = mesh.peers[MEMBER]!;
  for (const text of ['first', 'second'])
    assert.deepEqual(await outcome(mesh, peer.send('peer-9', text)), { isDelivered: true, problem: '' });
  const texts = events.map(({ kind, text }) => `${kind} ${text}`);
  for (const text of ['first', 'second'])
    assert.equal(texts.filter((each) => each === `said to peer-9, on message: ${text}`).length, 1);
  assert.deepEqual(member.inbox.messages, []);
  // Another's cannot be opened by anybody else: it goes out, and stays.
  void peer.send('peer-1', 'for peer-1 alone');
  mesh.clock.run(6_000);
  assert.match(events.map(({ text }) => text).join('\n'), /^to peer-1: \d+ bytes, sealed$/m);
  assert.equal(peer.mailbox.problemOf('peer-1'), '');
  assert.ok(mesh.peers.every((each) => each!.inbox.messages.length === 0));
  // At home again, the next one is the next.
  mesh.peers[0]!.authority!.release('peer-5', '', 'operator');
  assert.ok(mesh.clock.runUntil(() => mesh.isWhole(), 30_000) !== null);
  assert.equal((await outcome(mesh, peer.send('peer-9', 'third'))).isDelivered, true);
  const bodies = member.inbox.messages.map(({ body }) => Buffer.from(body).toString());
  assert.deepEqual(bodies, ['third']);
});

test('a visitor that asks for keys without end does not take the questions of the member', async () => {
  const { mesh, peer } = await scene(4, 5);
  const member = mesh.peers[MEMBER]!;
  mesh.crash(3);
  mesh.clock.run(300);
  const [session] = [...peer.switchboard.sessions()];
  const head = { from: peer.id, to: 'peer-3', hops: 0, kind: routedKinds.sealingKey, isFine: true };
  for (let question = 1; question <= 2_000; question++)
    session!.notify(
      noticeKinds.routed,
      encode(routed, { ...head, requestId: question, body: Buffer.alloc(0) }),
    );
  // Until the tree has closed the gap that the crash left: whom it stood above can be reached again.
  mesh.clock.run(2_000);
  let answer: string | null = 'none';
  member.routing.ask('peer-1', routedKinds.sealingKey, Buffer.alloc(0), 1_000, (error) => {
    answer = error;
  });
  mesh.clock.run(1_000);
  assert.equal(answer, null);
});

test('what is left for one that is away is taken, and goes nowhere', async () => {
  const { mesh, peer, events } = await scene(6, 2);
  const [session] = [...peer.switchboard.sessions()];
  const sealed = Buffer.alloc(300, 7);
  const left = { to: 'peer-3', name: Buffer.alloc(16), expiresMs: mesh.clock.nowMs() + 60_000, sealed };
  const answers: (string | null)[] = [];
  session!.request(requestKinds.hold, encode(hold, left), 3_000, (error) => answers.push(error));
  mesh.clock.run(2_000);
  assert.deepEqual(answers, [null]);
  assert.ok(events.some(({ text }) => text === 'to peer-3, to be held until it comes: 300 bytes, sealed'));
  assert.deepEqual(mesh.peers[3]!.inbox.messages, []);
});

test('released, it is back, and what waited is delivered', async () => {
  const { mesh, peer } = await scene(5, 6);
  void peer.send('peer-1', 'later');
  mesh.clock.run(2_000);
  mesh.peers[0]!.authority!.release('peer-6', '', 'operator');
  const isBack = () => mesh.isWhole() && mesh.peers[1]!.inbox.messages.length === 1;
  const tookMs = mesh.clock.runUntil(isBack, 30_000);
  assert.ok(tookMs !== null && tookMs < 10_000, `${tookMs} ms`);
});

test('who was not sent there is not taken, and the list of members is told to nobody', async () => {
  const { mesh, peer, events } = await scene(2, 4);
  const done: unknown[] = [];
  mesh.peers[2]!.switchboard.connectTo(PLACE, (session) => done.push(session));
  mesh.clock.run(3_000);
  assert.deepEqual(done, [null]);
  assert.ok(events.every(({ visitor }) => visitor === 'peer-4'));
  assert.equal(peer.standing.roster.measures.size, 0, 'it was told of its own measure');
});

test('of a visitor that comes again, the link before is told of as over', async () => {
  const { mesh, decoy, events, id, peer } = await scene(3, 4);
  const first = decoy.switchboard.sessionOf(id)!;
  for (let i = 0; i < 3; i++) peer.switchboard.connectTo(PLACE, () => {});
  mesh.clock.run(5_000);
  assert.notEqual(decoy.switchboard.sessionOf(id), first, 'a newer one took its place');
  const linksOf = (kind: string) => events.filter((each) => each.kind === kind).map(({ link }) => link);
  const open = linksOf('came').filter((link) => !linksOf('left').includes(link));
  assert.ok(linksOf('came').length > 1);
  assert.equal(open.length, decoy.switchboard.sessionOf(id) === null ? 0 : 1);
  assert.equal(new Set(linksOf('left')).size, linksOf('left').length, 'each of them once');
});
