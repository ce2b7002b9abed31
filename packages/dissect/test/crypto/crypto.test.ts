// Published vectors, and agreement with the platform's own implementations over lengths around the block borders.
import assert from 'node:assert/strict';
import { createCipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { test } from 'node:test';
import { Aes } from '../../src/crypto/aes.ts';
import { openGcm } from '../../src/crypto/gcm.ts';
import { hkdfExpand, hkdfExpandLabel, hkdfExtract } from '../../src/crypto/hkdf.ts';
import { hmacSha256 } from '../../src/crypto/hmac.ts';
import { md5 } from '../../src/crypto/md5.ts';
import { sha256 } from '../../src/crypto/sha256.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replace(/\s/g, ''), 'hex'));
const toHex = (b: Uint8Array | ArrayBuffer): string => Buffer.from(b as Uint8Array).toString('hex');
const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 7);

test('MD5: RFC 1321 §A.5', () => {
  assert.equal(toHex(md5(bytes(''))), 'd41d8cd98f00b204e9800998ecf8427e');
  assert.equal(toHex(md5(bytes('message digest'))), 'f96b697d7cb7938d525a2f31aaf161d0');
  assert.equal(toHex(md5(bytes('1234567890'.repeat(8)))), '57edf4a22be3c955ac49da2e2107b67a');
});

test('SHA-256: FIPS 180-2 §B', () => {
  assert.equal(
    toHex(sha256(bytes('abc'))),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  assert.equal(
    toHex(sha256(bytes('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'))),
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  );
});

test('digests agree with the platform at every length up to three blocks', () => {
  for (let length = 0; length < 200; length++) {
    const message = counting(length);
    assert.equal(toHex(md5(message)), createHash('md5').update(message).digest('hex'));
    assert.equal(toHex(sha256(message)), createHash('sha256').update(message).digest('hex'));
    assert.equal(
      toHex(hmacSha256(message, message)),
      createHmac('sha256', message).update(message).digest('hex'),
    );
  }
});

test('HKDF: RFC 5869 §A.1', () => {
  const key = hkdfExtract(fromHex('000102030405060708090a0b0c'), new Uint8Array(22).fill(0x0b));
  assert.equal(toHex(key), '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5');
  const expected = '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865';
  assert.equal(toHex(hkdfExpand(key, fromHex('f0f1f2f3f4f5f6f7f8f9'), 42)), expected);
  assert.equal(
    toHex(
      hkdfSync(
        'sha256',
        new Uint8Array(22).fill(0x0b),
        fromHex('000102030405060708090a0b0c'),
        fromHex('f0f1f2f3f4f5f6f7f8f9'),
        42,
      ),
    ),
    expected,
  );
});

test('QUIC keys: RFC 9001 §A.1', () => {
  const initial = hkdfExtract(
    fromHex('38762cf7f55934b34d179ae6a4c80cadccbb7f0a'),
    fromHex('8394c8f03e515708'),
  );
  const client = hkdfExpandLabel(initial, 'client in', 32);
  assert.equal(toHex(client), 'c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea');
  assert.equal(toHex(hkdfExpandLabel(client, 'quic key', 16)), '1f369613dd76d5467730efcbe3b1a22d');
  assert.equal(toHex(hkdfExpandLabel(client, 'quic iv', 12)), 'fa044b2f42a3fd3b46fb255c');
  assert.equal(toHex(hkdfExpandLabel(client, 'quic hp', 16)), '9f50449e04a0e810283a1e9933adedd2');
});

test('AES-128: FIPS 197 §C.1', () => {
  const cipher = new Aes(fromHex('000102030405060708090a0b0c0d0e0f'));
  const out = new Uint8Array(16);
  cipher.encrypt(fromHex('ff00112233445566778899aabbccddeeff'), 1, out);
  assert.equal(toHex(out), '69c4e0d86a7b0430d8cdb78070b4c55a');
});

test('GCM opens what the platform sealed, and nothing that was changed', () => {
  for (const length of [0, 1, 15, 16, 17, 64, 1200]) {
    const key = counting(16);
    const nonce = counting(12);
    const header = counting(length % 40);
    const message = counting(length);
    const sealer = createCipheriv('aes-128-gcm', key, nonce);
    sealer.setAAD(header);
    const sealed = new Uint8Array(
      Buffer.concat([sealer.update(message), sealer.final(), sealer.getAuthTag()]),
    );
    const cipher = new Aes(key);
    assert.equal(toHex(openGcm(cipher, nonce, header, sealed)!), toHex(message));
    sealed[length >> 1]! ^= 1;
    assert.equal(openGcm(cipher, nonce, header, sealed), null);
  }
  assert.equal(openGcm(new Aes(counting(16)), counting(12), counting(0), counting(15)), null);
});
