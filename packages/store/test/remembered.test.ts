// Answers that are remembered: until something is written, and within their bound.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Remembered } from '../src/sql/remembered.ts';

function memory(most: number, weigh?: (answer: string) => number) {
  const database: { changes: number | null } = { changes: 0 };
  const asked: string[] = [];
  const remembered = new Remembered<string>(database, most, weigh);
  const get = (question: string, answer = question): Promise<string> =>
    remembered.get(question, async () => {
      asked.push(question);
      return answer;
    });
  return { database, asked, get, remembered };
}

describe('a cache of query results', () => {
  it('queries once until the next write, and always if others may write', async () => {
    const { database, asked, get } = memory(10);
    for (const question of ['a', 'a', 'b', 'a']) await get(question);
    assert.deepEqual(asked.splice(0), ['a', 'b']);
    database.changes = 1;
    await get('a');
    assert.deepEqual(asked.splice(0), ['a']);
    database.changes = null;
    for (const question of ['a', 'a']) await get(question);
    assert.deepEqual(asked, ['a', 'a']);
  });

  it('is bounded by the weight of results, not by their number', async () => {
    const { asked, get } = memory(10, (answer) => answer.length);
    await get('a', 'xxxx');
    await get('b', 'xxxxx');
    for (const question of ['a', 'b']) await get(question);
    assert.deepEqual(asked.splice(0), ['a', 'b']);
    // The third does not fit beside them, and one that is larger than all never.
    await get('c', 'xx');
    await get('d', 'x'.repeat(11));
    await get('d', 'x'.repeat(11));
    assert.deepEqual(asked.splice(0), ['c', 'd', 'd']);
    await get('e', 'x');
    await get('e', 'x');
    assert.deepEqual(asked, ['e']);
  });

  it('drops failed queries, and no others', async () => {
    const { remembered, asked, get } = memory(10);
    await assert.rejects(
      remembered.get('a', () => Promise.reject(new Error('away'))),
      /away/,
    );
    assert.equal(await get('a'), 'a');
    assert.equal(await get('a'), 'a');
    assert.deepEqual(asked, ['a']);
  });
});
