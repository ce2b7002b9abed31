// Letting in, sending away, changing roots: the authority alone, without a network.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { Authority } from '../src/identity/authority.ts';
import {
  CertificateError,
  isIssuedBy,
  issueLeaf,
  newRequest,
  newRoot,
  readLeaf,
  readRequest,
} from '../src/identity/certificate.ts';
import { decodeAnswer, enrolRequest, makeEnrolRequest } from '../src/identity/enrolment.ts';
import { keyFingerprint, newKeyPair, publicKeyObject, sha256 } from '../src/identity/keys.ts';
import { peerIdOf } from '../src/identity/names.ts';
import { sourceOf } from '../src/identity/source.ts';
import { formatToken, type Invitation, parseToken } from '../src/identity/token.ts';
import { Roster } from '../src/members/roster.ts';
import { RosterError } from '../src/members/roster-state.ts';
import { RosterFile } from '../src/peer/roster-file.ts';
import { MemoryStorage } from '../src/peer/storage.ts';
import { type Runtime, systemRandom } from '../src/runtime.ts';
import { decode } from '../src/wire/schema.ts';

const HOUR_MS = 3_600_000;

async function founded() {
  let nowMs = Date.UTC(2027, 5, 1);
  const runtime: Runtime = {
    clock: {
      nowMs: () => nowMs,
      elapsedMs: () => nowMs,
      after(_delayMs, action) {
        queueMicrotask(action);
        return () => {};
      },
    },
    random: systemRandom,
    log: () => {},
  };
  const first = newKeyPair();
  const storage = new MemoryStorage();
  const { rootKey, beginning, roster } = Authority.found(
    runtime,
    'home',
    { id: 'first', publicKey: first.publicKey },
    Buffer.alloc(32, 1),
  );
  storage.write('authority/beginning', beginning.toBytes());
  const authority = new Authority({ runtime, storage, rootKey, roster });
  const invitation = (secret: Invitation['secret']): Invitation => ({
    mesh: 'home',
    root: sha256(roster.beginning),
    addresses: [],
    secret,
  });
  const ask = async (
    keys: ReturnType<typeof newKeyPair>,
    id: string,
    secret: Invitation['secret'] = null,
    source = 'here',
    ...over: string[]
  ) => {
    const request = decode(enrolRequest, makeEnrolRequest(keys, id, invitation(secret)));
    return authority.enrol(request, sourceOf(source, ...over));
  };
  return { authority, roster, runtime, storage, rootKey, ask, pass: (ms: number) => (nowMs += ms) };
}

test('a token lets one in, and the same key may ask again', async () => {
  const { authority, ask } = await founded();
  const secret = authority.desk.invite('peer', null, 1, HOUR_MS);
  const keys = newKeyPair();
  const answer = await ask(keys, 'lab-1', secret);
  assert.equal(answer.kind, 'admitted');
  assert.equal((await ask(keys, 'lab-1', secret)).kind, 'admitted', 'the answer was lost: the same again');
  assert.deepEqual(await ask(newKeyPair(), 'lab-2', secret), {
    kind: 'denied',
    reason: 'this invitation was used already: ask for a new one',
  });
  assert.deepEqual(Buffer.from(authority.roster.approved('lab-1')!.publicKey), Buffer.from(keys.publicKey));
});

test('the certificate says who it is, for a day', async () => {
  const { authority, ask, runtime } = await founded();
  const keys = newKeyPair();
  const answer = await ask(keys, 'lab-1', authority.desk.invite('peer', null, 1, HOUR_MS));
  assert.ok(answer.kind === 'admitted');
  const identity = readLeaf(answer.certificate)!;
  assert.equal(identity.id, 'lab-1');
  assert.equal(identity.mesh, 'home');
  assert.deepEqual(identity.publicKey, Buffer.from(keys.publicKey));
  assert.equal(identity.expiresMs - runtime.clock.nowMs(), 24 * HOUR_MS);
  assert.ok(isIssuedBy(answer.certificate, authority.roster.roots));
  const other = await founded();
  assert.ok(!isIssuedBy(answer.certificate, other.authority.roster.roots));
});

test('a token that has expired, is for another name, or was guessed says so', async () => {
  const { authority, ask, pass } = await founded();
  const named = authority.desk.invite('peer', 'lab-7', 1, HOUR_MS);
  assert.match(JSON.stringify(await ask(newKeyPair(), 'lab-8', named)), /for lab-7/);
  assert.match(
    JSON.stringify(await ask(newKeyPair(), 'lab-7', { ...named, key: Buffer.alloc(16) })),
    /not known/,
  );
  pass(2 * HOUR_MS);
  assert.match(JSON.stringify(await ask(newKeyPair(), 'lab-7', named)), /has expired/);
});

test('guessing is slowed down, for one address and not for all', async () => {
  const { authority, ask, pass } = await founded();
  const guess = { id: Buffer.alloc(6), key: Buffer.alloc(16) };
  for (let i = 0; i < 10; i++)
    assert.match(JSON.stringify(await ask(newKeyPair(), `g${i}`, guess, 'evil')), /not known/);
  const secret = authority.desk.invite('peer', null, 5, 365 * 24 * HOUR_MS);
  assert.match(JSON.stringify(await ask(newKeyPair(), 'g', secret, 'evil')), /too many wrong tries/);
  assert.equal((await ask(newKeyPair(), 'honest', secret, 'elsewhere')).kind, 'admitted');
  pass(61_000);
  assert.equal((await ask(newKeyPair(), 'late', secret, 'evil')).kind, 'admitted');
});

test('guesses count for their address over whomever they come, and for whoever brings them', async () => {
  const { authority, ask, pass } = await founded();
  const guess = { id: Buffer.alloc(6), key: Buffer.alloc(16) };
  const secret = authority.desk.invite('peer', null, 50, 365 * 24 * HOUR_MS);
  const wrong = async (source: string, ...over: string[]) =>
    JSON.stringify(await ask(newKeyPair(), 'guess', guess, source, ...over));
  // One address over ten peers; one peer over ten carriers; one network of IPv6.
  for (const [i, of] of [
    ['192.0.2.1:9', 'lab-'],
    ['liar over carrier-', ''],
    ['[2001:db8::', ''],
  ].entries()) {
    const at = (k: number) =>
      i === 0 ? of[0]! : i === 1 ? `${of[0]}${k}` : `${of[0]}${(k + 1).toString(16)}]:4711`;
    const over = (k: number) => (i === 0 ? [`${of[1]}${k}`] : []);
    for (let k = 0; k < 10; k++) assert.match(await wrong(at(k), ...over(k)), /not known/, `${i} ${k}`);
    assert.match(await wrong(at(10), ...over(10)), /too many wrong tries/, `${i}`);
  }
  assert.equal((await ask(newKeyPair(), 'honest', secret, '192.0.2.2:9', 'lab-3')).kind, 'admitted');
  pass(61_000);
  // A peer that makes up addresses for what it passes on.
  for (let k = 0; k < 50; k++) assert.match(await wrong(`198.51.100.${k}:9`, 'liar'), /not known/);
  assert.match(await wrong('198.51.100.99:9', 'liar'), /too many wrong tries/);
  assert.equal((await ask(newKeyPair(), 'other', secret, '198.51.100.99:9', 'lab-3')).kind, 'admitted');
});

test('what nobody vouches for can only be a renewal', async () => {
  const { authority, ask } = await founded();
  const secret = authority.desk.invite('peer', null, 1, HOUR_MS);
  const keys = newKeyPair();
  const invitation = { mesh: 'home', root: Buffer.alloc(32), addresses: [], secret };
  const request = decode(enrolRequest, makeEnrolRequest(keys, 'lab-1', invitation));
  assert.equal((await authority.enrol(request, null)).kind, 'denied');
  assert.equal((await ask(keys, 'lab-1', secret)).kind, 'admitted');
  assert.equal((await authority.enrol(request, null)).kind, 'admitted');
});

test('without a token one waits, and is let in or sent away', async () => {
  const { authority, ask } = await founded();
  const [one, two] = [newKeyPair(), newKeyPair()];
  assert.equal((await ask(one, 'lab-1')).kind, 'pending');
  assert.equal((await ask(one, 'lab-1')).kind, 'pending');
  assert.equal((await ask(two, 'lab-2')).kind, 'pending');
  assert.deepEqual(
    authority.desk.waiting.map(({ id, fingerprint }) => [id, fingerprint]),
    [
      ['lab-1', keyFingerprint(one.publicKey)],
      ['lab-2', keyFingerprint(two.publicKey)],
    ],
  );
  assert.match(JSON.stringify(await ask(newKeyPair(), 'lab-1')), /another key waits/);
  assert.equal(await authority.approve('lab-1'), null);
  assert.equal((await ask(one, 'lab-1')).kind, 'admitted');
  assert.equal(authority.desk.deny('lab-2'), null);
  assert.match(JSON.stringify(await ask(two, 'lab-2')), /was denied/);
  assert.match((await authority.approve('lab-9'))!, /no application of .* is pending/);
});

test('a list of names and keys lets in without waiting', async () => {
  const { authority, ask } = await founded();
  const keys = newKeyPair();
  authority.desk.allow('lab-1');
  authority.desk.allow(keyFingerprint(keys.publicKey));
  assert.equal((await ask(newKeyPair(), 'lab-1')).kind, 'admitted');
  assert.equal((await ask(keys, 'any-name')).kind, 'admitted');
});

test('a key is allowed by as many digits as people are shown, and a name that looks like them is not', async () => {
  const { authority, ask } = await founded();
  const keys = newKeyPair();
  const shown = keyFingerprint(keys.publicKey).slice(0, 16);
  assert.equal((await ask(keys, 'lab-1')).kind, 'pending');
  authority.desk.deny('lab-1');
  assert.match(
    JSON.stringify(await ask(keys, 'lab-1')),
    new RegExp(`was denied, until .*mesh allow ${shown}`),
  );
  assert.equal(authority.desk.allow('lab-1'), null);
  assert.match(JSON.stringify(await ask(keys, 'lab-1')), /was denied/, 'a name may be anybody');
  assert.equal(authority.desk.allow(shown), null);
  assert.equal((await ask(newKeyPair(), shown)).kind, 'pending');
  assert.equal((await ask(keys, 'lab-1')).kind, 'admitted');
  assert.match(authority.desk.allow('No Name')!, /neither a name .* nor the fingerprint/);
});

test('a key that begins like one that was allowed is not let in for it', async () => {
  const { authority, ask } = await founded();
  const [keys, stranger] = [newKeyPair(), newKeyPair()];
  const all = keyFingerprint(keys.publicKey);
  assert.match(authority.desk.allow(all.slice(0, 16))!, /has asked yet: say 32 digits or more/);
  assert.match(authority.desk.allow(all.slice(0, 31))!, /has asked yet/);
  assert.equal((await ask(keys, 'lab-1')).kind, 'pending');
  assert.equal(authority.desk.allow(all.slice(0, 16)), null, 'it waits: the whole is known');
  assert.equal((await ask(keys, 'lab-1')).kind, 'admitted');
  const other = keyFingerprint(stranger.publicKey).slice(0, 32);
  assert.equal(authority.desk.allow(other), null, '128 bits of one that nobody knows yet');
  assert.equal((await ask(stranger, 'lab-2')).kind, 'admitted');
});

test('who is allowed is let in with an invitation that is used up, too', async () => {
  const { authority, ask } = await founded();
  const secret = authority.desk.invite('coordinator', null, 1, HOUR_MS);
  authority.desk.allow('lab-1');
  authority.desk.allow('lab-2');
  await ask(newKeyPair(), 'lab-1', secret);
  await ask(newKeyPair(), 'lab-2', secret);
  const roles = ['lab-1', 'lab-2'].map((id) => authority.roster.approved(id)?.role);
  assert.deepEqual(roles, ['coordinator', 'peer']);
  assert.match(JSON.stringify(await ask(newKeyPair(), 'lab-3', secret)), /used already/);
});

test('a name is held by one key, until that is revoked', async () => {
  const { authority, ask } = await founded();
  const secret = authority.desk.invite('peer', null, 10, HOUR_MS);
  const [one, two] = [newKeyPair(), newKeyPair()];
  await ask(one, 'lab-1', secret);
  assert.match(JSON.stringify(await ask(two, 'lab-1', secret)), /taken by another key/);
  assert.equal(authority.revoke('lab-1', 'lost'), null);
  assert.match(JSON.stringify(await ask(one, 'lab-1', secret)), /this key was revoked/);
  const another = authority.desk.invite('peer', null, 1, HOUR_MS);
  assert.equal((await ask(two, 'lab-1', another)).kind, 'admitted');
  assert.match(authority.revoke('nobody', '')!, /no peer nobody/);
  assert.match(authority.revoke('first', '')!, /the authority itself/);
});

test('who is revoked does not come back by what its name was promised before', async () => {
  const { authority, ask } = await founded();
  authority.desk.allow('lab-1');
  await ask(newKeyPair(), 'lab-1');
  const bound = authority.desk.invite('peer', 'lab-1', 5, HOUR_MS);
  authority.revoke('lab-1', 'stolen');
  assert.equal((await ask(newKeyPair(), 'lab-1')).kind, 'pending');
  assert.match(JSON.stringify(await ask(newKeyPair(), 'lab-1', bound)), /not known here/);
});

test('one key has one name, so that revoking it is enough', async () => {
  const { authority, ask } = await founded();
  const secret = authority.desk.invite('peer', null, 10, HOUR_MS);
  const keys = newKeyPair();
  await ask(keys, 'lab-1', secret);
  assert.match(JSON.stringify(await ask(keys, 'lab-2', secret)), /this key is that of lab-1/);
});

test('approving looks again: the name may be taken by now, the key revoked', async () => {
  const { authority, roster, ask } = await founded();
  const secret = authority.desk.invite('peer', null, 10, HOUR_MS);
  const [one, two, three] = [newKeyPair(), newKeyPair(), newKeyPair()];
  await ask(one, 'lab-1');
  await ask(two, 'lab-1', secret);
  assert.match((await authority.approve('lab-1'))!, /taken by another key/);
  assert.deepEqual(authority.roster.approved('lab-1')!.publicKey, Buffer.from(two.publicKey));
  await ask(three, 'lab-2');
  await ask(three, 'lab-3', secret);
  authority.revoke('lab-3', 'lost');
  assert.match((await authority.approve('lab-2'))!, /this key was revoked/);
  assert.ok(authority.roster.version > roster.version);
});

test('wrong tries of others keep nobody who is in from renewing', async () => {
  const { authority, ask } = await founded();
  const keys = newKeyPair();
  await ask(keys, 'lab-1', authority.desk.invite('peer', null, 1, HOUR_MS));
  const guess = { id: Buffer.alloc(6), key: Buffer.alloc(16) };
  for (let i = 0; i < 250; i++) authority.desk.failed(sourceOf(`host-${i}`));
  assert.match(JSON.stringify(await ask(newKeyPair(), 'lab-2', guess)), /too many wrong tries/);
  assert.equal((await ask(keys, 'lab-1')).kind, 'admitted');
});

test('what was given out and who waits survives a restart', async () => {
  const { authority, ask, runtime, storage, rootKey } = await founded();
  const secret = authority.desk.invite('coordinator', null, 1, HOUR_MS);
  await ask(newKeyPair(), 'waiting');
  const again = new Authority({ runtime, storage, rootKey, roster: authority.roster });
  assert.deepEqual(
    again.desk.waiting.map(({ id }) => id),
    ['waiting'],
  );
  const keys = newKeyPair();
  const request = newRequest(keys.privateKey, 'lab-1');
  const { tokenProof } = await import('../src/identity/token.ts');
  const answer = await again.enrol(
    { request, token: { id: secret.id, proof: tokenProof(secret.key, request) } },
    sourceOf('here'),
  );
  assert.equal(answer.kind, 'admitted');
  assert.equal(again.roster.approved('lab-1')!.role, 'coordinator');
});

test('the list of members: parts lead from any state to the last, and lies do not', async () => {
  const { authority, ask } = await founded();
  const before = authority.roster;
  const secret = authority.desk.invite('peer', null, 200, HOUR_MS);
  for (let i = 0; i < 5; i++) await ask(newKeyPair(), `lab-${i}`, secret);
  const after = authority.roster;
  const parts = after.partsFrom(before.version);
  const changes = parts.flatMap((part) => part.changes);
  const signature = parts.at(-1)!.signature!;
  assert.deepEqual(Roster.follow(before, null, changes, signature).head, after.head);
  assert.deepEqual(Roster.fromBytes(after.toBytes(), sha256(after.beginning)).head, after.head);
  assert.throws(() => Roster.fromBytes(after.toBytes(), Buffer.alloc(32)), /another mesh/);
  assert.throws(() => Roster.follow(before, null, changes.slice(1), signature), RosterError);
  assert.throws(() => Roster.follow(before, null, changes.slice(0, -1), signature), RosterError);
  const changed = changes.map((each, i) => (i === 2 ? Buffer.from(each).fill(each[12]! ^ 1, 12, 13) : each));
  assert.throws(() => Roster.follow(before, null, changed, signature), RosterError);
  const bad = Buffer.from(signature).fill(signature[20]! ^ 1, 20, 21);
  assert.throws(() => Roster.follow(before, null, changes, bad), RosterError);
});

test('a new root is trusted because the old one endorsed it; then the old one can go', async () => {
  const { authority, ask } = await founded();
  const secret = authority.desk.invite('peer', null, 10, HOUR_MS);
  const old = authority.roster;
  const early = await ask(newKeyPair(), 'early', secret);
  authority.rotate(() => {});
  const late = await ask(newKeyPair(), 'late', secret);
  assert.ok(early.kind === 'admitted' && late.kind === 'admitted');
  assert.equal(authority.roster.roots.length, 2);
  assert.ok(
    isIssuedBy(early.certificate, authority.roster.roots) &&
      isIssuedBy(late.certificate, authority.roster.roots),
  );
  assert.ok(!isIssuedBy(late.certificate, old.roots));
  // One that was away the whole time follows from the old state alone.
  const parts = authority.roster.partsFrom(old.version);
  const followed = Roster.follow(
    old,
    null,
    parts.flatMap((part) => part.changes),
    parts.at(-1)!.signature!,
  );
  assert.equal(followed.roots.length, 2);
  assert.match(authority.retire()!, /24 hours yet: wait/);
  assert.equal(authority.retire(true), null);
  assert.ok(!isIssuedBy(early.certificate, authority.roster.roots));
  assert.match(authority.retire(true)!, /only one root/);
  // A root that nobody endorsed is not taken, though it signs the list itself.
  const stranger = await founded();
  const certificate = stranger.roster.roots[0]!;
  const endorsement = old.endorse(certificate, stranger.rootKey);
  assert.throws(
    () => Roster.sign(old, [{ kind: 'root', certificate, endorsement }], stranger.rootKey),
    /not endorsed/,
  );
});

test('certificate requests: nonsense is refused in one line', () => {
  assert.throws(() => readRequest(Buffer.from('nonsense')), /cannot be read/);
  const keys = newKeyPair();
  const request = newRequest(keys.privateKey, 'lab-1');
  assert.deepEqual(readRequest(request), { id: 'lab-1', publicKey: Buffer.from(keys.publicKey) });
  const changed = Buffer.from(request);
  changed[request.length - 1]! ^= 1;
  assert.throws(() => readRequest(changed), /not signed by its key/);
  assert.throws(() => readRequest(newRequest(keys.privateKey, 'Bad Name')), /none that peers may have/);
  assert.throws(() => decodeAnswer(Buffer.from('nonsense')), /cannot be read/);
});

test('certificate requests: whatever is changed, cut or added, nobody else gets in', () => {
  const keys = newKeyPair();
  const request = newRequest(keys.privateKey, 'lab-1');
  const attempt = (bytes: Uint8Array) => {
    try {
      const { id, publicKey } = readRequest(bytes);
      assert.deepEqual([id, Buffer.from(publicKey)], ['lab-1', Buffer.from(keys.publicKey)]);
    } catch (error) {
      assert.ok(error instanceof CertificateError, String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), attempt));
  for (let at = 0; at < request.length; at++) {
    assert.throws(() => readRequest(request.subarray(0, at)), CertificateError);
    for (const bits of [1, 0x20, 0x80, 0xff])
      attempt(Buffer.from(request).fill(request[at]! ^ bits, at, at + 1));
  }
  assert.throws(() => readRequest(Buffer.concat([request, Buffer.of(0)])), CertificateError);
});

test('certificates are what OpenSSL takes for such, with the dates and the use they should have', () => {
  const nowMs = Date.UTC(2041, 1, 3);
  const { key, certificate } = newRoot('home', nowMs);
  const root = new X509Certificate(certificate);
  assert.ok(root.ca && root.checkIssued(root) && root.verify(root.publicKey));
  // Beyond 2049 dates are written otherwise.
  assert.equal(root.validToDate.getUTCFullYear(), 2051);
  assert.match(root.subject, /^CN=home mesh authority [0-9a-f]{8}$/);
  const { publicKey } = newKeyPair();
  const issuer = { mesh: 'home', key, certificate, leafHours: 24 };
  const leaf = new X509Certificate(issueLeaf(issuer, 'lab-1', publicKeyObject(publicKey), nowMs));
  assert.ok(!leaf.ca && leaf.checkIssued(root) && leaf.verify(root.publicKey));
  assert.deepEqual([leaf.subject, leaf.issuer], ['CN=lab-1', root.subject]);
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  assert.equal(leaf.subjectAltName, 'URI:spiffe://home/peer/lab-1');
  assert.equal(leaf.validToDate.getTime() - nowMs, 24 * HOUR_MS);
  assert.match(leaf.serialNumber, /^[4-7][0-9A-F]{31}$/);
  assert.ok(isIssuedBy(leaf.raw, [certificate]));
  assert.equal(readLeaf(leaf.raw)?.id, 'lab-1');
});

test('invitations: whole lines are read, others say what is wrong', () => {
  const value = {
    mesh: 'home',
    root: Buffer.alloc(32, 3),
    addresses: ['192.0.2.1:5001'],
    secret: { id: Buffer.alloc(6, 1), key: Buffer.alloc(16, 2) },
  };
  const token = formatToken(value);
  assert.deepEqual(parseToken(` ${token}\n`), value);
  assert.throws(() => parseToken('hello'), /not an invitation/);
  assert.throws(() => parseToken(token.slice(0, -3)), /not copied whole/);
  for (const slip of [`${token}x`, `${token}.`, token.replace(/(.{20})/, '$1 ')])
    assert.throws(() => parseToken(slip), /not copied whole/);
  assert.throws(
    () => parseToken(token.replace(/.(?=.{20}$)/, (c) => (c === 'A' ? 'B' : 'A'))),
    /not copied whole/,
  );
});

test('names are made of host names', () => {
  assert.equal(peerIdOf('My Laptop.local'), 'my-laptop.local');
  assert.equal(peerIdOf('---'), null);
});

test('one address cannot fill the queue for the others', async () => {
  const { ask } = await founded();
  const kinds: string[] = [];
  for (let i = 0; i < 55; i++) kinds.push((await ask(newKeyPair(), `stranger-${i}`, null, '192.0.2.1')).kind);
  assert.equal(kinds.filter((kind) => kind === 'pending').length, 50);
  assert.equal((await ask(newKeyPair(), 'honest', null, '192.0.2.2')).kind, 'pending');
});

test('whoever was revoked does not come back by the invitation that let it in', async () => {
  const { authority, ask } = await founded();
  const shared = authority.desk.invite('peer', null, 10, HOUR_MS);
  const other = authority.desk.invite('peer', null, 10, HOUR_MS);
  assert.equal((await ask(newKeyPair(), 'lab-1', shared)).kind, 'admitted');
  assert.equal((await ask(newKeyPair(), 'lab-2', other)).kind, 'admitted');
  assert.equal(authority.revoke('lab-1', 'stolen'), null);
  assert.equal((await ask(newKeyPair(), 'lab-9', shared)).kind, 'denied');
  assert.equal((await ask(newKeyPair(), 'lab-3', other)).kind, 'admitted', 'other invitations hold');
});

test('who joins after a rotation can check the root that signed its certificate, and a made-up one fails', async () => {
  const { authority, roster, storage, ask } = await founded();
  authority.rotate(() => {});
  authority.rotate(() => {});
  const secret = authority.desk.invite('peer', null, 1, HOUR_MS);
  const answer = await ask(newKeyPair(), 'lab-1', secret);
  assert.ok(answer.kind === 'admitted');
  const beginning = Roster.fromBytes(answer.beginning, sha256(roster.beginning));
  assert.equal(answer.roots.length, 2);
  assert.ok(isIssuedBy(answer.certificate, beginning.rootsAfter(answer.roots)));
  assert.ok(!isIssuedBy(answer.certificate, beginning.rootsAfter(answer.roots.slice(0, 1))));
  const forged = answer.roots.map((each) => ({ ...each, head: Buffer.alloc(32) }));
  assert.throws(() => beginning.rootsAfter(forged), RosterError);
  assert.ok(storage.read('authority/beginning'));
});

test('a list of members that could not be written once is whole the next time', async () => {
  const { storage, authority } = await founded();
  const file = new RosterFile(storage, authority.roster);
  RosterFile.create(storage, authority.roster);
  const admit = async (id: string) => {
    authority.desk.allow(id);
    const keys = newKeyPair();
    const request = decode(enrolRequest, makeEnrolRequest(keys, id, null));
    assert.equal((await authority.enrol(request, sourceOf('192.0.2.1'))).kind, 'admitted');
  };
  await admit('second');
  const append = storage.append.bind(storage);
  storage.append = () => {
    throw new Error('no space left on device');
  };
  assert.throws(() => file.update(authority.roster));
  storage.append = append;
  await admit('third');
  file.update(authority.roster);
  assert.equal(RosterFile.read(storage).version, authority.roster.version);
});
