// Fields of packets as columns of a list, and the segments of a flow: both are what eyrie read says.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Analyzer, fields, type Json, OFFICE, officeStore, startAnalyzer } from './support.ts';

let analyzer: Analyzer;
before(async () => {
  analyzer = await startAnalyzer(await officeStore());
});
after(async () => {
  await analyzer.close();
  await analyzer.store.close();
});

test('/packets tells the values of fields, as eyrie read -e; of protocols and labels, that they are there; of none, null; of unknown ones, what was meant', async () => {
  const names = ['tcp.window_size', 'dns.qry.name', 'tcp.flags.syn', 'ip.ttl'];
  const expected = await fields(OFFICE, ...names);
  const { body } = await analyzer.get(`/packets?limit=1000&fields=${names.join(',')}`);
  assert.deepEqual(
    body.items.map((row: Json) => names.map((name) => row.fields[name] ?? '')),
    expected.slice(0, 1000),
  );
  assert.equal(body.items[0].fields['tcp.window_size'], null);
  assert.equal((await analyzer.get('/packets?limit=1')).body.items[0].fields, undefined);
  const wrong = await analyzer.get('/packets?limit=1&fields=tcp.window_sise');
  assert.deepEqual(
    [wrong.status, wrong.body.error.code, wrong.body.error.hint],
    [400, 'bad_value', 'did you mean tcp.window_size?'],
  );
  for (const name of ['tcp.segments', 'tcp.analysis.retransmission']) {
    const { items } = (await analyzer.get(`/packets?limit=3&q=${name}&fields=tcp,udp,${name}`)).body;
    assert.equal(items.length, 3);
    for (const row of items) assert.deepEqual(row.fields, { tcp: '', udp: null, [name]: '' });
  }
  const many = Array.from({ length: 13 }, (_, i) => `f${i}`).join(',');
  assert.match((await analyzer.get(`/packets?fields=${many}`)).body.error.message, /at most 12/);
});

test('/flows/{id}/segments has the numbers of eyrie read for every packet, and its findings', async () => {
  const flows = (await analyzer.get('/flows?sort=bytes&transport=tcp&limit=12')).body.items;
  assert.ok(flows.some((flow: Json) => flow.retransmissions > 0));
  const read = await fields(
    OFFICE,
    'tcp.stream',
    'frame.number',
    'tcp.srcport',
    'tcp.seq',
    'tcp.ack',
    'tcp.len',
    'tcp.window_size',
    'tcp.options.sack_le',
    'tcp.analysis.ack_rtt',
    'tcp.analysis.bytes_in_flight',
    'tcp.analysis.retransmission',
    'tcp.analysis.out_of_order',
    '_ws.col.Info',
  );
  for (const flow of flows) {
    const { items, is_whole } = (await analyzer.get(`/flows/${flow.id}/segments`)).body;
    const expected = read.filter(([stream]) => stream === String(flow.stream)).map((row) => row.slice(1));
    const text = (value: unknown) => (value === null ? '' : String(value));
    const has = (list: string[], name: string) => (list.includes(name) ? '1' : '');
    assert.deepEqual(
      items.map(({ number, side, length, tcp, summary }: Json) => [
        String(number),
        String(side === 0 ? flow.client.port : flow.server.port),
        ...[tcp.seq, tcp.ack, length, tcp.window].map(String),
        tcp.sack.map(([left]: [number, number]) => left).join(),
        tcp.rtt === null ? '' : tcp.rtt.toFixed(9),
        text(tcp.in_flight),
        has(tcp.findings, 'retransmission'),
        has(tcp.findings, 'out_of_order'),
        summary,
      ]),
      expected,
      `stream ${flow.stream}`,
    );
    assert.equal(is_whole, true);
  }
});

test('/flows/{id}/segments of UDP has sides and lengths, and no TCP', async () => {
  const [flow] = (await analyzer.get('/flows?transport=udp&application=dns&limit=1')).body.items;
  const { items } = (await analyzer.get(`/flows/${flow.id}/segments`)).body;
  assert.equal(items.length, flow.packets_to_server + flow.packets_to_client);
  assert.deepEqual([items[0].side, items[0].tcp, items[0].protocol], [0, null, 'DNS']);
  assert.match(items[0].summary, /^Standard query 0x/);
});
