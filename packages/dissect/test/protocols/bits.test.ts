import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shown } from '../../src/core/format.ts';
import { readValue } from '../../src/core/reading.ts';
import { bitFields } from '../../src/protocols/bits.ts';

const WORD = Uint8Array.of(0x03, 0x80);

test('bit fields of a table: names, masks and texts; without texts True and False; several bits are a number', () => {
  const fields = bitFields(
    'example.flags.',
    `1 read Read | READ access | NO read access
8000 write Write it
f0 level Level`,
    { le: true },
  );
  const lines = Object.values(fields).map((field) => shown(field, readValue(field, WORD, 0, 2), 2));
  assert.deepEqual(Object.keys(fields), ['example.flags.read', 'example.flags.write', 'example.flags.level']);
  assert.deepEqual(lines, [
    '.... .... .... ...1 = Read: READ access',
    '1... .... .... .... = Write it: True',
    '.... .... 0000 .... = Level: 0',
  ]);
});
