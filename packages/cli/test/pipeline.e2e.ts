// The commands of the pipeline as a person types them.
import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { silentLog } from '@eyrie/services/log';
import { runFile } from '@eyrie/services/pipeline';
import { openStore } from '@eyrie/store';
import { spawnChild } from '../../../test/support/children.ts';
import { requireTool } from '../../../test/support/tools.ts';
import { until } from '../../../test/support/until.ts';

const EYRIE = join(import.meta.dirname, '../bin/eyrie.js');
const SAMPLES = join(import.meta.dirname, '../../../samples');
const folder = mkdtempSync(join(tmpdir(), 'eyrie-cli-pipeline-'));
/** The first packets of a sample: how many there are makes no difference here, and fewer take less time. */
const SAMPLE = join(folder, 'port-scan.pcapng');
after(() => rmSync(folder, { recursive: true }));

/** For what never comes. */
const WAIT_MS = 180_000;

const temporary = join(folder, 'tmp');
mkdirSync(temporary);
const env = {
  ...process.env,
  XDG_DATA_HOME: join(folder, 'data'),
  XDG_STATE_HOME: join(folder, 'state'),
  EYRIE_LOG_FOLDER: '',
  TMPDIR: temporary,
};

function eyrie(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [EYRIE, ...args], { encoding: 'utf8', env });
  return { status, stdout, stderr };
}

/** A command that goes on; resolves when it has told the page's address. */
async function serving(
  ...args: string[]
): Promise<{ child: ChildProcess; said: () => string; address: string }> {
  const child = spawnChild(process.execPath, [EYRIE, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await pause(20)) {
    const address = /The page: (\S+)/.exec(said)?.[1];
    if (address !== undefined) return { child, said: () => said, address };
    if (child.exitCode !== null) break;
  }
  child.kill('SIGKILL');
  throw new Error(`no page:\n${said}`);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function packetsAt(address: string, wanted: number): Promise<number> {
  let packets = 0;
  for (const end = Date.now() + WAIT_MS; packets < wanted && Date.now() < end; await pause(25)) {
    const response = await fetch(`${address}/protocol_summary`);
    const text = await response.text();
    // Also while batches are being stored: DuckDB's shortest way of grouping failed then, now and again.
    assert.equal(response.status, 200, text);
    const { items } = JSON.parse(text) as { items: { packets: number }[] };
    packets = items.reduce((sum, each) => sum + each.packets, 0);
  }
  return packets;
}

assert.equal(eyrie('read', join(SAMPLES, 'port-scan.pcapng'), '-c', '2000', '-w', SAMPLE).status, 0);
const counted = JSON.parse(eyrie('start', SAMPLE, '--json').stdout).packets as number;

describe('eyrie start', () => {
  it('prints the page, then serves the capture until it is told to end', async () => {
    const { child, said, address } = await serving('start', SAMPLE, '--port', '0');
    assert.match(said(), /^port-scan\.pcapng .*\n[\s\S]*Protocols[\s\S]*The page: http:\/\/127\.0\.0\.1:\d+/);
    assert.equal(await packetsAt(address, counted), counted);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.match(said(), /packets were stored/);
  });

  it('--once only prints', () => {
    const { status, stdout, stderr } = eyrie('start', SAMPLE, '--once');
    assert.equal(status, 0);
    assert.match(stdout, /^port-scan\.pcapng/);
    assert.equal(stderr, '');
  });

  it('a port that is taken is one line, and the temporary store is gone', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { status, stderr } = eyrie('start', SAMPLE, '--port', String(port));
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`eyrie: port ${port} is taken; choose another with --port`));
    server.close();
  });
});

describe('eyrie import', () => {
  const store = `duckdb:${join(folder, 'a.duckdb')}`;

  it('stores a file once, and says how fast', () => {
    const first = eyrie('import', SAMPLE, '--store', store);
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stdout, /packets stored in .*packets\/s; capture 1 in duckdb:/);
    const second = eyrie('import', SAMPLE, '--store', store);
    assert.equal(second.status, 0);
    assert.match(second.stdout, /is stored already, as capture 1; --again/);
    const again = JSON.parse(eyrie('import', SAMPLE, '--store', store, '--again', '--json').stdout);
    assert.deepEqual(
      again.captures.map(({ capture, packets, problem }: Record<string, unknown>) => [
        capture,
        packets,
        problem,
      ]),
      [[2, counted, null]],
    );
    assert.deepEqual(again.captures[0].replaced, [1]);
    const rules = eyrie('import', SAMPLE, '--store', store, '--again', '--rules');
    assert.match(rules.stdout, /; capture 3 in duckdb:\S+, in place of capture 2\n/);
    const info = JSON.parse(eyrie('store', 'info', '--json', '--store', store).stdout);
    assert.deepEqual([info.captures, info.packets], [1, counted], 'there are no two copies');
  });

  it('resumes what was interrupted, also with --again, and only then deletes the copy of before', async () => {
    const url = `duckdb:${join(folder, 'interrupted.duckdb')}`;
    assert.equal(eyrie('import', SAMPLE, '--store', url).status, 0);
    const opened = await openStore(url);
    const run = await runFile(
      SAMPLE,
      { again: true },
      { store: opened, log: silentLog, batchPackets: 256, batchesMax: 2, onProgress: () => run.stop() },
    );
    await run.finished();
    await opened.close();
    assert.ok(run.packets > 0 && run.packets < counted);
    const resumed = eyrie('import', SAMPLE, '--store', url);
    assert.match(resumed.stdout, /; capture 2 in duckdb:\S+, in place of capture 1\n/);
    const reopened = await openStore(url);
    await reopened.beginCapture((await reopened.capture(2))!, { again: true });
    await reopened.close();
    const begun = eyrie('import', SAMPLE, '--store', url);
    assert.match(begun.stdout, /; capture 3 in duckdb:\S+, in place of capture 2\n/);
    const info = JSON.parse(eyrie('store', 'info', '--json', '--store', url).stdout);
    assert.deepEqual([info.captures, info.packets], [1, counted]);
  });

  it('reads standard input', () => {
    const { status, stdout } = spawnSync(process.execPath, [EYRIE, 'import', '-', '--store', store], {
      input: readFileSync(SAMPLE),
      encoding: 'utf8',
      env,
    });
    assert.equal(status, 0);
    assert.match(stdout, /^-: [\d,]+ packets stored/);
  });

  it('refuses what is no capture before a store is made for it', () => {
    const text = join(folder, 'text.pcap');
    writeFileSync(text, 'no capture '.repeat(20_000));
    const place = join(folder, 'never.duckdb');
    const { status, stderr } = eyrie('import', text, '--store', `duckdb:${place}`);
    assert.match(stderr, /^eyrie: \S+text\.pcap: not a capture file[^\n]*\n$/);
    assert.equal(status, 2);
    assert.equal(existsSync(place), false);
  });

  it('says in one line what is wrong, and ends with 1 or 2', () => {
    const cases: [string[], number, RegExp][] = [
      [['nowhere.pcap'], 2, /nowhere\.pcap: no such file/],
      [[SAMPLE, '--store', 'mysql://x'], 2, /is not a store/],
      [[SAMPLE, '--store', 'duckdb:'], 2, /needs a path/],
      [[SAMPLE, '--config', 'nowhere.toml'], 2, /nowhere\.toml/],
      [[SAMPLE, '--log-level', 'loud'], 2, /one of debug, info, warn, error/],
    ];
    for (const [args, status, message] of cases) {
      const answer = eyrie('import', ...args);
      assert.equal(answer.status, status, args.join(' '));
      assert.match(answer.stderr, message);
      assert.match(answer.stderr, /^eyrie: [^\n]*\n$/);
    }
  });

  it('stores the other files of a folder in which one is empty and one is none, and ends with 1', () => {
    const captures = join(folder, 'captures');
    mkdirSync(captures);
    writeFileSync(join(captures, 'a-empty.pcap'), '');
    writeFileSync(join(captures, 'a-text.pcap'), 'no capture '.repeat(20_000));
    copyFileSync(SAMPLE, join(captures, 'b.pcapng'));
    const url = `duckdb:${join(folder, 'some.duckdb')}`;
    const { status, stdout, stderr } = eyrie('import', captures, '--store', url);
    assert.match(stdout, /b\.pcapng: [\d,]+ packets stored/);
    assert.match(
      stderr,
      /^eyrie: [^\n]*a-empty\.pcap: the file is empty; [^\n]*\neyrie: [^\n]*a-text\.pcap: not a capture file[^\n]*\n$/,
    );
    assert.equal(status, 1);
    const info = JSON.parse(eyrie('store', 'info', '--json', '--store', url).stdout);
    assert.deepEqual([info.captures, info.packets], [1, counted]);
    rmSync(join(captures, 'b.pcapng'));
    const none = eyrie('import', captures, '--store', url);
    assert.deepEqual([none.status, none.stdout], [1, '2 files: 0 packets stored in 0 ms, 0 packets/s\n']);
    const empty = JSON.parse(eyrie('import', captures, '--store', url, '--json').stdout).captures[0];
    assert.deepEqual(empty, {
      ...{
        file: join(captures, 'a-empty.pcap'),
        capture: null,
        replaced: [],
        packets: 0,
        stored_before: false,
      },
      ...{ seconds: 0, packets_per_second: 0, problem: 'the file is empty; capture or copy it again' },
    });
  });

  it('leaves nothing of what is no capture file', () => {
    const fresh = `duckdb:${join(folder, 'fresh.duckdb')}`;
    // Of a pipe, only what reads it finds out.
    const { status, stderr } = spawnSync(process.execPath, [EYRIE, 'import', '-', '--store', fresh], {
      input: readFileSync(EYRIE),
      encoding: 'utf8',
      env,
    });
    assert.equal(status, 2);
    assert.match(stderr, /^eyrie: [^\n]*not a capture file[^\n]*\n$/);
    const info = JSON.parse(eyrie('store', 'info', '--json', '--store', fresh).stdout);
    assert.deepEqual([info.captures, info.audit], [0, []]);
  });
});

describe('eyrie capture', () => {
  it('lists interfaces', { skip: requireTool('tcpdump') }, () => {
    const list = JSON.parse(eyrie('capture', '--list', '--json').stdout) as { name: string }[];
    assert.ok(list.some(({ name }) => name === 'lo' || name.startsWith('lo0')));
    assert.match(eyrie('capture', '--list').stdout, /^lo\S* +up loopback 127\.0\.0\.1/m);
    const { status, stderr } = eyrie('capture', '-i', 'nope0');
    assert.equal(status, 2);
    assert.match(stderr, /^eyrie: nope0: no such interface; [^\n]*\n$/);
  });

  it('says that it ends, where the parser does not answer; a second Ctrl-C ends it at once', async () => {
    const args = ['capture', SAMPLE, '--parser', 'http://127.0.0.1:1'];
    const child = spawnChild(process.execPath, [EYRIE, ...args], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = once(child, 'exit');
    await until('no answer', () => said.includes('does not answer'));
    child.kill('SIGINT');
    await until('the end', () => /ending; .*Ctrl-C again: at once/.test(said));
    child.kill('SIGINT');
    assert.deepEqual(await ended, [130, null]);
  });

  it('wants a file or an interface, and says so', () => {
    for (const args of [
      [],
      [SAMPLE, '-i', 'lo'],
      [SAMPLE, '--speed', 'fast'],
      ['-i', 'lo', '--ring', 'big'],
    ]) {
      const { status, stderr } = eyrie('capture', ...args);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, /^eyrie: [^\n]*\n$/);
    }
  });
});

describe('eyrie persistor', () => {
  it('ends where the port of its analyzer is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const args = ['persistor', '--store', 'duckdb::memory:', '--port', '0', '--analyzer-port', String(port)];
    const child = spawnChild(process.execPath, [EYRIE, ...args], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const late = setTimeout(() => child.kill('SIGKILL'), WAIT_MS);
    const [status] = await once(child, 'close');
    clearTimeout(late);
    taken.close();
    assert.equal(status, 1, said);
    assert.match(said, /port \d+ is taken; choose another with --analyzer-port/);
  });
});

describe('eyrie up', () => {
  before(() => rmSync(env.XDG_DATA_HOME, { recursive: true, force: true }));

  it('names no page where there is nothing to capture from', { skip: requireTool('tcpdump') }, () => {
    const { status, stdout, stderr } = eyrie('up', '-i', 'nope0', '--port', '0');
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /^eyrie: nope0: no such interface; there are /);
    const text = eyrie('up', EYRIE, '--port', '0');
    assert.deepEqual([text.status, text.stdout], [2, '']);
    assert.match(text.stderr, /^eyrie: [^\n]*eyrie\.js: not a capture file[^\n]*\n$/);
  });

  it('a second Ctrl-C ends it at once, and leaves no temporary files', async () => {
    // Of who has stored nothing, though a capture that failed left a store, the bundled sample is shown, from a temporary
    // folder; a pace at which it would take an hour.
    const { child } = await serving('up', '--port', '0', '--speed', 'recorded');
    assert.equal(readdirSync(temporary).length, 1);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    await once(child, 'close');
    assert.deepEqual(readdirSync(temporary), []);
  });

  it('shows conversations of a replay once they have ended, long before its end', async () => {
    // A pace at which it would take most of a minute.
    const file = join(SAMPLES, 'office-hour.pcapng');
    const { child, said, address } = await serving('up', file, '--port', '0', '--speed', '5');
    const all = async (path: string): Promise<object[]> =>
      ((await (await fetch(`${address}${path}`)).json()) as { items: object[] }).items;
    let flows: object[] = [];
    for (const end = Date.now() + WAIT_MS; flows.length === 0 && Date.now() < end; await pause(50))
      flows = await all('/flows');
    assert.ok(flows.length > 0);
    const [capture] = (await all('/captures')) as { progress: object | null }[];
    assert.notEqual(capture!.progress, null);
    child.kill('SIGINT');
    await once(child, 'close');
    const ends = said().match(/office-hour\.pcapng: [\d,]+ packets are stored|ended; [\d,]+ packets/g);
    assert.deepEqual(
      ends?.map((line) => line.slice(0, 6)),
      ['office', 'ended;'],
      said(),
    );
  });

  it('begins no further file once it ends', async () => {
    const files = join(folder, 'two-files');
    mkdirSync(files);
    for (const name of ['a.pcapng', 'b.pcapng'])
      copyFileSync(join(SAMPLES, 'office-hour.pcapng'), join(files, name));
    const { child, said } = await serving('up', files, '--port', '0', '--speed', 'recorded');
    child.kill('SIGINT');
    await once(child, 'close');
    assert.match(said(), /a\.pcapng: [\d,]+ packets are stored.*ended; /s);
    assert.doesNotMatch(said(), /b\.pcapng/);
  });

  it('says of each file how many packets are stored of it', async () => {
    const files = join(folder, 'files');
    mkdirSync(files);
    copyFileSync(SAMPLE, join(files, 'a.pcapng'));
    copyFileSync(join(SAMPLES, 'office-hour.pcapng'), join(files, 'b.pcapng'));
    const store = `duckdb:${join(folder, 'up.duckdb')}`;
    const { child, said, address } = await serving('up', files, '--port', '0', '--store', store);
    const office = 5125;
    await packetsAt(address, counted + office);
    for (const end = Date.now() + WAIT_MS; !said().includes('b.pcapng: ') && Date.now() < end; )
      await pause(20);
    child.kill('SIGINT');
    await once(child, 'close');
    const told = [...said().matchAll(/([ab]\.pcapng): ([\d,.\u2009\u202f ]+) packets are stored/g)];
    assert.deepEqual(
      told.map(([, name, count]) => [name, Number(count!.replace(/\D/g, ''))]),
      [
        ['a.pcapng', counted],
        ['b.pcapng', office],
      ],
    );
  });
});
