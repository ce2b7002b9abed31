// X-Wing and HPKE against the draft's vector and another implementation; passphrases.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Aes256Gcm, CipherSuite, HkdfSha256 } from '@hpke/core';
import { XWing } from '@hpke/hybridkem-x-wing';
import { keySchedule, setupReceiver, setupSender } from '../src/sealed/hpke.ts';
import { openWithPassphrase, PassphraseError, sealWithPassphrase } from '../src/sealed/passphrase.ts';
import { decapsulate, encapsulate, privateKeyFrom } from '../src/sealed/xwing.ts';
import { encapsulated, hpkePq, rfc9180 } from './data/hpke-vectors.ts';
import * as vector from './data/xwing-vector.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

test('X-Wing: agrees with the test vector of the draft', () => {
  const key = privateKeyFrom(hex(vector.seed));
  const publicKey = Buffer.from(key.publicKey).toString('hex');
  assert.equal(publicKey.length, 2 * 1216);
  assert.ok(publicKey.startsWith(vector.publicKeyBegins));
  assert.ok(publicKey.endsWith(vector.publicKeyEnds));
  assert.equal(decapsulate(key, hex(vector.ciphertext)).toString('hex'), vector.secret);
});

test('X-Wing: both sides derive the same secret; a modified ciphertext yields another', () => {
  const key = privateKeyFrom(randomBytes(32));
  const { secret, ciphertext } = encapsulate(key.publicKey);
  assert.deepEqual(decapsulate(key, ciphertext), secret);
  for (const at of [0, 1087, 1088, 1119]) {
    const changed = Buffer.from(ciphertext);
    changed[at]! ^= 1;
    assert.notDeepEqual(decapsulate(key, changed), secret);
  }
  assert.throws(() => decapsulate(key, ciphertext.subarray(1)), RangeError);
  assert.throws(() => encapsulate(key.publicKey.subarray(1)), RangeError);
});

test('HPKE: agrees with the test vectors of RFC 9180 and of the X-Wing draft', () => {
  for (const { suite, info, sharedSecret, key, baseNonce, exports } of [rfc9180, hpkePq]) {
    const suiteId = Buffer.concat([Buffer.from('HPKE'), hex(suite)]);
    const schedule = keySchedule(hex(sharedSecret), hex(info), suiteId);
    assert.equal(schedule.key.toString('hex'), key);
    assert.equal(schedule.baseNonce.toString('hex'), baseNonce);
    for (const [purpose, value] of exports)
      assert.equal(schedule.export(hex(purpose), 32).toString('hex'), value);
  }
  const receiver = privateKeyFrom(hex(hpkePq.seed));
  const publicKey = Buffer.from(receiver.publicKey).toString('hex');
  assert.ok(publicKey.startsWith(hpkePq.publicKeyBegins) && publicKey.endsWith(hpkePq.publicKeyEnds));
  assert.equal(decapsulate(receiver, hex(encapsulated)).toString('hex'), hpkePq.sharedSecret);
});

test('HPKE: interoperates with another implementation in both directions', async () => {
  const suite = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const seed = randomBytes(32);
  const ours = privateKeyFrom(seed);
  const theirPublic = await suite.kem.deserializePublicKey(new Uint8Array(ours.publicKey).buffer);
  const theirPrivate = await suite.kem.deserializePrivateKey(new Uint8Array(seed).buffer);
  const info = Buffer.from('some info');
  const associated = Buffer.from('associated');

  const sender = await suite.createSenderContext({
    recipientPublicKey: theirPublic,
    info: new Uint8Array(info).buffer,
  });
  const context = setupReceiver(ours, new Uint8Array(sender.enc), info);
  for (let number = 0; number < 3; number++) {
    const sealed = await sender.seal(Buffer.from(`text ${number}`), associated);
    assert.equal(context.open(number, new Uint8Array(sealed), associated)?.toString(), `text ${number}`);
  }
  assert.deepEqual(
    new Uint8Array(await sender.export(Buffer.from('purpose'), 32)),
    new Uint8Array(context.export('purpose', 32)),
  );

  const own = setupSender(ours.publicKey, info);
  const recipient = await suite.createRecipientContext({
    recipientKey: theirPrivate,
    enc: new Uint8Array(own.encapsulated).buffer,
    info: new Uint8Array(info).buffer,
  });
  for (let number = 0; number < 3; number++) {
    const sealed = own.context.seal(number, Buffer.from(`answer ${number}`), associated);
    assert.equal(
      Buffer.from(await recipient.open(new Uint8Array(sealed), associated)).toString(),
      `answer ${number}`,
    );
  }
});

test('HPKE: sequence numbers above 2^32 have distinct nonces', () => {
  const key = privateKeyFrom(randomBytes(32));
  const { context } = setupSender(key.publicKey, Buffer.alloc(0));
  const numbers = [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 40];
  const sealed = numbers.map((number) =>
    context.seal(number, Buffer.from('same'), Buffer.alloc(0)).toString('hex'),
  );
  assert.equal(new Set(sealed).size, numbers.length);
});

test('HPKE: a modified message, number or associated data is refused', () => {
  const key = privateKeyFrom(randomBytes(32));
  const { context } = setupSender(key.publicKey, Buffer.from('info'));
  const sealed = context.seal(5, Buffer.from('plain'), Buffer.from('associated'));
  assert.equal(context.open(5, sealed, Buffer.from('associated'))?.toString(), 'plain');
  assert.equal(context.open(6, sealed, Buffer.from('associated')), null);
  assert.equal(context.open(5, sealed, Buffer.from('other')), null);
  assert.equal(context.open(5, sealed.subarray(0, 10), Buffer.from('associated')), null);
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 0x80;
    assert.equal(context.open(5, changed, Buffer.from('associated')), null);
  }
});

test('passphrase: the right one opens; a wrong one and modified data are one-line errors', () => {
  const sealed = sealWithPassphrase('correct horse', Buffer.from('secret'));
  assert.equal(openWithPassphrase('correct horse', sealed).toString(), 'secret');
  assert.throws(() => openWithPassphrase('wrong horse', sealed), /^PassphraseError|wrong passphrase/);
  const changed = Buffer.from(sealed);
  changed[sealed.length - 1]! ^= 1;
  assert.throws(() => openWithPassphrase('correct horse', changed), PassphraseError);
  assert.throws(() => openWithPassphrase('correct horse', sealed.subarray(0, 30)), /not whole/);
  const greedy = Buffer.from(sealed);
  greedy[19] = 40;
  assert.throws(() => openWithPassphrase('correct horse', greedy), /damaged/);
});

test('passphrase: secrets of one process share the derived key, but no nonce', () => {
  const [first, second] = ['one', 'two'].map((text) =>
    sealWithPassphrase('correct horse', Buffer.from(text)),
  );
  const [salt, nonce] = [19 + 1, 19 + 1 + 16];
  assert.deepEqual(first!.subarray(0, nonce), second!.subarray(0, nonce));
  assert.notDeepEqual(first!.subarray(nonce, nonce + 12), second!.subarray(nonce, nonce + 12));
  const other = sealWithPassphrase('another', Buffer.from('one'));
  assert.notDeepEqual(other.subarray(salt, nonce), first!.subarray(salt, nonce));
  assert.equal(openWithPassphrase('correct horse', second!).toString(), 'two');
});

test('passphrase: agrees with the vector of docs/crypto.md', () => {
  const count = (length: number) => Buffer.from(Array.from({ length }, (_, i) => i));
  const head = Buffer.concat([Buffer.from('eyrie-passphrase-1\n'), Buffer.of(10), count(16), count(12)]);
  const sealed = Buffer.concat([head, hex('5deee12d55696d79c10b986d4fc00c74b9f28e665f42')]);
  assert.equal(openWithPassphrase('correct horse', sealed).toString(), 'secret');
});

test('a document sealed for a peer is opened by that peer only, and only unmodified', async () => {
  const { VirtualMesh } = await import('../src/virtual/index.ts');
  const { openDocument, sealDocument } = await import('../src/sealed/index.ts');
  const mesh = await VirtualMesh.create({ peers: 3, seed: 1 });
  const [from, to, other] = await Promise.all([0, 1, 2].map((i) => mesh.start(i)));
  for (const size of [0, 1, 65_536, 65_537, 200_000]) {
    const plain = randomBytes(size);
    const sealed = sealDocument(from!.standing, 'peer-1', to!.standing.sealing.publicKey, plain, 5);
    const opened = openDocument(to!.standing, sealed);
    assert.deepEqual(opened, { from: 'peer-0', sealedMs: 5, plain: Buffer.from(plain), warning: null });
    assert.throws(() => openDocument(other!.standing, sealed), /sealed for peer-1, not for peer-2/);
    assert.throws(() => openDocument(to!.standing, sealed.subarray(0, -1)), /changed|whole/);
    assert.throws(() => openDocument(to!.standing, Buffer.concat([sealed, Buffer.of(0)])), /changed/);
    for (const at of [0, 20, 400, 1500, 1700, sealed.length - 1].filter((each) => each < sealed.length)) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      assert.throws(() => openDocument(to!.standing, changed), `byte ${at}`);
    }
  }
  for (const peer of [from, to, other]) peer!.stop();
});
