// `eyrie doctor` on a home of its own: what is wrong is named, with what to do, and shows in the exit status.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Finding } from '../src/doctor/check.ts';
import { leaf } from '../src/doctor/checks/certificates.ts';
import { judged, unkept } from '../src/doctor/checks/clock.ts';
import { room } from '../src/doctor/checks/folders.ts';
import { node } from '../src/doctor/checks/runtime.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const home = mkdtempSync(join(tmpdir(), 'eyrie-doctor-'));
const env = {
  ...process.env,
  HOME: home,
  EYRIE_HOME: join(home, 'eyrie'),
  XDG_CONFIG_HOME: join(home, 'config'),
};
let taken: Server;

function run(
  args: string[],
  more: NodeJS.ProcessEnv = {},
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [eyrie, ...args], { env: { ...env, ...more } }, (error, stdout, stderr) => {
      done({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

async function findings(
  more: NodeJS.ProcessEnv,
): Promise<{ status: number; of: (check: string) => Finding }> {
  const { status, stdout } = await run(['doctor', '--json'], more);
  const all: Finding[] = JSON.parse(stdout).findings;
  return { status, of: (check) => all.find((each) => each.check === check)! };
}

before(async () => {
  taken = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => taken.once('listening', done));
  const { status, stderr } = await run([
    'mesh',
    'init',
    'home',
    '--name',
    'one',
    '--port',
    '0',
    '--host',
    '127.0.0.1',
  ]);
  assert.equal(status, 0, stderr);
});

after(() => {
  taken.close();
  rmSync(home, { recursive: true, force: true });
});

describe('eyrie doctor', () => {
  test('a taken port and keys that others can read are wrong, each with what to do', {
    skip: process.platform === 'win32',
  }, async () => {
    const { port } = taken.address() as AddressInfo;
    chmodSync(join(home, 'eyrie/peers/one/peer.key'), 0o644);
    const { status, of } = await findings({ EYRIE_UI_PORT: String(port) });
    assert.equal(status, 1);
    const ui = of(`port ${port} (ui)`);
    assert.deepEqual([ui.state, ui.found], ['wrong', 'is taken by another program']);
    assert.match(ui.advice, /EYRIE_UI_PORT/);
    assert.equal(of('keys of peer one').state, 'wrong');
    assert.match(of('keys of peer one').advice, /^chmod -R go= /);
    assert.match(of('certificate of peer one').found, /^good for 2[34]/);
    assert.equal(of('root that peer one trusts').state, 'ok');
    chmodSync(join(home, 'eyrie/peers/one/peer.key'), 0o600);
    assert.equal((await findings({})).of('keys of peer one').state, 'ok');
  });

  test('a wrong configuration is one of the findings, and the rest is looked at all the same', async () => {
    const path = join(home, 'eyrie.toml');
    writeFileSync(path, '[ui]\nport = 70000\n');
    const { status, stdout } = await run(['doctor', '--config', path]);
    assert.equal(status, 1);
    assert.match(
      stdout,
      /^wrong {2}configuration .*ui\.port: 70000: must be a whole number from 0 to 65535\n.*→ eyrie config/m,
    );
    assert.match(stdout, /^ok .*port 5000 \(ui\)|port 5000 \(ui\) .*is taken/m);
    assert.match(stdout, /\n\d+ ok, \d+ to look at, [1-9]\d* wrong\n$/);
    // Where it is found without being named, the defaults must not be looked for there again.
    mkdirSync(join(home, '.config/eyrie'), { recursive: true });
    const found = join(home, '.config/eyrie/eyrie.toml');
    writeFileSync(found, '[ui\n');
    const usual = await run(['doctor'], { HOME: home, XDG_CONFIG_HOME: '' });
    rmSync(found);
    assert.match(usual.stdout, /^wrong {2}configuration .*eyrie\.toml:1:/m, usual.stderr);
  });

  test('a peer whose settings cannot be read is a finding, and the rest is looked at all the same', async () => {
    const path = join(home, 'eyrie/peers/one/settings.json');
    const before = readFileSync(path);
    writeFileSync(path, '{');
    const { status, of } = await findings({});
    writeFileSync(path, before);
    assert.equal(status, 1);
    assert.equal(of('certificate of peer one').state, 'wrong');
    assert.equal(of('DuckDB').state, 'ok');
  });

  test('each judgement, at its bounds', () => {
    assert.equal(node('22.1.0').state, 'wrong');
    assert.equal(node('24.0.0').state, 'ok');
    assert.deepEqual(
      [null, 0.1, -0.6, 3600].map((offset) => judged(offset).state),
      ['warn', 'ok', 'warn', 'wrong'],
    );
    const rooms = [
      [5e9, 2e9],
      [5e9, 6e9],
      [1e9, 0],
      [5e7, 0],
    ].map(([free, wanted]) => room('', '', free!, wanted!, '').state);
    assert.deepEqual(rooms, ['ok', 'warn', 'warn', 'wrong']);
    const pem = readFileSync(join(home, 'eyrie/peers/one/peer.crt'));
    const hours = (count: number) => leaf('one', pem, Date.now() + count * 3_600_000).state;
    assert.deepEqual([hours(-48), hours(0), hours(20), hours(30)], ['wrong', 'ok', 'warn', 'warn']);
    const advice = (isInstalled: boolean, text: string | null): string =>
      unkept({ isInstalled, text }, 'compare it').advice;
    assert.match(advice(false, null), /^install chrony/);
    assert.match(advice(true, null), /^systemctl enable --now chronyd/);
    assert.match(advice(true, '00000000,,0'), /chronyc sources/);
  });
});
