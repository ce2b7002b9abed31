// The host of the mesh benchmark, with real peers on loopback.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../../test/support/until.ts';
import { MeshHost } from '../bench/mesh-host.ts';

/** A mesh of two peers with a link, on one host. */
async function pair(): Promise<MeshHost> {
  const place = { name: 'thread 0', address: '127.0.0.1', isUnshaped: true };
  const host = new MeshHost({ ...place, delayMs: 0, lossRate: 0, seed: 1, peers: 2, intervalMs: 0 });
  await host.join(await host.found('bench', 'peer-0', 2), ['peer-1']);
  await until('a round trip', () => host.probe('peer-1'));
  return host;
}

test('a bulk transfer arrives as a whole; one whose sender crashes ends, and one without a link does not begin', async () => {
  const host = await pair();
  try {
    const taken = host.takeBulk('peer-1', 'peer-0', 1 << 20);
    const sentMs = await host.sendBulk('peer-1', 'peer-0', 1 << 20);
    assert.ok((await taken)! >= sentMs!);
    const never = host.takeBulk('peer-1', 'peer-0', 1 << 30);
    await host.sendBulk('peer-1', 'peer-0', 1 << 30);
    await host.crash('peer-1');
    assert.equal(await never, null);
    assert.equal(await host.sendBulk('peer-0', 'peer-1', 1 << 20), null);
  } finally {
    await host.leave('peer-0');
  }
});

test('a peer without a link has no round trip; one with a link has, until the other side has crashed', async () => {
  const place = { name: 'thread 0', address: '127.0.0.1', isUnshaped: true };
  const host = new MeshHost({ ...place, delayMs: 0, lossRate: 0, seed: 1, peers: 2, intervalMs: 0 });
  const running = new Set(['peer-0']);
  try {
    const token = await host.found('bench', 'peer-0', 2);
    assert.equal(await host.probe('peer-0'), null);
    await host.join(token, ['peer-1']);
    running.add('peer-1');
    assert.ok((await until('a round trip', () => host.probe('peer-1'))) < 1_000);
    const trip = host.probe('peer-1');
    running.delete('peer-0');
    await host.crash('peer-0');
    assert.equal(await trip, null);
  } finally {
    await Promise.all([...running].map((id) => host.leave(id)));
  }
});
