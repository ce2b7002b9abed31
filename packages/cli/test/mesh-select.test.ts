// Whom a command means that names no peer: never one of another mesh.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FolderStorage, foundMesh, peerFolder, systemRuntime } from '@eyrie/mesh';
import { UserError } from '../src/errors.ts';
import { bestInformed, selectAny, selectAuthority, selectPeer } from '../src/mesh/select.ts';

describe('without --peer', () => {
  const kept = { EYRIE_HOME: process.env.EYRIE_HOME, EYRIE_PEER: process.env.EYRIE_PEER };
  let home: string;
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'eyrie-select-'));
    process.env.EYRIE_HOME = home;
    delete process.env.EYRIE_PEER;
  });
  after(() => {
    for (const [name, value] of Object.entries(kept))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    rmSync(home, { recursive: true });
  });

  const found = (id: string, hasAuthority: boolean): void => {
    const folder = peerFolder(home, id);
    const settings = { id, host: '127.0.0.1', port: 0, advertise: [], bootstrap: [] };
    foundMesh(new FolderStorage(folder), systemRuntime(), 'home', settings, null);
    if (!hasAuthority) rmSync(join(folder, 'authority'), { recursive: true });
  };

  it('names no peer to choose for what only the authority does, where none holds it', () => {
    for (const id of ['one', 'two']) found(id, false);
    assert.throws(() => selectAuthority(undefined), {
      exitCode: 1,
      message: 'no peer here holds the authority: run this where the mesh was founded',
    });
    for (const id of ['one', 'two']) rmSync(peerFolder(home, id), { recursive: true });
  });

  it('asks the peer with the authority before one that may have been revoked', () => {
    found('early', false);
    found('late', true);
    assert.equal(bestInformed(['early', 'late']), 'late');
    assert.equal(bestInformed(['early']), 'early');
    for (const id of ['early', 'late']) rmSync(peerFolder(home, id), { recursive: true });
  });

  it('selects the peer with the authority, unless there is a peer of another mesh, even of the same name', async () => {
    found('alpha', true);
    mkdirSync(peerFolder(home, 'waiting'));
    assert.equal(selectAuthority(undefined), 'alpha');
    assert.equal(selectPeer(undefined), 'alpha');
    found('other', false);
    assert.throws(() => selectAuthority(undefined), /more peers here: name one with --peer/);
    assert.equal(selectAuthority('alpha'), 'alpha');
    await assert.rejects(selectAny(undefined), UserError);
  });
});
