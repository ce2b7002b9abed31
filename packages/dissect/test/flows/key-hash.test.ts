// The hash of conversations: spreads, and cannot be foreseen.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyHash } from '../../src/flows/key-hash.ts';

/** Numbers from 0 to 1, the same in each run (a linear congruence). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const hashOf = (hash: KeyHash, words: readonly number[]): number =>
  hash.end(words.reduce((h, word) => hash.mix(h, word), 6));

/** The most keys on one of as many places. */
function fullest(hash: KeyHash, keys: readonly (readonly number[])[]): number {
  const places = new Map<number, number>();
  for (const key of keys) {
    const place = hashOf(hash, key) % keys.length;
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  return Math.max(...places.values());
}

describe('the hash of conversations', () => {
  const COUNT = 4096;
  const each = (make: (i: number) => number[]) => Array.from({ length: COUNT }, (_, i) => make(i));
  /** Keys as they come, and as somebody makes them who knows all but the table's own numbers. */
  const sets: Record<string, number[][]> = {
    'neighbouring addresses': each((i) => [(40_000 << 16) | 443, 0x0a000001, 0x0a000100 + i]),
    'neighbouring ports': each((i) => [((1024 + i) << 16) | 80, 0x0a000001, 0xc0000201]),
    'addresses that take ports back': each((i) => [i << 16, i << 16, 0xc0000201]),
    'changes of the highest bits': each((i) => [i << 20, ((i * 7) & 0xfff) << 20, ((i * 5) & 0xfff) << 20]),
  };
  for (const [name, keys] of Object.entries(sets))
    it(`spreads ${name}`, () => {
      for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
        const most = fullest(new KeyHash(seeded(seed)), keys);
        // By chance six or seven of 4096 fall together.
        assert.ok(most <= 16, `seed ${seed}: ${most} on one place`);
      }
    });

  it('is another in each table: keys that fall together in one do not in the next', () => {
    const [mine, other] = [new KeyHash(seeded(1)), new KeyHash(seeded(2))];
    const together = sets['neighbouring addresses']!.filter((key) => hashOf(mine, key) % 64 === 0);
    assert.ok(together.length > 20);
    assert.ok(fullest(other, together) <= 8);
    const [one, two] = [new KeyHash(), new KeyHash()];
    assert.notDeepEqual(
      together.map((key) => hashOf(one, key)),
      together.map((key) => hashOf(two, key)),
    );
  });
});
