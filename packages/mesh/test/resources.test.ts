// Files from peers that are slow, or stop: on a virtual clock.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MemoryStorage } from '../src/peer/storage.ts';
import { fetchResource } from '../src/resources/fetch.ts';
import { OF_ONE_MAX, PARCELS_MAX, type Parcel, ParcelList } from '../src/resources/parcel-list.ts';
import { lackOfRoom, OF_ONE_BYTES_MAX, OF_ONE_FILES_MAX } from '../src/resources/room.ts';
import { VirtualClock, VirtualMesh } from '../src/virtual/index.ts';
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

function parcelOf(state: Parcel['state'], path = '/x'): Parcel {
  return { path, sizeBytes: 1, tries: 0, state, problem: '' };
}

test('who sends files without end makes none of another forgotten', () => {
  const storage = new MemoryStorage();
  const clock = new VirtualClock();
  const list = new ParcelList(storage, clock);
  for (let i = 0; i < 50; i++) assert.ok(list.keep('honest', `file ${i}`, parcelOf('coming')));
  let taken = 0;
  for (let i = 0; i < PARCELS_MAX + 10; i++) if (list.keep('greedy', `${i}`, parcelOf('coming'))) taken++;
  assert.equal(taken, OF_ONE_MAX);
  // Many that are one: the one with the most makes room.
  for (let i = 0; i < 20; i++)
    for (let k = 0; k < OF_ONE_MAX; k++) list.keep(`greedy-${i}`, `${k}`, parcelOf('here'));
  for (let i = 0; i < 50; i++) assert.equal(list.get('honest', `file ${i}`)?.state, 'coming');
  const size = () => [...list.senders()].reduce((sum, [, sent]) => sum + sent.size, 0);
  assert.equal(size(), PARCELS_MAX);
  list.keep('honest', 'file 0', parcelOf('here'));
  clock.run(1_000);
  const again = new ParcelList(storage, clock);
  assert.equal(again.get('honest', 'file 0')?.state, 'here');
  assert.equal(again.get('honest', 'file 49')?.state, 'coming');
});

test('what came and is not needed any more makes room for what comes from the same sender', () => {
  const list = new ParcelList(new MemoryStorage(), new VirtualClock());
  for (let i = 0; i < OF_ONE_MAX; i++) list.keep('busy', `${i}`, parcelOf(i === 7 ? 'here' : 'coming'));
  assert.ok(list.keep('busy', 'new', parcelOf('coming')));
  assert.equal(list.get('busy', '7'), undefined);
  assert.equal(list.keep('busy', 'newer', parcelOf('coming')), false);
});

test('a sender fills its folder, not the disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-room-'));
  try {
    assert.equal(await lackOfRoom(folder, 1_000, 1_000), null);
    assert.match((await lackOfRoom(folder, OF_ONE_BYTES_MAX + 1, 0)) ?? '', /move some away/);
    assert.match((await lackOfRoom(folder, 1, 2 ** 60)) ?? '', /room on the disk/);
    for (let i = 0; i < OF_ONE_FILES_MAX; i++) writeFileSync(join(folder, `${i}`), '');
    assert.match((await lackOfRoom(folder, 1, 1)) ?? '', /1000 files of it/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
