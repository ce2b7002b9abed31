// `eyrie time` as a user types it, against a server of its own on loopback.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { spawnChild } from '../../../test/support/children.ts';

const eyrie = join(import.meta.dirname, '../bin/eyrie.js');
let server: ChildProcess;
let port = '';
let told = '';

function run(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const env = { ...process.env, EYRIE_HOME: join(import.meta.dirname, 'no such folder') };
    execFile(process.execPath, [eyrie, 'time', ...args], { env }, (error, stdout, stderr) => {
      done({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

before(async () => {
  server = spawnChild(process.execPath, [eyrie, 'time', 'serve', '--port', '0', '--stratum', '3']);
  port = await new Promise((found, fail) => {
    server.once('exit', () => fail(new Error(told)));
    server.stderr!.on('data', (text) => {
      told += text;
      const match = /UDP port (\d+)/.exec(told);
      if (match !== null) found(match[1]!);
    });
  });
});

after(() => void server.kill());

describe('eyrie time', () => {
  test('compares with servers, and says how far this clock is off', async () => {
    const { status, stdout } = await run(`127.0.0.1:${port}`, '--samples', '2');
    assert.equal(status, 0);
    assert.match(stdout, /^server +auth +stratum +offset +jitter +delay +distance\n127\.0\.0\.1 +none +3 /);
    assert.match(stdout, /\nThis machine's clock is [\d.]+ (µs|ms) (ahead|behind), ± [\d.]+ (µs|ms)\.\n$/);
  });

  test('as JSON, in seconds', async () => {
    const { stdout } = await run(`127.0.0.1:${port}`, '--samples', '1', '--json');
    const { offset, distance, servers } = JSON.parse(stdout);
    assert.ok(Math.abs(offset) <= distance);
    assert.deepEqual([servers[0].stratum, servers[0].authenticated, servers[0].role], [3, false, 'truth']);
  });

  test('query shows what one server says', async () => {
    const { status, stdout } = await run('query', `127.0.0.1:${port}`, '--samples', '1');
    assert.equal(status, 0);
    assert.match(stdout, /^authenticated +no: /m);
    assert.match(stdout, /^leap +no leap second is near$/m);
  });

  test('no server, no answer, no sense: one line, and a status', async () => {
    const closed = await run('query', '127.0.0.1:9', '--samples', '1');
    assert.deepEqual([closed.status, closed.stdout], [1, '']);
    assert.match(
      closed.stderr,
      /^eyrie: 127\.0\.0\.1:9: .*connection refused: no time server listens on this port\n$/,
    );
    // Without a server the mesh's clock is shown, of a peer on this machine.
    const alone = await run();
    assert.deepEqual([alone.status, alone.stdout], [1, '']);
    assert.match(alone.stderr, /^eyrie: no peer runs here: .+\n$/);
    for (const args of [
      ['--samples', '0', 'localhost'],
      ['a:b'],
      ['serve', '--port', '99999'],
      ['serve', '--key', 'x'],
    ]) {
      const { status, stderr } = await run(...args);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, /^eyrie: .+\n$/);
    }
  });

  test('Ctrl-C ends the server, which says what it did', async () => {
    server.kill('SIGINT');
    const status = await new Promise((done) => server.once('exit', done));
    assert.equal(status, 0);
    assert.match(told, /\n\d+ answers, 0 held back for asking too often, 0 ignored\.\n$/);
  });
});
