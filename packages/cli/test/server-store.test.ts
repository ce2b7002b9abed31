import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, loadConfig } from '@eyrie/services/config';
import { UserError } from '../src/errors.ts';
import { importStore, liveStore, serverStore } from '../src/pipeline/settings.ts';

const optionsFor = (memory: string) => serverStore(loadConfig({ env: { EYRIE_STORE_MEMORY: memory } }));

test("a server's store has the memory that the configuration says, or what the store chooses", () => {
  assert.deepEqual(serverStore(loadConfig({ env: {} })), {});
  assert.deepEqual(optionsFor('0'), {});
  assert.deepEqual(optionsFor('500MB'), { memoryBytesMax: 500e6 });
  assert.deepEqual(optionsFor('1.5G'), { memoryBytesMax: 1.5e9 });
});

test('memory that is no size, or too little for a batch, is refused in one line', () => {
  assert.throws(() => optionsFor('much'), ConfigError);
  assert.throws(
    () => optionsFor('64MB'),
    (error) => error instanceof UserError && /store\.memory 64MB: below 128MB DuckDB/.test(error.message),
  );
});

test('the store beside a live capture has the memory that the configuration says, or 512 MiB', () => {
  assert.deepEqual(liveStore(loadConfig({ env: {} })), { memoryBytesMax: 512 * 2 ** 20 });
  const env = { EYRIE_STORE_MEMORY: '4GB' };
  assert.deepEqual(liveStore(loadConfig({ env })), { memoryBytesMax: 4e9 });
});

test("an import's store has the memory that the configuration says, or 256 MiB", () => {
  const memoryFor = (memory: string) =>
    importStore(loadConfig({ env: { EYRIE_STORE_MEMORY: memory } })).memoryBytesMax;
  assert.equal(memoryFor('0'), 256 * 2 ** 20);
  assert.equal(memoryFor('1GB'), 1e9);
  assert.equal(memoryFor('128MB'), 128e6);
  assert.throws(() => memoryFor('64MB'), UserError);
});
