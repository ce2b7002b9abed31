// What the API answers is what eyrie read says of the same capture.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { requireTool } from '../../../../test/support/tools.ts';
import { type Analyzer, all, eyrie, fields, OFFICE, officeStore, startAnalyzer } from './support.ts';

let analyzer: Analyzer;
before(async () => {
  analyzer = await startAnalyzer(await officeStore());
});
after(async () => {
  await analyzer.close();
  await analyzer.store.close();
});

function counted(rows: readonly (readonly string[])[]): Map<string, [number, number]> {
  const counts = new Map<string, [number, number]>();
  for (const [key, bytes] of rows as [string, string][]) {
    const count = counts.get(key) ?? [0, 0];
    counts.set(key, [count[0] + 1, count[1] + Number(bytes)]);
  }
  return counts;
}

test('/protocol_summary counts the Protocol column, and terms narrow it down', async () => {
  const { body } = await analyzer.get('/protocol_summary');
  const expected = counted(await fields('', '_ws.col.Protocol', 'frame.len'));
  const found = body.items.map((each: { protocol: string; packets: number; bytes: number }) => [
    each.protocol,
    [each.packets, each.bytes],
  ]);
  assert.deepEqual(new Map(found), expected);
  assert.equal(body.packets, 5125);
  assert.equal(body.is_exact, true);
  const some = await analyzer.get('/protocol_summary?q=ip.addr%3D%3D10.20.0.84%20%26%26%20tcp.port%3D%3D8081');
  const rows = await fields('ip.addr==10.20.0.84 && tcp.port==8081', 'frame.number');
  assert.ok(rows.length > 0);
  if (some.body.is_exact) assert.equal(some.body.packets, rows.length);
  else assert.ok(some.body.packets >= rows.length);
});

test('/hierarchy counts the paths of layers, as -z io,phs', async () => {
  const { body } = await analyzer.get('/hierarchy');
  const phs = JSON.parse(await eyrie('read', OFFICE, '-q', '-z', 'io,phs', '--json'))['io,phs'];
  // Deeper down, frame.protocols and the hierarchy name some layers differently.
  const lines = (nodes: any[], depth: number, key: string, path = ''): string[] =>
    nodes.flatMap((node) => [
      `${path}/${node.name} ${node[key]} ${node.bytes}`,
      ...(depth > 1 ? lines(node.children, depth - 1, key, `${path}/${node.name}`) : []),
    ]);
  assert.deepEqual(lines(body.items, 2, 'packets').sort(), lines(phs, 2, 'frames').sort());
});

test('/packets pages through all packets in order, and each row says what the list of eyrie read says', async () => {
  const rows = await all(analyzer, '/packets?limit=1000');
  const expected = await fields(
    '',
    'frame.number',
    '_ws.col.Source',
    '_ws.col.Destination',
    '_ws.col.Protocol',
    'frame.len',
    'frame.protocols',
    '_ws.col.Info',
    'frame.time_epoch',
  );
  assert.equal(rows.length, expected.length);
  rows.forEach((row, i) => {
    const seen = [row.number, row.src, row.dst, row.protocol, row.length, row.path, row.summary, row.time];
    assert.deepEqual(seen.map(String), expected[i]);
  });
  const newest = await analyzer.get('/packets?limit=3&order=desc');
  assert.deepEqual(
    newest.body.items.map((row: { number: number }) => row.number),
    [5125, 5124, 5123],
  );
});

const FILTERS = [
  'dns',
  'tcp.port == 443',
  'ip.src == 10.20.0.84 && tcp.len > 0',
  'http.request.method == "GET"',
  'dns.qry.name contains "office"',
  'tls.handshake.type == 1',
  'icmp && udp',
  'frame.len > 1000 and not tcp',
  'tcp.analysis.flags',
  'mqtt || ftp',
];

for (const filter of FILTERS) {
  test(`/packets?q=${filter} is what eyrie read -Y finds, whatever columns can decide`, async () => {
    const rows = await all(analyzer, `/packets?limit=100&q=${encodeURIComponent(filter)}`);
    const expected = await fields(filter, 'frame.number');
    assert.deepEqual(
      rows.map(({ number }) => String(number)),
      expected.map(([number]) => number),
    );
  });
}

test('/filter takes the terms of the brief: protocol, addresses, port, time', async () => {
  const cases: [string, string][] = [
    ['protocol=ntp', '_ws.col.Protocol == "NTP"'],
    ['src=192.168.10.12', 'ip.src == 192.168.10.12'],
    ['port=1883&dst=192.168.10.12', 'tcp.port == 1883 && ip.dst == 192.168.10.12'],
    ['from=1795262000&to=1795262001.5', 'frame.time_epoch >= 1795262000 && frame.time_epoch < 1795262001.5'],
  ];
  for (const [terms, filter] of cases) {
    const rows = await all(analyzer, `/filter?limit=500&${terms}`);
    const expected = await fields(filter, 'frame.number');
    assert.ok(expected.length > 0, filter);
    assert.deepEqual(
      rows.map(({ number }) => String(number)),
      expected.map(([number]) => number),
      terms,
    );
  }
});

test('/packets/{id} is the tree of eyrie read -V, and the bytes under each line are the packet’s', async () => {
  const texts = (await eyrie('read', OFFICE, '-V', '-Y', 'frame.number <= 400')).split(/\n\n(?=Frame )/);
  const print = (lines: any[], indent: string): string[] =>
    lines.flatMap((line) => [`${indent}${line.text}`, ...print(line.children, `${indent}    `)]);
  for (const id of [400, 1, 211, 57, 263, 100]) {
    const { body } = await analyzer.get(`/packets/${id}`);
    assert.equal(print(body.tree, '').join('\n'), texts[id - 1], `packet ${id}`);
    assert.equal(body.context.is_whole, true);
    const bytes = await analyzer.get(`/packets/${id}/bytes`);
    assert.deepEqual(
      bytes.body.buffers.map(({ length }: { length: number }) => length),
      body.buffers.map(({ length }: { length: number }) => length),
    );
    const walk = (line: any): void => {
      const length = body.buffers.find((each: any) => each.buffer === line.buffer).length;
      assert.ok(line.start >= 0 && line.start + line.length <= length, `${line.text} lies in its buffer`);
      line.children.forEach(walk);
    };
    body.tree.forEach(walk);
  }
});

test('/packets/{id}/bytes gives the frame, also raw', async () => {
  const [first] = JSON.parse(await eyrie('read', OFFICE, '-c', '1', '-T', 'jsonraw'));
  const hex = first._source.layers.frame_raw[0];
  const { body } = await analyzer.get('/packets/1/bytes');
  assert.equal(Buffer.from(body.buffers[0].data, 'base64').toString('hex'), hex);
  const raw = await fetch(`${analyzer.address}/packets/1/bytes?format=raw&buffer=0`);
  assert.equal(Buffer.from(await raw.arrayBuffer()).toString('hex'), hex);
  assert.equal((await analyzer.get('/packets/1/bytes?buffer=9')).body.error.code, 'no_such_buffer');
});

test('/flows are the records of eyrie read -z flows', async () => {
  const flows = await all(analyzer, '/flows?limit=50&sort=start');
  const text = await eyrie('read', OFFICE, '-q', '-z', 'flows,json');
  const expected = text.trim().split('\n').map((line) => JSON.parse(line));
  const key = (of: any): string => `${of.transport} ${of.stream}`;
  assert.deepEqual(flows.map(key).sort(), expected.map(key).sort());
  const byKey = new Map(expected.map((each) => [key(each), each]));
  for (const flow of flows) {
    const record = byKey.get(key(flow));
    assert.deepEqual(flow.client, record.client);
    assert.deepEqual([flow.packets_to_server, flow.bytes_to_client], [record.toServer.packets, record.toClient.bytes]);
    assert.equal(flow.server_name, record.serverName);
    assert.equal(flow.state, record.tcp?.state ?? null);
    assert.equal(flow.community_id, record.communityId);
  }
});

test('/flows/{id}/stream is what -z follow says, whole and in parts', async () => {
  const flows = await all(analyzer, '/flows?limit=100');
  const wanted = [
    ...flows.filter(({ transport }) => transport === 'tcp').slice(0, 6),
    ...flows.filter(({ transport }) => transport === 'udp').slice(0, 3),
  ];
  assert.equal(wanted.length, 9);
  for (const { id, transport, stream } of wanted) {
    const name = `follow,${transport},raw,${stream}`;
    const expected = JSON.parse(await eyrie('read', OFFICE, '-q', '-z', name, '--json'))[name];
    const whole = await analyzer.get(`/flows/${id}/stream?limit=16777216`);
    const pieces = (list: any[], key: string): unknown[] => list.map((each) => [each.side, each.frame, each[key]]);
    assert.deepEqual(pieces(whole.body.pieces, 'data'), pieces(expected.pieces, 'base64'), name);
    assert.deepEqual(whole.body.sides, expected.sides);
    assert.equal(whole.body.next, null);
    const parts: unknown[] = [];
    for (let after = ''; ; ) {
      const { body } = await analyzer.get(`/flows/${id}/stream?limit=20000${after}`);
      parts.push(...pieces(body.pieces, 'data'));
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    assert.deepEqual(parts, pieces(whole.body.pieces, 'data'));
  }
});

test('/flows/{id}/stream follows http, shows text, takes one side, refuses what is no stream', async () => {
  const [flow] = (await analyzer.get('/flows?application=http&limit=1')).body.items;
  const { body } = await analyzer.get(`/flows/${flow.id}/stream?protocol=http`);
  assert.match(Buffer.from(body.pieces[0].data, 'base64').toString(), /^GET .* HTTP\/1\.1/);
  const text = await analyzer.get(`/flows/${flow.id}/stream?format=ascii&side=0`);
  assert.match(text.body, /^GET /);
  assert.doesNotMatch(text.body, /HTTP\/1\.1 200/);
  assert.equal((await analyzer.get(`/flows/${flow.id}/stream?protocol=udp`)).body.error.code, 'cannot_follow');
});

test('/conversations and /endpoints are those of -z conv and -z endpoints', async () => {
  const conv = JSON.parse(await eyrie('read', OFFICE, '-q', '-z', 'conv,tcp', '--json'))['conv,tcp'];
  const tcp = (await analyzer.get('/conversations?type=tcp&limit=1000')).body.items;
  const ends = (a: string, aPort: number, b: string, bPort: number): string =>
    [`${a} ${aPort}`, `${b} ${bPort}`].sort().join(' ');
  const found = new Set(tcp.map((each: any) => ends(each.a, each.a_port, each.b, each.b_port)));
  assert.ok(conv.length > 50);
  assert.equal(found.size, conv.length);
  const { items } = (await analyzer.get('/endpoints?limit=1000')).body;
  const rows = await fields('', '_ws.col.Source', '_ws.col.Destination', 'frame.len');
  for (const address of ['10.20.0.84', '192.168.10.101', 'fd10:10::1808', '01:80:c2:00:00:00']) {
    const of = items.find((each: any) => each.address === address);
    const sent = rows.filter(([source]) => source === address);
    assert.deepEqual([of.packets_sent, of.bytes_sent], [sent.length, sent.reduce((sum, [, , n]) => sum + Number(n), 0)]);
  }
});

test('/timeline adds up to all packets, in buckets of round width', async () => {
  const { body } = await analyzer.get('/timeline?buckets=50');
  const sum = body.series.flatMap((each: any) => each.packets).reduce((a: number, b: number) => a + b, 0);
  assert.equal(sum, 5125);
  assert.ok(body.buckets <= 50 && body.series.length <= 10);
  assert.match(String(body.step), /^(0\.0*)?[125]0*$/);
  const one = await analyzer.get('/timeline?by=none&q=ntp&buckets=10');
  assert.equal(one.body.series.length, 1);
});

test('/names, /findings, /hosts and /map agree with each other', async () => {
  const names = await all(analyzer, '/names?limit=7');
  assert.ok(names.some(({ address, name }) => address === '192.168.10.12' && /^hub/.test(name)));
  const hosts = (await analyzer.get('/hosts?limit=1000')).body.items;
  const top = await analyzer.get('/hosts?limit=3&sort=packets');
  assert.deepEqual(
    top.body.items.map((each: any) => each.packets),
    hosts.map((each: any) => each.packets).sort((a: number, b: number) => b - a).slice(0, 3),
  );
  const [newest] = (await analyzer.get('/hosts?sort=first&limit=1')).body.items;
  assert.ok(hosts.every((each: any) => Number(each.first) <= Number(newest.first)));
  const detail = (await analyzer.get('/hosts/192.168.10.12')).body;
  assert.deepEqual(detail.host, hosts.find((each: any) => each.address === '192.168.10.12'));
  assert.ok(detail.ports.some((each: any) => each.port === 1883 && each.applications.includes('mqtt')));
  const map = (await analyzer.get('/map?hosts=10')).body;
  assert.equal(map.hosts.length, 10);
  assert.equal(map.hosts_left_out, hosts.length - 10);
  assert.ok(map.links.every(({ a, b }: any) => a < 10 && b < 10 && a !== b));
  const warnings = await all(analyzer, '/findings?severity=warn');
  assert.ok(warnings.length > 0 && warnings.every(({ severity }) => ['warn', 'error'].includes(severity)));
});

test('/export is a capture file with exactly the packets that pass', async () => {
  for (const filter of ['', 'dns', 'http.request', 'ip.src == 10.20.0.84']) {
    const answer = await fetch(`${analyzer.address}/export?q=${encodeURIComponent(filter)}`);
    assert.equal(answer.headers.get('content-type'), 'application/x-pcapng');
    const path = join(analyzer.folder, 'export.pcapng');
    await writeFile(path, Buffer.from(await answer.arrayBuffer()));
    const lines = async (...args: string[]): Promise<string> =>
      eyrie('read', ...args, '-T', 'fields', '-e', 'frame.time_epoch', '-e', 'frame.len', '-e', 'eth.src');
    assert.equal(await lines(path), await lines(OFFICE, ...(filter === '' ? [] : ['-Y', filter])), filter);
  }
  assert.equal((await analyzer.get('/export?q=dnss')).body.error.code, 'bad_filter');
});

test('/export is what tshark reads too', { skip: requireTool('tshark') }, async () => {
  const { execFileSync } = await import('node:child_process');
  const answer = await fetch(`${analyzer.address}/export?q=dns&limit=20`);
  const path = join(analyzer.folder, 'for-tshark.pcapng');
  await writeFile(path, Buffer.from(await answer.arrayBuffer()));
  const lines = execFileSync('tshark', ['-r', path, '-T', 'fields', '-e', 'frame.number'], { encoding: 'utf8' });
  assert.equal(lines.trim().split('\n').length, 20);
});

test('/fields and /filter/check help to write a filter', async () => {
  const { body } = await analyzer.get('/fields?text=dns.qry&limit=5');
  assert.ok(body.items.every(({ name }: any) => name.startsWith('dns.qry')));
  assert.ok(body.items.some(({ name, type }: any) => name === 'dns.qry.name' && type === 'text'));
  const check = async (q: string) => (await analyzer.get(`/filter/check?q=${encodeURIComponent(q)}`)).body;
  const right = await check('tcp.port == 443 && http.host');
  assert.deepEqual(right.fields.map(({ name }: any) => name), ['tcp.port', 'http.host']);
  assert.equal(right.needs_bytes, true);
  assert.equal((await check('ip.src == 192.168.10.0/24 && frame.len < 60')).is_valid, true);
  const wrong = await check('ip.src == 1.2.3.4 && tcp.porrt == 80');
  assert.deepEqual(wrong.error, {
    message: 'no field or protocol "tcp.porrt"; did you mean tcp.port?',
    at: 21,
    length: 9,
    meant: ['tcp.port'],
  });
  assert.equal((await check('')).is_valid, true);
});

test('/openapi.json describes every route, /docs shows them, and neither asks elsewhere', async () => {
  const { body } = await analyzer.get('/openapi.json');
  assert.equal(body.openapi, '3.1.0');
  for (const path of ['/packets/{id}', '/flows/{id}/stream', '/timeline', '/captures', '/live', '/hosts/{address}'])
    assert.ok(body.paths[path] !== undefined, path);
  const references = JSON.stringify(body).match(/"\$ref":"[^"]*"/g) ?? [];
  for (const reference of new Set(references)) {
    const name = /"#\/components\/schemas\/(\w+)"/.exec(reference)?.[1];
    assert.ok(name !== undefined && body.components.schemas[name] !== undefined, reference);
  }
  const docs = await analyzer.get('/docs');
  assert.doesNotMatch(docs.body, /https?:\/\/|<script/);
  assert.match(docs.body, /GET \/packets\/\{id\}/);
});
