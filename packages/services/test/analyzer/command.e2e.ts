// The commands eyrie analyzer and eyrie ui: they listen, say where, refuse in one line, and end on a signal.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openStore } from '@eyrie/store';
import { spawnChild } from '../../../../test/support/children.ts';
import { ask, imported, OFFICE } from './support.ts';

const command = join(import.meta.dirname, '../../../cli/bin/eyrie.js');
let folder: string;
let store: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eyrie-command-'));
  store = `duckdb:${join(folder, 'office.duckdb')}`;
  const opened = await openStore(store);
  await imported(opened, OFFICE);
  await opened.close();
});
after(() => rm(folder, { recursive: true, force: true }));

function start(...args: string[]): { child: ChildProcess; said: () => string; exit: Promise<number | null> } {
  const child = spawnChild(process.execPath, [command, ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr!.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve));
  return { child, said: () => text, exit };
}

async function addressOf({ said, exit }: ReturnType<typeof start>): Promise<string> {
  const isOver = exit.then(() => true);
  for (;;) {
    const address = /http:\/\/[\w.:]+/.exec(said())?.[0];
    if (address !== undefined) return address;
    const over = await Promise.race([
      isOver,
      new Promise<false>((resolve) => setTimeout(() => resolve(false), 20)),
    ]);
    if (over) throw new Error(`it ended: ${said()}`);
  }
}

test('eyrie analyzer answers for a store, eyrie ui passes it on, and both end on a signal', async (t) => {
  const analyzer = start('analyzer', '--store', store, '--port', '0');
  t.after(() => analyzer.child.kill('SIGKILL'));
  const address = await addressOf(analyzer);
  assert.equal((await ask(`${address}/protocol_summary`)).body.packets, 5125);
  assert.deepEqual((await ask(`${address}/`)).headers.get('location'), '/docs');
  const ui = start('ui', '--analyzer', address, '--port', '0');
  t.after(() => ui.child.kill('SIGKILL'));
  const page = await addressOf(ui);
  assert.equal((await ask(`${page}/packets/1`)).body.packet.number, 1);
  for (const { child, exit } of [ui, analyzer]) {
    child.kill('SIGTERM');
    assert.equal(await exit, 0);
  }
});

test('beyond loopback a token is made up and shown', async (t) => {
  const analyzer = start('analyzer', '--store', store, '--port', '0', '--host', '0.0.0.0');
  t.after(() => analyzer.child.kill('SIGKILL'));
  const address = await addressOf(analyzer);
  while (!analyzer.said().includes('Ctrl-C')) await new Promise((resolve) => setTimeout(resolve, 20));
  const token = /programs: ([\w-]{24})$/m.exec(analyzer.said())![1]!;
  assert.equal((await ask(`${address}/status`)).status, 401);
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await ask(`${address}/status`, { headers })).status, 200);
  analyzer.child.kill('SIGINT');
  assert.equal(await analyzer.exit, 0);
});

test('without flags, the configuration says where it listens, and of which store', async (t) => {
  const config = join(folder, 'eyrie.toml');
  writeFileSync(
    config,
    `[analyzer]\nport = 0\nhost = "127.0.0.2"\n[store]\nurl = ${JSON.stringify(store)}\n`,
  );
  const analyzer = start('analyzer', '--config', config);
  t.after(() => analyzer.child.kill('SIGKILL'));
  assert.match(await addressOf(analyzer), /^http:\/\/127\.0\.0\.2:(?!5003)\d+$/);
  analyzer.child.kill('SIGTERM');
  assert.equal(await analyzer.exit, 0);
});

test('a taken port, a wrong one, a store that is not there: one line that says what to do', async (t) => {
  const other = createServer();
  t.after(() => other.close());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const cases: [string[], number, RegExp][] = [
    [
      ['analyzer', '--store', store, '--port', String(port)],
      1,
      /^eyrie: port \d+ is taken; choose another with --port/,
    ],
    [['ui', '--port', String(port)], 1, /^eyrie: port \d+ is taken; choose another with --port/],
    [
      ['analyzer', '--store', store, '--port', 'many'],
      2,
      /^eyrie: --port many: must be a number from 0 to 65535/,
    ],
    [
      ['analyzer', '--store', store, '--token', 'short'],
      2,
      /^eyrie: --token or EYRIE_TOKEN: choose one of at least 12 characters/,
    ],
    [['analyzer', '--store', `duckdb:${join(folder, 'none.duckdb')}`], 2, /^eyrie: .*none\.duckdb/],
    [['analyzer', '--store', 'mysql://here'], 2, /^eyrie: "mysql:\/\/here" is not a store/],
    [['ui', '--analyzer', 'here'], 2, /^eyrie: --analyzer here: must be a URL/],
  ];
  for (const [args, status, line] of cases) {
    const { exit, said } = start(...args);
    assert.equal(await exit, status, args.join(' '));
    assert.match(said(), line);
    assert.equal(said().trim().split('\n').length, 1, said());
  }
});
