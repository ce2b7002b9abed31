// Text is made of bytes in pieces, or by the runtime: it must be what one character after the other makes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ascii, utf8 } from '../src/core/bytes.ts';
import { ipv4Address } from '../src/core/text.ts';

const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 120 }),
  fc.uint8Array({ max: 127, maxLength: 120 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => new TextEncoder().encode(text)),
);
/** `end` may lie beyond the bytes: a read there gives 0. */
const span = fc.tuple(someBytes, fc.nat(20), fc.nat(130));

test('Latin-1 text is a character a byte, and 0 beyond the end', () => {
  fc.assert(
    fc.property(span, ([bytes, start, length]) => {
      const codes = Array.from({ length }, (_, i) => bytes[start + i] ?? 0);
      assert.equal(
        ascii(bytes, start, start + length),
        codes.map((code) => String.fromCharCode(code)).join(''),
      );
    }),
    { numRuns: 2000 },
  );
});

test('UTF-8 text is what the standard decoder makes of it', () => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: false });
  fc.assert(
    fc.property(someBytes, fc.nat(20), (bytes, start) => {
      const from = Math.min(start, bytes.length);
      assert.equal(utf8(bytes, from, bytes.length), decoder.decode(bytes.subarray(from)));
    }),
    { numRuns: 2000 },
  );
});

test('IPv4 addresses are four numbers', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) =>
      assert.equal(ipv4Address(bytes, 0), bytes.join('.')),
    ),
  );
});
