import assert from 'node:assert/strict';
import { totalmem } from 'node:os';
import { describe, it } from 'node:test';
import { DuckDBDatabase } from '../src/duckdb/database.ts';
import { memoryBytesMax } from '../src/duckdb/memory.ts';

const GIB = 2 ** 30;

async function limitOf(options: { memoryBytesMax?: number }): Promise<string> {
  const database = await DuckDBDatabase.open(':memory:', options);
  try {
    return String((await database.all(`SELECT current_setting('memory_limit')`))[0]![0]);
  } finally {
    await database.close();
  }
}

describe("DuckDB's memory", () => {
  it('where nobody says, is half of the machine at most, and of a store in a file 2 GiB', async () => {
    assert.ok(memoryBytesMax(true) <= totalmem() / 2);
    assert.equal(memoryBytesMax(false), Math.min(memoryBytesMax(true), 2 * GIB));
    const [, number, unit] = /^([\d.]+) (MiB|GiB)$/.exec(await limitOf({}))!;
    const bytes = Number(number) * (unit === 'GiB' ? GIB : 2 ** 20);
    assert.ok(Math.abs(bytes / memoryBytesMax(true) - 1) < 0.1, `${number} ${unit}`);
  });

  it('is as much as the options say', async () => {
    assert.equal(await limitOf({ memoryBytesMax: 256 * 2 ** 20 }), '256.0 MiB');
  });
});
