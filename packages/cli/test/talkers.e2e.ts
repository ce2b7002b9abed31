// Two hosts with a router between them: what the pipeline on one sees, both know by name, if its owner wants it so.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADDRESSES, cannotLab, Lab } from '../../../test/support/namespaces.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const root = mkdtempSync(join(tmpdir(), 'eyrie-talkers-'));
const NAME = 'printer.example';
/** A web server that has 20 KB to say, and a client that asks for it again and again by name. */
const SERVER = `require('node:http').createServer((_, to) => to.end(Buffer.alloc(20_000))).listen(80, () => console.error('listens'))`;
const CLIENT = `setInterval(() => require('node:http').get({ host: '${ADDRESSES.b}', headers: { host: '${NAME}' } }, (from) => from.resume()).on('error', () => {}), 200)`;

/** Each host has a home of its own, as machines do. */
function envOf(host: 'a' | 'b', more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const home = join(root, host);
  const folders = {
    EYRIE_HOME: home,
    HOME: home,
    XDG_CONFIG_HOME: '',
    XDG_DATA_HOME: '',
    XDG_RUNTIME_DIR: '',
  };
  return { ...process.env, ...folders, EYRIE_PEER: '', NO_COLOR: '1', ...more };
}

/** Through the control socket, so from outside of the namespaces. */
function fine(host: 'a' | 'b', ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [eyrie, ...args], { env: envOf(host), cwd: root }, (error, out, err) =>
      error === null ? resolve(out) : reject(new Error(`${args.join(' ')}: ${err}`)),
    );
  });
}

function untilSaid(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const take = (chunk: Buffer) => {
      said += chunk;
      if (said.includes(word)) resolve();
    };
    child.stdout?.on('data', take);
    child.stderr!.on('data', take);
    child.once('exit', () => reject(new Error(`it ended: ${said}`)));
  });
}

describe('top talkers in the mesh', { skip: cannotLab() }, () => {
  let lab: Lab;
  before(() => {
    lab = new Lab();
  });
  after(async () => {
    await lab.close();
    rmSync(root, { recursive: true });
  });

  it('are known to every peer, by name and by address', async () => {
    const start = (host: 'a' | 'b', args: string[], word: string, more = {}) =>
      untilSaid(lab.spawn(host, [process.execPath, eyrie, ...args], envOf(host, more)), word);
    const where = (host: 'a' | 'b') => ['--advertise', `${ADDRESSES[host]}:5001`, '--port', '5001'];
    await fine('a', 'mesh', 'init', 'lab', '--name', 'a', ...where('a'));
    await start('a', ['coordinator'], 'Coordinator started');
    const token = (await fine('a', 'mesh', 'invite')).trim();
    await start('b', ['mesh', 'join', token, '--name', 'b', ...where('b')], 'is in mesh');
    await start('b', ['peer'], 'peer started');
    await untilSaid(lab.spawn('b', [process.execPath, '-e', SERVER], process.env), 'listens');
    lab.spawn('a', [process.execPath, '-e', CLIENT], process.env);
    const up = ['up', '-i', 'eth0', '--port', '0', '--store', `duckdb:${join(root, 'talkers.duckdb')}`];
    await start('a', up, 'captures on', { EYRIE_PEER_SHARE_TALKERS: 'true' });
    let shown = '';
    for (const end = Date.now() + 180_000; Date.now() < end && !shown.includes(NAME); await sleep(500))
      shown = await fine('b', 'mesh', 'top');
    assert.match(shown, /Most traffic: printer\.example [\d.]+ kB\/s/);
    const top = JSON.parse(await fine('b', 'mesh', 'top', '--json'));
    assert.deepEqual(top.peers.map(({ id }: { id: string }) => id).sort(), ['a', 'b']);
    assert.ok(top.talkers.names.items.some(({ name }: { name: string }) => name === NAME));
    const look = `fetch('http://127.0.0.1:5001/mesh/view').then((from) => from.text()).then(console.log)`;
    const view = lab.exec('a', process.execPath, '-e', look);
    const { talkers } = JSON.parse(view) as {
      talkers: { peers: number; addresses: { items: { name: string; rate: number }[] } };
    };
    assert.equal(talkers.peers, 1);
    const told = talkers.addresses.items.map(({ name }) => name);
    assert.ok(told.includes(ADDRESSES.a) && told.includes(ADDRESSES.b), told.join(' '));
  });
});
