import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database, Transaction } from '../src/sql/database.ts';
import { migrate } from '../src/sql/migrate.ts';

const STEPS = ['tables', 'clocks', 'an index'].map((name) => ({ name, sql: `make ${name}` }));

/** A database of a version, in which each step takes so long. */
function slow(version: number, seconds: number, share: () => number | null) {
  const ran: string[] = [];
  const tx: Partial<Transaction> = {
    run: async (sql) => {
      ran.push(sql);
      if (sql.startsWith('make')) await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      return 0;
    },
  };
  const database: Partial<Database> = {
    place: 'duckdb:x',
    all: async () => [[String(version)]],
    transaction: (work) => work(tx as Transaction),
    migrated: async () => share(),
  };
  return { database: database as Database, ran };
}

test('migrations of a store say what they do, and how far they are when they take long', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  let asked = 0;
  const { database, ran } = slow(1, 25, () => (asked++ < 2 ? null : 0.429));
  const lines: string[] = [];
  const done = migrate(database, STEPS, {
    isNew: false,
    readOnly: false,
    onMigration: (line) => lines.push(line),
  });
  for (let second = 0; second < 60; second++) {
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(1000);
  }
  assert.equal(await done, 3);
  assert.deepEqual(lines, [
    'duckdb:x: bringing it up to schema 2 of 3: clocks',
    'duckdb:x: bringing it up to schema 2 of 3: clocks, 10 s',
    'duckdb:x: bringing it up to schema 2 of 3: clocks, 20 s',
    'duckdb:x: bringing it up to schema 3 of 3: an index',
    'duckdb:x: bringing it up to schema 3 of 3: an index, 10 s, 42 % done',
    'duckdb:x: bringing it up to schema 3 of 3: an index, 20 s, 42 % done',
  ]);
  assert.deepEqual(
    ran.filter((sql) => /make|INSERT/.test(sql)),
    [
      'make clocks',
      `INSERT INTO meta VALUES ('schema', '2')`,
      'make an index',
      `INSERT INTO meta VALUES ('schema', '3')`,
    ],
  );
});

test('a new store says nothing of the steps that make it', async () => {
  const { database, ran } = slow(0, 0, () => null);
  const onMigration = () => assert.fail('nobody waits for it');
  assert.equal(await migrate(database, STEPS, { isNew: true, readOnly: false, onMigration }), 3);
  assert.equal(ran.length, 9);
});
