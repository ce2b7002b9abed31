// Machines that sleep for longer than their certificates last, on a virtual clock: the date is another when they wake.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLeaf } from '../src/identity/certificate.ts';
import { VirtualMesh } from '../src/virtual/index.ts';

/** Certificates of a virtual mesh last a year at first, and a day once they were renewed. */
const NIGHTS_MS = 400 * 24 * 3_600_000;

async function asleep(peers: number, seed: number) {
  const mesh = await VirtualMesh.create({ peers, seed });
  await mesh.startAll();
  mesh.clock.run(5_000);
  for (let i = 0; i < peers; i++) mesh.clockErrorMs[i] = NIGHTS_MS;
  // What is signed and judged meanwhile is done outside of virtual time.
  const run = async (ms: number) => {
    for (let atMs = 0; atMs < ms; atMs += 500) {
      mesh.clock.run(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { mesh, run };
}

test('all have slept for longer than their certificates last: awake, they get new ones and find each other', async () => {
  for (const seed of [1, 2]) {
    const { mesh, run } = await asleep(6, seed);
    await run(300_000);
    assert.ok(mesh.isWhole(), `seed ${seed}`);
    for (const peer of mesh.peers) {
      const { expiresMs } = readLeaf(peer!.standing.certificate)!;
      assert.ok(expiresMs > mesh.clock.nowMs() + NIGHTS_MS, peer!.id);
      assert.equal(peer!.shutOut, null);
    }
  }
});
