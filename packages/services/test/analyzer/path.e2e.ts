// GET /mesh/path: what a peer answers, in the shape of the API; and the audit beside it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeerPath } from '../../src/path/index.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { startAnalyzer } from './support.ts';

const forth = {
  matched: 10,
  delay: { minMs: 1, medianMs: 2, p95Ms: 3, maxMs: 4, meanMs: 2.5 },
  ...{ sent: 11, lost: 1, lossPercent: 100 / 11, hops: 1, hopsVary: false, unseen: 0 },
};
const answer: PeerPath = {
  ...{ from: 'a', to: 'b', uncertaintyMs: 0.1, forth },
  back: { ...forth, delay: null, lossPercent: null, hops: null },
  ...{ overlapSeconds: 30, oneIn: 1, roundTripMs: null, clockAheadMs: null, isTcpLeftOut: false },
};

test('the way between two peers is asked of a peer, and refused where none runs', async () => {
  const asked: unknown[] = [];
  const looks: object[] = [];
  const askPeer = async (method: string, parameters?: object) => {
    asked.push([method, parameters]);
    if (asked.length > 1) throw new Error('there is no peer c');
    return answer;
  };
  const audit = { info: (_: string, facts?: object) => void looks.push(facts!), warn() {} };
  const analyzer = await startAnalyzer(new MemoryStore() as never, { askPeer, audit });
  try {
    const { status, body } = await analyzer.get('/mesh/path?from=a&to=b');
    assert.equal(status, 200);
    assert.deepEqual(asked, [['path', { from: 'a', to: 'b' }]]);
    assert.deepEqual(body.forth.delay, { min_ms: 1, median_ms: 2, p95_ms: 3, max_ms: 4, mean_ms: 2.5 });
    assert.deepEqual(
      [body.back.delay, body.back.hops, body.uncertainty_ms, body.one_in],
      [null, null, 0.1, 1],
    );
    const refused = await analyzer.get('/mesh/path?from=a&to=c');
    assert.ok(refused.status >= 400);
    assert.match(JSON.stringify(refused.body), /there is no peer c/);
    assert.equal((await analyzer.get('/mesh/path?from=a')).status, 400);
    assert.deepEqual(looks, [], 'no payload was looked at');
  } finally {
    await analyzer.close();
  }
});
