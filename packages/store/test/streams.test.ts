// Which conversations may be stored: never one that is stored is taken for new; within the bound, none the other way round.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Streams } from '../src/write/streams.ts';

describe('streams of a capture', () => {
  it('are new once each, by transport, in any order', () => {
    const streams = fc.array(fc.tuple(fc.nat(4), fc.oneof(fc.nat(100_000), fc.nat(0x7fff_ffff))));
    fc.assert(
      fc.property(streams, (sent) => {
        const known = new Set<string>();
        const book = new Streams();
        for (const [transport, stream] of [...sent, ...sent]) {
          const key = `${transport} ${stream}`;
          assert.equal(book.add(transport, stream), !known.has(key));
          known.add(key);
        }
      }),
    );
  });

  it('up to those that were stored before may be known', () => {
    const book = new Streams([[0, 41]]);
    assert.deepEqual(
      [book.add(0, 0), book.add(0, 41), book.add(0, 42), book.add(0, 42), book.add(1, 41)],
      [false, false, true, false, true],
    );
  });

  it('are forgotten above a bound, the lowest first: those may be known then, and none is new twice', () => {
    const book = new Streams();
    const PAGE = 8192;
    for (let page = 0; page < 5000; page++) assert.ok(book.add(0, page * PAGE));
    for (let page = 0; page < 5000; page++) assert.equal(book.add(0, page * PAGE), false);
    assert.equal(book.add(0, 1), false);
    assert.equal(book.add(0, 4999 * PAGE + 1), true);
  });
});
