// Emulations of real peers in network namespaces and in threads, and their cleanup.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireTool } from '../../../test/support/tools.ts';
import { until } from '../../../test/support/until.ts';
import { PREFIX } from '../src/emulate/plan.ts';
import type { EmulateReport } from '../src/index.ts';

const eyrie = join(import.meta.dirname, '../../cli/bin/eyrie.js');
const skip = process.getuid?.() !== 0 ? 'needs root, for network namespaces' : requireTool('ip');

function start(...args: string[]) {
  const child = spawn(process.execPath, [eyrie, 'emulate', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A run that never ends fails its test, and does not block others.
    timeout: 300_000,
    killSignal: 'SIGKILL',
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<{ status: number | null; out: string; err: string }>((resolve) =>
    child.once('close', (status) => resolve({ status, out, err })),
  );
  return { child, ended, err: () => err };
}

test('a duration that is too short to measure is refused in one line', async () => {
  for (const option of ['--for', '--interval']) {
    const { status, err } = await start('--peers', '2', option, '0').ended;
    assert.equal(status, 2, err);
    assert.match(err, new RegExp(`^eyrie: ${option} 0: .* at least.*\n$`));
  }
});

test('--threads with namespaces is refused in one line', async () => {
  const { status, err } = await start('--hosts', '2', '--threads', '2').ended;
  assert.equal(status, 2, err);
  assert.match(err, /^eyrie: --threads is for loopback: .*\n$/);
});

const namespacesOf = (pid: number) =>
  spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' })
    .stdout.split('\n')
    .map((line) => line.split(' ')[0]!)
    .filter((name) => name.startsWith(`${PREFIX}${pid}-`));

test('in namespaces all peers know each other, departures are noticed, and the namespaces are removed', {
  skip,
}, async () => {
  const run = start(
    ...'--peers 10 --hosts 4 --churn 600%/min --interval 1s --delay 2ms --loss 1% --for 7s --seed 7 --json'.split(
      ' ',
    ),
  );
  const { status, out, err } = await run.ended;
  assert.equal(status, 0, err);
  const report: EmulateReport = JSON.parse(out);
  assert.notEqual(report.convergedS, null);
  assert.notEqual(report.viewedS, null);
  assert.notEqual(report.settledS, null);
  assert.ok(report.queries.ms.count > 20);
  assert.ok(report.queries.success > 0.8, JSON.stringify(report.queries));
  assert.ok(report.messages.ms.count > 0);
  assert.ok(report.gone.count > 0, 'at this rate some must have gone');
  assert.deepEqual(namespacesOf(run.child.pid!), []);
});

test('on loopback threads share the peers, without root', async () => {
  const run = start(...'--peers 9 --threads 2 --interval 1s --for 3s --json'.split(' '));
  const { status, out, err } = await run.ended;
  assert.equal(status, 0, err);
  const report: EmulateReport = JSON.parse(out);
  assert.equal(report.settings.threads, 2);
  assert.notEqual(report.viewedS, null);
  assert.ok(report.messages.ms.count > 0);
});

test('Ctrl-C ends threads while peers join', {
  skip: existsSync('/proc/self/fd') ? false : 'looks in /proc for open sockets',
}, async () => {
  const run = start(...'--peers 500 --threads 2'.split(' '));
  await until('peers that join', () => readdirSync(`/proc/${run.child.pid}/fd`).length > 100);
  run.child.kill('SIGINT');
  const { status, err } = await run.ended;
  assert.equal(status, 130, err);
});

/** Until its hosts are there, and their peers join. */
async function isUnderWay(run: ReturnType<typeof start>): Promise<void> {
  const hosts = () => namespacesOf(run.child.pid!).filter((line) => /-h\d/.test(line));
  const isIn = (host: string) => spawnSync('ip', ['netns', 'pids', host]).stdout.length > 0;
  await until(run.err, () => hosts().filter(isIn).length === 2);
}

test('if it is killed, its hosts end, and --clean removes the namespaces', {
  skip,
}, async () => {
  const run = start(...'--peers 4 --hosts 2 --for 60s'.split(' '));
  await isUnderWay(run);
  run.child.kill('SIGKILL');
  await run.ended;
  const cleaned = await start('--clean').ended;
  assert.match(cleaned.out, /^Removed \d+ namespaces/, cleaned.err);
  assert.deepEqual(namespacesOf(run.child.pid!), []);
});

test('Ctrl-C ends it and removes everything', { skip }, async () => {
  const run = start(...'--peers 4 --hosts 2 --for 60s --json'.split(' '));
  await isUnderWay(run);
  run.child.kill('SIGINT');
  const { status, err } = await run.ended;
  assert.equal(status, 130, err);
  assert.deepEqual(namespacesOf(run.child.pid!), []);
});
