// Files from peers that are slow, or stop: on a virtual clock.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import {
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parsePolicy } from '../src/messages/policy.ts';
import type { Peer } from '../src/peer/peer.ts';
import { MemoryStorage } from '../src/peer/storage.ts';
import { capturesIn } from '../src/resources/capture-folder.ts';
import { Descriptions } from '../src/resources/descriptions.ts';
import { fetchResource, listOffers } from '../src/resources/fetch.ts';
import { describeFile, manifest } from '../src/resources/manifest.ts';
import { OF_ONE_MAX, PARCELS_MAX, type Parcel, ParcelList } from '../src/resources/parcel-list.ts';
import { Parcels } from '../src/resources/parcels.ts';
import { lackOfRoom, OF_ONE_BYTES_MAX, OF_ONE_FILES_MAX } from '../src/resources/room.ts';
import { VirtualClock, VirtualMesh } from '../src/virtual/index.ts';
import { streamKinds } from '../src/wire/kinds.ts';
import { encode } from '../src/wire/schema.ts';

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

test('a file arrives whole, whatever the pieces in which it is sent', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-resources-'));
  const mesh = await VirtualMesh.create({ peers: 3, seed: 6 });
  await mesh.startAll();
  mesh.clock.run(5_000);
  const running = setInterval(() => mesh.clock.run(500), 1);
  try {
    const [from, to] = [mesh.peers[0]!, mesh.peers[1]!];
    const content = Buffer.from(mesh.random.bytes((1 << 20) + 300_000));
    const source = join(folder, 'source');
    writeFileSync(source, content);
    const head = encode(manifest, await describeFile(source, 'source'));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(head.length);
    const all = Buffer.concat([length, head, content]);
    from.switchboard.handleStream(streamKinds.get, (_session, _payload, stream) => {
      let at = 0;
      const pump = () => {
        while (at < all.length && stream.writableBytes > 0) {
          const end = at + Math.min(1 + (at % 977), stream.writableBytes);
          stream.write(all.subarray(at, end));
          at = Math.min(end, all.length);
        }
      };
      stream.listen(() => {});
      stream.onWritable = pump;
      pump();
    });
    const path = join(folder, 'copy');
    await fetchResource(to, from.id, 'source', path, () => {}, new AbortController().signal);
    assert.ok(readFileSync(path).equals(content));
  } finally {
    clearInterval(running);
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a file that many ask for at once is read once, again when it changed, and few at a time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-descriptions-'));
  try {
    const descriptions = new Descriptions();
    const path = join(folder, 'large');
    writeFileSync(path, Buffer.alloc(3 << 20, 1));
    utimesSync(path, 1_000, 1_000);
    const all = await Promise.all(Array.from({ length: 64 }, () => descriptions.of(path)));
    assert.equal(descriptions.read, 1);
    assert.ok(all.every(({ chunks }) => chunks.length === 3));
    await descriptions.of(path);
    assert.equal(descriptions.read, 1);
    // Another file of the same size and time, put in its place.
    writeFileSync(`${path}.new`, Buffer.alloc(3 << 20, 2));
    utimesSync(`${path}.new`, 1_000, 1_000);
    renameSync(`${path}.new`, path);
    const other = await descriptions.of(path);
    assert.equal(descriptions.read, 2);
    assert.notDeepEqual(other.chunks, all[0]!.chunks);
    rmSync(path);
    await assert.rejects(descriptions.of(path), /ENOENT/);
    await assert.rejects(descriptions.of(folder), /is not a file/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a capture whose name is too long to be told is left out, and the others are offered', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-captures-'));
  try {
    for (const name of ['good.pcap', `${'x'.repeat(240)}.pcap`, 'line\nbreak.pcap']) {
      writeFileSync(join(folder, name), 'x');
      utimesSync(join(folder, name), 1_000, 1_000);
    }
    assert.deepEqual(
      (await capturesIn(folder)).map(({ name }) => name),
      ['good.pcap'],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a long name of any script can be sent, cut between its characters', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-parcels-'));
  const mesh = await VirtualMesh.create({ peers: 2, seed: 5 });
  await mesh.startAll();
  const from = mesh.peers[0]!;
  const parcels = new Parcels(from, new MemoryStorage(), folder);
  try {
    for (const name of ['例'.repeat(63), `${'a'.repeat(82)}${'🦅'.repeat(25)}`, `${'b'.repeat(196)}.txt`]) {
      writeFileSync(join(folder, name), 'x');
      await parcels.send('peer-1', join(folder, name));
      const share = from.shares.all.at(-1)!.name;
      assert.equal(Buffer.from(share).toString(), share);
    }
  } finally {
    parcels.stop();
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

test('captures of a folder are offered to those named, and to whom a rule allows them, as they come', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-captures-'));
  const mesh = await VirtualMesh.create({ peers: 4, seed: 5 });
  await mesh.startAll();
  mesh.clock.run(5_000);
  // Slowly: a link that nobody uses ends, and the disk takes real time.
  const running = setInterval(() => mesh.clock.run(20), 1);
  const old = new Date(Date.now() - 60_000);
  const place = (name: string, text: string, time = old) => {
    writeFileSync(join(folder, name), text);
    utimesSync(join(folder, name), time, time);
  };
  try {
    const [owner, named, allowed, other] = mesh.peers as [Peer, Peer, Peer, Peer];
    place('one.pcapng', 'packets');
    place('notes.txt', 'secret');
    place('now.pcap', 'still written to', new Date());
    writeFileSync(join(folder, 'away'), 'elsewhere');
    symlinkSync(join(folder, 'notes.txt'), join(folder, 'link.pcap'));
    assert.equal(await owner.shares.addCaptures({ name: 'ring', path: folder, to: [named.id] }), 1);
    owner.policy = parsePolicy(`[[rule]]\nfrom = ["${allowed.id}"]\ntopics = ["captures"]\nallow = true\n`);
    const listed = async (peer: Peer) => (await listOffers(peer, owner.id)).map(({ name }) => name);
    assert.deepEqual(await listed(named), ['one.pcapng']);
    assert.deepEqual(await listed(allowed), ['one.pcapng']);
    assert.deepEqual(await listed(other), []);
    place('two.pcap.gz', 'more packets');
    assert.deepEqual((await listed(named)).sort(), ['one.pcapng', 'two.pcap.gz']);
    const path = join(folder, 'copy');
    const { signal } = new AbortController();
    const get = (peer: Peer, name: string) => fetchResource(peer, owner.id, name, path, () => {}, signal);
    await get(allowed, 'two.pcap.gz');
    assert.equal(readFileSync(path, 'utf8'), 'more packets');
    await assert.rejects(get(other, 'one.pcapng'), /there is no one.pcapng for you/);
    for (const name of ['notes.txt', 'link.pcap', 'now.pcap', 'ring', 'away'])
      await assert.rejects(get(named, name), /there is no/, name);
    assert.ok(owner.shares.remove('ring'));
    await assert.rejects(get(named, 'one.pcapng'), /there is no/);
  } finally {
    clearInterval(running);
    rmSync(folder, { recursive: true, force: true });
  }
});
