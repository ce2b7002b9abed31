// Tests of list logic: colour rules, filter terms, tree lines, stacked series, flows' terms, growing rows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PacketRow, TreeLine } from '../src/api/types.ts';
import { denseSpan, placesOf, stackOf } from '../src/charts/stack.ts';
import { DEFAULT_RULES, ruleFinder } from '../src/list/colours.ts';
import { columnNamed, fieldColumnId, fieldsIn } from '../src/list/columns.ts';
import { GrowingRows } from '../src/list/growing-rows.ts';
import { rowFilter } from '../src/list/row-filter.ts';
import { termOf } from '../src/list/terms.ts';
import { flatten, lineAt, sameLine } from '../src/list/tree-lines.ts';

function fail(error: unknown): never {
  throw error;
}

function row(part: Partial<PacketRow>): PacketRow {
  return {
    id: 1,
    capture: 1,
    number: 1,
    time: '1763712000.000000000',
    src: '10.0.0.1',
    dst: '10.0.0.2',
    src_ip: '10.0.0.1',
    dst_ip: '10.0.0.2',
    src_port: 443,
    dst_port: 50_000,
    protocol: 'TCP',
    length: 60,
    summary: '',
    transport: 'tcp',
    stream: 0,
    path: 'eth:ethertype:ip:tcp',
    has_comment: false,
    ...part,
  };
}

function line(part: Partial<TreeLine>): TreeLine {
  return { name: '', text: '', value: null, start: 0, length: 0, buffer: 0, children: [], ...part };
}

test('default colour rules highlight abnormal packets', () => {
  const ruleFor = ruleFinder(DEFAULT_RULES);
  const look = (part: Partial<PacketRow>) => ruleFor(row(part))?.look ?? null;
  assert.equal(look({ summary: '443 → 50000 [ACK] Seq=1' }), null);
  assert.equal(look({ summary: '443 → 50000 [RST, ACK] Seq=1' }), 'bad');
  assert.equal(look({ summary: '[TCP Retransmission] 443 → 50000 [PSH, ACK]' }), 'warn');
  assert.equal(look({ summary: '50000 → 443 [SYN] Seq=0' }), 'begin');
  assert.equal(look({ summary: 'Standard query 0x1[Malformed Packet]', protocol: 'DNS' }), 'bad');
  assert.equal(look({ summary: 'HTTP/1.1 404 Not Found', protocol: 'HTTP' }), 'warn');
  assert.equal(look({ summary: 'Destination unreachable (Port unreachable)', protocol: 'ICMP' }), 'warn');
});

test('a colour rule is a display filter over the columns of a row', () => {
  const holds = (filter: string, part: Partial<PacketRow> = {}) => {
    const test = rowFilter(filter);
    return typeof test === 'string' ? test : test(row(part));
  };
  assert.equal(holds('tcp.port == 443'), true);
  assert.equal(holds('udp.port == 443'), false);
  assert.equal(holds('tcp.port != 443'), false);
  assert.equal(holds('ip.addr == 10.0.0.2 && frame.len >= 60'), true);
  assert.equal(holds('!tcp || frame.len < 10'), false);
  assert.equal(holds('eth && udp || ip'), true);
  assert.equal(holds('tcp.stream'), true);
  assert.equal(holds('constructor'), false, 'a protocol that no packet has, not what every object has');
  assert.equal(holds('tcp.stream', { stream: null }), false);
  assert.equal(holds('_ws.col.Info contains "a \\"b\\""', { summary: 'say a "b"' }), true);
  assert.equal(holds(String.raw`_ws.col.Info matches "^get \S+$"`, { summary: 'GET /x' }), true);
  for (const [wrong, said] of [
    ['', /^Enter a filter/],
    ['tcp.port ==', /^Enter a value/],
    ['tcp.port = 1', /^Cannot parse this/],
    ['tcp.port like 1', /^Use == /],
    ['dns.qry.name == "x"', /has no dns\.qry\.name/],
    ['frame.len constructor 5', /^Use == /],
    ['tcp udp', /^Enter && or /],
    ['tcp && ', /incomplete/],
    ['_ws.col.Info matches "("', /^Invalid regular expression/],
  ] as const)
    assert.match(String(holds(wrong)), said, wrong);
});

test('disabled and invalid colour rules match nothing', () => {
  const [first] = DEFAULT_RULES;
  const broken = { ...first!, filter: 'tcp.port ==' };
  const off = { ...first!, filter: 'tcp', isOn: false };
  const good = { ...first!, filter: 'tcp', look: 'mark' as const };
  assert.equal(ruleFinder([broken, off])(row({})), null);
  assert.equal(ruleFinder([broken, off, good])(row({})), good);
});

test('a cell has a filter term by its column', () => {
  const term = (id: string, part: Partial<PacketRow> = {}) => columnNamed(id)!.term!(row(part));
  assert.equal(term('src'), 'ip.src == 10.0.0.1');
  assert.equal(term('dst', { dst: 'fe80::1', dst_ip: 'fe80::1' }), 'ipv6.dst == fe80::1');
  assert.equal(term('src', { src: '00:11:22:33:44:55', src_ip: null }), 'eth.src == 00:11:22:33:44:55');
  assert.equal(term('dst_port', { transport: 'udp' }), 'udp.dstport == 50000');
  assert.equal(term('stream', { stream: null }), null);
});

test('a line of the tree has a filter term', () => {
  assert.equal(termOf(line({ name: 'tcp.port', value: '443' })), 'tcp.port == 443');
  assert.equal(termOf(line({ name: 'ip.src', value: '10.0.0.1' })), 'ip.src == 10.0.0.1');
  assert.equal(termOf(line({ name: 'eth.src', value: '00:0d:b9:4a:10:01' })), 'eth.src == 00:0d:b9:4a:10:01');
  assert.equal(termOf(line({ name: 'http.host', value: 'www.example' })), 'http.host == "www.example"');
  assert.equal(termOf(line({ name: 'http.user_agent', value: 'a "b"' })), 'http.user_agent == "a \\"b\\""');
  assert.equal(termOf(line({ name: 'dns.flags.response', value: 'true' })), 'dns.flags.response == true');
  assert.equal(termOf(line({ name: 'dns', value: null })), 'dns');
  assert.equal(termOf(line({ text: '[3 lines]' })), null);
});

test('a byte selects the narrowest line that covers it, with the keys of its ancestors', () => {
  const tree = [
    line({ name: 'eth', start: 0, length: 14 }),
    line({ name: 'ip', start: 14, length: 20, children: [line({ name: 'ip.src', start: 26, length: 4 })] }),
  ];
  const found = lineAt(tree, 0, 27);
  assert.equal(found?.line.name, 'ip.src');
  assert.deepEqual(found?.keys, ['ip']);
  assert.equal(lineAt(tree, 0, 15)?.line.name, 'ip');
  assert.equal(lineAt(tree, 0, 99), null);
  assert.equal(flatten(tree, new Set()).length, 2);
  assert.deepEqual(
    flatten(tree, new Set(['ip'])).map(({ path }) => path),
    ['0', '1', '1.0'],
  );
});

test('a span of time is dense if it is narrow and has nearly all packets', () => {
  const spanOf = (...filled: [bucket: number, packets: number][]) => {
    const totals = new Float64Array(100);
    for (const [bucket, packets] of filled) totals[bucket] = packets;
    return denseSpan({ times: totals.map((_, i) => 1000 + 10 * i), step: 10, totals });
  };
  assert.deepEqual(spanOf([0, 1], [98, 60], [99, 40]), { from: 1980, to: 2000 });
  assert.deepEqual(spanOf([3, 50], [4, 50], [99, 1]), { from: 1030, to: 1050 });
  assert.equal(spanOf([0, 10], [99, 90]), null, 'a tenth is not left out');
  assert.equal(spanOf([40, 50], [50, 50]), null, 'a tenth of the time is not narrow');
  assert.equal(spanOf(), null, 'no packets');
  const [times, totals] = [new Float64Array([5]), new Float64Array([7])];
  assert.equal(denseSpan({ times, step: 1, totals }), null, 'a single bucket');
  assert.equal(denseSpan({ times: new Float64Array(), step: 1, totals: new Float64Array() }), null);
});

test('series per protocol become stacked series per family', () => {
  const packets = (a: number, b: number) => ({ packets: [a, b], bytes: [a * 10, b * 10] });
  const stack = stackOf(
    {
      start: 100,
      step: 0.5,
      buckets: 2,
      is_exact: true,
      series: [
        { key: 'TCP', ...packets(3, 0) },
        { key: 'HTTP', ...packets(1, 2) },
        { key: 'QUIC', ...packets(1, 1) },
        { key: 'other', ...packets(0, 5) },
      ],
    },
    'packets',
  );
  assert.deepEqual(
    stack.series.map(({ family }) => family),
    ['web', 'transport', 'other'],
  );
  assert.deepEqual(stack.series[0]!.protocols, ['HTTP', 'QUIC']);
  assert.deepEqual([...stack.tops[1]!], [5, 3]);
  assert.deepEqual([...stack.totals], [5, 8]);
  assert.deepEqual([...stack.times], [100, 100.5]);
  assert.equal(placesOf(0.5), 1);
  assert.equal(placesOf(0.002), 3);
  assert.equal(placesOf(20), 0);
});

test('rows of a filter without a count load page by page, each once', async () => {
  const asked: (string | null)[] = [];
  const rows = new GrowingRows(
    async (_limit, after) => {
      asked.push(after);
      const from = Number(after ?? 0);
      return {
        items: Array.from({ length: 200 }, (_, i) => row({ id: from + i })),
        next: from < 400 ? String(from + 200) : null,
      };
    },
    () => {},
    fail,
  );
  rows.want(0, 1);
  rows.want(0, 1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(rows.total, 200);
  rows.want(150, 190);
  await new Promise((resolve) => setImmediate(resolve));
  rows.want(350, 400);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(asked, [null, '200', '400']);
  assert.equal(rows.total, 600);
  assert.ok(rows.isAtEnd);
  assert.equal(await rows.find({ id: 399 }), 399);
});

test('the selected line is found in the next packet if it is the same field', () => {
  const line = (name: string, children: TreeLine[] = []): TreeLine => ({
    ...{ name, text: name, value: null, start: 0, length: 1, buffer: 0 },
    children,
  });
  const chosen = { path: '1.1', line: line('ip.dst') };
  const next = [line('frame'), line('ip', [line('ip.src'), line('ip.dst')])];
  assert.deepEqual(sameLine(next, chosen), { path: '1.1', line: next[1]!.children[1] });
  assert.equal(sameLine([line('frame'), line('arp', [line('arp.opcode')])], chosen), null);
  assert.equal(sameLine([], chosen), null);
});

test('a field’s column has the field’s values, numbers in their order, and a term for each cell', () => {
  assert.deepEqual(fieldsIn(['number', 'field:tcp.window_size', 'summary']), ['tcp.window_size']);
  const column = columnNamed(fieldColumnId('tcp.window_size'))!;
  assert.equal(column, columnNamed('field:tcp.window_size'), 'the same object, by which rows are compared');
  const of = (value: string | null) => row({ fields: { 'tcp.window_size': value } });
  assert.equal(column.title, 'tcp.window_size');
  assert.equal(column.text(of('501'), {} as never), '501');
  assert.equal(column.text(of(null), {} as never), '');
  assert.deepEqual([column.value(of('501')), column.value(of('501,17'))], [501, '501,17']);
  assert.equal(column.term!(of('501')), 'tcp.window_size == 501');
  assert.equal(column.term!(of('501,17')), 'tcp.window_size');
  assert.equal(column.term!(row({})), 'tcp.window_size');
});

test('a column of a protocol or a label marks the packets that have it, and filters by its presence', () => {
  const column = columnNamed(fieldColumnId('tcp.segments'))!;
  const [has, lacks] = ['', null].map((value) => row({ fields: { 'tcp.segments': value } }));
  assert.deepEqual([column.text(has!, {} as never), column.text(lacks!, {} as never)], ['✓', '']);
  assert.notEqual(column.value(has!), column.value(lacks!), 'they are sorted apart');
  assert.equal(column.term!(has!), 'tcp.segments');
});
