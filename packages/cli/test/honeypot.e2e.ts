// eyrie honeypot --mesh: a member like all others; where it can't begin: one line, and the command ends, whatever listens already.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { spawnChild } from '../../../test/support/children.ts';
import { until } from '../../../test/support/until.ts';

const EYRIE = join(import.meta.dirname, '../bin/eyrie.js');
const folder = mkdtempSync(join(tmpdir(), 'eyrie-honeypot-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function eyrie(...args: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const env = { ...process.env, EYRIE_HOME: folder };
  return new Promise((done) => {
    execFile(process.execPath, [EYRIE, ...args], { env, timeout: 180_000 }, (error, stdout, stderr) =>
      // Null: it was killed, for it did not end.
      done({ status: error === null ? 0 : ((error.code as number | null) ?? null), stdout, stderr }),
    );
  });
}

async function takenPort(): Promise<{ port: number; free: () => void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, free: () => server.close() };
}

test('a decoy that can not begin ends the honeypot, and what it had begun', async () => {
  const { status } = await eyrie(
    'mesh',
    'init',
    'lab',
    '--name',
    'trap-1',
    '--host',
    '127.0.0.1',
    '--port',
    '0',
  );
  assert.equal(status, 0);
  const spare = await takenPort();
  spare.free();
  const taken = await takenPort();
  const honeypot = (...args: string[]) =>
    eyrie(
      ...['honeypot', '--address', '127.0.0.1', '--port', String(spare.port)],
      ...['--folder', join(folder, 'visits'), '--logs', join(folder, 'logs'), ...args],
    );
  try {
    const bad: [string[], number, RegExp][] = [
      [['--mesh', 'trap-1', '--mesh-port', String(taken.port)], 1, /port \d+ is taken: .* --mesh-port$/m],
      [
        ['--mesh', 'nobody'],
        2,
        /^eyrie: there is no peer nobody here, only trap-1: eyrie mesh create nobody makes it\n$/,
      ],
      [['--mesh-port', 'x'], 2, /'x' is not a port/],
    ];
    for (const [args, expected, message] of bad) {
      const { status: code, stderr } = await honeypot(...args);
      assert.equal(code, expected, `${args.join(' ')}: ${stderr}`);
      assert.match(stderr, message);
    }
  } finally {
    taken.free();
  }
});

test('a honeypot in a mesh measures its host as every member does', async () => {
  const env = { ...process.env, EYRIE_HOME: folder };
  const spare = await takenPort();
  spare.free();
  const ports = ['--port', String(spare.port), '--mesh-port', '0'];
  const args = ['honeypot', '--mesh', 'trap-1', '--address', '127.0.0.1', ...ports];
  const child = spawnChild(
    process.execPath,
    [EYRIE, ...args, '--folder', join(folder, 'visits'), '--logs', join(folder, 'logs')],
    { env, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr!.on('data', (text) => {
    said += text;
  });
  try {
    await until('its reading', async () => {
      if (child.exitCode !== null) return said;
      const { stdout } = await eyrie('query', '1 peers order by memory.free', '--json', '--peer', 'trap-1');
      return /"memory\.free": ?\d/.exec(stdout)?.[0];
    });
    assert.equal(child.exitCode, null, said);
  } finally {
    const ended = child.exitCode === null ? once(child, 'exit') : null;
    child.kill('SIGINT');
    await ended;
  }
});
