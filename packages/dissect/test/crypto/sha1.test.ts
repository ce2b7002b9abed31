import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { sha1 } from '../../src/crypto/sha1.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (b: Uint8Array): string => Buffer.from(b).toString('hex');

test('SHA-1: FIPS 180-2 §A', () => {
  assert.equal(hex(sha1(bytes('abc'))), 'a9993e364706816aba3e25717850c26c9cd0d89d');
  assert.equal(
    hex(sha1(bytes('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'))),
    '84983e441c3bd26ebaae4aa1f95129e5e54670f1',
  );
  assert.equal(hex(sha1(bytes('a'.repeat(1_000_000)))), '34aa973cd4c4daa4f61eeb2bdbad27316534016f');
});

test('SHA-1 agrees with the platform around the borders of blocks', () => {
  for (let length = 0; length <= 200; length++) {
    const message = Uint8Array.from({ length }, (_, i) => i * 11);
    assert.equal(hex(sha1(message)), createHash('sha1').update(message).digest('hex'), `${length} bytes`);
  }
});
