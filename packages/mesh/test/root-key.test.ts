// The authority's key on disk during a rotation.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isIssuedBy } from '../src/identity/certificate.ts';
import { enrolRequest, makeEnrolRequest } from '../src/identity/enrolment.ts';
import { newKeyPair } from '../src/identity/keys.ts';
import { sourceOf } from '../src/identity/source.ts';
import { lockSecrets, systemRuntime } from '../src/index.ts';
import { foundMesh, openPeerIn } from '../src/peer/folder.ts';
import { controlMethods } from '../src/peer/methods.ts';
import { FolderStorage } from '../src/peer/storage.ts';
import { decode } from '../src/wire/schema.ts';

const root = mkdtempSync(join(tmpdir(), 'eyrie-root-key-'));
after(() => rmSync(root, { recursive: true, force: true }));
const settings = { id: 'lab-1', host: '127.0.0.1', port: 0, advertise: [], bootstrap: [] };
let folders = 0;

/** A founded mesh, and a function that starts its authority. */
async function founded() {
  const storage = new FolderStorage(join(root, `${++folders}`));
  const runtime = systemRuntime();
  await foundMesh(storage, runtime, 'home', settings, null);
  const start = (passphrase: string | null, from = storage) => {
    const { peer } = openPeerIn(from, { runtime, passphrase });
    const { rotate } = controlMethods(peer, from, { textOf: () => '' }, passphrase, () => {});
    return { authority: peer.authority!, rotate: async () => void (await rotate!({ now: true })) };
  };
  return { storage, start };
}

test('a new root key is encrypted if the old one is now, whatever it was when the peer started', async () => {
  const { storage, start } = await founded();
  const open = start(null);
  lockSecrets(storage, 'correct horse');
  // It was started without a passphrase and has none to encrypt with.
  await assert.rejects(open.rotate(), /restart it with/);
  assert.equal(open.authority.roster.roots.length, 1, 'and nothing was changed');
  await start('correct horse').rotate();
  for (const name of ['authority/root.key', 'authority/next.key'])
    assert.ok(!storage.read(name)!.includes('PRIVATE KEY'), name);
});

test('power failure at any step of a rotation: the key that the list of members names is present', async () => {
  const { storage, start } = await founded();
  const { rotate } = start(null);
  const copies: string[] = [];
  const copied = () => {
    copies.push(join(root, `${++folders}`));
    cpSync(storage.folder, copies.at(-1)!, { recursive: true });
  };
  const write = storage.write.bind(storage);
  storage.write = (...given) => {
    write(...given);
    copied();
  };
  const append = storage.append.bind(storage);
  storage.append = (...given) => {
    append(...given);
    copied();
  };
  await rotate();
  await rotate();
  assert.ok(copies.length >= 4);
  for (const copy of copies) {
    const { authority } = start(null, new FolderStorage(copy));
    const certificate = await authority.issue('lab-2', newKeyPair().publicKey);
    assert.ok(isIssuedBy(certificate, authority.roster.roots.slice(-1)));
  }
});

test('a rotation during an admission leaves a valid list of members', async () => {
  const { start } = await founded();
  const { authority } = start(null);
  const secret = authority.desk.invite('peer', null, 1, 60_000);
  const invitation = { mesh: 'home', root: Buffer.alloc(32), addresses: [], secret };
  const request = decode(enrolRequest, await makeEnrolRequest(newKeyPair(), 'lab-3', invitation));
  // Admissions are batched briefly before they are signed.
  const enrolled = authority.enrol(request, sourceOf('192.0.2.1'));
  while (authority.desk.waiting.length > 0) await null;
  for (let i = 0; i < 5; i++) await authority.rotate(() => {});
  assert.equal((await enrolled).kind, 'admitted');
  assert.ok(authority.roster.approved('lab-3'));
});

test('an authority whose root key is missing says so in its log, its status and to whoever asks for a decision', async () => {
  const { storage } = await founded();
  storage.remove('authority/root.key');
  const said: string[] = [];
  const runtime = systemRuntime((level, message) => said.push(`${level} ${message}`));
  const { peer } = openPeerIn(storage, { runtime });
  const wanted = /holds the authority of the mesh, but authority\/root\.key is missing/;
  assert.match(said.join('\n'), wanted);
  const { status, pending } = controlMethods(peer, storage, { textOf: () => '' }, null, () => {});
  assert.match((status!({}) as { problem: string }).problem, wanted);
  assert.throws(() => pending!({}), wanted);
});
