// A mesh with an offline root: what its intermediate may do, and what a thief of the intermediate's key may not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Authority } from '../src/identity/authority.ts';
import { isIssuedBy, issueLeaf, newIntermediate, newRoot, readLeaf } from '../src/identity/certificate.ts';
import { newKeyPair, publicKeyObject, sha256 } from '../src/identity/keys.ts';
import { Roster } from '../src/members/roster.ts';
import { Standing } from '../src/peer/standing.ts';
import { MemoryStorage } from '../src/peer/storage.ts';
import { type Runtime, systemRandom, systemRuntime } from '../src/runtime.ts';
import { privateKeyFrom } from '../src/sealed/xwing.ts';

test('an intermediate issues certificates; only the offline root can make another intermediate', async () => {
  const first = { id: 'lab-0', publicKey: newKeyPair().publicKey };
  const runtime = systemRuntime();
  const made = Authority.found(runtime, 'home', first, Buffer.alloc(32, 1), true);
  const { rootKey, offlineKey, beginning, roster } = made;
  assert.ok(offlineKey !== null && !rootKey.equals(offlineKey));
  assert.equal(roster.roots.length, 2);
  const [root, intermediate] = roster.roots as [Uint8Array, Uint8Array];
  assert.ok(isIssuedBy(intermediate, [root]) && !isIssuedBy(root, [intermediate]));
  const storage = new MemoryStorage();
  storage.write('authority/beginning', beginning.toBytes());
  const authority = new Authority({ runtime, storage, rootKey, roster });
  const leaf = authority.issue('lab-1', newKeyPair().publicKey);
  assert.ok(isIssuedBy(leaf, [intermediate]) && !isIssuedBy(leaf, [root]));

  // A joining peer knows only the fingerprint of the root, and verifies the chain from there.
  const begun = Roster.fromBytes(beginning.toBytes(), sha256(root));
  assert.ok(isIssuedBy(leaf, begun.rootsAfter(roster.rootChain)));

  // A thief of the intermediate's key can make neither a root of its own nor another intermediate.
  const thief = newRoot('home', Date.now());
  const own = { kind: 'root', certificate: thief.certificate } as const;
  const endorsed = { ...own, endorsement: roster.endorse(thief.certificate, rootKey) };
  assert.throws(() => Roster.sign(roster, [endorsed], rootKey), /not issued by the root/);
  const below = newIntermediate('home', { key: rootKey, certificate: intermediate }, Date.now());
  const chained = {
    ...({ kind: 'root', certificate: below.certificate } as const),
    endorsement: roster.endorse(below.certificate, rootKey),
  };
  assert.throws(() => Roster.sign(roster, [chained], rootKey), /not issued by the root/);
  assert.throws(() => authority.rotate(() => {}), /--root-key/);
  assert.throws(() => authority.rotate(() => {}, thief.key), /--root-key/);
  assert.equal(authority.roster.roots.length, 2);

  authority.rotate(() => {}, offlineKey);
  const next = authority.roster.roots.at(-1)!;
  assert.ok(isIssuedBy(next, [root]) && sha256(next).compare(sha256(intermediate)) !== 0);
  assert.ok(isIssuedBy(authority.issue('lab-2', newKeyPair().publicKey), [next]));
  // And its successor, when the root itself is no longer one of the two trusted ones.
  assert.equal(authority.retire(true), null);
  authority.rotate(() => {}, offlineKey);
  const parts = authority.roster.partsFrom(begun.version);
  const changes = parts.flatMap((part) => part.changes);
  assert.equal(Roster.follow(begun, null, changes, authority.roster.signature).roots.length, 2);
});

test('a certificate is valid until its intermediate expires, whatever its own date', async () => {
  const YEAR_MS = 365.25 * 24 * 3_600_000;
  const warnings: string[] = [];
  let nowMs = Date.UTC(2027, 0, 1);
  const runtime: Runtime = {
    clock: { nowMs: () => nowMs, elapsedMs: () => nowMs, after: () => () => {} },
    random: systemRandom,
    log: (level, message, values) => {
      if (level === 'warn') warnings.push(`${message} (${String(values?.days)})`);
    },
  };
  const [first, other] = [newKeyPair(), newKeyPair()];
  const made = Authority.found(runtime, 'home', { id: 'lab-0', ...first }, Buffer.alloc(32, 1), true);
  const { rootKey, offlineKey, beginning, roster } = made;
  const atMs = nowMs;
  const admitted = Roster.sign(
    roster,
    [{ kind: 'admit', id: 'lab-1', publicKey: other.publicKey, role: 'peer', atMs }],
    rootKey,
  );
  const storage = new MemoryStorage();
  storage.write('authority/beginning', beginning.toBytes());
  const authority = new Authority({ runtime, storage, rootKey, roster: admitted });
  const own = authority.issue('lab-0', first.publicKey);
  const sealing = privateKeyFrom(Buffer.alloc(32, 1));
  const standing = new Standing(runtime, 'lab-0', first, sealing, own, admitted);
  // As a thief of its key would issue it: valid for ten years.
  const issuer = { mesh: 'home', key: rootKey, certificate: admitted.roots.at(-1)!, leafHours: 87_600 };
  const long = issueLeaf(issuer, 'lab-1', publicKeyObject(other.publicKey), nowMs);
  assert.ok('id' in standing.judge(long));
  authority.look();
  assert.equal(warnings.length, 0);

  nowMs += 2 * YEAR_MS - 30 * 24 * 3_600_000;
  for (let hour = 0; hour < 72; hour++, nowMs += 3_600_000) authority.look();
  assert.equal(warnings.length, 3, 'once a day');
  assert.ok(warnings.every((line) => line.includes('expires soon')));
  assert.ok('id' in standing.judge(long));

  nowMs = atMs + 2 * YEAR_MS + 60_000;
  const verdict = standing.judge(long);
  assert.ok('code' in verdict && verdict.code === 'expired');
  assert.match(verdict.reason, /the authority that issued/);
  authority.look();
  assert.match(warnings.at(-1)!, /has expired/);
  // Certificates issued in its last hours expire with it; those of its successor are valid again.
  assert.ok(readLeaf(authority.issue('lab-1', other.publicKey))!.expiresMs <= nowMs);
  authority.rotate(() => {}, offlineKey);
  standing.setRoster(authority.roster);
  assert.ok('id' in standing.judge(authority.issue('lab-1', other.publicKey)));
});
