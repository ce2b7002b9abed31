// What systemd hears of `eyrie up` and `eyrie peer`, and what it thinks of our units.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { requireTool } from '../../../test/support/tools.ts';
import { watchdogMs } from '../src/systemd/notify.ts';
import { systemUnits } from '../src/systemd/unit.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
const folder = mkdtempSync(join(tmpdir(), 'eyrie-systemd-'));
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Listens in place of systemd: Node has no datagram sockets in the file system. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind(sys.argv[1])
print('bound', flush=True)
while True:
    data, fds, flags, address = socket.recv_fds(s, 65536, 8)
    for fd in fds: __import__('os').close(fd)
    print(data.decode().replace('\\n', ' '), flush=True)
`;

interface Heard {
  readonly socket: string;
  /** Resolves when a line like it has come. */
  readonly line: (pattern: RegExp) => Promise<string>;
}

async function systemd(name: string): Promise<Heard> {
  const socket = join(folder, `${name}.sock`);
  const child = spawn('python3', ['-c', LISTENER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const line = async (pattern: RegExp) => {
    for (let i = 0; i < 3_600; i++) {
      const found = text.split('\n').find((each) => pattern.test(each));
      if (found !== undefined) return found;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`systemd did not hear ${pattern}; it heard: ${text}`);
  };
  await line(/^bound$/);
  return { socket, line };
}

function start(args: string[], socket: string): ChildProcess {
  const env = {
    ...process.env,
    NOTIFY_SOCKET: socket,
    WATCHDOG_USEC: '400000',
    EYRIE_HOME: folder,
    XDG_DATA_HOME: folder,
  };
  const child = spawn(process.execPath, [eyrie, ...args], { env, stdio: 'ignore', cwd: folder });
  children.push(child);
  return child;
}

const skip = requireTool('systemd-notify') || requireTool('python3');

describe('systemd', { skip }, () => {
  test('is notified when the page is ready, of the watchdog, and of the end', async () => {
    const { socket, line } = await systemd('up');
    const sample = join(import.meta.dirname, '../../../samples/port-scan.pcapng');
    const child = start(
      ['up', sample, '--port', '0', '--store', `duckdb:${join(folder, 'up.duckdb')}`, '--log-folder', ''],
      socket,
    );
    assert.match(await line(/READY=1/), /STATUS=stores into duckdb:/);
    await line(/WATCHDOG=1/);
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await line(/STOPPING=1/);
    assert.equal(await ended, 0);
  });

  test('is notified when a peer listens', async () => {
    const { socket, line } = await systemd('peer');
    const init = ['mesh', 'init', 'home', '--name', 'one', '--port', '0', '--host', '127.0.0.1'];
    await new Promise((done) => start(init, '').once('exit', done));
    const child = start(['peer', 'one'], socket);
    assert.match(await line(/READY=1/), /STATUS=one of home, \S+:\d+/);
    await line(/WATCHDOG=1/);
    child.kill('SIGTERM');
    await line(/STOPPING=1/);
  });
});

test('the watchdog is notified at half its timeout, by the watched process', () => {
  assert.equal(watchdogMs({ WATCHDOG_USEC: '30000000' }, 7), 15_000);
  assert.equal(watchdogMs({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 7), 15_000);
  assert.equal(watchdogMs({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, 7), null);
  assert.equal(watchdogMs({}, 7), null);
  assert.equal(watchdogMs({ WATCHDOG_USEC: 'soon' }, 7), null);
});

test('the units are valid, with an exposure of at most medium', {
  skip: requireTool('systemd-analyze'),
}, async () => {
  for (const [name, text] of Object.entries(systemUnits())) {
    if (!name.endsWith('.service')) continue;
    const path = join(folder, name);
    // The command and its man page are not installed where this is tested.
    writeFileSync(
      path,
      text.replaceAll('/usr/bin/eyrie', process.execPath).replace(/^Documentation=.*$/m, ''),
    );
    const { status, said: verdict } = await run('systemd-analyze', ['verify', path]);
    // It reads the units of this machine too, and says what is wrong with those.
    const isOurs = (line: string) => line !== '' && (!line.startsWith('/') || line.startsWith(folder));
    const ours = verdict.split('\n').filter(isOurs);
    assert.deepEqual({ status, ours }, { status: 0, ours: [] }, name);
    const { said } = await run('systemd-analyze', ['security', '--offline=yes', '--no-pager', path]);
    const exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(said)?.[1]);
    assert.ok(exposure < 3, `${name}: ${exposure}`);
  }
});

function run(file: string, args: string[]): Promise<{ status: number; said: string }> {
  return new Promise((done) => {
    execFile(file, args, { env: { ...process.env, SYSTEMD_COLORS: '0' } }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : Number(error.code ?? 1), said: (stdout + stderr).trim() }),
    );
  });
}
