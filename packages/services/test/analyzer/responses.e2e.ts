// What is done about peers, over HTTP: as the peer that holds the authority tells it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../support/memory-store.ts';
import { type Analyzer, startAnalyzer } from './support.ts';

const response = {
  ...{ id: 1, atMs: 5000, peer: 'lab-7', address: '', rule: 'query-flood', severity: 'high', summary: 'x' },
  ...{ witnesses: ['lab-1'], answer: 'quarantine', isTrial: false, isDone: true, why: '', untilMs: 65_000 },
};
const measure = { id: 'lab-7', step: 'quarantine', reason: 'x', atMs: 5000, untilMs: 65_000, to: '' };

async function withAnalyzer(
  askPeer: ((method: string, parameters?: object) => Promise<unknown>) | undefined,
  work: (analyzer: Analyzer) => Promise<void>,
): Promise<void> {
  const options = askPeer === undefined ? {} : { askPeer };
  const analyzer = await startAnalyzer(new MemoryStore() as never, options);
  try {
    await work(analyzer);
  } finally {
    await analyzer.close();
  }
}

const release = (analyzer: Analyzer) =>
  analyzer.get('/measures/lab-7/release', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"reason":"a mistake"}',
  });

test('responses and measures are listed, and one is ended', async () => {
  const asked: unknown[] = [];
  const answers: Record<string, unknown> = { responses: [response], measures: [measure] };
  const ask = async (method: string, parameters?: object) => {
    asked.push([method, parameters]);
    return answers[method] ?? null;
  };
  await withAnalyzer(ask, async (analyzer) => {
    const { body } = await analyzer.get('/responses');
    assert.equal(body.problem, null);
    assert.deepEqual(
      [body.items[0].peer, body.items[0].time, body.items[0].until, body.items[0].is_done],
      ['lab-7', 5, 65, true],
    );
    const measures = await analyzer.get('/measures');
    assert.deepEqual(measures.body.items, [
      { peer: 'lab-7', step: 'quarantine', reason: 'x', since: 5, until: 65 },
    ]);
    assert.deepEqual((await release(analyzer)).body, { released: 'lab-7' });
    assert.deepEqual(asked.at(-1), ['release', { id: 'lab-7', reason: 'a mistake' }]);
  });
});

test('without a peer there is nothing, and it is said why', async () => {
  await withAnalyzer(undefined, async (analyzer) => {
    assert.deepEqual((await analyzer.get('/responses')).body, { items: [], problem: 'no peer runs here' });
    assert.equal((await release(analyzer)).status, 409);
  });
  const away = async () => Promise.reject(new Error('lab-2 does not hold the authority of this mesh'));
  await withAnalyzer(away, async (analyzer) => {
    assert.match((await analyzer.get('/measures')).body.problem, /does not hold the authority/);
  });
});
