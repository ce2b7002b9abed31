// Traffic counters, suspicions and throttling.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOf } from '../src/link/address.ts';
import type { Peer } from '../src/peer/peer.ts';
import { VirtualMesh } from '../src/virtual/index.ts';
import { type Suspicion, Suspicions } from '../src/watch/suspicions.ts';
import { requestKinds, routedKinds } from '../src/wire/kinds.ts';

async function started(): Promise<VirtualMesh> {
  const mesh = await VirtualMesh.create({ peers: 10, seed: 11 });
  await mesh.startAll();
  // Until links that only served the bootstrap are closed.
  mesh.clock.run(20_000);
  return mesh;
}

test('queries are counted at the first neighbour, and not where they are forwarded', async () => {
  const mesh = await started();
  const asker = mesh.peers.find((peer) => peer!.directory.tree.childrenOf(peer!.id).length === 0)!;
  const parent = asker.directory.tree.parentOf(asker.id)!;
  const far = mesh.peers.find((peer) => peer!.id !== parent && peer !== asker)!.id;
  for (const peer of mesh.peers) peer!.meter.take();
  const heard: string[] = [];
  mesh.peers.find((peer) => peer!.id === parent)!.meter.onQuery.push((id) => heard.push(id));
  for (let i = 0; i < 30; i++)
    asker.routing.ask(far, routedKinds.sealingKey, Buffer.alloc(0), 1_000, () => {});
  for (let i = 0; i < 5; i++)
    asker.switchboard.sessionOf(parent)!.request(requestKinds.offers, Buffer.alloc(0), 1_000, () => {});
  mesh.clock.run(2_000);
  assert.equal(heard.length, 35);
  const counted = mesh.peers.map((peer) => peer!.meter.take().get(asker.id)?.queries ?? 0);
  assert.equal(
    counted.reduce((sum, each) => sum + each, 0),
    35,
  );
  const quiet = mesh.peers
    .find((peer) => peer!.id === parent)!
    .meter.take()
    .get(asker.id);
  assert.equal(quiet?.queries ?? 0, 0, 'taken is begun anew');
});

test('a suspicion reaches the authority if its witness is authentic', async () => {
  const mesh = await started();
  const [authority, witness, liar] = [mesh.peers[0]!, mesh.peers[3]!, mesh.peers[4]!];
  const heard: Suspicion[] = [];
  authority.suspicions.onSuspicion.push((each) => heard.push(each));
  const said = {
    rule: 'query-flood',
    peer: 'peer-7',
    address: '',
    severity: 'high',
    confidence: 99,
    summary: 'x',
  };
  const problems: unknown[] = [];
  witness.suspicions.report(said, (problem) => problems.push(problem));
  mesh.clock.run(1_000);
  assert.deepEqual([...problems], [null]);
  assert.deepEqual([heard[0]?.witness, heard[0]?.peer, heard[0]?.rule], ['peer-3', 'peer-7', 'query-flood']);
  // Signed by a peer other than its witness.
  const forged = { ...liar.standing, id: 'peer-3', keys: liar.standing.keys, roster: liar.standing.roster };
  new Suspicions(liar.runtime, forged as never, liar.routing).report(said, (problem) =>
    problems.push(problem),
  );
  mesh.clock.run(1_000);
  assert.deepEqual([...problems], [null, 'tampered']);
  assert.equal(heard.length, 1);
});

test('suspicions beyond the rate limit, or from a quarantined witness, are refused', async () => {
  const mesh = await started();
  const heard: Suspicion[] = [];
  mesh.peers[0]!.suspicions.onSuspicion.push((each) => heard.push(each));
  const said = { rule: 'x', peer: 'peer-7', address: '', severity: 'low', confidence: 9, summary: '' };
  for (let i = 0; i < 500; i++) mesh.peers[5]!.suspicions.report(said);
  mesh.clock.run(3_000);
  assert.ok(heard.length > 0 && heard.length <= 150, String(heard.length));
});

test('a throttled peer is answered once a second, other peers without limit', async () => {
  const mesh = await started();
  for (const peer of mesh.peers) peer!.skyeye.report({ 'cpu.free': 50 });
  mesh.clock.run(5_000);
  const leaf = mesh.peers.find((peer) => peer!.directory.tree.childrenOf(peer!.id).length === 0)!;
  const answers = () => mesh.peers.reduce((sum, peer) => sum + peer!.skyeye.queries.counts.answered, 0);
  const ask = () => {
    const before = answers();
    for (let i = 0; i < 100; i++) void leaf.skyeye.query('3 peers order by cpu.free');
    mesh.clock.run(500);
    return answers() - before;
  };
  assert.ok(ask() >= 100, 'all of them, while nothing is in force');
  mesh.clock.run(5_000);
  const decision = { step: 'throttle', reason: 'x', forMs: 60_000, by: 'policy' } as const;
  mesh.peers[0]!.authority!.measure(leaf.id, decision);
  mesh.clock.run(3_000);
  const few = ask();
  assert.ok(few >= 1 && few <= 6, `${few} answers`);
});

test('a replayed suspicion counts once; an address may have any length', async () => {
  const mesh = await started();
  const [authority, witness, liar] = [mesh.peers[0]!, mesh.peers[3]!, mesh.peers[4]!];
  const heard: Suspicion[] = [];
  authority.suspicions.onSuspicion.push((each) => heard.push(each));
  let sent: Uint8Array | null = null;
  const ask = witness.routing.ask.bind(witness.routing);
  witness.routing.ask = (to, kind, body, timeoutMs, answer) => {
    sent = body;
    ask(to, kind, body, timeoutMs, answer);
  };
  const address = `${'x'.repeat(63)} over ${'y'.repeat(63)}`;
  const facts = { rule: 'join-guessing', severity: 'high', confidence: 99, summary: 'x' };
  witness.suspicions.report({ ...facts, peer: '', address });
  mesh.clock.run(1_000);
  assert.deepEqual(
    heard.map((each) => each.address),
    [address.slice(0, 64)],
  );
  const problems: unknown[] = [];
  liar.routing.ask(authority.id, routedKinds.suspicion, sent!, 1_000, (error) => problems.push(error));
  mesh.clock.run(1_000);
  assert.deepEqual(problems, ['replayed']);
  assert.equal(heard.length, 1);
});

/** Suspicions as their witnesses send them, which this returns instead. */
function reported(witness: Peer, count: number): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  witness.routing.ask = (_to, _kind, body) => bodies.push(body);
  const facts = { rule: 'x', peer: 'peer-7', address: '', severity: 'low', confidence: 9 };
  for (let i = 0; i < count; i++) witness.suspicions.report({ ...facts, summary: String(i) });
  return bodies;
}

/** The authority, what it takes of each witness, and a way to it that no link limits. */
function authorityOf(mesh: VirtualMesh) {
  const authority = mesh.peers[0]!;
  const taken: string[] = [];
  authority.suspicions.onSuspicion.push((each) => taken.push(each.witness));
  const give = (body: Uint8Array) => authority.routing.send(authority.id, routedKinds.suspicion, body);
  return { give, takenOf: (id: string) => taken.filter((each) => each === id).length };
}

test('a witness that floods the authority is refused beyond its limit', async () => {
  const mesh = await started();
  const { give, takenOf } = authorityOf(mesh);
  for (const body of reported(mesh.peers[4]!, 2_000)) {
    give(body);
    mesh.clock.run(1);
  }
  assert.ok(takenOf('peer-4') <= 50 + 2_000 / 20 + 1, String(takenOf('peer-4')));
});

test('seven witnesses at their limits do not make the authority take a suspicion of another twice', async () => {
  const mesh = await started();
  const { give, takenOf } = authorityOf(mesh);
  const [first] = reported(mesh.peers[3]!, 1);
  give(first!);
  const floods = [1, 2, 4, 5, 6, 8, 9].map((i) => mesh.peers[i]!);
  for (let i = 0; i < 2_900; i++) {
    for (const each of floods) give(reported(each, 1)[0]!);
    mesh.clock.run(20);
  }
  give(first!);
  mesh.clock.run(20);
  for (const { id } of floods) assert.equal(takenOf(id), 2_900);
  assert.equal(takenOf('peer-3'), 1);
});

test('of a witness with many suspicions none is taken twice, also long after it, and those of one millisecond all count', async () => {
  const mesh = await started();
  const { give, takenOf } = authorityOf(mesh);
  // More than are tracked one by one.
  const bodies = reported(mesh.peers[3]!, 700);
  for (let round = 0; round < 2; round++)
    for (const body of bodies) {
      give(body);
      mesh.clock.run(20);
    }
  assert.equal(takenOf('peer-3'), 700);
});

test('a witness whose own clock is an hour off is believed', async () => {
  const mesh = await started();
  const { takenOf } = authorityOf(mesh);
  mesh.clockErrorMs[3] = 3_600_000;
  const facts = { rule: 'x', peer: 'peer-7', address: '', severity: 'low', confidence: 9, summary: '' };
  mesh.peers[3]!.suspicions.report(facts);
  mesh.clock.run(1_000);
  assert.equal(takenOf('peer-3'), 1);
});

test('a witness that was an hour ahead before it knew the time of the mesh is believed afterwards', async () => {
  const mesh = await started();
  const { takenOf } = authorityOf(mesh);
  const { runtime, standing, routing } = mesh.peers[3]!;
  let aheadMs = 3_600_000;
  const clock = { ...runtime.clock, nowMs: () => mesh.clock.nowMs() + aheadMs };
  const suspicions = new Suspicions({ ...runtime, clock }, standing, routing);
  const facts = { rule: 'x', peer: 'peer-7', address: '', severity: 'low', confidence: 9, summary: '' };
  suspicions.report(facts);
  mesh.clock.run(1_000);
  assert.equal(takenOf('peer-3'), 0);
  aheadMs = 0;
  for (let i = 0; i < 3; i++) suspicions.report(facts);
  mesh.clock.run(1_000);
  assert.equal(takenOf('peer-3'), 3);
});

test('a caller’s address has one notation, however the socket reports it', () => {
  assert.equal(hostOf('[::ffff:192.0.2.7]:41000'), '192.0.2.7');
  assert.equal(hostOf('192.0.2.7:41000'), '192.0.2.7');
  assert.equal(hostOf('[2001:db8::7]:41000'), '2001:db8::7');
  assert.equal(hostOf('a over b'), 'a over b');
});
