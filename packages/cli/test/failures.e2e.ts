// What a command says, and leaves behind, when the machine refuses: an address that is none of its own, a port that is taken, a
// disk without room.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const sample = join(import.meta.dirname, '../../../samples/office-hour.pcapng');

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'eyrie-failures-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function call(
  home: string,
  args: readonly string[],
  { stdout = 'pipe' as 'pipe' | number, fileBlocks = 0 } = {},
) {
  const options = {
    encoding: 'utf8' as const,
    cwd: home,
    timeout: 20_000,
    stdio: ['ignore', stdout, 'pipe'] as ('ignore' | 'pipe' | number)[],
    env: { ...process.env, EYRIE_HOME: home, HOME: home, EYRIE_PASSPHRASE: 'correct horse battery' },
  };
  const command = [process.execPath, eyrie, ...args];
  const child =
    fileBlocks === 0
      ? spawnSync(command[0]!, command.slice(1), options)
      : spawnSync('sh', ['-c', `ulimit -f ${fileBlocks}; exec "$@"`, 'sh', ...command], options);
  return { status: child.status, stdout: child.stdout, stderr: child.stderr };
}

test('an address that is none of this machine: one line names it and the option', (t) => {
  const home = folderFor(t);
  assert.equal(call(home, ['mesh', 'init', 'home', '--name', 'one', '--port', '0']).status, 0);
  const wrong = '192.0.2.1';
  for (const [args, option] of [
    [['peer', 'one', '--host', wrong], '--host'],
    [['coordinator', 'one', '--host', 'no-such-host.invalid'], '--host'],
    [['honeypot', '--address', wrong, '--port', '0', '--ports', 'ssh=0'], '--address'],
    [['time', 'serve', '--address', wrong, '--port', '0'], '--address'],
  ] as const) {
    const { status, stderr } = call(home, args);
    assert.equal(status, 1, args.join(' '));
    assert.match(stderr, new RegExp(`^eyrie: .*is not an address of this machine.*${option}\n$`));
  }
});

test('a peer whose port is taken: the line names the file where the port is set', async (t) => {
  const home = folderFor(t);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const port = String((other.address() as AddressInfo).port);
  call(home, ['mesh', 'init', 'home', '--name', 'one', '--host', '127.0.0.1', '--port', port]);
  const started = call(home, ['mesh', 'start', 'one']);
  assert.equal(started.status, 1);
  assert.equal(
    started.stderr,
    `eyrie: one does not start: port ${port} is taken: choose another in ${join(home, 'peers/one/settings.json')}\n`,
  );
  const named = call(home, ['peer', 'one', '--port', port]);
  assert.equal(named.stderr, `eyrie: one: port ${port} is taken: choose another with --port\n`);
});

const full = '/dev/full';
test('of several peers, the one whose port is taken fails the command, and those begun with it run', async (t) => {
  const home = folderFor(t);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const taken = String((other.address() as AddressInfo).port);
  for (const [id, port] of [
    ['alpha', '0'],
    ['beta', taken],
    ['gamma', '0'],
  ] as const)
    call(home, ['mesh', 'init', id, '--name', id, '--host', '127.0.0.1', '--port', port]);
  const { status, stdout, stderr } = call(home, ['mesh', 'start']);
  // Before the folder goes.
  assert.match(
    call(home, ['mesh', 'stop']).stdout,
    /^alpha is stopped\nbeta does not run\ngamma is stopped\n$/,
  );
  assert.equal(status, 1);
  assert.match(stderr, /^eyrie: beta does not start: port \d+ is taken: [^\n]*\n$/);
  const started = stdout.split('\n').flatMap((line) => /^(\w+) is started/.exec(line)?.[1] ?? []);
  assert.deepEqual(started.sort(), ['alpha', 'gamma']);
});

const needsFolder = { skip: process.getuid?.() === 0 ? false : 'mounts a small file system: run it as root' };
const needsFull = { skip: existsSync(full) ? false : `no ${full} here` };

test('standard output on a full disk: one line, exit status 1', needsFull, (t) => {
  const home = folderFor(t);
  const file = openSync(full, 'w');
  t.after(() => closeSync(file));
  for (const args of [['--help'], ['mesh', 'list'], ['encrypt', '--text', 'x'], ['samples', '--json']]) {
    const { status, stderr } = call(home, args, { stdout: file });
    assert.equal(stderr, 'eyrie: standard output: the disk is full; free some space\n', args.join(' '));
    assert.equal(status, 1);
  }
});

test('a folder without room: eyrie logs and store export name it, in one line', needsFolder, (t) => {
  const home = folderFor(t);
  const small = join(home, 'small');
  mkdirSync(small);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]);
  if (mounted.status !== 0) return t.skip('no file system may be mounted here');
  try {
    const logs = call(home, ['logs', sample, '-w', 'small/logs']);
    assert.equal(logs.status, 1);
    assert.match(
      logs.stderr,
      /^eyrie: [\d,]+ rows could not be written: the disk of small\/logs is full; free some space\n$/,
    );
    rmSync(join(small, 'logs'), { recursive: true });
    const store = ['--store', `duckdb:${join(home, 'store.duckdb')}`];
    assert.equal(call(home, ['import', sample, ...store]).status, 0);
    const exported = call(home, ['store', 'export', '--parquet', 'small/parquet', ...store]);
    assert.deepEqual(
      [exported.status, exported.stderr],
      [1, 'eyrie: small/parquet: the disk is full; free some space\n'],
    );
  } finally {
    spawnSync('umount', [small]);
  }
});

const needsShell = { skip: process.platform === 'win32' ? 'no limits of a shell' : false };

test(
  'a file that cannot be written to its end: one line, and the beginning of it is removed',
  needsShell,
  (t) => {
    const home = folderFor(t);
    writeFileSync(join(home, 'plain'), Buffer.alloc(400_000));
    const limited = { fileBlocks: 100 };
    const { status, stderr } = call(home, ['encrypt', 'plain', '-o', 'sealed'], limited);
    assert.equal(status, 1);
    assert.match(stderr, /^eyrie: sealed: cannot be written: EFBIG.*\n$/);
    call(home, ['privacy', 'key', 'key']);
    const locked = call(home, ['privacy', 'lock', sample, '-o', 'locked', '--key', 'key'], limited);
    assert.match(locked.stderr, /^eyrie: locked: cannot be written: EFBIG.*\n$/);
    assert.deepEqual(
      readdirSync(home)
        .filter((name) => !name.startsWith('.'))
        .sort(),
      ['key', 'plain'],
    );
  },
);

test(
  'encrypt and privacy key to a link that leads nowhere, or below a file: one line, and what was there is left alone',
  needsShell,
  (t) => {
    const home = folderFor(t);
    symlinkSync('nowhere', join(home, 'link'));
    writeFileSync(join(home, 'file'), '');
    for (const [output, line] of [
      ['link', 'link is there already: --force replaces it'],
      ['file', 'file is there already: --force replaces it'],
      ['file/in', 'file/in: its folder does not exist; create it first'],
      ['none/in', 'none/in: its folder does not exist; create it first'],
    ] as const) {
      const { status, stderr } = call(home, ['encrypt', '--text', 'x', '-o', output]);
      assert.deepEqual([status, stderr], [1, `eyrie: ${line}\n`]);
    }
    const made = call(home, ['privacy', 'key', 'file/in']);
    assert.deepEqual(
      [made.status, made.stderr],
      [1, 'eyrie: file/in: its folder does not exist; create it first\n'],
    );
    assert.equal(readlinkSync(join(home, 'link')), 'nowhere');
    assert.equal(readFileSync(join(home, 'file'), 'utf8'), '');
  },
);

test('mesh start of several peers whose ports are taken: one line names each; a peer named twice starts once', async (t) => {
  const home = folderFor(t);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  const found = (id: string, at: number) =>
    call(home, ['mesh', 'init', `mesh-${id}`, '--name', id, '--host', '127.0.0.1', '--port', String(at)]);
  for (const id of ['one', 'two']) found(id, port);
  const { status, stderr } = call(home, ['mesh', 'start', 'one', 'two']);
  assert.equal(status, 1);
  assert.match(stderr, /^eyrie: one does not start: port .*; two does not start: port .*\n$/);
  found('three', 0);
  try {
    const { stdout } = call(home, ['mesh', 'start', 'three', 'three']);
    assert.equal(stdout.match(/three is started/g)?.length, 1);
  } finally {
    // Hooks run in the order of their registration: after the folder is gone it could not be found.
    call(home, ['mesh', 'stop', 'three']);
  }
});
