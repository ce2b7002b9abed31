import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore, type QueryReport } from '../src/index.ts';
import { batchesOf, OFFICE_HOUR } from './support.ts';

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

test('what tallies say: asked again, no query; after a write or a deletion, as it is then', async () => {
  const reports: QueryReport[] = [];
  const store = await openStore('duckdb::memory:', { onQuery: (report) => reports.push(report) });
  const [first, second] = batchesOf(OFFICE_HOUR);
  const asked = async () => {
    const [summary, captures, { tree }, { series }] = await Promise.all([
      store.protocolSummary(),
      store.protocolSummary({ by: 'capture', limit: 1000 }),
      store.hierarchy(),
      store.timeline({ by: 'protocol', series: 50, buckets: 2 }),
    ]);
    const inTime = series.flatMap(({ packets }) => packets).reduce((sum, packets) => sum + packets, 0);
    assert.deepEqual(
      [captures.packets, inTime, tree.reduce((sum, { packets }) => sum + packets, 0)],
      [summary.packets, summary.packets, summary.packets],
    );
    return summary;
  };
  try {
    await store.write(first!);
    const once = await asked();
    assert.equal(once.packets, first!.packets!.length);
    reports.length = 0;
    assert.deepEqual(await asked(), once);
    assert.deepEqual(reports, []);
    await store.write(second!);
    assert.equal((await asked()).packets, first!.packets!.length + second!.packets!.length);
    await store.deleteCapture((await store.captures())[0]!.id);
    assert.equal((await asked()).packets, 0);
  } finally {
    await store.close();
  }
});
