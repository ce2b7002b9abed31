// Files from peers that are slow, or stop: on a virtual clock.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fetchResource } from '../src/resources/fetch.ts';
import { VirtualMesh } from '../src/virtual/index.ts';
import { streamKinds } from '../src/wire/kinds.ts';

test('who stops in the middle of a file is not waited for, and nothing is left of the wait', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-resources-'));
  const mesh = await VirtualMesh.create({ peers: 3, seed: 5 });
  await mesh.startAll();
  mesh.clock.run(5_000);
  const running = setInterval(() => mesh.clock.run(500), 1);
  try {
    const [from, to] = [mesh.peers[0]!, mesh.peers[1]!];
    const source = join(folder, 'source');
    writeFileSync(source, 'all of it');
    await from.shares.add({ name: 'source', path: source, to: [] });
    const abort = new AbortController();
    const path = join(folder, 'copy');
    const get = () => fetchResource(to, from.id, 'source', path, () => {}, abort.signal);
    await get();
    assert.equal(readFileSync(path, 'utf8'), 'all of it');
    from.switchboard.handleStream(streamKinds.get, (_session, _payload, stream) => stream.listen(() => {}));
    await assert.rejects(get(), /has stopped/);
    assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
  } finally {
    clearInterval(running);
    rmSync(folder, { recursive: true, force: true });
  }
});
