// eyrie findings: of a store, of a running analyzer, and as they come.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { buildAnalyzer } from '@eyrie/services/analyzer';
import { type FindingRow, openStore, type Store } from '@eyrie/store';
import { spawnChild } from '../../../test/support/children.ts';
import { until } from '../../../test/support/until.ts';

const EYRIE = new URL('../bin/eyrie.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'eyrie-findings-'));
const url = `duckdb:${join(folder, 'found.duckdb')}`;
const silent = { debug() {}, warn() {}, error() {} };

const detail = {
  ...{ rule: 'port-scan', confidence: 0.9, target: '10.0.0.2', summary: '10.0.0.1 tried 20 ports' },
  ...{ technique: { id: 'T1046', name: 'Network Service Discovery' }, advice: 'Look at it.' },
  ...{ frames: [3, 4], streams: [1] },
};
const finding = (finder: FindingRow['finder'], group: string, severity: string): FindingRow => ({
  ...{ finder, group, protocol: '', message: group, address: '10.0.0.1', count: 1, frame: 3, time: 1000 },
  severity: severity === 'high' ? 'error' : 'warn',
  detail: finder === 'expert' ? null : ({ ...detail, severity } as NonNullable<FindingRow['detail']>),
});

let store: Store;
let sequence = 0;
const found = (...findings: FindingRow[]) =>
  store.write({
    ...{ source: 'file:a', sequence: sequence++, packets: null },
    ...{ flows: [], names: [], findings, drops: [] },
  });

before(async () => {
  store = await openStore(url);
  await found(finding('rule', 'Port scan', 'medium'), finding('rule', 'SYN flood', 'high'));
  await found(finding('expert', 'Sequence', 'medium'));
});
after(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function eyrie(...args: string[]) {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [EYRIE, 'findings', ...args]);
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

async function withApi<T>(work: (address: string) => Promise<T>, port = 0): Promise<T> {
  const access = { token: null, hosts: [] };
  const app = await buildAnalyzer({ store, intake: null, folder, access, log: silent, page: null });
  try {
    return await work(await app.listen({ host: '127.0.0.1', port }));
  } finally {
    await app.close();
  }
}

test('of a running analyzer: the gravest first, with what to do, and less grave ones left out', async () => {
  await withApi(async (address) => {
    const { stdout } = await eyrie('--api', address);
    assert.match(stdout, /^HIGH {5}1970-01-01T00:16:40 {2}SYN flood: 10\.0\.0\.1 tried 20 ports\n.*T1046/);
    assert.match(stdout, /\nMEDIUM .*Port scan.*\n.*packet 3 4\n {9}Look at it\.\n$/);
    const grave = JSON.parse((await eyrie('--api', address, '--severity', 'high', '--json')).stdout);
    assert.deepEqual(
      grave.map((each: { group: string }) => each.group),
      ['SYN flood'],
    );
    assert.match((await eyrie('--api', address, '--all')).stdout, /Sequence: Sequence/);
  });
});

test('as they come, each once, until Ctrl-C', async () => {
  await withApi(async (address) => {
    const child = spawnChild(process.execPath, [EYRIE, 'findings', '--api', address, '--follow', '--json']);
    let told = '';
    child.stdout.on('data', (text) => {
      told += text;
    });
    const over = new Promise<number | null>((done) => child.once('exit', done));
    const lines = () => told.split('\n').filter((line) => line !== '');
    await until('2 lines', () => lines().length >= 2);
    await found(finding('rule', 'ARP spoofing', 'high'));
    await until('3 lines', () => lines().length >= 3);
    const { capture } = await store.write({
      ...{ source: 'file:b', sequence: 0, packets: null, flows: [], names: [], drops: [] },
      findings: [finding('rule', 'DNS tunnel', 'high')],
    });
    await until('4 lines', () => lines().length >= 4);
    await store.deleteCapture(capture);
    await sleep(1_500);
    await found(finding('rule', 'Beacon', 'high'));
    await until('5 lines', () => lines().length >= 5);
    child.kill('SIGINT');
    assert.equal(await over, 130);
    assert.deepEqual(
      lines().map((line) => JSON.parse(line).group),
      ['Port scan', 'SYN flood', 'ARP spoofing', 'DNS tunnel', 'Beacon'],
      'once, though one was deleted',
    );
  });
});

test('a service that is restarted is waited for, with one line', async () => {
  let child: ReturnType<typeof spawnChild> | null = null;
  const told = { out: '', err: '' };
  const address = await withApi(async (first) => {
    child = spawnChild(process.execPath, [EYRIE, 'findings', '--api', first, '--follow']);
    child.stdout!.on('data', (text) => {
      told.out += text;
    });
    child.stderr!.on('data', (text) => {
      told.err += text;
    });
    await until('an answer', () => told.out);
    return first;
  });
  await until('that it waits', () => told.err);
  await withApi(
    async () => {
      await found(finding('rule', 'Rogue DHCP', 'high'));
      await until('what came meanwhile', () => told.out.includes('Rogue DHCP'));
    },
    Number(new URL(address).port),
  );
  const over = once(child!, 'exit');
  child!.kill('SIGINT');
  assert.equal((await over)[0], 130);
  assert.match(told.out, /Rogue DHCP/);
  assert.match(
    told.err,
    /^http:\S+ does not answer: is it running\? Waiting for it; Ctrl-C ends\.\nIt answers again\.\n/,
  );
});

test('what is wrong is said in one line', async (t) => {
  writeFileSync(
    join(folder, 'none.toml'),
    `[store]\nurl = "duckdb:${join(folder, 'none.duckdb')}"\n[ui]\nport = 1\n[analyzer]\nport = 2\n`,
  );
  const page = createServer((_, response) => response.end('<!DOCTYPE html>'));
  await once(page.listen(0, '127.0.0.1'), 'listening');
  t.after(() => page.close());
  const other = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
  const bad: [string[], number, RegExp][] = [
    [['--severity', 'awful'], 2, /^eyrie: --severity awful: one of info, low/],
    [['--limit', '0'], 2, /^eyrie: --limit 0: /],
    [['--api', 'nowhere'], 2, /^eyrie: --api nowhere: /],
    [['--api', 'http://127.0.0.1:1'], 1, /does not answer/],
    [['--api', other], 1, /^eyrie: \S+: this is not an API of Eyrie \(it answered 200\)$/m],
    [['--config', '/nowhere.toml'], 2, /^eyrie: \/nowhere\.toml: no such file/],
    [['--store', 'duckdb:/nowhere/at/all'], 2, /^eyrie: .*no such store/],
    [['--config', join(folder, 'none.toml')], 2, /^eyrie: nothing was stored here yet: eyrie up, or/],
  ];
  for (const [args, status, message] of bad) {
    const { status: code, stderr } = await eyrie(...args);
    assert.equal(code, status, args.join(' '));
    assert.match(stderr, message);
    assert.equal(stderr.trim().split('\n').length, 1);
  }
});
