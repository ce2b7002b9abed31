// The parts of the LAN broadcast that need no network: addresses and tasks.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireTool } from '../../../test/support/tools.ts';
import { directedBroadcast, LanSocket } from '../src/lan/socket.ts';
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
