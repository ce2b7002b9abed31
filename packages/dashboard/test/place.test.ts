// Tests of the navigation state in the URL.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PAGES, type Place, readPlace, writePlace } from '../src/state/place.ts';

test('a URL restores the place that it was made from', () => {
  const word = fc.string({ minLength: 1, maxLength: 12 });
  const key = fc.stringMatching(/^[a-z]{1,6}$/).filter((text) => !['q', 'capture', 'packet'].includes(text));
  const place: fc.Arbitrary<Place> = fc.record(
    {
      page: fc.constantFrom(...PAGES),
      item: fc.oneof(fc.constant(''), fc.ipV4(), fc.ipV6(), word),
      q: fc.oneof(fc.constant(''), word),
      capture: fc.option(fc.nat()),
      packet: fc.option(fc.nat()),
      view: fc.dictionary(key, word, { noNullPrototype: true }),
    },
    { noNullPrototype: true },
  );
  fc.assert(fc.property(place, (one) => assert.deepEqual(readPlace(writePlace(one)), one)));
});

test('a malformed URL leads to a valid place', () => {
  assert.equal(readPlace('').page, 'overview');
  assert.equal(readPlace('#/nowhere').page, 'overview');
  assert.equal(readPlace('#/hosts/%E0%A4%A').item, '%E0%A4%A');
  assert.equal(readPlace('#/packets?packet=-3').packet, null);
  assert.equal(readPlace('#/packets?q=dns%20%26%26%20ip').q, 'dns && ip');
});
