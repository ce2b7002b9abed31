// The objects of all conversations are those that eyrie read --export-objects saves.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore, type PacketQuery } from '@eyrie/store';
import { capturesFolder, requireCaptures, requireTool } from '../../../../test/support/tools.ts';
import { until } from '../../../../test/support/until.ts';
import { Redissector } from '../../src/analyzer/bytes/redissect.ts';
import { type Analyzer, eyrie, imported, type Json, OFFICE, officeStore, startAnalyzer } from './support.ts';

let analyzer: Analyzer;
let folder: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'eyrie-objects-'));
  analyzer = await startAnalyzer(await officeStore());
});
after(async () => {
  await analyzer.close();
  await analyzer.store.close();
  rmSync(folder, { recursive: true, force: true });
});

const hash = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Hashes of what --export-objects saves of a kind. */
async function saved(path: string, kind: string, ...more: string[]): Promise<string[]> {
  const into = mkdtempSync(join(folder, 'cli-'));
  await eyrie('read', path, '-q', ...more, '--export-objects', `${kind},${into}`);
  return readdirSync(into)
    .map((name) => hash(readFileSync(join(into, name))))
    .sort();
}
const hashes = (items: Json[], kind: string): string[] =>
  items
    .filter((item) => item.kind === kind)
    .map(({ sha256 }) => sha256)
    .sort();

test('/objects goes further when told to, up to a bound', async () => {
  const [usual, further] = [await analyzer.get('/objects'), await analyzer.get('/objects?effort=64')];
  assert.deepEqual(further.body, usual.body);
  assert.equal((await analyzer.get('/objects?effort=65')).body.error.code, 'bad_value');
});

test('/objects of more effort: others are answered meanwhile, and it ends when its client goes away', async () => {
  let pages = 0;
  const store = new Proxy(analyzer.store, {
    get(target, key) {
      if (key !== 'packets') return Reflect.get(target, key).bind(target);
      return async (query: PacketQuery) => {
        if (query.port !== 7777) return target.packets(query);
        // A selection without an end.
        pages++;
        await sleep(5);
        return { items: [], next: 'on', exact: true, rest: null };
      };
    },
  });
  const busy = await startAnalyzer(store);
  const client = new AbortController();
  try {
    const far = Array.from({ length: 2 }, () =>
      fetch(`${busy.address}/objects?effort=64&port=7777`, { signal: client.signal }),
    );
    for (const each of far) each.catch(() => {});
    await until('both are under way', () => pages > 10);
    const { body } = await busy.get('/objects?kind=http');
    assert.ok(body.is_whole && body.items.length > 0);
    client.abort();
    await Promise.allSettled(far);
    await until('they have ended', async () => {
      const before = pages;
      await sleep(100);
      return pages === before;
    });
  } finally {
    client.abort();
    await busy.close();
  }
});

test('/objects lists what --export-objects saves, each to be had as a file', async () => {
  const { body } = await analyzer.get('/objects');
  assert.deepEqual([body.is_whole, body.gone], [true, []]);
  for (const kind of ['http', 'ftp-data', 'imf', 'smb', 'tftp'])
    assert.deepEqual(hashes(body.items, kind), await saved(OFFICE, kind), kind);
  const plans = body.items.find(({ name }: Json) => name === 'plans.zip');
  assert.deepEqual(
    [plans.type, plans.looks_like, plans.bytes, plans.host, plans.src],
    ['application/zip', 'application/zip', 620_004, 'files.alder.example:8081', '10.20.0.84'],
  );
  const packet = (await analyzer.get(`/packets/${plans.packet}`)).body.packet;
  assert.deepEqual([packet.number, `tcp.stream == ${packet.stream}`], [plans.frame, plans.conversation]);
  for (const item of body.items.slice(0, 5).concat(plans)) {
    const { capture, kind, frame, nth, sha256 } = item;
    const answer = await fetch(`${analyzer.address}/objects/${capture}/${kind}/${frame}/${nth}`);
    assert.equal(hash(Buffer.from(await answer.arrayBuffer())), sha256);
    assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
    assert.match(answer.headers.get('content-disposition')!, /^attachment; filename\*=UTF-8''/);
  }
  assert.equal((await analyzer.get('/objects/1/http/1/0')).body.error.code, 'not_found');
});

test('an object by its hash comes from its conversation alone; with another hash the capture is walked through', async (t) => {
  const { body } = await analyzer.get('/objects');
  const walk = t.mock.method(Redissector.prototype, 'walk');
  const bytesOf = async ({ capture, kind, frame, nth }: Json, sha256: string) => {
    const answer = await fetch(
      `${analyzer.address}/objects/${capture}/${kind}/${frame}/${nth}?sha256=${sha256}`,
    );
    return hash(Buffer.from(await answer.arrayBuffer()));
  };
  assert.deepEqual([...new Set(body.items.map(({ kind }: Json) => kind))].sort(), [
    'ftp-data',
    'http',
    'imf',
    'smb',
    'tftp',
  ]);
  for (const item of body.items) assert.equal(await bytesOf(item, item.sha256), item.sha256, item.name);
  assert.equal(walk.mock.callCount(), 0);
  assert.equal(await bytesOf(body.items[0], '0'.repeat(64)), body.items[0].sha256);
  assert.equal(walk.mock.callCount(), 1);
});

test('/objects, a filter: objects of the packets that pass, as with -Y', async () => {
  const q = 'ip.addr == 10.20.0.84';
  const { body } = await analyzer.get(`/objects?${new URLSearchParams({ q, kind: 'http' })}`);
  assert.deepEqual(hashes(body.items, 'http'), await saved(OFFICE, 'http', '-Y', q));
  assert.ok(body.items.length > 0);
  assert.equal((await analyzer.get('/objects?q=nosuch')).body.error.code, 'bad_filter');
  assert.equal((await analyzer.get('/objects.zip?q=nosuch')).body.error.code, 'bad_filter');
});

test('/objects.zip has them all under names of their own, with a table of where they came from', {
  skip: requireTool('unzip'),
}, async () => {
  const { body } = await analyzer.get('/objects');
  const answer = await fetch(`${analyzer.address}/objects.zip`);
  const path = join(folder, 'all.zip');
  writeFileSync(path, Buffer.from(await answer.arrayBuffer()));
  const into = join(folder, 'all');
  execFileSync('unzip', ['-q', path, '-d', into]);
  const names = readdirSync(into);
  const table = readFileSync(join(into, 'objects.csv'), 'utf8').trimEnd().split('\n');
  assert.equal(names.length, body.items.length + 1);
  assert.equal(table.length, body.items.length + 1);
  assert.deepEqual(
    names
      .filter((name) => name !== 'objects.csv')
      .map((name) => hash(readFileSync(join(into, name))))
      .sort(),
    body.items.map(({ sha256 }: Json) => sha256).sort(),
  );
});

test('/objects of real captures: files of SMB and FTP, HTTP/2, pieces of one page, incomplete ones', {
  skip: requireCaptures(),
}, async () => {
  const store = await openStore('duckdb::memory:');
  const other = await startAnalyzer(store);
  try {
    for (const [name, kind] of [
      ['zeek__smb_smb2readwrite.pcap', 'smb'],
      ['suricata__output-eve-ftp-data_input.pcap', 'ftp-data'],
      ['suricata__http2-range_http2-range.pcap', 'http'],
      ['zeek__http_206_example_a.pcap', 'http'],
      ['zeek__http_content-range-gap.pcap', 'http'],
      ['zeek__http_1000-requests-one-dropped-response.pcap.gz', 'http'],
    ] as const) {
      const path = join(capturesFolder()!, name);
      const id = await imported(store, path);
      const { body } = await other.get(`/objects?capture=${id}&kind=${kind}`);
      assert.deepEqual(hashes(body.items, kind), await saved(path, kind), name);
      assert.ok(body.is_whole);
      for (const { frame, nth, sha256 } of body.items.slice(-20)) {
        const answer = await fetch(`${other.address}/objects/${id}/${kind}/${frame}/${nth}?sha256=${sha256}`);
        assert.equal(hash(Buffer.from(await answer.arrayBuffer())), sha256, `${name}: packet ${frame}`);
      }
    }
  } finally {
    await other.close();
    await store.close();
  }
});
