// One key of one dispatch table leads to one protocol: of two, the later one would silently win.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { protocols } from '../../src/protocols/index.ts';

/** ITU-T gave Q.931 and Q.933 one identifier. */
const SHARED = ['osinl 8'];

test('no two protocols are entered under one key', () => {
  const names = new Map<string, string[]>();
  for (const { name, on } of protocols)
    for (const [table, ...keys] of on ?? [])
      for (const key of keys) {
        const place = `${table.name} ${key}`;
        names.set(place, [...(names.get(place) ?? []), name]);
      }
  const doubled = [...names].filter(([place, who]) => who.length > 1 && !SHARED.includes(place));
  assert.deepEqual(doubled, []);
});
