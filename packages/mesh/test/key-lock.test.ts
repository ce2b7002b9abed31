// The keys of a peer under a passphrase: the same peer with it, none without.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLocked, lockSecrets, MemoryStorage, systemRuntime, unlockSecrets } from '../src/index.ts';
import { keysOf } from '../src/peer/folder.ts';

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
