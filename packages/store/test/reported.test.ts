import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore, type QueryReport } from '../src/index.ts';

test('a store reports the queries that read, with rows and time', async () => {
  const reports: QueryReport[] = [];
  const store = await openStore('duckdb::memory:', { onQuery: (report) => reports.push(report) });
  try {
    reports.length = 0;
    await store.packets({ address: '192.0.2.77', limit: 5 });
    await store.protocolSummary();
    assert.ok(reports.length >= 2, JSON.stringify(reports));
    for (const { sql, rows, ms } of reports) {
      assert.match(sql, /\bSELECT\b/);
      assert.ok(rows >= 0 && ms >= 0);
    }
  } finally {
    await store.close();
  }
});

test('a query that fails is not reported, and fails as without reports', async () => {
  const reports: QueryReport[] = [];
  const store = await openStore('duckdb::memory:', { onQuery: (report) => reports.push(report) });
  await store.close();
  reports.length = 0;
  await assert.rejects(store.protocolSummary(), { code: 'ERR_STORE_CLOSED' });
  assert.deepEqual(reports, []);
});
