// Overviews of DNS, HTTP and TLS count what eyrie logs writes of the same capture.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openStore } from '@eyrie/store';
import { capturesFolder, requireCaptures } from '../../../../test/support/tools.ts';
import { type Analyzer, eyrie, imported, type Json, OFFICE, officeStore, startAnalyzer } from './support.ts';

let analyzer: Analyzer;
let folder: string;
before(async () => {
  analyzer = await startAnalyzer(await officeStore());
  folder = mkdtempSync(join(tmpdir(), 'eyrie-overviews-'));
  await eyrie('logs', OFFICE, '--format', 'json', '-w', folder);
});
after(async () => {
  await analyzer.close();
  await analyzer.store.close();
  rmSync(folder, { recursive: true, force: true });
});

const log = (path: string): Json[] =>
  readFileSync(join(folder, `${path}.log`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

function counted(texts: readonly (string | undefined)[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
const table = (body: Json, name: string): Map<string, number> =>
  new Map(
    body.tables.find((each: Json) => each.name === name).items.map((item: Json) => [item.text, item.count]),
  );
const figure = (body: Json, name: string): number =>
  body.figures.find((each: Json) => each.name === name).value;

test('/overviews/dns: names, codes, servers and failures are those of dns.log', async () => {
  const rows = log('dns');
  const { body } = await analyzer.get('/overviews/dns');
  assert.deepEqual([body.is_whole, body.gone], [true, []]);
  assert.equal(figure(body, 'questions'), rows.length);
  const names = counted(rows.map(({ query }) => query));
  assert.equal(body.tables[0].distinct, names.size);
  for (const [name, count] of table(body, 'names')) assert.equal(count, names.get(name), name);
  assert.deepEqual(table(body, 'types'), counted(rows.map(({ qtype_name }) => qtype_name)));
  assert.equal(figure(body, 'failed'), rows.filter(({ rcode }) => rcode > 0).length);
  assert.ok(figure(body, 'failed') > 0);
  const [slowest] = body.tables.find((each: Json) => each.name === 'slow').items;
  assert.equal(slowest.seconds.toFixed(6), Math.max(...rows.map(({ rtt }) => rtt ?? 0)).toFixed(6));
});

test('/overviews/http: hosts, statuses and user agents are those of http.log', async () => {
  const rows = log('http');
  const { body } = await analyzer.get('/overviews/http');
  assert.equal(figure(body, 'requests'), rows.length);
  assert.deepEqual(table(body, 'hosts'), counted(rows.map(({ host }) => host)));
  assert.deepEqual(table(body, 'agents'), counted(rows.map(({ user_agent }) => user_agent)));
  assert.deepEqual(table(body, 'methods'), counted(rows.map(({ method }) => method)));
  assert.equal(
    figure(body, 'client_errors'),
    rows.filter(({ status_code: code }) => code >= 400 && code < 500).length,
  );
});

test('/overviews/tls: names, ciphers and JA4 are those of ssl.log, each certificate of x509.log is listed once', async () => {
  const rows = log('ssl');
  const { body } = await analyzer.get('/overviews/tls');
  assert.equal(figure(body, 'handshakes'), rows.length);
  assert.deepEqual(table(body, 'names'), counted(rows.map(({ server_name }) => server_name)));
  assert.deepEqual(table(body, 'ciphers'), counted(rows.map(({ cipher }) => cipher)));
  assert.deepEqual(table(body, 'ja4'), counted(rows.map(({ ja4 }) => ja4)));
});

test('/overviews/dns: the line of queries without a response leads to them, repetitions of multicast queries included', async () => {
  const { body } = await analyzer.get('/overviews/dns');
  const codes = body.tables.find(({ name }: Json) => name === 'codes').items;
  const { filter, count } = codes.find(({ text }: Json) => text === 'no answer');
  const { items } = (await analyzer.get(`/packets?${new URLSearchParams({ q: filter, limit: '100' })}`)).body;
  assert.ok(items.length >= count && items.length < 1.5 * count, `${items.length} packets, ${count} queries`);
  for (const { summary } of items) assert.doesNotMatch(summary, /response/, summary);
});

test('/overviews: filters of their lines find packets, and a filter narrows them all', async () => {
  for (const name of ['dns', 'http', 'tls']) {
    const { body } = await analyzer.get(`/overviews/${name}`);
    for (const { name: of, items } of body.tables)
      for (const { filter, text } of items.slice(0, 1)) {
        if (filter === null) continue;
        const { items: found } = (
          await analyzer.get(`/packets?${new URLSearchParams({ q: filter, limit: '1' })}`)
        ).body;
        assert.equal(found?.length, 1, `${name}, ${of}, ${text}: ${filter}`);
      }
  }
  const q = 'ip.addr == 192.168.10.101';
  const { body } = await analyzer.get(`/overviews/dns?${new URLSearchParams({ q })}`);
  assert.deepEqual([...table(body, 'clients').keys()], ['192.168.10.101']);
  assert.equal((await analyzer.get('/overviews/dns?q=nosuch')).body.error.code, 'bad_filter');
  assert.equal((await analyzer.get('/overviews/ntp')).body.error.code, 'bad_value');
});

test('/overviews/tls: versions, cipher suites, alerts and certificates have filters by number, for as many packets as counted', async () => {
  const { body } = await analyzer.get('/overviews/tls');
  for (const which of ['versions', 'ciphers', 'alerts', 'certificates'])
    for (const { filter, text, count } of body.tables.find(({ name }: Json) => name === which).items) {
      const { items } = (await analyzer.get(`/packets?${new URLSearchParams({ q: filter, limit: '1000' })}`))
        .body;
      // Each certificate is logged once, and sent in several handshakes.
      if (which === 'certificates') assert.ok(items.length >= count, text);
      else assert.equal(items.length, count, `${text}: ${filter}`);
    }
  const [version] = body.tables.find(({ name }: Json) => name === 'versions').items;
  assert.deepEqual(
    [version.text, version.filter],
    ['TLS 1.3', 'tls.handshake.type == 2 && tls.handshake.extensions.supported_version == 0x0304'],
  );
});

test('/overviews/tls of a capture with certificates: each with its issuer and what is left of its time', {
  skip: requireCaptures(),
}, async () => {
  const store = await openStore('duckdb::memory:');
  const other = await startAnalyzer(store);
  try {
    await imported(store, join(capturesFolder()!, 'zeek__tls_client-certificate.pcap'));
    const { body } = await other.get('/overviews/tls');
    const { items } = body.tables.find((each: Json) => each.name === 'certificates');
    assert.ok(items.length >= 2, JSON.stringify(items));
    for (const { text, detail, until } of items) assert.ok(text !== '' && detail !== '' && until > 0);
    assert.deepEqual(
      items.map(({ until }: Json) => until),
      items.map(({ until }: Json) => until).sort((a: number, b: number) => a - b),
    );
  } finally {
    await other.close();
    await store.close();
  }
});
