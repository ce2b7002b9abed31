import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryBound } from '../src/sql/query-bound.ts';

test('QueryBound: refuses queries beyond its bound, and takes new ones as queued ones end or fail', async () => {
  const bound = new QueryBound('duckdb:x', 2);
  const first = Promise.withResolvers<number>();
  const second = Promise.withResolvers<number>();
  const held = [bound.hold(() => first.promise), bound.hold(() => second.promise)];
  await assert.rejects(
    bound.hold(async () => 3),
    { code: 'ERR_STORE_BUSY', isTemporary: true, message: 'duckdb:x: 2 queries are queued; try again later' },
  );
  first.resolve(1);
  assert.equal(await held[0], 1);
  assert.equal(await bound.hold(async () => 4), 4);
  second.reject(new Error('failed'));
  await assert.rejects(held[1]!, /failed/);
  assert.deepEqual(await Promise.all([bound.hold(async () => 5), bound.hold(async () => 6)]), [5, 6]);
});
