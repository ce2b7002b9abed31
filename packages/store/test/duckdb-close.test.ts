import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBDatabase } from '../src/duckdb/database.ts';

test('DuckDB, closed during queries: finishes these, and refuses later ones', async () => {
  for (let round = 0; round < 5; round++) {
    const database = await DuckDBDatabase.open(':memory:', {});
    let [answers, refusals] = [0, 0];
    const asking = Array.from({ length: 8 }, async () => {
      // As what takes several queries, and does not look whether the store was closed in between.
      for (;;) {
        try {
          const [row] = await database.all('SELECT count(*) FROM range(50000)');
          answers += Number(row![0]) / 50_000;
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'ERR_STORE_CLOSED');
          refusals++;
          return;
        }
      }
    });
    await database.all('SELECT 1');
    await Promise.all([database.close(), database.close(), ...asking]);
    assert.ok(answers >= 4);
    assert.equal(refusals, asking.length);
    await assert.rejects(
      database.transaction(async () => {}),
      { code: 'ERR_STORE_CLOSED' },
    );
  }
});

test('DuckDB, closed during a long query: interrupts it', async () => {
  const database = await DuckDBDatabase.open(':memory:', {});
  const endless = ['a', 'b'].map((name) =>
    database.all(`SELECT count(*) FROM range(10000000000) ${name} WHERE sqrt(range) < 0.5`).then(
      () => assert.fail('it was answered'),
      (error) => assert.equal((error as { code?: string }).code, 'ERR_STORE_CLOSED'),
    ),
  );
  await database.all('SELECT 1');
  await Promise.all([database.close(5), ...endless]);
});
