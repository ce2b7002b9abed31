import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { openCapture } from '@eyrie/capture';
import { Dissector, newFrame, PacketBatch } from '@eyrie/dissect';
import { encodeStoreBody } from '@eyrie/services/bus';
import { silentLog } from '@eyrie/services/log';
import { RefusedBodies } from '@eyrie/services/refused';
import { openStore } from '@eyrie/store';

const EYRIE = new URL('../bin/eyrie.js', import.meta.url).pathname;
const SAMPLE = new URL('../../../samples/office-hour.pcapng', import.meta.url).pathname;

let folder: string;
let url: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'eyrie-store-'));
  url = `duckdb:${join(folder, 'office.duckdb')}`;
  const store = await openStore(url);
  const dissector = new Dissector();
  const batch = new PacketBatch(8192);
  const source = await openCapture(SAMPLE);
  const frame = newFrame();
  for await (const reader of source.chunks()) while (reader.next(frame)) batch.add(dissector.dissect(frame));
  await store.write({
    ...{ source: 'file:office', sequence: 0, packets: batch },
    ...{ flows: [], names: [], findings: [], drops: [] },
  });
  await store.close();
});
after(() => rmSync(folder, { recursive: true }));

const eyrie = (...args: string[]) => eyrieAt({}, ...args);

async function eyrieAt(more: NodeJS.ProcessEnv, ...args: string[]) {
  try {
    const env = { ...process.env, ...more };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [EYRIE, 'store', ...args], {
      env,
    });
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

describe('eyrie store', () => {
  it('says how to begin where nothing was stored', async () => {
    const { status, stderr } = await eyrieAt({ XDG_DATA_HOME: join(folder, 'fresh') }, 'info');
    assert.deepEqual(
      [status, stderr],
      [2, 'eyrie: nothing was stored here yet: eyrie up, or eyrie import FILE\n'],
    );
  });

  it('says what is stored, in words and as JSON', async () => {
    const { stdout } = await eyrie('info', '--store', url);
    assert.match(stdout, /^packets +5,125$/m);
    assert.match(stdout, /^engine +DuckDB 1\.\d+\.\d+, schema \d+$/m);
    const { packets, place } = JSON.parse((await eyrie('info', '--store', url, '--json')).stdout);
    assert.deepEqual([packets, place], [5125, url]);
  });

  it('exports, erases, keeps to limits, gives back space', async () => {
    const { stdout } = await eyrie('export', '--store', url, '--parquet', join(folder, 'out'));
    assert.equal(stdout.trim().split('\n').length, readdirSync(join(folder, 'out')).length);
    const erased = await eyrie(
      'erase',
      '--store',
      url,
      '--address',
      '192.168.10.10',
      '--reason',
      'left',
      '--json',
    );
    assert.ok(JSON.parse(erased.stdout).packets > 100);
    // Not in what DuckDB leaves of deleted rows, either.
    const file = readFileSync(url.slice('duckdb:'.length), 'latin1');
    assert.doesNotMatch(file, /(?<!\d)192\.168\.10\.10(?!\d)|\xc0\xa8\x0a\x0a/);
    assert.match(file, /192\.168\.10\.1\d\d/);
    const kept = await eyrie('retain', '--store', url, '--rows', '1000');
    assert.match(kept.stdout, /^deleted: \d+ packets, /);
    assert.match((await eyrie('vacuum', '--store', url)).stdout, /^packets +1,000$/m);
    assert.match((await eyrie('info', '--store', url)).stdout, /erase: an IP address: left/);
  });

  it('says what the store refused, and sends it again', async () => {
    const aside = join(folder, 'state/eyrie/refused');
    const packets = new PacketBatch(1);
    packets.length = 1;
    packets.number[0] = 8193;
    packets.texts.push('UDP', 'eth:ip:udp');
    packets.path[0] = packets.layers[0] = 1;
    const rest = { flows: [], names: [], findings: [], drops: [] };
    const batch = { source: 'file:office', sequence: 8192, packets, ...rest };
    new RefusedBodies(aside, silentLog, { key: null }).add({
      ...{ source: batch.source, sequence: batch.sequence, packets: 1, reason: 'full moon' },
      body: () => encodeStoreBody(batch, packets, null),
    });
    process.env.XDG_STATE_HOME = join(folder, 'state');
    try {
      assert.match(
        (await eyrie('info', '--store', url)).stdout,
        /^refused +1 batches .*: eyrie store resend$/m,
      );
      writeFileSync(join(aside, 'damaged.batch'), 'x');
      const first = await eyrie('resend', '--store', url);
      assert.equal(first.status, 1);
      assert.match(first.stdout, /^stored: 1 batches, 1 packets\nleft: .*damaged.batch: it cannot be read/);
      rmSync(join(aside, 'damaged.batch'));
      const { status, stdout } = await eyrie('resend', '--store', url, '--json');
      assert.deepEqual([status, JSON.parse(stdout)], [0, { batches: 0, packets: 0, repeats: 0, left: [] }]);
    } finally {
      delete process.env.XDG_STATE_HOME;
    }
  });

  it('says in one line what is wrong', async () => {
    const lines: [string[], number, RegExp][] = [
      [['info', '--store', 'mysql://x'], 2, /duckdb:PATH or postgres:/],
      [['info', '--store', `duckdb:${folder}/none.duckdb`], 2, /no such store/],
      [['retain', '--store', url], 2, /--age, --rows or --bytes/],
      [['retain', '--store', url, '--age', 'old'], 2, /30d or 12h/],
      [['erase', '--store', url, '--address', 'me'], 2, /is not a single address/],
      [['erase', '--store', url], 2, /--address/],
      [['export', '--store', url, '--parquet', join(folder, 'out')], 1, /is not empty/],
    ];
    writeFileSync(join(folder, 'text.duckdb'), 'this is no database, but a text of some length '.repeat(100));
    lines.push([['info', '--store', `duckdb:${folder}/text.duckdb`], 1, /is not a store/]);
    for (const [args, status, message] of lines) {
      const result = await eyrie(...args);
      assert.equal(result.status, status, args.join(' '));
      assert.match(result.stderr, message);
      assert.equal(result.stderr.trim().split('\n').length, 1, result.stderr);
    }
  });

  it('names who has the store open', async () => {
    const store = await openStore(url);
    const { status, stderr } = await eyrie('info', '--store', url);
    await store.close();
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`process ${process.pid} has this store open`));
  });
});
