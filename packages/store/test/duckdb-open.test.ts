// DuckDB's lock on its file keeps other processes away, but not the one that has it: two writers there would lose packets.
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { folderOfProcess } from '../../../test/support/folders.ts';
import { openStore } from '../src/open.ts';

const folder = folderOfProcess('eyrie-open-');
const isLocked = { code: 'ERR_STORE_LOCKED', message: /this process has this store open already/ };

it('a DuckDB file that is open in this process is refused under any name, until it is closed', async () => {
  const path = join(folder, 'a.duckdb');
  const link = join(folder, 'link.duckdb');
  const first = await openStore(`duckdb:${path}`);
  symlinkSync(path, link);
  for (const other of [path, link, join(folder, '.', 'x', '..', 'a.duckdb')])
    for (const readOnly of [false, true])
      await assert.rejects(openStore(`duckdb:${other}`, { readOnly }), isLocked);
  const another = await openStore(`duckdb:${join(folder, 'b.duckdb')}`);
  await another.close();
  await first.vacuum();
  await assert.rejects(openStore(`duckdb:${path}`), isLocked);
  await first.close();
  await (await openStore(`duckdb:${link}`)).close();
});

it('a DuckDB file may be read several times at once in one process, but not written meanwhile', async () => {
  const path = join(folder, 'read.duckdb');
  await (await openStore(`duckdb:${path}`)).close();
  const readers = [
    await openStore(`duckdb:${path}`, { readOnly: true }),
    await openStore(`duckdb:${path}`, { readOnly: true }),
  ];
  for (const reader of readers) {
    await assert.rejects(openStore(`duckdb:${path}`), isLocked);
    await reader.close();
  }
  await (await openStore(`duckdb:${path}`)).close();
});

it('a DuckDB file that could not be opened is not held', async () => {
  const path = join(folder, 'none.duckdb');
  for (let i = 0; i < 2; i++)
    await assert.rejects(openStore(`duckdb:${path}`, { readOnly: true }), { code: 'ERR_STORE_NOT_FOUND' });
  await assert.rejects(
    openStore(`duckdb:${folder}`),
    (error) => (error as { code: string }).code !== 'ERR_STORE_LOCKED',
  );
  await (await openStore(`duckdb:${path}`)).close();
});

it('stores in memory are each its own', async () => {
  const [one, two] = [await openStore('duckdb::memory:'), await openStore('duckdb::memory:')];
  await one.close();
  await two.close();
});
