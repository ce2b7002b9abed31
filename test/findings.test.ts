import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES } from '@eyrie/detect';

test('each rule says when it speaks, why, what it spares, and what to do', () => {
  assert.equal(new Set(RULES.map(({ id }) => id)).size, RULES.length);
  for (const { id, threshold, source, exemptions, advice, technique } of RULES) {
    assert.match(id, /^[a-z]+(-[a-z]+)*$/);
    for (const text of [threshold, source, exemptions, advice]) assert.ok(text.length > 15, id);
    if (technique !== null) assert.match(technique.id, /^T\d{4}(\.\d{3})?$/);
  }
});
