// Broadcasts on the wire: their encryption, from bytes that may be anything.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openBroadcast, seal } from '../src/messages/broadcast-text.ts';
import { systemRandom } from '../src/runtime.ts';

const group = Buffer.alloc(32, 7);
const NUMBER = 1_800_000_000_000;

test('a broadcast opens with its own key, origin and number only, and not with any bit changed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (plain, place) => {
      const sealed = seal(systemRandom, group, 'alpha', NUMBER, plain);
      assert.deepEqual(openBroadcast(group, 'alpha', NUMBER, sealed), Buffer.from(plain));
      assert.equal(openBroadcast(group, 'beta', NUMBER, sealed), null);
      assert.equal(openBroadcast(group, 'alpha', NUMBER + 1, sealed), null);
      assert.equal(openBroadcast(Buffer.alloc(32, 8), 'alpha', NUMBER, sealed), null);
      sealed[place % sealed.length]! ^= 1 << (place % 8);
      assert.equal(openBroadcast(group, 'alpha', NUMBER, sealed), null);
    }),
    { numRuns: 50 },
  );
});

test('bytes that nobody sealed open as nothing, whatever their length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.equal(openBroadcast(group, 'alpha', NUMBER, bytes), null);
    }),
  );
});

test('a number that is given again, after a restart with the clock set back, gives no key stream again', () => {
  const [one, other] = [Buffer.alloc(64, 1), Buffer.alloc(64, 2)];
  const [first, second] = [one, other].map((plain) => seal(systemRandom, group, 'alpha', NUMBER, plain));
  // With one key stream the difference of the ciphertexts would be that of the texts: 3 in each byte.
  const differences = first!.subarray(-80, -16).map((byte, i) => byte ^ second!.subarray(-80, -16)[i]!);
  assert.ok(new Set(differences).size > 8, differences.toString());
});
