// One master and four nodes, each in a network namespace of its own, on one switch that loses every tenth datagram.

import assert from 'node:assert/strict';
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cannotSwitch, Switch } from '../../../test/support/switch.ts';
import { hasTool, requireTool } from '../../../test/support/tools.ts';
import { until } from '../../../test/support/until.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const home = mkdtempSync(join(tmpdir(), 'eyrie-lan-'));
const hosts = ['master', 'one', 'two', 'three', 'four'];
const children: ChildProcess[] = [];
const env = { ...process.env, EYRIE_HOME: home, EYRIE_PEER: '', NO_COLOR: '1' };

const skip = cannotSwitch();
let network: Switch;

function makeNetwork(): void {
  network = new Switch(hosts);
  network.address('10.77.0');
  if (!hasTool('nft')) return;
  const rules = `add table inet l; add chain inet l i { type filter hook input priority 0; }; add rule inet l i udp sport 1-65535 numgen random mod 100 < 10 drop`;
  for (const host of hosts) execFileSync('ip', network.on(host, 'nft', rules), { stdio: 'pipe' });
}

function run(args: string[], host?: string): Promise<{ status: number; out: string; err: string }> {
  const command = [process.execPath, eyrie, ...args];
  const [file, ...rest] = host === undefined ? command : ['ip', ...network.on(host, ...command)];
  return new Promise((resolve) => {
    execFile(file!, rest, { env }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

async function fine(line: string): Promise<void> {
  const { status, err } = await run(line.split(' '));
  assert.equal(status, 0, `${line}: ${err}`);
}

function listen(host: string, ...args: string[]): Promise<{ output: () => string }> {
  const command = network.on(host, process.execPath, eyrie, 'node', '--peer', host, '--multicast', ...args);
  const child = spawn('ip', command, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on(
      'data',
      (chunk) => String(chunk).includes('Listening') && resolve({ output: () => output }),
    );
    child.once('exit', () => reject(new Error(`the node ${host} ended: ${output}`)));
  });
}

after(async () => {
  for (const child of children) child.kill('SIGTERM');
  await run(['mesh', 'stop']);
  network?.close();
  rmSync(home, { recursive: true, force: true });
});

test('a node that cannot capture on its interface says so at its start, in one line', {
  skip: requireTool('tcpdump'),
}, async () => {
  const { status, out, err } = await run(['node', '--plain', '--port', '12399', '--capture', 'nosuch0']);
  assert.equal(status, 2, err);
  assert.equal(out, '');
  assert.match(err, /^eyrie: --capture nosuch0: no such interface; there are .*lo.*\n$/);
});

test('a master and four nodes with 10 % loss: all receive the message, and run its task', {
  skip,
}, async () => {
  await fine('mesh init lan --name master --port 0 --host 127.0.0.1');
  await fine('mesh start');
  for (const host of hosts.slice(1)) await fine(`mesh create ${host} --peer master --host 127.0.0.1`);
  // Once, so that each has the key of the group.
  await fine('mesh start');
  await until('all are alive', async () => {
    const { out } = await run(['mesh', 'members', '--json', '--peer', 'master']);
    return (JSON.parse(out) as { status: string }[]).every(({ status }) => status === 'alive');
  });
  await fine('mesh stop');
  makeNetwork();
  const alone = await run(['master', 'Hello?', '--peer', 'master'], 'master');
  assert.match(alone.out, /^No node answered\. Each runs ".*eyrie node", and lets UDP port 12345 in\.$/m);
  assert.equal(alone.status, 1);
  const nodes = await Promise.all(
    hosts.slice(1).map((host) => listen(host, '--plain', '--task', 'who=echo it is me')),
  );

  const hello = await run(['master', 'Hello, Nodes!', '--peer', 'master'], 'master');
  assert.match(hello.out, /4 of 4 nodes\n$/, hello.err);
  assert.equal(hello.status, 0);
  for (const node of nodes) assert.match(node.output(), /^master: Hello, Nodes!$/m);

  const multicast = await run(['master', 'by multicast', '--multicast', '--peer', 'master'], 'master');
  assert.match(multicast.out, /4 of 4 nodes\n$/);

  const task = await run(['master', 'ignored', '--task', 'who', '--peer', 'master'], 'master');
  for (const host of hosts.slice(1)) assert.match(task.out, new RegExp(`^${host}: it is me$`, 'm'));
  assert.equal(task.status, 0, task.err);
  for (const node of nodes)
    assert.match(node.output(), /^task who for master started\ntask who for master done$/m);
  const log = readFileSync(join(home, 'logs/node_one.log'), 'utf8');
  assert.match(log, /"LAN message","from":"master","topic":"broadcast","text":"Hello, Nodes!"/);
  assert.match(log, /"task done","task":"who","from":"master"/);
  const unknown = await run(['master', 'ignored', '--task', 'nonsense', '--peer', 'master'], 'master');
  assert.match(unknown.out, /one failed: no such task; there are echo, report, who/);
  assert.match(unknown.out, /4 of 4 nodes; the task failed at /);
  assert.equal(unknown.status, 1);

  for (let i = 0; i < 5; i++) await run(['master', 'plain text', '--plain'], 'master');
  await until('all have the plain text', () =>
    nodes.every((node) => /\(plain\): plain text$/m.test(node.output())),
  );
});
