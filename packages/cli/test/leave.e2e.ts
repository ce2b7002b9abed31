// Leaving a mesh for good, from the command line: real processes, as a user types them.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const home = mkdtempSync(join(tmpdir(), 'eyrie-cli-leave-'));

interface Result {
  status: number;
  out: string;
  err: string;
}

function run(line: string): Promise<Result> {
  return new Promise((resolve) => {
    const env = { ...process.env, EYRIE_HOME: home, NO_COLOR: '1', EYRIE_PEER: '' };
    execFile(process.execPath, [eyrie, ...line.split(' ')], { env }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

async function fine(line: string): Promise<string> {
  const { status, out, err } = await run(line);
  assert.equal(status, 0, `${line}: ${err}`);
  return out;
}

before(async () => {
  await fine('mesh init home --name alpha --port 0 --host 127.0.0.1');
  await fine('mesh start alpha');
});

after(async () => {
  await run('mesh stop');
  rmSync(home, { recursive: true, force: true });
});

test('a peer that leaves for good is revoked, and its folder set aside; its name is free for another', async () => {
  await fine('mesh create delta --host 127.0.0.1');
  await fine('mesh start delta');
  await fine('send delta --peer alpha --wait 20s keep this');
  const left = await fine('mesh leave delta');
  assert.match(left, /^delta has left mesh home: its key is revoked, and its name is free\.$/m);
  assert.ok(left.endsWith(`Its messages and files are in ${join(home, 'left/delta')}\n`), left);
  assert.ok(existsSync(join(home, 'left/delta/inbox.log')));
  assert.match(await fine('mesh members'), /delta +peer +revoked .* left for good/);
  assert.doesNotMatch(await fine('mesh list'), /delta/);
  await fine('mesh create delta --host 127.0.0.1');
  assert.match(await fine('mesh members'), /delta +peer +never seen/);
});

test('a peer that does not run is started in order to leave, and --delete removes its folder', async () => {
  const said = await fine('mesh leave delta --delete');
  assert.match(said, /delta is started.*delta is stopped.*delta has left mesh home.*\n$/s);
  assert.ok(!existsSync(join(home, 'peers/delta')));
});

test('a peer that was removed by the authority may leave all the same; the authority itself may not', async () => {
  await fine('mesh create delta --host 127.0.0.1');
  await fine('mesh start delta');
  assert.match(await fine('mesh remove delta --peer alpha'), /^delta is revoked/);
  await fine('mesh leave delta --delete');
  const { status, err } = await run('mesh leave alpha');
  assert.equal(status, 1);
  assert.match(err, /^eyrie: alpha holds the authority, .* to end the mesh, eyrie mesh stop alpha and rm -r/);
});

test('a peer that cannot reach the authority stays a member, unless it is forced to go', async () => {
  await fine('mesh create delta --host 127.0.0.1');
  await fine('mesh start delta');
  await fine('send alpha --peer delta --wait 20s hello');
  await fine('mesh stop');
  const { status, err } = await run('mesh leave delta');
  assert.equal(status, 1);
  assert.match(
    err,
    /^eyrie: delta: the authority, alpha, has not agreed: .*; with --force it leaves without that/,
  );
  assert.match(await fine('mesh list'), /delta +stopped/);
  const forced = await run('mesh leave delta --force --delete');
  assert.equal(forced.status, 0, forced.err);
  assert.match(forced.err, /it stays a member until an administrator runs "eyrie mesh revoke delta"/);
  assert.ok(!existsSync(join(home, 'peers/delta')));
});
