import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warmUp } from '../src/read/warm-up.ts';

test('a sample that is missing or no capture leaves the snapshot without it, not the start without a snapshot', async () => {
  await warmUp(['/nonexistent.pcapng', import.meta.filename]);
  assert.equal(process.exitCode, undefined);
});
