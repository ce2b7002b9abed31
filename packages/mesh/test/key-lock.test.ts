// The keys of a peer under a passphrase: the same peer with it, none without.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLocked, lockSecrets, MemoryStorage, systemRuntime, unlockSecrets } from '../src/index.ts';
import { foundMesh, readStanding } from '../src/peer/folder.ts';
import { readSecret, writeSecret } from '../src/peer/key-lock.ts';
import { keysOf } from '../src/peer/stored.ts';

test('keys under a passphrase are the same keys, and are not replaced by new ones without it', () => {
  const storage = new MemoryStorage();
  const runtime = systemRuntime();
  const before = keysOf(storage, runtime);
  assert.equal(isLocked(storage), false);
  assert.equal(lockSecrets(storage, 'correct horse'), 2);
  assert.equal(lockSecrets(storage, 'correct horse'), 0);
  assert.equal(isLocked(storage), true);
  assert.ok(!storage.read('peer.key')!.includes('PRIVATE KEY'));
  const locked = storage.read('peer.key')!;
  assert.throws(() => keysOf(storage, runtime), /set EYRIE_PASSPHRASE/);
  assert.throws(() => keysOf(storage, runtime, 'wrong horse'), /wrong passphrase/);
  assert.throws(() => unlockSecrets(storage, 'wrong horse'), /wrong passphrase/);
  assert.deepEqual(storage.read('peer.key'), locked);
  const after = keysOf(storage, runtime, 'correct horse');
  assert.deepEqual(after.keys.publicKey, before.keys.publicKey);
  assert.deepEqual(Buffer.from(after.sealingSeed), Buffer.from(before.sealingSeed));
  assert.equal(unlockSecrets(storage, 'correct horse'), 2);
  assert.deepEqual(keysOf(storage, runtime).keys.publicKey, before.keys.publicKey);
});

test('the key of the group is under the passphrase too, also one that comes later', async () => {
  const storage = new MemoryStorage();
  const runtime = systemRuntime();
  const settings = { id: 'one', host: '127.0.0.1', port: 0, advertise: [], bootstrap: [] };
  await foundMesh(storage, runtime, 'home', settings, null);
  const { key } = readStanding(storage, runtime).standing.groupKey!;
  assert.equal(lockSecrets(storage, 'correct horse'), 4, 'peer, sealing, group, authority');
  assert.ok(!storage.read('group.key')!.includes(Buffer.from(key).toString('hex')));
  assert.throws(() => readStanding(storage, runtime), /set EYRIE_PASSPHRASE/);
  const { standing } = readStanding(storage, runtime, 'correct horse');
  assert.deepEqual(Buffer.from(standing.groupKey!.key), Buffer.from(key));
  writeSecret(storage, 'group.key', Buffer.from('the next one'), 'correct horse');
  assert.ok(!storage.read('group.key')!.includes('the next one'));
  assert.equal(String(readSecret(storage, 'group.key', 'correct horse')), 'the next one');
  assert.throws(() => writeSecret(storage, 'group.key', Buffer.from('x'), null), /set EYRIE_PASSPHRASE/);
});
