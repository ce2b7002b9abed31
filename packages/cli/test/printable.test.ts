// What others say is shown, and commands no terminal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plain } from '../src/mesh/process.ts';
import { printable } from '../src/terminal/printable.ts';

test('untrusted text is one line of a log, without control characters', () => {
  const reason = 'refused\n2027-01-01 00:00:00.000 peer admitted \x1b[2J\x9b1A\x07';
  const line = plain('warn', 'link refused', { reason, port: 5 });
  assert.doesNotMatch(line, /[\x00-\x1f\x7f-\x9f]/);
  assert.match(line, /warning: link refused reason=refused 2027.* port=5$/);
});

test('an error keeps its line breaks, and loses control characters', () => {
  assert.equal(printable('one\ntwo\t\x1b[31m'), 'one\ntwo\t\u{fffd}[31m');
});
