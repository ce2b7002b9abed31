// `eyrie read` in several processes: what it prints is what one process prints, and no process outlives the first.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { until } from '../../../test/support/until.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const sample = join(import.meta.dirname, '../../../samples/office-hour.pcapng');
const folder = mkdtempSync(join(tmpdir(), 'eyrie-together-'));
const classic = join(folder, 'office-hour.pcap');
/** Records without a byte, after those of the sample: more than can be read while a test lasts, or in a second. */
const ENDLESS = 1e10;
const MANY = 4e6;

const skip = existsSync('/proc/self/stat') ? false : 'looks for processes in /proc';

before(() => execFileSync(process.execPath, [eyrie, 'read', sample, '-w', classic, '-F', 'pcap']));
after(() => rmSync(folder, { recursive: true }));

function read(file: string, processes: number, ...args: string[]) {
  const flags = ['-q', '--processes', String(processes), '--debug', ...args];
  const options = { encoding: 'utf8', maxBuffer: 1 << 26 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [eyrie, 'read', file, ...flags], options);
  const [, by] = /^eyrie: note: read by (.*)\n/m.exec(stderr) ?? [];
  return {
    status,
    stdout,
    by,
    stderr: stderr.replace(/^(eyrie: note: read by|Error|UserError| {4}at ).*\n/gm, ''),
  };
}

const STATISTICS = [
  'io,phs',
  'io,stat,1',
  'conv,eth',
  'conv,ip',
  'conv,ipv6',
  'conv,tcp',
  'conv,udp',
  'endpoints,ip',
  'endpoints,tcp',
  'io,stat,5,tcp.analysis.flags,udp,ip.ttl < 64',
  'conv,ip,tcp.len > 100',
  'io,phs,!arp',
];

test('several processes print the same as one', () => {
  const asked = STATISTICS.flatMap((name) => ['-z', name]);
  for (const [count, format] of [
    [2, []],
    [3, ['--json']],
  ] as const) {
    const one = read(sample, 1, ...asked, ...format);
    assert.equal(one.by, undefined);
    assert.ok(one.stdout.length > 10_000);
    const many = read(sample, count, ...asked, ...format);
    assert.equal(many.by, `${count} processes`);
    assert.deepEqual({ ...many, by: undefined }, one);
  }
});

test('a truncated file is reported once, with the same exit status', () => {
  const cut = join(folder, 'cut.pcap');
  copyFileSync(classic, cut);
  truncateSync(cut, statSync(classic).size - 10);
  const one = read(cut, 1, '-z', 'io,phs');
  const two = read(cut, 2, '-z', 'io,phs');
  assert.equal(one.status, 1);
  assert.match(one.stderr, /cut short/);
  assert.equal(two.by, '2 processes');
  assert.deepEqual({ ...two, by: undefined }, one);
});

test('statistics that cannot be merged are computed by one process', () => {
  for (const args of [
    ['-z', 'expert'],
    ['-z', 'io,phs', '-z', 'expert'],
    ['-z', 'io,phs', '-c', '10'],
    ['-z', 'conv,tcp,tcp.stream < 5'],
  ]) {
    const { status, by } = read(sample, 2, ...args);
    assert.deepEqual({ status, by }, { status: 0, by: undefined }, args.join(' '));
  }
});

test('input that cannot be reopened is read by one process, with the usual errors', () => {
  const flags = ['-q', '-z', 'io,phs', '--processes', '2'];
  const input = readFileSync(sample);
  const piped = spawnSync(process.execPath, [eyrie, 'read', '-', ...flags], { encoding: 'utf8', input });
  assert.deepEqual({ status: piped.status, stderr: piped.stderr }, { status: 0, stderr: '' });
  assert.equal(piped.stdout, read(sample, 1, '-z', 'io,phs').stdout);
  for (const path of [join(folder, 'none.pcap'), folder, import.meta.filename]) {
    const [one, two] = [flags.slice(0, 3), flags].map((each) =>
      spawnSync(process.execPath, [eyrie, 'read', path, ...each], { encoding: 'utf8' }),
    );
    assert.match(two!.stderr, /^eyrie: .*\n$/);
    assert.deepEqual([two!.status, two!.stderr], [one!.status, one!.stderr]);
  }
});

test('an invalid number of processes is refused', () => {
  const { status, stderr } = spawnSync(process.execPath, [eyrie, 'read', sample, '--processes', '0'], {
    encoding: 'utf8',
  });
  assert.equal(status, 2);
  assert.match(stderr, /^eyrie: --processes 0: say how many.*\n$/);
});

/** A capture that goes on and on; `command` begins to read it, and its helpers are there. */
async function begin(t: TestContext, records: number, processes: number) {
  const file = join(folder, `${records}.pcap`);
  copyFileSync(classic, file);
  // A record of pcap begins with 16 bytes, all zero for one without a byte.
  truncateSync(file, statSync(classic).size + records * 16);
  const flags = ['-q', '-z', 'io,phs', '--processes', String(processes), '--debug'];
  const command = spawn(process.execPath, [eyrie, 'read', file, ...flags]);
  t.after(() => command.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  command.stdout.on('data', (chunk) => (output.stdout += chunk));
  command.stderr.on('data', (chunk) => (output.stderr += chunk));
  const helpers = await until('its helpers', () => {
    const found = childrenOf(command);
    return found.length === processes - 1 && found;
  });
  return { file, command, helpers, output };
}

/** Numbers of the processes that a process has started. */
function childrenOf({ pid }: ChildProcess): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
}

/** proc_pid_stat(5): the fourth, behind a name in parentheses; those that have ended are none any more. */
function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? -1 : Number(parent);
  } catch {
    return -1;
  }
}

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';

for (const signal of ['SIGKILL', 'SIGTERM'] as const)
  test(`no helper outlives the first process, ended by ${signal}`, { skip }, async (t) => {
    const { command, helpers } = await begin(t, ENDLESS, 3);
    command.kill(signal);
    await once(command, 'close');
    await until('their end', () => !helpers.some(isAlive));
  });

test('Ctrl-C ends all processes, and prints the results so far', { skip }, async (t) => {
  const { command, helpers, output } = await begin(t, ENDLESS, 3);
  command.kill('SIGINT');
  const [status] = await once(command, 'close');
  assert.equal(status, 130);
  assert.match(output.stdout, /Protocol Hierarchy Statistics/);
  await until('their end', () => !helpers.some(isAlive));
});

test('if a helper fails, the first process reads the whole file', { skip }, async (t) => {
  const { file, command, helpers, output } = await begin(t, MANY, 2);
  process.kill(helpers[0]!, 'SIGKILL');
  const [status] = await once(command, 'close');
  assert.equal(status, 0);
  assert.match(output.stderr, /read by one process: another failed/);
  assert.equal(output.stdout, read(file, 1, '-z', 'io,phs').stdout);
});
