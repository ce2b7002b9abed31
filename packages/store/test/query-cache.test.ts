// Cached query results: kept until something is written, and within their bound.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { QueryCache } from '../src/sql/query-cache.ts';

function memory(weightMax: number, weightOf?: (result: string, key: string) => number) {
  const database: { changes: number | null } = { changes: 0 };
  const queries: string[] = [];
  const cache = new QueryCache<string>(database, weightMax, weightOf);
  const get = (key: string, answer = key): Promise<string> =>
    cache.get(key, async () => {
      queries.push(key);
      return answer;
    });
  return { database, queries, get, cache };
}

describe('a cache of query results', () => {
  it('queries once until the next write, and always if others may write', async () => {
    const { database, queries, get } = memory(10);
    for (const key of ['a', 'a', 'b', 'a']) await get(key);
    assert.deepEqual(queries.splice(0), ['a', 'b']);
    database.changes = 1;
    await get('a');
    assert.deepEqual(queries.splice(0), ['a']);
    database.changes = null;
    for (const key of ['a', 'a']) await get(key);
    assert.deepEqual(queries, ['a', 'a']);
  });

  it('is bounded by the weight of results, not by their number', async () => {
    const { queries, get } = memory(10, (answer) => answer.length);
    await get('a', 'xxxx');
    await get('b', 'xxxxx');
    for (const key of ['a', 'b']) await get(key);
    assert.deepEqual(queries.splice(0), ['a', 'b']);
    // The third does not fit beside them, and one that is larger than all never.
    await get('c', 'xx');
    await get('d', 'x'.repeat(11));
    await get('d', 'x'.repeat(11));
    assert.deepEqual(queries.splice(0), ['c', 'd', 'd']);
    await get('e', 'x');
    await get('e', 'x');
    assert.deepEqual(queries, ['e']);
  });

  it('may weigh the query itself, where it is long and its result is not', async () => {
    const { queries, get } = memory(10, (_, key) => key.length);
    for (const key of ['a'.repeat(6), 'b'.repeat(6), 'a'.repeat(6)]) await get(key);
    assert.equal(queries.length, 3);
  });

  it('drops failed queries, and no others', async () => {
    const { cache, queries, get } = memory(10);
    await assert.rejects(
      cache.get('a', () => Promise.reject(new Error('away'))),
      /away/,
    );
    assert.equal(await get('a'), 'a');
    assert.equal(await get('a'), 'a');
    assert.deepEqual(queries, ['a']);
  });
});
