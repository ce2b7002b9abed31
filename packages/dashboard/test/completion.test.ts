// Tests of completion in the filter bar.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { positionAt } from '../src/state/completion.ts';

/** `|` marks the caret. */
function at(text: string) {
  const caret = text.indexOf('|');
  return positionAt(text.slice(0, caret) + text.slice(caret + 1), caret);
}

test('names are completed at the start of a term', () => {
  assert.deepEqual(at('dns.q|'), { kind: 'name', text: 'dns.q', from: 0, to: 5 });
  assert.deepEqual(at('tcp && dn|s.id == 3'), { kind: 'name', text: 'dn', from: 7, to: 13 });
  assert.deepEqual(at('!(ht|'), { kind: 'name', text: 'ht', from: 2, to: 4 });
  assert.equal(at('tcp and not ht|').kind, 'name');
});

test('an operator is completed after a name, a connective after a comparison', () => {
  assert.deepEqual(at('tcp.port |'), { kind: 'operator', text: '', from: 9, to: 9 });
  assert.deepEqual(at('http.host con|'), { kind: 'operator', text: 'con', from: 10, to: 13 });
  assert.equal(at('tcp.port == 80 |').kind, 'joint');
  assert.equal(at('http.host == "a b" &|').kind, 'joint');
});

test('values and quoted text are not completed', () => {
  assert.equal(at('tcp.port == 8|').kind, 'none');
  assert.equal(at('http.host contains "dns.|').kind, 'none');
  assert.equal(at('ip.addr == 10.|').kind, 'none');
});
