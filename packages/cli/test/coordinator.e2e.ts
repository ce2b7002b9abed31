// A coordinator and three peers as processes: what its log says, what it answers, and what happens when one is killed.

import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { until as untilFound } from '../../../test/support/until.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const home = mkdtempSync(join(tmpdir(), 'eyrie-coordinator-'));
const environment = { ...process.env, EYRIE_HOME: home, NO_COLOR: '1', EYRIE_PEER: '' };
const children: ChildProcess[] = [];
const PEERS = ['test_peer_1', 'test_peer_2', 'test_peer_3'];

function run(...words: string[]): Promise<{ status: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [eyrie, ...words], { env: environment }, (error, out, err) =>
      resolve({ status: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

async function fine(...words: string[]): Promise<string> {
  const { status, out, err } = await run(...words);
  assert.equal(status, 0, `${words.join(' ')}: ${err}`);
  return out;
}

function start(...words: string[]): ChildProcess {
  const child = spawn(process.execPath, [eyrie, ...words, '--quiet'], { env: environment, stdio: 'ignore' });
  children.push(child);
  return child;
}

const log = (name: string): string => {
  try {
    return readFileSync(join(home, 'logs', name), 'utf8');
  } catch {
    return '';
  }
};

const until = <T>(what: string, look: () => T | Promise<T>) =>
  untilFound(() => `${what}\n${log('coordinator.log').slice(-2000)}`, look);

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
const get = async (url: string): Promise<any> => (await fetch(url)).json();

after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

test('a coordinator and three peers', async () => {
  await fine('mesh', 'init', 'home', '--name', 'boss', '--port', '0', '--host', '127.0.0.1');
  const again = await run('mesh', 'init', 'home', '--name', 'second');
  assert.equal(again.status, 1);
  assert.match(again.err, /boss is in a mesh home already: eyrie mesh create NAME/);
  start('coordinator', 'boss', '--interval', '0.5');
  const started = await until('the coordinator starts', () =>
    /Coordinator started on (127\.0\.0\.1:\d+)/.exec(log('coordinator.log')),
  );
  const url = `http://${started[1]}`;
  for (const id of PEERS) await fine('mesh', 'create', id, '--peer', 'boss', '--host', '127.0.0.1');
  const processes = PEERS.map((id) => start('peer', id, '--interval', '0.5'));
  for (const id of PEERS)
    await until(`${id} in the log`, () =>
      log('coordinator.log').includes(`"Updated attributes for peer ${id}"`),
    );
  for (const id of PEERS)
    await until(`${id} says where its attributes go`, () =>
      /"Attributes (sent to|kept)/.test(log(`peer_${id}.log`)),
    );

  const view = await until('all in the view', async () => {
    const answer = await get(`${url}/mesh/view`);
    return answer.peers === 4 && answer.attributes['cpu.used']?.count === 4 ? answer : null;
  });
  assert.equal(view.complete, 1);
  assert.ok(view.attributes['memory.total'].min > 0);
  const tree = await get(`${url}/mesh/tree`);
  assert.equal(JSON.stringify(tree).match(/"id"/g)!.length, 4);

  const query = (text: string) => `${url}/mesh/query?q=${encodeURIComponent(text)}`;
  // Whoever answers from a copy of the root's readings may be half a second behind, and says how complete it is.
  const answer = await until('all in an answer', async () => {
    const now = await get(query('2 peers where memory.free > 1MB order by cpu.free'));
    return now.complete === 1 ? now : null;
  });
  assert.equal(answer.peers.length, 2);
  assert.equal(answer.matched, 4);
  assert.equal(answer.problem, null);
  const { error } = await get(query('2 peers where cpu.free > 20GB'));
  assert.equal(error.at, 25);
  assert.match(error.expected, /50%/);

  const table = await fine('query', '--peer', 'test_peer_2', 'count, avg(cpu.used) by role');
  assert.match(table, /^GROUP +COUNT +AVG\(CPU\.USED\)\nauthority +1 +[\d.]+%\npeer +3 +[\d.]+%\n$/);
  const json = JSON.parse(
    await fine('query', '--json', '--peer', 'test_peer_1', 'peers where id = test_peer_*'),
  );
  assert.equal(json.matched, 3);
  const wrong = await run('query', '--peer', 'test_peer_1', 'peers where colour = 5');
  assert.equal(wrong.status, 2);
  assert.match(wrong.err, /at 13: an attribute .*\n {2}peers where colour = 5\n {14}\^/);

  const one = await get(`${url}/mesh/peers/test_peer_3`);
  assert.equal(one.status, 'alive');
  assert.ok(one.history.timesMs.length >= 1);
  assert.ok(one.history.details.storage.length >= 1);
  assert.equal((await fetch(`${url}/mesh/peers/nobody`)).status, 404);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /^eyrie_mesh_peers 4$/m);
  assert.match(metrics, /^eyrie_mesh_attribute\{attribute="cpu.used",stat="mean"\} [\d.]+$/m);
  assert.equal((await get(`${url}/healthz`)).ok, true);

  processes[1]!.kill('SIGKILL');
  await until('its death in the log', () =>
    log('coordinator.log').includes('"Peer test_peer_2 disconnected due to timeout"'),
  );
  await until('its death in the view', async () => {
    const now = await get(`${url}/mesh/view`);
    return now.peers === 3 && now.alive === 3;
  });
  const after = JSON.parse(
    await fine('query', '--json', '--peer', 'test_peer_1', 'peers where id = test_peer_*'),
  );
  assert.equal(after.matched, 2);
  assert.match(log('coordinator.log'), /"Query answered for /);
});
