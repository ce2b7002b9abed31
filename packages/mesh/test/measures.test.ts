// What is done about a peer for a time: all know of it, it ends by itself or by a release, and nobody locks itself out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditEntry } from '../src/peer/audit.ts';
import type { Peer } from '../src/peer/peer.ts';
import { hostOf, VirtualMesh } from '../src/virtual/index.ts';

const MINUTE_MS = 60_000;

async function started(seed: number): Promise<{ mesh: VirtualMesh; audit: AuditEntry[] }> {
  const mesh = await VirtualMesh.create({ peers: 10, seed });
  await mesh.startAll();
  const audit: AuditEntry[] = [];
  mesh.peers[0]!.authority!.audit = (entry) => audit.push(entry);
  return { mesh, audit };
}

const othersOf = (mesh: VirtualMesh, id: string): Peer[] =>
  mesh.peers.filter((peer): peer is Peer => peer !== null && peer.id !== id);
const linksOf = (peer: Peer) => [...peer.switchboard.sessions()].map((session) => session.id);

function quarantine(mesh: VirtualMesh, id: string, forMs: number, to?: string): string | null {
  const step = to === undefined ? 'quarantine' : 'redirect';
  const decision = { step, reason: 'floods', forMs, by: 'operator', ...(to === undefined ? {} : { to }) };
  return mesh.peers[0]!.authority!.measure(id, decision as never);
}

test('a quarantine is known to all within 2 s: no links, not in the tree, messages not taken', async () => {
  for (let seed = 0; seed < 8; seed++) {
    const { mesh, audit } = await started(seed);
    const id = `peer-${1 + (seed % 9)}`;
    const culprit = mesh.peers[1 + (seed % 9)]!;
    assert.equal(quarantine(mesh, id, MINUTE_MS), null);
    const isOut = () =>
      othersOf(mesh, id).every(
        (peer) =>
          peer.directory.statusOf(id) === 'quarantined' &&
          !peer.directory.tree.has(id) &&
          !linksOf(peer).includes(id),
      );
    const tookMs = mesh.clock.runUntil(isOut, 10_000);
    assert.ok(tookMs !== null && tookMs < 2_000, `seed ${seed}: ${tookMs} ms`);
    void culprit.send('peer-0', 'let me in');
    mesh.clock.run(20_000);
    assert.ok(isOut(), `seed ${seed}: it came back`);
    assert.equal(mesh.peers[0]!.inbox.messages.length, 0);
    assert.deepEqual(linksOf(culprit), []);
    // It does not hear of it by the list, nor does anybody take it for dead.
    assert.equal(culprit.standing.roster.measures.has(id), false);
    const others = othersOf(mesh, id);
    assert.ok(others.every((peer) => others.every((other) => peer.directory.isAlive(other.id))));
    assert.equal(audit[0]?.action, 'quarantine');
    assert.equal(audit[0]?.by, 'operator');
  }
});

test('it ends by itself, and all is as before: the message that waited arrives', async () => {
  const { mesh } = await started(3);
  quarantine(mesh, 'peer-4', 30_000);
  void mesh.peers[4]!.send('peer-0', 'later');
  mesh.clock.run(29_000);
  assert.equal(mesh.peers[0]!.inbox.messages.length, 0);
  mesh.clock.runUntil(() => mesh.isWhole() && mesh.peers[0]!.inbox.messages.length === 1, 60_000);
  assert.ok(mesh.isWhole());
  assert.equal(mesh.peers[0]!.inbox.messages.length, 1);
});

test('a release ends it at once', async () => {
  const { mesh, audit } = await started(5);
  const { authority } = mesh.peers[0]!;
  assert.equal(authority!.release('peer-4', '', 'operator'), 'no measure is in force against peer-4');
  quarantine(mesh, 'peer-4', 10 * MINUTE_MS);
  mesh.clock.run(5_000);
  assert.equal(authority!.release('peer-4', 'a mistake', 'operator'), null);
  const tookMs = mesh.clock.runUntil(() => mesh.isWhole(), 60_000);
  assert.ok(tookMs !== null, 'it is not back after a minute');
  assert.deepEqual(
    audit.map((entry) => entry.action),
    ['quarantine', 'release'],
  );
});

test('a redirected peer has a link with the decoy alone, until it is released', async () => {
  const { mesh } = await started(7);
  const decoy = hostOf(9);
  const links: string[] = [];
  // Stands in for a decoy: a peer that does not know of the measure yet would take the link.
  mesh.peers[9]!.standing.measures.isCutOff = () => false;
  mesh.peers[9]!.standing.measures.of = () => null;
  mesh.peers[9]!.switchboard.onOpen.push((session) => links.push(session.id));
  quarantine(mesh, 'peer-4', 10 * MINUTE_MS, decoy);
  mesh.clock.run(3_000);
  assert.ok(links.includes('peer-4'));
  assert.deepEqual(linksOf(mesh.peers[4]!), ['peer-9']);
});

test('the authority cannot be cut off, nor anybody for ever or who is not there', async () => {
  const { mesh } = await started(1);
  assert.match(quarantine(mesh, 'peer-0', MINUTE_MS) ?? '', /lock itself out/);
  assert.match(quarantine(mesh, 'nobody', MINUTE_MS) ?? '', /no peer nobody/);
  assert.match(quarantine(mesh, 'peer-2', 31 * 24 * 60 * MINUTE_MS) ?? '', /30 days/);
  assert.match(quarantine(mesh, 'peer-2', 0) ?? '', /above 0/);
});

test('a throttled peer keeps its links', async () => {
  const { mesh } = await started(2);
  mesh.peers[0]!.authority!.measure('peer-4', {
    step: 'throttle',
    reason: 'x',
    forMs: MINUTE_MS,
    by: 'policy',
  });
  mesh.clock.run(5_000);
  assert.ok(mesh.isWhole());
  for (const peer of othersOf(mesh, 'peer-4'))
    assert.equal(peer.standing.measures.of('peer-4')?.step, 'throttle');
});

test('measures survive a restart, and expired ones do not accumulate', async () => {
  const { mesh } = await started(4);
  for (let i = 0; i < 50; i++) quarantine(mesh, `peer-${1 + (i % 3)}`, 1_000);
  mesh.clock.run(2_000);
  quarantine(mesh, 'peer-5', MINUTE_MS);
  const { roster } = mesh.peers[0]!.standing;
  assert.deepEqual([...roster.measures.keys()], ['peer-5']);
  const { Roster } = await import('../src/members/roster.ts');
  assert.deepEqual([...Roster.fromBytes(roster.toBytes(), null).measures.keys()], ['peer-5']);
});
