import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ControlError, callPeer, serveControl } from '../src/peer/control.ts';

test('a control request to a hung peer ends after the given timeout', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-control-'));
  const server = await serveControl(folder, { status: () => new Promise(() => {}), time: () => 7 });
  try {
    assert.equal(await callPeer(folder, 'time', {}, 10_000), 7);
    await assert.rejects(
      callPeer(folder, 'status', {}, 20),
      (error) => error instanceof ControlError && error.code === 'ERR_PEER_HANGS',
    );
  } finally {
    await new Promise((closed) => server.close(closed));
    rmSync(folder, { recursive: true, force: true });
  }
});
