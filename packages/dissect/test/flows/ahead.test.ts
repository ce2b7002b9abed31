// What the first reading of a capture finds for the second one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ahead } from '../../src/flows/ahead.ts';

test('what was entered is told after the turn, the last one of each', () => {
  const ahead = new Ahead();
  ahead.enter('reply', 3, 0, 5);
  ahead.enter('reply', 3, 0, 7);
  ahead.enter('reply', 0, 0, 8);
  assert.equal(ahead.of('reply', 3, 0), 0);
  assert.equal(ahead.isWhole, false);
  ahead.turn();
  ahead.enter('reply', 4, 0, 9);
  const told = [3, 0, 4].map((frame) => ahead.of('reply', frame, 0));
  assert.deepEqual(told, [7, 0, 0]);
  assert.equal(ahead.of('other', 3, 0), 0);
  assert.equal(ahead.of('reply', 3, 1), 0);
  assert.equal(ahead.isWhole, true);
});

test('where not all could be kept, nobody may say that something does not come', () => {
  const ahead = new Ahead(2);
  for (let frame = 1; frame <= 3; frame++) ahead.enter('reply', frame, 0, frame + 1);
  ahead.turn();
  assert.deepEqual(
    [1, 2, 3].map((frame) => ahead.of('reply', frame, 0)),
    [2, 3, 0],
  );
  assert.equal(ahead.isWhole, false);
});
