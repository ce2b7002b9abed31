// The parts of the LAN broadcast that need no network: addresses and tasks.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireTool } from '../../../test/support/tools.ts';
import { directedBroadcast, LanSocket } from '../src/lan/socket.ts';
import { sendPlain } from '../src/master/index.ts';
import { Copies } from '../src/node/copies.ts';
import { runNode } from '../src/node/node.ts';
import { tasksOf } from '../src/node/tasks.ts';

test('the directed broadcast follows the real netmask', () => {
  const of = (address: string, netmask: string) => directedBroadcast({ address, netmask });
  assert.equal(of('192.168.1.77', '255.255.255.0'), '192.168.1.255');
  assert.equal(of('10.1.2.3', '255.255.252.0'), '10.1.3.255');
  assert.equal(of('172.16.5.6', '255.255.255.240'), '172.16.5.15');
  assert.equal(of('127.0.0.1', '255.0.0.0'), '127.255.255.255');
});

test('what came from no port is not answered, and ends nothing', async () => {
  const problems: string[] = [];
  const lan = await LanSocket.open({
    port: 0,
    isListening: false,
    multicast: false,
    onDatagram: () => {},
    onProblem: (message) => problems.push(message),
  });
  lan.transmit(Buffer.from('word'), '127.0.0.1:0');
  await lan.close();
  assert.deepEqual(problems, []);
});

test('a plain message to the same host, which arrives by each of its networks, is shown once', async () => {
  const texts: string[] = [];
  const port = 40_000 + (process.pid % 20_000);
  const node = await runNode({
    ...{ port, multicast: false, standing: null, storage: null, plain: true, tasks: new Map() },
    onText: (_from, text) => texts.push(text),
    onTask: () => {},
    log: () => {},
  });
  try {
    for (const text of ['once', 'again', 'again']) await sendPlain(port, false, text, () => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(texts, ['once', 'again', 'again']);
  } finally {
    await node.stop();
  }
});

test('copies: by other addresses of this host only; what is said again, or elsewhere, or later, is new', () => {
  let nowMs = 0;
  const copies = new Copies(
    () => nowMs,
    (address) => address !== '10.0.0.9',
  );
  const has = (text: string, address: string, port = 5000) => copies.has(Buffer.from(text), address, port);
  assert.equal(has('hi', '127.0.0.1'), false);
  assert.equal(has('hi', '10.0.0.1'), true);
  assert.equal(has('hi', '10.0.0.1'), false, 'said again');
  assert.equal(has('hi', '127.0.0.1'), true);
  assert.equal(has('hi', '127.0.0.1', 5001), false, 'another program');
  assert.equal(has('ho', '10.0.0.1'), false, 'another text');
  assert.deepEqual([has('hi', '10.0.0.9'), has('hi', '10.0.0.9')], [false, false], 'another host');
  nowMs = 1_500;
  assert.equal(has('hi', '10.0.0.1'), false, 'later');
  for (let i = 0; i < 1_000; i++) has(`text ${i}`, '127.0.0.1');
  assert.equal(has('text 999', '10.0.0.1'), true, 'the newest are remembered');
  assert.equal(has('text 0', '10.0.0.1'), false, 'the oldest are not');
});

test('tasks: those that come along, and those of the operator', async () => {
  const tasks = tasksOf({ commands: ['hello=echo from the shell', 'fails=exit 3'], capture: null });
  assert.deepEqual([...tasks.keys()], ['echo', 'report', 'hello', 'fails']);
  assert.equal(await tasks.get('echo')!('text'), 'text');
  assert.equal(typeof JSON.parse(await tasks.get('report')!('')).host, 'string');
  assert.throws(() => tasksOf({ commands: ['rm -rf /'], capture: null }), /write NAME=COMMAND/);
  await assert.rejects(
    tasksOf({ commands: [], capture: { interface: 'lo', folder: '.' } }).get('capture')!('9999'),
    /up to 300/,
  );
});

test('tasks: a capture that cannot begin fails with what tcpdump says', {
  skip: requireTool('tcpdump'),
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-tasks-'));
  try {
    const capture = tasksOf({ commands: [], capture: { interface: 'nosuch0', folder } }).get('capture')!;
    await assert.rejects(capture('1'), /No such device/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('tasks: a text of a message never reaches the shell', {
  skip: process.platform === 'win32' && 'needs sh',
}, async () => {
  const tasks = tasksOf({ commands: ['hello=echo from the shell', 'fails=exit 3'], capture: null });
  assert.equal(await tasks.get('hello')!('; touch /tmp/never'), 'from the shell');
  await assert.rejects(tasks.get('fails')!(''), /status 3/);
});
