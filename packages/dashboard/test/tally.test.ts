// Counting the values of a field.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PacketRow } from '../src/api/types.ts';
import { count, csvOf, ranked, type Value } from '../src/pages/values/tally.ts';

/** Rows of packets whose field has these values; null: not in the packet. */
function rows(...texts: (string | null)[]): PacketRow[] {
  return texts.map((text) => ({ fields: { 'http.host': text } }) as unknown as PacketRow);
}

function valuesOf(...pages: PacketRow[][]): Value[] {
  const values = new Map<string, Value>();
  for (const page of pages) count(values, 'http.host', page);
  return ranked(values);
}

test('values are counted over all pages, the most frequent first, equal ones by text and size', () => {
  const found = valuesOf(rows('b', 'a', null, '10'), rows('a', '9'));
  assert.deepEqual(
    found.map(({ text, packets }) => [text, packets]),
    [
      ['a', 2],
      ['9', 1],
      ['10', 1],
      ['b', 1],
    ],
  );
});

test('a value’s term filters by it; of several values in a packet, by the field’s presence', () => {
  const terms = Object.fromEntries(
    valuesOf(rows('www.example', 'a,b', '')).map(({ text, term }) => [text, term]),
  );
  assert.deepEqual(terms, {
    'www.example': 'http.host == "www.example"',
    'a,b': 'http.host',
    '': 'http.host',
  });
});

test('as CSV: quotes are doubled, a line for each value', () => {
  assert.equal(csvOf('http.host', valuesOf(rows('say "a"'))), '"http.host",packets\r\n"say ""a""",1\r\n');
});
