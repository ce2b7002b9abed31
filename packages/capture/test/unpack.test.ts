// Tests of Brotli and Zstandard bodies: complete, truncated, damaged, and over the limit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { unpack } from '../src/unpack.ts';

const CODINGS = [
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const;

for (const [coding, pack] of CODINGS) {
  test(`${coding}: bodies survive a round trip, truncated and damaged ones do not throw`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(), (bytes, at) => {
        const packed = new Uint8Array(pack(bytes));
        assert.deepEqual(new Uint8Array(unpack(coding, packed, 4000)!), bytes);
        unpack(coding, packed.subarray(0, at % (packed.length + 1)), 4000);
        packed[at % packed.length]! ^= 1 << (at % 8);
        unpack(coding, packed, 4000);
      }),
      { numRuns: 50 },
    );
  });

  test(`${coding}: a body over the size limit is rejected`, () => {
    assert.equal(unpack(coding, pack(new Uint8Array(1 << 20)), 1 << 16), null);
  });
}

test('zstd: a frame with a window above the limit of content codings is rejected', () => {
  const pack = (windowBits: number): Buffer =>
    zstdCompressSync(new Uint8Array(9 << 20), {
      params: { [constants.ZSTD_c_windowLog]: windowBits, [constants.ZSTD_c_contentSizeFlag]: 0 },
    });
  assert.equal(unpack('zstd', pack(23), 16 << 20)?.length, 9 << 20);
  assert.equal(unpack('zstd', pack(27), 16 << 20), null);
});

test('a truncated body yields the data before the cut', () => {
  const bytes = Buffer.from(Array.from({ length: 600_000 }, (_, i) => Math.sin(i) * 1e6));
  for (const [coding, pack] of CODINGS) {
    const packed = pack(bytes);
    const some = Buffer.from(unpack(coding, packed.subarray(0, packed.length - 1000), 1 << 20)!);
    assert.ok(some.length > 0 && some.equals(bytes.subarray(0, some.length)), `${coding}: ${some.length}`);
  }
});
