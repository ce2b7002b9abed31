// Logs of a peer on disk when a write fails half-way.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eyrieHome } from '../src/index.ts';
import { savedPeerAddresses, savePeerAddresses } from '../src/peer/saved-addresses.ts';
import { FolderStorage } from '../src/peer/storage.ts';

const folder = fs.mkdtempSync(join(tmpdir(), 'eyrie-storage-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const textOf = (storage: FolderStorage, name: string) => storage.readLog(name).map((each) => each.toString());

test('entries confirmed after a full disk survive a restart', (t) => {
  const storage = new FolderStorage(folder);
  storage.append('a.log', [Buffer.from('one')]);
  const { writeSync } = fs;
  t.mock.method(fs, 'writeSync', (file: number, bytes: Uint8Array) => {
    writeSync(file, bytes.subarray(0, bytes.length - 1));
    throw new Error('ENOSPC: no space left on device, write');
  });
  syncBuiltinESMExports();
  assert.throws(() => storage.append('a.log', [Buffer.from('two')]), /ENOSPC/);
  t.mock.restoreAll();
  syncBuiltinESMExports();
  storage.append('a.log', [Buffer.from('three')]);
  assert.deepEqual(textOf(new FolderStorage(folder), 'a.log'), ['one', 'three']);
});

test('addresses of other peers are written without waiting for the disk, keys are not', (t) => {
  const storage = new FolderStorage(folder);
  const { fsyncSync } = fs;
  let flushed = 0;
  t.after(() => {
    fs.fsyncSync = fsyncSync;
    syncBuiltinESMExports();
  });
  fs.fsyncSync = (file) => {
    flushed++;
    fsyncSync(file);
  };
  syncBuiltinESMExports();
  savePeerAddresses(storage, [['192.0.2.1:9000'], ['192.0.2.2:9000']]);
  assert.equal(flushed, 0);
  assert.deepEqual(savedPeerAddresses(storage), ['192.0.2.1:9000', '192.0.2.2:9000']);
  storage.write('peer.key', 'k');
  assert.equal(flushed, 1);
  // As a failure of power may leave it.
  storage.write('acquaintances.json', '');
  assert.deepEqual(savedPeerAddresses(storage), []);
});

test('reading a log does not modify it, since its peer may be writing', () => {
  const path = join(folder, 'b.log');
  new FolderStorage(folder).append('b.log', [Buffer.from('one')]);
  const whole = fs.readFileSync(path);
  fs.writeFileSync(path, Buffer.concat([whole, whole.subarray(0, 9)]));
  const reader = new FolderStorage(folder);
  assert.deepEqual(textOf(reader, 'b.log'), ['one']);
  assert.equal(fs.statSync(path).size, whole.length + 9);
  reader.append('b.log', [Buffer.from('two')]);
  assert.deepEqual(textOf(new FolderStorage(folder), 'b.log'), ['one', 'two']);
});

test('a folder that cannot be made although its parent is there is an error, not an endless loop', {
  skip: process.platform !== 'linux',
}, () => {
  assert.throws(
    () => new FolderStorage('/proc/none/peers/a'),
    /\/proc\/none\/peers\/a cannot be made: ENOENT.*; EYRIE_HOME chooses another place$/,
  );
});

test('the folder of peers is below XDG_DATA_HOME, unless that is relative or empty', () => {
  const standard = join(homedir(), '.local/share/eyrie');
  assert.equal(eyrieHome({ XDG_DATA_HOME: '/srv/data' }), '/srv/data/eyrie');
  assert.equal(eyrieHome({ XDG_DATA_HOME: 'data' }), standard);
  assert.equal(eyrieHome({ XDG_DATA_HOME: '' }), standard);
  assert.equal(eyrieHome({ EYRIE_HOME: 'here', XDG_DATA_HOME: '/srv/data' }), 'here');
});

test('the folder of peers is in the home folder of the user database where HOME is empty', (t) => {
  const kept = process.env.HOME;
  t.after(() => {
    if (kept === undefined) delete process.env.HOME;
    else process.env.HOME = kept;
  });
  process.env.HOME = '';
  assert.equal(eyrieHome({}), join(userInfo().homedir, '.local/share/eyrie'));
});
