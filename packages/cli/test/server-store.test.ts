import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, loadConfig } from '@eyrie/services/config';
import { UserError } from '../src/errors.ts';
import { serverStore } from '../src/pipeline/settings.ts';

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
