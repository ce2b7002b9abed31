// How far a survey goes, over a store that never ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PacketRow, Store } from '@eyrie/store';
import { type Surveyable, survey } from '../../src/analyzer/bytes/survey.ts';

test('survey, packets that columns decide, without an end: stops when nobody waits any more', async () => {
  let pages = 0;
  const store = {
    async packets() {
      pages++;
      await nextTurn();
      assert.ok(pages < 1000, 'it goes on');
      return { items: [{ isCandidate: false } as PacketRow], next: 'on', exact: false, rest: null };
    },
  } as unknown as Store;
  const left = new AbortController();
  const count = (): void => {
    if (pages === 3) left.abort(new Error('gone'));
  };
  await assert.rejects(survey({ store } as Surveyable, {}, { see: () => true, count }, left.signal), {
    message: 'gone',
  });
  assert.equal(pages, 3);
});
