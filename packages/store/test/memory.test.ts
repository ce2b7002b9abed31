import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { DuckDBDatabase } from '../src/duckdb/database.ts';
import { memoryBytesMax } from '../src/duckdb/memory.ts';
import { openStore } from '../src/open.ts';
import { batchesOf, OFFICE_HOUR } from './support.ts';

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

  it('where it is not enough for a batch, makes the store unavailable, and no batch is refused for good', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'eyrie-memory-'));
    try {
      for (const memoryBytesMax of [3e6, 9e6]) {
        const store = await openStore(`duckdb:${folder}/${memoryBytesMax}`, { memoryBytesMax, threads: 1 });
        const written = await Promise.allSettled(
          Array.from({ length: 8 }, (_, round) =>
            batchesOf(OFFICE_HOUR, 8192).map((batch) => store.write({ ...batch, source: `file:${round}` })),
          ).flat(),
        );
        const codes = written.map((each) => (each.status === 'rejected' ? each.reason.code : 'stored'));
        assert.deepEqual(
          [...new Set(codes)].filter((code) => code !== 'stored'),
          ['ERR_STORE_AWAY'],
        );
        await store.close();
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
