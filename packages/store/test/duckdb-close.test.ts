import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBDatabase } from '../src/duckdb/database.ts';
import { cancelledBy } from '../src/sql/cancel.ts';

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

const LONG = 'SELECT count(*) FROM range(10000000000) a WHERE sqrt(range) < 0.5';

test('DuckDB, whoever asked has gone: interrupts their query, begins none that waits, and answers all others', {
  timeout: 60_000,
}, async () => {
  const database = await DuckDBDatabase.open(':memory:', {});
  const left = new AbortController();
  // More than there are readers: some wait for one.
  const asked = Array.from({ length: 12 }, () =>
    assert.rejects(
      cancelledBy(left.signal, () => database.all(LONG)),
      { message: 'gone' },
    ),
  );
  const others = Array.from({ length: 12 }, () => database.all('SELECT 7'));
  setTimeout(() => left.abort(new Error('gone')), 100);
  await Promise.all(asked);
  for (const rows of await Promise.all(others)) assert.deepEqual(rows, [[7]]);
  await database.close();
});

test('DuckDB, many who go away at any moment: others never lose an answer', { timeout: 60_000 }, async () => {
  const database = await DuckDBDatabase.open(':memory:', {});
  const work = Array.from({ length: 300 }, async (_, i) => {
    const left = new AbortController();
    const asked = cancelledBy(left.signal, () => database.all('SELECT count(*) FROM range(200000)'));
    setTimeout(() => left.abort(new Error('gone')), i % 50);
    const others = database.allPrepared('SELECT $1 + 1', [BigInt(i)]);
    await asked.catch((error) => assert.equal(error.message, 'gone'));
    assert.equal(Number((await others)[0]![0]), i + 1);
  });
  await Promise.all(work);
  await database.close();
});
