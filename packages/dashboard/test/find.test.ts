// Tests of what Find looks for, and in which order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFilter } from '@eyrie/dissect';
import fc from 'fast-check';
import { stretchesOf, termOfFind } from '../src/list/find.ts';

test('a text is found literally, whatever characters it has', () => {
  assert.equal(termOfFind('filter', ' tcp.len > 0 '), 'tcp.len > 0');
  assert.equal(
    termOfFind('text', 'GET /a.b'),
    'frame matches "GET \\\\/a\\\\.b" || _ws.col.Info matches "GET \\\\/a\\\\.b"',
  );
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      const [, pattern] = /^frame matches "((?:[^"\\]|\\.)*)" \|\| /s.exec(termOfFind('text', text)!)!;
      const read = pattern!.replace(/\\(.)/gs, '$1');
      assert.match(text, new RegExp(`^${read}$`, 'u'));
    }),
  );
});

test('bytes are found however they are written; an odd digit is none', () => {
  for (const bytes of ['0d0a', '0d 0a', '0D:0A', '0x0d, 0x0a', '0d-0a'])
    assert.equal(termOfFind('bytes', bytes), 'frame contains 0d:0a');
  assert.equal(termOfFind('bytes', 'ff'), 'frame contains ff');
  for (const wrong of ['0d0', 'xyz', ':']) assert.equal(termOfFind('bytes', wrong), null);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
      const term = termOfFind('bytes', Buffer.from(bytes).toString('hex'))!;
      assert.doesNotThrow(() => compileFilter(term), term);
    }),
  );
});

test('forwards: the rest of the capture, those after it, those before it, and its beginning', () => {
  assert.deepEqual(stretchesOf([1, 2, 3], { capture: 2, number: 7 }, 1), [
    { capture: 2, part: 'frame.number > 7', isRound: false },
    { capture: 3, part: '', isRound: false },
    { capture: 1, part: '', isRound: true },
    { capture: 2, part: 'frame.number <= 7', isRound: true },
  ]);
});

test('backwards: the same the other way round; without a packet, all captures once', () => {
  assert.deepEqual(stretchesOf([1, 2, 3], { capture: 2, number: 7 }, -1), [
    { capture: 2, part: 'frame.number < 7', isRound: false },
    { capture: 1, part: '', isRound: false },
    { capture: 3, part: '', isRound: true },
    { capture: 2, part: 'frame.number >= 7', isRound: true },
  ]);
  assert.deepEqual(stretchesOf([1, 2], null, -1), [
    { capture: 2, part: '', isRound: false },
    { capture: 1, part: '', isRound: false },
  ]);
});
