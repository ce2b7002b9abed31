// A peer's folder of which one file is damaged: after a crash of the disk, or a restore that went wrong.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  FolderError,
  FolderStorage,
  foundMesh,
  MemoryStorage,
  PolicyError,
  type Runtime,
  systemRuntime,
} from '../src/index.ts';
import { openPeerIn, readStanding } from '../src/peer/folder.ts';
import { refreshCertificate } from '../src/peer/join.ts';
import { keysOf, readSettings } from '../src/peer/stored.ts';
import { ParcelList } from '../src/resources/parcel-list.ts';

const SETTINGS = { id: 'one', host: '127.0.0.1', port: 0, advertise: [], bootstrap: [] };
const DAMAGES = [Buffer.alloc(0), Buffer.from('\u0000\ufffd{"x":'), Buffer.from('{}'), Buffer.from('null')];

function founded(): { storage: MemoryStorage; runtime: Runtime; said: string[] } {
  const storage = new MemoryStorage();
  const said: string[] = [];
  const runtime = systemRuntime((_level, message) => said.push(message));
  foundMesh(storage, runtime, 'home', SETTINGS, null);
  return { storage, runtime, said };
}

test('a damaged file is named, with what to do, and no other file changes', () => {
  for (const name of ['peer.key', 'sealing.key', 'roster', 'settings.json']) {
    for (const damage of DAMAGES) {
      const { storage, runtime } = founded();
      const key = storage.read('peer.key')!;
      storage.write(name, damage);
      assert.throws(
        () => openPeerIn(storage, { runtime }),
        (error: Error) =>
          error instanceof FolderError && error.message.startsWith(`${name} is missing or damaged: `),
        `${name} ${damage}`,
      );
      if (name !== 'peer.key') assert.deepEqual(storage.read('peer.key'), key, 'the peer stays who it is');
      assert.deepEqual(storage.read(name), damage, 'nothing is put in its place');
    }
  }
});

test('settings of an earlier version, with the former name of the bootstrap addresses, are read', () => {
  const { storage } = founded();
  const { bootstrap: _, ...others } = SETTINGS;
  storage.write('settings.json', JSON.stringify({ ...others, entrances: ['192.0.2.7:5001'] }));
  assert.deepEqual(readSettings(storage), { ...SETTINGS, bootstrap: ['192.0.2.7:5001'] });
});

test('a key without its sealing key is not replaced by another peer', () => {
  const { storage, runtime } = founded();
  const key = storage.read('peer.key');
  storage.remove('sealing.key');
  assert.throws(() => keysOf(storage, runtime), FolderError);
  assert.deepEqual(storage.read('peer.key'), key);
});

test('a damaged file of the authority, or of what is shared, is named', () => {
  const names = [
    'authority/root.key',
    'authority/next.key',
    'authority/desk.json',
    'shares.json',
    'parcels.json',
  ];
  for (const name of names) {
    for (const damage of DAMAGES) {
      const { storage, runtime } = founded();
      storage.write(name, damage);
      assert.throws(
        () => {
          openPeerIn(storage, { runtime });
          new ParcelList(storage, runtime.clock);
        },
        (error: Error) =>
          error instanceof FolderError && error.message.startsWith(`${name} is missing or damaged: `),
        `${name} ${damage}`,
      );
    }
  }
});

test('a folder whose key is missing gets no other key, and keeps its sealing key', () => {
  const { storage, runtime } = founded();
  const seed = storage.read('sealing.key');
  storage.remove('peer.key');
  assert.throws(() => openPeerIn(storage, { runtime }), /^Error: peer\.key is missing or damaged/);
  assert.equal(storage.read('peer.key'), null);
  assert.deepEqual(storage.read('sealing.key'), seed);
});

test('a peer whose number of announcements is damaged begins at the date', async () => {
  for (const damage of [...DAMAGES, Buffer.from('9e99'), Buffer.from('-1'), Buffer.from(`${2 ** 48}`)]) {
    const { storage, runtime } = founded();
    storage.write('incarnation', damage);
    const { peer, close } = openPeerIn(storage, { runtime });
    await peer.start();
    const { incarnation } = peer.directory.announcementOf('one')!;
    assert.ok(Math.abs(incarnation - Date.now() / 1000) < 60, `${damage}: ${incarnation}`);
    await close();
  }
});

test('without the group key a peer starts, and says that broadcasts wait', () => {
  for (const damage of DAMAGES) {
    const { storage, runtime, said } = founded();
    storage.write('group.key', damage);
    assert.equal(readStanding(storage, runtime).standing.groupKey, null);
    assert.match(said.join(), /group\.key is damaged/);
  }
});

test('a policy that is wrong is named by file and line', () => {
  const { storage, runtime } = founded();
  storage.write('policy.toml', '[[rule]]\nfrom = ["lab-7"\nallow = false');
  assert.throws(
    () => openPeerIn(storage, { runtime }),
    (error: Error) => error instanceof PolicyError && /^policy\.toml: line \d: /.test(error.message),
  );
});

test('the authority issues itself a new certificate for one that is damaged or of another key', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-stored-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const storage = new FolderStorage(folder);
  const runtime = systemRuntime();
  foundMesh(storage, runtime, 'home', SETTINGS, null);
  for (const damage of [...DAMAGES, founded().storage.read('peer.crt')!]) {
    storage.write('peer.crt', damage);
    await refreshCertificate({ runtime, folder });
    const { standing } = readStanding(storage, runtime);
    assert.ok(standing.isOwn(standing.certificate));
  }
});
