import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { inflate, inflateWithWindow } from '../../src/codec/inflate.ts';

const contents = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc
    .array(fc.constantFrom('a', 'b', 'hello ', '\n'), { maxLength: 2000 })
    .map((parts) => new TextEncoder().encode(parts.join(''))),
);

test('what gzip and deflate pack is unpacked, whatever the block types', () => {
  fc.assert(
    fc.property(contents, fc.constantFrom(0, 1, 9), fc.boolean(), (bytes, level, fixed) => {
      const options = { level, strategy: fixed ? constants.Z_FIXED : constants.Z_DEFAULT_STRATEGY };
      for (const packed of [gzipSync(bytes, options), deflateSync(bytes, options)]) {
        const result = inflate(packed, 0, packed.length);
        assert.ok(result?.isComplete);
        assert.deepEqual([...result.bytes], [...bytes]);
      }
    }),
    { numRuns: 60 },
  );
});

test('a cut stream gives what came before the cut, a damaged one never throws', () => {
  fc.assert(
    fc.property(contents, fc.nat(), fc.nat(), (bytes, cut, flip) => {
      const packed = gzipSync(bytes);
      const part = inflate(packed, 0, cut % packed.length);
      if (part !== null) assert.deepEqual([...part.bytes], [...bytes.subarray(0, part.bytes.length)]);
      packed[flip % packed.length]! ^= 1 << (flip % 8);
      inflate(packed, 0, packed.length);
    }),
    { numRuns: 100 },
  );
});

test('output stops at the limit', () => {
  const bomb = gzipSync(new Uint8Array(1 << 20));
  const result = inflate(bomb, 0, bomb.length, 1000);
  assert.ok(result !== null && !result.isComplete && result.bytes.length <= 1000);
});

test('data that go on with a window before them', () => {
  const dictionary = new TextEncoder().encode('the quick brown fox jumps over the lazy dog');
  const text = new TextEncoder().encode('the lazy dog jumps over the quick brown fox');
  const packed = deflateRawSync(text, { dictionary });
  assert.deepEqual([...inflateWithWindow(packed, dictionary)], [...text]);
});
