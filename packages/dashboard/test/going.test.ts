// Tests of navigation logic: parsing `Go to`, marks, byte formats.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { base64, byteArray, decode, hexDump, hexStream, plainText } from '../src/list/bytes-text.ts';
import { goalOf } from '../src/list/goal.ts';
import { nextMark } from '../src/list/marks.ts';

const BEGINNING = '1795261938.788938806';

test('an integer is a packet number, a decimal is seconds since the beginning', () => {
  assert.deepEqual(goalOf('1,234', BEGINNING), { kind: 'number', number: 1234 });
  assert.deepEqual(goalOf(' 17 ', null), { kind: 'number', number: 17 });
  assert.deepEqual(goalOf('12.5', BEGINNING), { kind: 'time', time: '1795261951.288939' });
  assert.deepEqual(goalOf('90 s', '1000.000000000'), { kind: 'time', time: '1090.000000' });
});

test('a time of day is on the day of the beginning unless a date is given', () => {
  const goal = goalOf('11:53:24.25Z', BEGINNING);
  assert.deepEqual(goal, { kind: 'time', time: `${Date.parse('2026-11-21T11:53:24Z') / 1000}.25` });
  assert.deepEqual(goalOf('2025-11-21 09:30Z', BEGINNING), {
    kind: 'time',
    time: String(Date.parse('2025-11-21T09:30:00Z') / 1000),
  });
  const local = goalOf('9:30', BEGINNING);
  assert.equal(local?.kind === 'time' && new Date(Number(local.time) * 1000).getHours(), 9);
});

test('invalid input returns null, and no input throws', () => {
  for (const text of ['', '0', 'dns', '25:61:00', '12:', '1,23', '9'.repeat(20)])
    assert.equal(goalOf(text, BEGINNING), null, text);
  assert.equal(goalOf('11:53', null), null, 'nothing is stored');
  fc.assert(
    fc.property(fc.string(), (text) => {
      const goal = goalOf(text, BEGINNING);
      return goal === null || Number(goal.kind === 'number' ? goal.number : goal.time) > 0;
    }),
  );
});

test('marks are ordered by capture and number, and wrap around', () => {
  const marks = [
    { capture: 1, number: 5 },
    { capture: 1, number: 9 },
    { capture: 2, number: 1 },
  ];
  assert.equal(nextMark(marks, { capture: 1, number: 5 }, 1), marks[1]);
  assert.equal(nextMark(marks, { capture: 1, number: 700 }, 1), marks[2]);
  assert.equal(nextMark(marks, { capture: 2, number: 1 }, 1), marks[0]);
  assert.equal(nextMark(marks, { capture: 1, number: 5 }, -1), marks[2]);
  assert.equal(nextMark(marks, null, 1), marks[0]);
  assert.equal(nextMark([], null, 1), null);
});

test('hex dumps have sixteen bytes a line, and encoded bytes decode to the same', () => {
  const data = Uint8Array.from({ length: 18 }, (_, i) => 0x41 + i);
  assert.equal(
    hexDump(data),
    '000000  41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50  ABCDEFGHIJKLMNOP\n' +
      `000010  51 52${' '.repeat(42)}  QR`,
  );
  assert.equal(plainText(new TextEncoder().encode('a\r\n\tb\0')), 'a\n\tb·');
  assert.equal(byteArray(data.subarray(0, 2)), '{\n  0x41, 0x42\n}');
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.deepEqual(decode(base64(bytes)), bytes);
      assert.equal(hexStream(bytes), Buffer.from(bytes).toString('hex'));
    }),
  );
});
