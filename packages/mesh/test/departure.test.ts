// A member that leaves for good.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enrolRequest, makeEnrolRequest } from '../src/identity/enrolment.ts';
import { newKeyPair, sha256 } from '../src/identity/keys.ts';
import { sourceOf } from '../src/identity/source.ts';
import type { Invitation } from '../src/identity/token.ts';
import { Pairs } from '../src/messages/pairs.ts';
import { VirtualMesh } from '../src/virtual/index.ts';
import { decode } from '../src/wire/schema.ts';

async function mesh(seed: number) {
  const made = await VirtualMesh.create({ peers: 16, seed });
  await made.startAll();
  made.clock.run(5_000);
  return made;
}

/** Starts it, and runs the clock until it has an outcome. */
function leave(of: VirtualMesh, i: number): { problem: string | null | undefined } {
  const outcome: { problem: string | null | undefined } = { problem: undefined };
  void of.peers[i]!.departure.leave().then((problem) => {
    outcome.problem = problem;
  });
  return outcome;
}

async function settle(of: VirtualMesh, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    of.clock.run(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a member that leaves for good is revoked for all within seconds', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const all = await mesh(seed);
    const i = 1 + (seed % 15);
    const { id } = all.peers[i]!;
    const authority = all.peers[0]!.authority!;
    const notes: string[] = [];
    authority.audit = ({ action, peer, by, reason }) => notes.push(`${action} ${peer} ${by}: ${reason}`);
    const outcome = leave(all, i);
    await settle(all, 4_000);
    assert.equal(outcome.problem, null, `seed ${seed}`);
    for (const other of all.peers)
      if (other!.id !== id) {
        assert.equal(other!.directory.statusOf(id), 'revoked', `seed ${seed}: ${other!.id}`);
        assert.equal(other!.switchboard.sessionOf(id), null);
        assert.ok(other!.standing.groupKey!.epoch > 1, 'it cannot read what is broadcast from now on');
      }
    assert.deepEqual(notes, [`revoke ${id} itself: left for good`]);
    assert.match(all.peers[i]!.problem!, /revoked: left for good/);
    assert.equal(authority.roster.approved(id), null);
    const again = leave(all, i);
    await settle(all, 1_000);
    assert.equal(again.problem, null, 'it may be repeated');
  }
});

test('an invitation for many stays good for the others when one leaves; an approval of its name does not', async () => {
  const all = await mesh(3);
  const authority = all.peers[0]!.authority!;
  const secret = authority.desk.invite('peer', null, 10, 3_600_000);
  authority.desk.allow('peer-5');
  leave(all, 5);
  await settle(all, 3_000);
  const apply = async (id: string, secret: Invitation['secret']) => {
    const { mesh, beginning } = authority.roster;
    const invitation = { mesh, root: sha256(beginning), addresses: [], secret };
    const request = decode(enrolRequest, makeEnrolRequest(newKeyPair(), id, invitation));
    let kind = '';
    void authority.enrol(request, sourceOf('here')).then((answer) => {
      kind = answer.kind;
    });
    await settle(all, 500);
    return kind;
  };
  assert.equal(await apply('peer-5', null), 'pending');
  assert.equal(await apply('peer-6', secret), 'denied', 'that name is in use');
  assert.equal(await apply('peer-5', secret), 'admitted');
  assert.equal(all.peers[9]!.directory.statusOf('peer-5'), 'never seen', 'a member again, not started yet');
});

test('a member without a way to the authority stays a member, and says so after some 10 s', async () => {
  const all = await mesh(4);
  all.crash(0);
  const outcome = leave(all, 7);
  await settle(all, 9_000);
  assert.equal(outcome.problem, undefined);
  await settle(all, 8_000);
  assert.match(outcome.problem!, /^the authority, peer-0, has not agreed: /);
  assert.equal(all.peers[3]!.directory.statusOf('peer-7'), 'alive');
});

test('a single neighbour that refuses a member as revoked does not make it believe that it has left', async () => {
  const all = await mesh(8);
  all.crash(0);
  all.clock.run(10_000);
  const linksOf = (i: number) => [...(all.peers[i]?.switchboard.sessions() ?? [])];
  const inner = all.peers.findIndex((_, i) => linksOf(i).length > 1);
  const outcome = leave(all, inner);
  await settle(all, 1_000);
  const [liar] = linksOf(inner);
  all.peers[inner]!.switchboard.refused(liar!, 'revoked', 'it was revoked');
  await settle(all, 16_000);
  assert.match(outcome.problem!, /^the authority, peer-0, has not agreed: /);
});

test('the peer with the authority cannot leave, and no peer can send another away', async () => {
  const all = await mesh(5);
  const outcome = leave(all, 0);
  await settle(all, 100);
  assert.match(outcome.problem!, /^it holds the authority/);
  // peer-2 asks under the name of peer-3, with a signature of its own.
  const liar = all.peers[2]!;
  Object.defineProperty(liar.standing, 'id', { value: 'peer-3' });
  leave(all, 2);
  await settle(all, 3_000);
  assert.notEqual(all.peers[0]!.authority!.roster.approved('peer-3'), null);
});

test('messages that wait for a member that left do not go to the next of that name', async () => {
  for (const isAway of [false, true]) {
    const all = await mesh(6);
    const authority = all.peers[0]!.authority!;
    all.crash(5);
    all.clock.run(10_000);
    const outcomes: { isDelivered: boolean; problem: string }[] = [];
    void all.peers[3]!.send('peer-5', 'for the former one').then((outcome) => outcomes.push(outcome));
    await settle(all, 2_000);
    if (isAway) all.crash(3);
    await settle(all, 10_000);
    authority.revokeLeaving('peer-5');
    await settle(all, 2_000);
    const { mesh: name, beginning } = authority.roster;
    const secret = authority.desk.invite('peer', null, 1, 3_600_000);
    const next = newKeyPair();
    const invitation = { mesh: name, root: sha256(beginning), addresses: [], secret };
    const request = decode(enrolRequest, makeEnrolRequest(next, 'peer-5', invitation));
    void authority.enrol(request, sourceOf('here'));
    await settle(all, 500);
    const sender = isAway ? await all.start(3) : all.peers[3]!;
    await settle(all, 10_000);
    assert.notEqual(sender.standing.roster.approved('peer-5'), null, 'it knows the next one');
    assert.deepEqual([...sender.outbox.receivers()], []);
    if (!isAway) assert.deepEqual(outcomes, [{ isDelivered: false, problem: 'peer-5 was revoked' }]);
  }
});

test('nothing is sealed with the secret of a member that left, also for the next of its name', async () => {
  const all = await mesh(7);
  const { runtime, standing, directory } = all.peers[3]!;
  const pairs = new Pairs(runtime, standing, directory, { ask: () => {}, handle: () => {} });
  const key = all.peers[5]!.standing.sealing.publicKey;
  const epoch = () => pairs.seal('peer-5', key, Buffer.of(1)).envelope.epoch;
  const before = epoch();
  all.peers[0]!.authority!.revokeLeaving('peer-6');
  await settle(all, 2_000);
  assert.deepEqual(epoch(), before, 'another left');
  all.peers[0]!.authority!.revokeLeaving('peer-5');
  await settle(all, 2_000);
  assert.notDeepEqual(epoch(), before);
});
