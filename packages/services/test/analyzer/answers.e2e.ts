// What the API answers is what eyrie read says of the same capture.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openCapture } from '@eyrie/capture';
import { newFrame } from '@eyrie/dissect';
import { requireTool } from '../../../../test/support/tools.ts';
import { until } from '../../../../test/support/until.ts';
import {
  type Analyzer,
  all,
  eyrie,
  fields,
  type Json,
  OFFICE,
  officeStore,
  passing,
  startAnalyzer,
} from './support.ts';

let analyzer: Analyzer;
before(async () => {
  analyzer = await startAnalyzer(await officeStore());
});
after(async () => {
  await analyzer.close();
  await analyzer.store.close();
});

let rows: string[][];
before(async () => {
  rows = await fields(
    OFFICE,
    'frame.number',
    '_ws.col.Source',
    '_ws.col.Destination',
    '_ws.col.Protocol',
    'frame.len',
    'frame.protocols',
    '_ws.col.Info',
    'frame.time_epoch',
  );
});

function counted(rows: readonly (readonly [string, string])[]): Map<string, [number, number]> {
  const counts = new Map<string, [number, number]>();
  for (const [key, bytes] of rows) {
    const count = counts.get(key) ?? [0, 0];
    counts.set(key, [count[0] + 1, count[1] + Number(bytes)]);
  }
  return counts;
}

test('/protocol_summary counts the Protocol column, and terms narrow it down', async () => {
  const { body } = await analyzer.get('/protocol_summary');
  const expected = counted(rows.map((row) => [row[3]!, row[4]!]));
  const found = body.items.map((each: Json) => [each.protocol, [each.packets, each.bytes]]);
  assert.deepEqual(new Map(found), expected);
  assert.equal(body.packets, 5125);
  assert.equal(body.is_exact, true);
  const filter = 'frame.len > 1000 && _ws.col.Protocol == "TCP"';
  const some = await analyzer.get(
    `/protocol_summary?q=${encodeURIComponent('frame.len > 1000')}&protocol=tcp`,
  );
  assert.ok(some.body.packets >= (await passing(OFFICE, [filter])).get(filter)!.length);
});

test('/protocol_summary?by= counts protocols by conversation as eyrie read shows them, page after page', async () => {
  const found = await all(analyzer, '/protocol_summary?by=conversation&limit=20');
  const expected = counted(
    rows.map(([, src, dst, protocol, bytes]) => [`${[src, dst].sort().join(' ')} ${protocol}`, bytes!]),
  );
  assert.deepEqual(
    new Map(found.map((row) => [`${row.a} ${row.b} ${row.protocol}`, [row.packets, row.bytes]])),
    expected,
  );
  const { body: dns } = await analyzer.get('/protocol_summary?by=port&q=dns&limit=1');
  assert.deepEqual([dns.items[0].transport, dns.items[0].port, dns.items[0].protocol], ['udp', 53, 'DNS']);
  assert.equal(dns.packets, (await passing(OFFICE, ['dns'])).get('dns')!.length);
  const { body: arp } = await analyzer.get('/protocol_summary?by=port&q=arp%26%26!udp');
  assert.ok(arp.items.length > 0);
  for (const { transport, port } of arp.items) assert.deepEqual([transport, port], [null, null]);
  const { items: top } = (await analyzer.get('/protocol_summary?by=conversation&top=1')).body;
  assert.equal(new Set(top.map((row: Json) => `${row.a} ${row.b}`)).size, 1);
  assert.equal((await analyzer.get('/protocol_summary?top=1')).body.error.code, 'bad_value');
  const { body: wrong } = await analyzer.get(`/protocol_summary?by=endpoint&after=${dns.next}`);
  assert.equal(wrong.error.code, 'bad_cursor');
  assert.equal((await analyzer.get('/protocol_summary?by=colour')).body.error.code, 'bad_value');
});

test('/hierarchy counts the paths of layers, as -z io,phs', async () => {
  const { body } = await analyzer.get('/hierarchy');
  const phs = JSON.parse(await eyrie('read', OFFICE, '-q', '-z', 'io,phs', '--json'))['io,phs'];
  // Deeper down, frame.protocols and the hierarchy name some layers differently.
  const lines = (nodes: Json[], depth: number, key: string, path = ''): string[] =>
    nodes.flatMap((node) => [
      `${path}/${node.name} ${node[key]} ${node.bytes}`,
      ...(depth > 1 ? lines(node.children, depth - 1, key, `${path}/${node.name}`) : []),
    ]);
  assert.deepEqual(lines(body.items, 2, 'packets').sort(), lines(phs, 2, 'frames').sort());
});

test('/packets pages through all packets in order, and each row says what the list of eyrie read says', async () => {
  const found = await all(analyzer, '/packets?limit=1000');
  assert.equal(found.length, rows.length);
  found.forEach((row, i) => {
    const seen = [row.number, row.src, row.dst, row.protocol, row.length, row.path, row.summary, row.time];
    assert.deepEqual(seen.map(String), rows[i]);
  });
  const newest = await analyzer.get('/packets?limit=3&order=desc');
  assert.deepEqual(
    newest.body.items.map((row: Json) => row.number),
    [5125, 5124, 5123],
  );
});

test('/packets?sort= puts all packets in the order of a column, page after page', async () => {
  const found = await all(analyzer, '/packets?limit=1000&sort=length&order=desc');
  const lengths = rows.map((row) => Number(row[4])).sort((a, b) => b - a);
  assert.deepEqual(
    found.map(({ length }) => length),
    lengths,
  );
  const named = await all(
    analyzer,
    `/packets?limit=50&sort=protocol&q=${encodeURIComponent('http.host || dns')}`,
  );
  const protocols = named.map(({ protocol }) => protocol);
  assert.deepEqual(protocols, protocols.toSorted());
  const expected = await passing(OFFICE, ['http.host || dns']);
  assert.deepEqual(
    named.map(({ number }) => number).sort((a, b) => a - b),
    expected.get('http.host || dns'),
  );
  assert.equal((await analyzer.get('/packets?sort=colour')).body.error.code, 'bad_value');
  const { next } = (await analyzer.get('/packets?sort=length&limit=1')).body;
  assert.equal((await analyzer.get(`/packets?limit=1&after=${next}`)).body.error.code, 'bad_cursor');
});

test('/packets?q= is what eyrie read -Y finds, whatever columns can decide', async () => {
  const filters = [
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
  const expected = await passing(OFFICE, filters);
  for (const filter of filters) {
    const found = await all(analyzer, `/packets?limit=100&q=${encodeURIComponent(filter)}`);
    assert.deepEqual(
      found.map(({ number }) => number),
      expected.get(filter),
      filter,
    );
  }
});

test('/filter takes the terms of the brief: protocol, addresses, port, time', async () => {
  const cases: [string, string][] = [
    ['protocol=ntp', '_ws.col.Protocol == "NTP"'],
    ['src=192.168.10.12', 'ip.src == 192.168.10.12 && _ws.col.Source == "192.168.10.12"'],
    ['port=1883&dst=192.168.10.12', 'tcp.port == 1883 && ip.dst == 192.168.10.12'],
    ['from=1795262000&to=1795262001.5', 'frame.time_epoch >= 1795262000 && frame.time_epoch < 1795262001.5'],
  ];
  const expected = await passing(
    OFFICE,
    cases.map(([, filter]) => filter),
  );
  for (const [terms, filter] of cases) {
    const found = await all(analyzer, `/filter?limit=500&${terms}`);
    assert.ok(found.length > 0, terms);
    assert.deepEqual(
      found.map(({ number }) => number),
      expected.get(filter),
      terms,
    );
  }
});

test('/packets/{id} is the tree of eyrie read -V, and the bytes under each line are the packet’s', async () => {
  const text = await eyrie('read', OFFICE, '-V', '-c', '400');
  const texts = text.replace(/\n\n$/, '').split(/\n\n(?=Frame )/);
  const print = (lines: Json[], indent: string): string[] =>
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
    const walk = (line: Json): void => {
      const length = body.buffers.find((each: Json) => each.buffer === line.buffer).length;
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
  const expected = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const key = (of: Json): string => `${of.transport} ${of.stream}`;
  assert.deepEqual(flows.map(key).sort(), expected.map(key).sort());
  const byKey = new Map(expected.map((each) => [key(each), each]));
  for (const flow of flows) {
    const record = byKey.get(key(flow));
    assert.deepEqual(flow.client, record.client);
    assert.deepEqual(
      [flow.packets_to_server, flow.bytes_to_client],
      [record.toServer.packets, record.toClient.bytes],
    );
    assert.equal(flow.server_name, record.serverName);
    assert.equal(flow.state, record.tcp?.state ?? null);
    assert.equal(flow.community_id, record.communityId);
  }
});

test('/flows?q= are the conversations of the packets that pass', async () => {
  const filter = encodeURIComponent('http.host');
  const packets = await all(analyzer, `/packets?limit=1000&q=${filter}`);
  const flows = await all(analyzer, `/flows?limit=7&q=${filter}`);
  const streams = new Set(packets.map(({ stream }) => stream));
  for (const stream of streams) assert.ok(flows.some((flow) => flow.stream === stream));
  const dns = await analyzer.get('/flows?q=dns&limit=1000');
  assert.deepEqual([dns.body.is_exact, dns.body.total], [true, null]);
  const counted = await analyzer.get('/flows?q=dns&limit=1&count=true');
  assert.equal(counted.body.total, dns.body.items.length);
  assert.ok(dns.body.items.every((flow: Json) => flow.applications.includes('dns')));
  assert.equal((await analyzer.get('/findings?q=nosuch')).body.error.code, 'bad_filter');
  assert.ok((await analyzer.get('/names?q=tls')).body.items.length > 0);
});

test('/flows/{id}/substreams lists the streams of HTTP/2 that say something, and each can be followed', async () => {
  const [flow] = (await analyzer.get('/flows?application=http2&limit=1')).body.items;
  const { items, is_whole } = (await analyzer.get(`/flows/${flow.id}/substreams?protocol=http2`)).body;
  assert.equal(is_whole, true);
  // Its client gives priorities to streams 3 to 11, which never begin (RFC 9113 §5.3.1).
  assert.deepEqual([items[0].stream, items[0].connection], [13, 0]);
  const stream = `/flows/${flow.id}/stream?protocol=http2&substream=13`;
  const { pieces, sides } = (await analyzer.get(stream)).body;
  assert.deepEqual(sides, [flow.client, flow.server]);
  const texts = pieces.map(({ data }: Json) => Buffer.from(data, 'base64').toString('latin1'));
  assert.match(texts[0], /^:method: GET\n:path: \/index\.html\n/);
  assert.match(texts[1], /^:status: 200\n(.+\n)*content-encoding: gzip\n\n$/);
  assert.match(texts[2], /^<!doctype html>/i, 'the body alone, without the head of its frame and its coding');
  assert.equal(pieces[0].frame, items[0].frame);
  assert.deepEqual((await analyzer.get(`${stream.replace('=13', '=3')}`)).body.pieces, []);
  const [dns] = (await analyzer.get('/flows?transport=udp&limit=1')).body.items;
  assert.equal(
    (await analyzer.get(`/flows/${dns.id}/substreams?protocol=http2`)).body.error.code,
    'cannot_follow',
  );
});

test('/flows/{id}/stream is what -z follow says, whole and in parts', async () => {
  const flows = await all(analyzer, '/flows?limit=100');
  const wanted = [
    ...flows.filter(({ transport }) => transport === 'tcp').slice(0, 6),
    ...flows.filter(({ transport }) => transport === 'udp').slice(0, 3),
  ];
  assert.equal(wanted.length, 9);
  const nameOf = ({ transport, stream }: Json): string => `follow,${transport},raw,${stream}`;
  const asked = wanted.flatMap((flow) => ['-z', nameOf(flow)]);
  const said = JSON.parse(await eyrie('read', OFFICE, '-q', ...asked, '--json'));
  for (const flow of wanted) {
    const expected = said[nameOf(flow)];
    const whole = await analyzer.get(`/flows/${flow.id}/stream?limit=16777216`);
    const pieces = (list: Json[], key: string): Json[] =>
      list.map((each) => [each.side, each.frame, each[key]]);
    assert.deepEqual(pieces(whole.body.pieces, 'data'), pieces(expected.pieces, 'base64'), nameOf(flow));
    assert.deepEqual(whole.body.sides, expected.sides);
    assert.equal(whole.body.next, null);
    const parts: Json[] = [];
    for (let after = ''; ; ) {
      const { body } = await analyzer.get(`/flows/${flow.id}/stream?limit=20000${after}`);
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
  assert.equal(
    (await analyzer.get(`/flows/${flow.id}/stream?protocol=udp`)).body.error.code,
    'cannot_follow',
  );
});

test('/flows/{id}/objects lists what was transferred, each to be had as a file; raw is the whole stream', async () => {
  const [flow] = (await analyzer.get('/flows?application=http&sort=bytes&limit=1')).body.items;
  const { items, is_whole } = (await analyzer.get(`/flows/${flow.id}/objects`)).body;
  const [plans] = items;
  assert.deepEqual(
    [items.length, is_whole, plans.kind, plans.name, plans.bytes],
    [1, true, 'http', 'plans.zip', 620_004],
  );
  assert.deepEqual([plans.type, plans.host], ['application/zip', 'files.alder.example:8081']);
  const answer = await fetch(`${analyzer.address}/flows/${flow.id}/objects/0`);
  const file = Buffer.from(await answer.arrayBuffer());
  assert.deepEqual([file.length, file.subarray(0, 4).toString('latin1')], [620_004, 'PK\x03\x04']);
  assert.equal(answer.headers.get('content-disposition'), 'attachment');
  assert.equal((await analyzer.get(`/flows/${flow.id}/objects/1`)).body.error.code, 'not_found');
  const raw = await fetch(`${analyzer.address}/flows/${flow.id}/stream?format=raw&side=1`);
  assert.ok(Buffer.from(await raw.arrayBuffer()).includes(file));
});

test('so many objects are read at once, no more: each may be large; whoever is done makes room', async () => {
  const [flow] = (await analyzer.get('/flows?application=http&sort=bytes&limit=1')).body.items;
  const asked = () => analyzer.get(`/flows/${flow.id}/objects`);
  const answers = await Promise.all(Array.from({ length: 8 }, asked));
  const codes = answers.map(({ body }) => body.error?.code ?? 'listed');
  assert.deepEqual([codes.includes('listed'), codes.includes('too_many_requests')], [true, true]);
  await until('a place for another', async () => (await asked()).body.items?.length === 1);
});

test('/conversations and /endpoints are those of -z conv and -z endpoints', async () => {
  const conv = JSON.parse(await eyrie('read', OFFICE, '-q', '-z', 'conv,tcp', '--json'))['conv,tcp'];
  const tcp = (await analyzer.get('/conversations?type=tcp&limit=1000')).body.items;
  const ends = (a: string, aPort: number, b: string, bPort: number): string =>
    [`${a} ${aPort}`, `${b} ${bPort}`].sort().join(' ');
  const found = new Set(tcp.map((each: Json) => ends(each.a, each.a_port, each.b, each.b_port)));
  assert.ok(conv.length > 50);
  assert.equal(found.size, conv.length);
  const { items } = (await analyzer.get('/endpoints?limit=1000')).body;
  for (const address of ['10.20.0.84', '192.168.10.101', 'fd10:10::1808', '01:80:c2:00:00:00']) {
    const of = items.find((each: Json) => each.address === address);
    const sent = rows.filter((row) => row[1] === address);
    assert.deepEqual(
      [of.packets_sent, of.bytes_sent],
      [sent.length, sent.reduce((sum, row) => sum + Number(row[4]), 0)],
    );
  }
});

test('/timeline adds up to all packets, in buckets of round width', async () => {
  const { body } = await analyzer.get('/timeline?buckets=50');
  const sum = body.series.flatMap((each: Json) => each.packets).reduce((a: number, b: number) => a + b, 0);
  assert.equal(sum, 5125);
  assert.ok(body.buckets <= 50 && body.series.length <= 10);
  assert.match(String(body.step), /^(0\.0*)?[125]0*$/);
  const one = await analyzer.get('/timeline?by=none&q=ntp&buckets=10');
  assert.equal(one.body.series.length, 1);
});

test('/names, /findings, /hosts and /map agree with each other', async () => {
  const names = await all(analyzer, '/names?limit=7');
  assert.ok(names.some(({ address, name }) => address === '192.168.10.12' && /^hub/.test(name)));
  // Its Host header says files.alder.example:8081.
  assert.ok(names.some(({ name, source }) => name === 'files.alder.example' && source === 'http'));
  assert.deepEqual(
    names.filter(({ name }) => name.includes(':')),
    [],
  );
  const hosts = (await analyzer.get('/hosts?limit=1000')).body.items;
  for (const [sort, column] of [
    ['packets', 'packets'],
    ['sent', 'bytes_sent'],
    ['received', 'bytes_received'],
  ] as const) {
    const top = await analyzer.get(`/hosts?limit=3&sort=${sort}`);
    assert.deepEqual(
      top.body.items.map((each: Json) => each[column]),
      hosts
        .map((each: Json) => each[column])
        .sort((a: number, b: number) => b - a)
        .slice(0, 3),
    );
  }
  const [newest] = (await analyzer.get('/hosts?sort=first&limit=1')).body.items;
  assert.ok(hosts.every((each: Json) => Number(each.first) <= Number(newest.first)));
  const detail = (await analyzer.get('/hosts/192.168.10.12')).body;
  assert.deepEqual(
    detail.host,
    hosts.find((each: Json) => each.address === '192.168.10.12'),
  );
  assert.ok(detail.ports.some((each: Json) => each.port === 1883 && each.applications.includes('mqtt')));
  const map = (await analyzer.get('/map?hosts=10')).body;
  assert.equal(map.hosts.length, 10);
  assert.equal(map.hosts_left_out, hosts.length - 10);
  assert.ok(map.links.every(({ a, b }: Json) => a < 10 && b < 10 && a !== b));
  const warnings = await all(analyzer, '/findings?severity=warn');
  assert.ok(warnings.length > 0 && warnings.every(({ severity }) => ['warn', 'error'].includes(severity)));
});

test('/export is a capture file with exactly the packets that pass', async () => {
  const filters = ['frame', 'dns', 'http.request', 'ip.src == 10.20.0.84'];
  const expected = await passing(OFFICE, filters);
  for (const filter of filters) {
    const answer = await fetch(`${analyzer.address}/export?q=${encodeURIComponent(filter)}`);
    assert.equal(answer.headers.get('content-type'), 'application/x-pcapng');
    const path = join(analyzer.folder, 'export.pcapng');
    await writeFile(path, Buffer.from(await answer.arrayBuffer()));
    const found = await bytesOf(path);
    const all = await bytesOf(OFFICE);
    assert.deepEqual(
      found,
      expected.get(filter)!.map((number) => all[number - 1]),
      filter,
    );
  }
  assert.equal((await analyzer.get('/export?q=dnss')).body.error.code, 'bad_filter');
});

/** Time, length and bytes of each packet. */
async function bytesOf(path: string): Promise<string[]> {
  const found: string[] = [];
  const source = await openCapture(path);
  const frame = newFrame();
  for await (const reader of source.chunks())
    while (reader.next(frame)) {
      const hex = Buffer.from(frame.data.subarray(frame.start, frame.end)).toString('hex');
      found.push(`${frame.seconds}.${frame.nanoseconds} ${frame.wireLength} ${hex}`);
    }
  assert.equal(source.reader.problem, null);
  return found;
}

test('/export is what tshark reads too', { skip: requireTool('tshark') }, async () => {
  const { execFileSync } = await import('node:child_process');
  const answer = await fetch(`${analyzer.address}/export?q=dns&limit=20`);
  const path = join(analyzer.folder, 'for-tshark.pcapng');
  await writeFile(path, Buffer.from(await answer.arrayBuffer()));
  const lines = execFileSync('tshark', ['-r', path, '-T', 'fields', '-e', 'frame.number'], {
    encoding: 'utf8',
  });
  assert.equal(lines.trim().split('\n').length, 20);
});

test('/fields and /filter/check help to write a filter', async () => {
  const { body } = await analyzer.get('/fields?text=dns.qry&limit=5');
  assert.ok(body.items.every(({ name }: Json) => name.startsWith('dns.qry')));
  assert.ok(body.items.some(({ name, type }: Json) => name === 'dns.qry.name' && type === 'text'));
  const check = async (q: string) => (await analyzer.get(`/filter/check?q=${encodeURIComponent(q)}`)).body;
  const right = await check('tcp.port == 443 && dns.qry.name');
  assert.deepEqual(
    right.fields.map(({ name }: Json) => name),
    ['tcp.port', 'dns.qry.name'],
  );
  assert.equal(right.needs_bytes, false);
  assert.equal((await check('dns.qry.name contains "office"')).needs_bytes, true);
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
  const operations = Object.values(body.paths).flatMap((each) => Object.values(each as Json));
  const ids = operations.map(({ operationId }: Json) => operationId);
  assert.ok(ids.every((id) => /^[a-z][A-Za-z0-9]+$/.test(id)));
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(body.paths['/packets/{id}/bytes'].get.operationId, 'getPacketsByIdBytes');
  for (const path of [
    '/packets/{id}',
    '/flows/{id}/stream',
    '/timeline',
    '/captures',
    '/live',
    '/hosts/{address}',
  ])
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
