// An authority that lost decisions: its folder was restored from a backup, or its disk was full.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Authority } from '../src/identity/authority.ts';
import { enrolRequest, makeEnrolRequest } from '../src/identity/enrolment.ts';
import { newKeyPair } from '../src/identity/keys.ts';
import { mergeRivals } from '../src/identity/rivals.ts';
import { sourceOf } from '../src/identity/source.ts';
import { Roster } from '../src/members/roster.ts';
import type { Change } from '../src/members/roster-state.ts';
import { RosterFile } from '../src/peer/roster-file.ts';
import { RosterGatherer } from '../src/peer/standing.ts';
import { MemoryStorage } from '../src/peer/storage.ts';
import { VirtualClock } from '../src/virtual/clock.ts';
import { hostOf, VirtualMesh } from '../src/virtual/mesh.ts';
import { SeededRandom } from '../src/virtual/random.ts';
import { decode } from '../src/wire/schema.ts';

const names = (roster: Roster) =>
  [...roster.members.values()].filter((each) => each.revoked === null).map((each) => each.id);

/** Six peers; peer-4 was revoked, then the authority's folder was restored from an earlier backup. */
async function putBack(seed: number) {
  const log: string[] = [];
  const mesh = await VirtualMesh.create({ peers: 6, seed, log: (_level, message) => log.push(message) });
  await mesh.startAll();
  const before = mesh.peers[0]!.standing.roster;
  assert.equal(mesh.peers[0]!.authority!.revoke('peer-4', 'lost'), null);
  mesh.clock.run(2_000);
  mesh.crash(0);
  mesh.putBack(0, before);
  return { mesh, log };
}

const isAgreed = (mesh: VirtualMesh) =>
  new Set([0, 1, 2, 3].map((i) => mesh.peers[i]!.standing.roster.head.toString('hex'))).size === 1;

test('an authority restored from a backup recovers its later decisions from other peers', async () => {
  const { mesh, log } = await putBack(21);
  const peer = await mesh.start(0);
  mesh.clock.run(5_000);
  assert.deepEqual(names(peer.authority!.roster), ['peer-0', 'peer-1', 'peer-2', 'peer-3', 'peer-5']);
  assert.equal(peer.authority!.revoke('peer-5', 'too'), null);
  mesh.clock.run(2_000);
  assert.deepEqual(names(mesh.peers[1]!.standing.roster), ['peer-0', 'peer-1', 'peer-2', 'peer-3']);
  assert.ok(log.some((line) => line.includes('an old copy of this folder was put back')));
});

test('an authority restored from a backup that decides before it reconnects: both sets of decisions hold everywhere', async () => {
  for (const isLonger of [false, true]) {
    const { mesh } = await putBack(22);
    mesh.network.partition([[hostOf(0)], [1, 2, 3, 4, 5].map(hostOf)]);
    const { authority } = await mesh.start(0);
    assert.equal(authority!.revoke('peer-5', 'too'), null);
    if (isLonger)
      assert.equal(
        authority!.measure('peer-3', { step: 'throttle', reason: '', forMs: 1e6, by: 'operator' }),
        null,
      );
    mesh.network.heal();
    assert.ok(mesh.clock.runUntil(() => isAgreed(mesh), 120_000) !== null);
    for (const i of [0, 1, 2, 3])
      assert.deepEqual(names(mesh.peers[i]!.standing.roster), ['peer-0', 'peer-1', 'peer-2', 'peer-3']);
    mesh.clock.run(5_000);
    const { roster, groupKey } = mesh.peers[2]!.standing;
    assert.equal(groupKey!.epoch, roster.group!.epoch, 'and the key of the group is one that all have');
  }
});

test('both copies have admitted peers: all are members, and all directories agree', async () => {
  const mesh = await VirtualMesh.create({ peers: 4, seed: 23 });
  await mesh.startAll();
  const before = mesh.peers[0]!.standing.roster;
  const letIn = async (id: string) => {
    const { authority } = mesh.peers[0]!;
    authority!.desk.allow(id);
    const invitation = { mesh: 'virtual', root: Buffer.alloc(32), addresses: [], secret: null };
    const request = decode(enrolRequest, await makeEnrolRequest(newKeyPair(), id, invitation));
    const answer = authority!.enrol(request, sourceOf('10.9.9.9:1'));
    mesh.clock.run(1_000);
    assert.equal((await answer).kind, 'admitted');
  };
  await letIn('lab-1');
  await letIn('lab-2');
  mesh.crash(0);
  mesh.putBack(0, before);
  mesh.network.partition([[hostOf(0)], [1, 2, 3].map(hostOf)]);
  await mesh.start(0);
  await letIn('lab-3');
  mesh.network.heal();
  assert.ok(mesh.clock.runUntil(() => isAgreed(mesh) && mesh.isWhole(), 120_000) !== null);
  const expected = ['lab-1', 'lab-2', 'lab-3', 'peer-0', 'peer-1', 'peer-2', 'peer-3'];
  assert.deepEqual(names(mesh.peers[3]!.standing.roster).sort(), expected);
  assert.equal(new Set(mesh.peers.map((peer) => peer!.directory.digest)).size, 1);
});

test('a full disk: a revocation fails as a whole, and holds everywhere when retried', async () => {
  const mesh = await VirtualMesh.create({ peers: 4, seed: 24 });
  await mesh.startAll();
  const authority = mesh.peers[0]!.authority!;
  const before = authority.roster;
  authority.keep = () => {
    throw new Error('ENOSPC: no space left on device');
  };
  assert.throws(() => authority.revoke('peer-3', 'lost'), /ENOSPC/);
  mesh.clock.run(5_000);
  for (const peer of mesh.peers) assert.equal(peer!.standing.roster, before);
  authority.keep = () => {};
  assert.equal(authority.revoke('peer-3', 'lost'), null);
  mesh.clock.run(5_000);
  const { roster, groupKey } = mesh.peers[2]!.standing;
  assert.deepEqual(names(roster), ['peer-0', 'peer-1', 'peer-2']);
  assert.equal(groupKey!.epoch, roster.group!.epoch);
});

const keyOf = () => newKeyPair().publicKey;
const admit = (id: string, atMs: number): Change => ({
  ...{ kind: 'admit', id, publicKey: keyOf(), role: 'peer', atMs },
});
const revoke = (id: string, atMs: number): Change => ({ kind: 'revoke', id, reason: '', atMs });
const quarantine = (id: string, atMs: number): Change => ({
  ...{ kind: 'measure', id, step: 'quarantine', reason: '', atMs, untilMs: 1e6, to: '' },
});
const release = (id: string, atMs: number): Change => ({ kind: 'release', id, atMs });
const group = (epoch: number): Change => ({ kind: 'group', epoch, keyHash: Buffer.alloc(32, epoch) });
const runtime = { clock: new VirtualClock(), random: new SeededRandom(1), log: () => {} };
const founded = Authority.found(runtime, 'lab', { id: 'hub', publicKey: keyOf() }, Buffer.alloc(32));
const sign = (before: Roster, ...changes: Change[]) => Roster.sign(before, changes, founded.rootKey);

test('a merged list that is presented again changes nothing, whatever was decided since', () => {
  const shared = sign(founded.roster, admit('ann', 1), admit('bob', 2));
  const ours = sign(shared, quarantine('bob', 3), admit('cy', 4), quarantine('cy', 5), group(2));
  const theirs = sign(shared, revoke('ann', 3), release('bob', 4), group(2));
  const merged = mergeRivals(ours, theirs)!;
  assert.deepEqual([merged.base, merged.isDone], [ours, false]);
  const both = sign(ours, ...merged.changes, group(3));
  assert.deepEqual([both.approved('ann'), [...both.measures.keys()]], [null, ['cy']]);
  assert.ok(mergeRivals(both, theirs)!.isDone);
  const since = sign(both, admit('ann', 6), quarantine('bob', 7));
  assert.deepEqual(mergeRivals(since, theirs), { base: since, changes: [], isDone: true });
});

test('a merged list that is presented repeatedly makes the authority sign nothing', async () => {
  const { mesh } = await putBack(25);
  const kept = mesh.peers[1]!.standing.roster;
  mesh.network.partition([[hostOf(0)], [1, 2, 3, 4, 5].map(hostOf)]);
  const peer = await mesh.start(0);
  assert.equal(peer.authority!.revoke('peer-5', 'too'), null);
  const { standing } = peer;
  standing.takeRoster(kept);
  const { version } = standing.roster;
  assert.deepEqual(names(standing.roster), ['peer-0', 'peer-1', 'peer-2', 'peer-3']);
  standing.takeRoster(kept);
  mesh.clock.run(60_000);
  standing.takeRoster(kept);
  assert.equal(standing.roster.version, version);
});

test('power failure while a rival list is written: the list and its continuation survive restarts', () => {
  const storage = new MemoryStorage();
  RosterFile.create(storage, founded.roster);
  const ours = sign(founded.roster, admit('ann', 1));
  const theirs = sign(founded.roster, admit('bob', 1), group(2));
  const file = new RosterFile(storage, founded.roster);
  file.update(ours);
  storage.remove = () => assert.fail('no power');
  assert.throws(() => file.update(theirs), /no power/);
  const read = RosterFile.read(storage);
  assert.deepEqual(read.head, theirs.head);
  const next = sign(read, admit('cy', 2));
  new RosterFile(storage, read).update(next);
  assert.deepEqual(RosterFile.read(storage).head, next.head);
});

test('rivals are accepted from members only, and a bounded number per link', () => {
  const before = sign(founded.roster, admit('ann', 1));
  const [part] = sign(founded.roster, admit('bob', 1)).partsFrom(founded.roster.version);
  const gatherer = new RosterGatherer();
  assert.throws(() => gatherer.take(part!, before, false), /does not continue/);
  for (let i = 0; i < 8; i++) assert.ok(gatherer.take(part!, before, true)!.approved('bob'));
  assert.throws(() => gatherer.take(part!, before, true), /does not continue/);
});
