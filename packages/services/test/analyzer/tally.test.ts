import assert from 'node:assert/strict';
import { test } from 'node:test';
import { is, Tally } from '../../src/analyzer/overviews/tally.ts';

test('Tally, texts as long as a stranger likes: holds so many characters, and says that there are more', () => {
  const tally = new Tally('uris');
  for (let i = 0; i < 1000; i++) {
    const uri = `${i}${'x'.repeat(1 << 16)}`;
    tally.add(uri, is('http.request.uri', uri));
  }
  const { distinct, is_whole, items } = tally.table();
  assert.ok(distinct > 50 && distinct < 300, String(distinct));
  assert.equal(is_whole, false);
  // A filter that long would be refused.
  assert.deepEqual([items[0]!.text.length, items[0]!.filter], [301, null]);
});

test('Tally, short texts: all are told apart, the most frequent first, each with its filter', () => {
  const tally = new Tally('names');
  for (let i = 0; i < 1000; i++) tally.add(`${i % 700}`, `f == ${i % 700}`, { seconds: i });
  const { distinct, is_whole, items } = tally.table();
  assert.deepEqual([distinct, is_whole, items.length], [700, true, 50]);
  assert.deepEqual(
    [items[0]!.text, items[0]!.count, items[0]!.filter, items[0]!.seconds],
    ['0', 2, 'f == 0', 350],
  );
});
