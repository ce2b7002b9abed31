// What a coordinator answers over HTTP, to whom, on the port of its links: a peer alone, over real sockets.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FolderStorage, foundMesh, type RunningPeer, runPeer, systemRuntime } from '@eyrie/mesh';
import { type Coordinator, startCoordinator } from '../src/coordinator/index.ts';
import { metricsText } from '../src/coordinator/metrics.ts';

const folder = mkdtempSync(join(tmpdir(), 'eyrie-coordinator-'));
const TOKEN = 'a-token-for-tests';
const logged: string[] = [];
let running: RunningPeer;
let port = 0;

before(async () => {
  const runtime = systemRuntime((_level, message) => logged.push(message));
  const settings = { id: 'boss', host: '0.0.0.0', port: 0, advertise: [], bootstrap: [] };
  foundMesh(new FolderStorage(folder), runtime, 'home', settings, null);
  let coordinator: Coordinator | null = null;
  running = await runPeer({
    runtime,
    folder,
    companions: [(peer) => (coordinator = startCoordinator(peer, { log: runtime.log, token: TOKEN }))],
    onPlain: (socket: Socket) => coordinator?.takeSocket(socket),
  });
  port = Number(running.peer.addresses[0]!.split(':').at(-1));
});

after(async () => {
  await running.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('routes, errors and their codes', async () => {
  const url = `http://127.0.0.1:${port}`;
  running.peer.skyeye.report({ 'cpu.used': 25, 'cpu.free': 75 });
  const status = async (path: string, headers = {}) => (await fetch(url + path, { headers })).status;
  assert.equal(await status('/healthz'), 200);
  assert.equal(await status('/mesh/view'), 200);
  assert.equal(await status('/mesh/peers'), 200);
  assert.equal(await status('/mesh/peers/boss'), 200);
  assert.equal(await status('/mesh/peers/nobody'), 404);
  assert.equal(await status('/mesh/query'), 400);
  assert.equal(await status('/mesh/query?q=count'), 200);
  assert.equal(await status('/mesh/nothing'), 404);
  assert.equal(await status('/mesh/view', { origin: 'http://elsewhere.example' }), 403);
  const wrong = (await (await fetch(`${url}/mesh/query?q=p95`)).json()) as {
    error: { code: string; at: number };
  };
  assert.equal(wrong.error.code, 'bad_query');
  assert.equal(wrong.error.at, 3);
});

test('requests from other hosts need the token', async (t) => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((each) => each !== undefined && !each.internal && each.family === 'IPv4');
  if (outside === undefined) return t.skip('this machine has no address but loopback');
  const url = `http://${outside.address}:${port}/mesh/view`;
  assert.equal((await fetch(url)).status, 401);
  assert.equal((await fetch(url, { headers: { authorization: 'Bearer wrong wrong' } })).status, 401);
  assert.equal((await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } })).status, 200);
});

test('hundreds of silent connections and malformed input do not block others', async () => {
  const silent = Array.from({ length: 400 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
  for (const socket of silent) socket.destroy();
  const noise = connect(port, '127.0.0.1').on('error', () => {});
  noise.write(Buffer.from([0, 255, 1, 2, 3]));
  noise.end('\r\n\r\n').resume();
  await new Promise((resolve) => noise.once('close', resolve));
  assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
});

test('metrics before the first view', () => {
  const text = metricsText(null, { queries_answered: 3 });
  assert.equal(
    text,
    '# HELP eyrie_mesh_queries_answered_total queries answered, since the start\n# TYPE eyrie_mesh_queries_answered_total counter\neyrie_mesh_queries_answered_total 3\n',
  );
});
