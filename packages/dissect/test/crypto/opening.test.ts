// The ciphers and digests that open TLS records, beside Node's own.
import assert from 'node:assert/strict';
import { createCipheriv, createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { Aes } from '../../src/crypto/aes.ts';
import { AesCbc } from '../../src/crypto/aes-cbc.ts';
import { openChaCha } from '../../src/crypto/chacha20-poly1305.ts';
import { openGcm } from '../../src/crypto/gcm.ts';
import { hmacMd5, hmacSha1, hmacSha384 } from '../../src/crypto/hmac.ts';
import { sha384 } from '../../src/crypto/sha384.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const some = fc.uint8Array({ maxLength: 300 });

test('SHA-384 and HMAC with it', () => {
  fc.assert(
    fc.property(some, some, (key, data) => {
      assert.deepEqual(Buffer.from(sha384(data)), createHash('sha384').update(data).digest());
      assert.deepEqual(Buffer.from(hmacSha384(key, data)), createHmac('sha384', key).update(data).digest());
    }),
    { numRuns: 40 },
  );
});

test('HMAC with MD5 and SHA-1', () => {
  fc.assert(
    fc.property(some, some, some, (key, one, two) => {
      for (const [name, hmac] of [
        ['md5', hmacMd5],
        ['sha1', hmacSha1],
      ] as const)
        assert.deepEqual(
          Buffer.from(hmac(key, one, two)),
          createHmac(name, key).update(one).update(two).digest(),
        );
    }),
    { numRuns: 40 },
  );
});

for (const keyBytes of [16, 32] as const)
  test(`AES-CBC with a key of ${keyBytes} bytes: what Node encrypts is decrypted`, () => {
    const blocks = fc.nat(12).chain((count) => bytes(16 * count));
    fc.assert(
      fc.property(bytes(keyBytes), bytes(16), blocks, (key, iv, plain) => {
        const cipher = createCipheriv(`aes-${keyBytes * 8}-cbc`, key, iv).setAutoPadding(false);
        const sealed = new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final()]));
        assert.deepEqual(new AesCbc(key).decrypt(iv, sealed), plain);
      }),
      { numRuns: 40 },
    );
  });

for (const [name, keyBytes] of [
  ['aes-128-gcm', 16],
  ['aes-256-gcm', 32],
  ['chacha20-poly1305', 32],
] as const)
  test(`${name}: what Node seals opens, and no bit may change`, () => {
    fc.assert(
      fc.property(bytes(keyBytes), bytes(12), some, some, fc.nat(), (key, nonce, header, plain, at) => {
        // The two ways into Node's types are one at run time.
        const cipher = createCipheriv(name as 'aes-128-gcm', key, nonce, { authTagLength: 16 });
        cipher.setAAD(header, { plaintextLength: plain.length });
        const sealed = new Uint8Array(
          Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]),
        );
        const open = (text: Uint8Array): Uint8Array | null =>
          name === 'chacha20-poly1305'
            ? openChaCha(key, nonce, header, text)
            : openGcm(new Aes(key), nonce, header, text);
        assert.deepEqual(open(sealed), plain);
        sealed[at % sealed.length]! ^= 1 << (at % 8);
        assert.equal(open(sealed), null);
      }),
      { numRuns: 30 },
    );
  });
