// Packets that are too far into a capture to be reached from its beginning, and packets of a ring: their bytes, their
// conversation, and what is said when they are gone.
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { createCapture, openCapture, RingWriter } from '@eyrie/capture';
import { CaptureReader, newFrame, PcapngWriter } from '@eyrie/dissect';
import { openStore, type Store } from '@eyrie/store';
import { framesOf, session } from '../../../../test/support/tls-session.ts';
import { silentLog } from '../../src/log/index.ts';
import { FILE_FLOWS } from '../../src/parser/flow-times.ts';
import { Run, startParsing } from '../../src/pipeline/index.ts';
import { type Analyzer, all, imported, type Json, OFFICE, startAnalyzer } from './support.ts';

/** The kind of secrets that SSLKEYLOGFILE has, in pcapng. */
const TLS_KEY_LOG = 0x544c534b;
const PACKETS = 5125;
/** Packets before those that are looked at. */
const BEFORE = 50_000;

let folder: string;
let store: Store;
let analyzer: Analyzer;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'eyrie-far-'));
  store = await openStore('duckdb::memory:');
  analyzer = await startAnalyzer(store);
});
after(async () => {
  await analyzer.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function eachFrame(
  see: (frame: ReturnType<typeof newFrame>) => void | Promise<void>,
  reader?: (from: Json) => void,
) {
  const source = await openCapture(OFFICE);
  reader?.(source.reader);
  const frame = newFrame();
  for await (const chunk of source.chunks()) while (chunk.next(frame)) await see(frame);
}

test('far into a large capture, a tree is that of its conversation, and says so', async () => {
  const path = join(folder, 'long.pcapng');
  const output = await createCapture(path);
  // One packet again and again, so that all that is told is far from the beginning.
  await eachFrame((frame) => {
    for (let i = 0; frame.number === 33 && i < BEFORE; i++) output.write(frame);
  });
  await eachFrame((frame) => void output.write(frame));
  await output.close();
  const far = await imported(store, path);
  const near = await imported(store, OFFICE);
  const rowOf = async (capture: number, number: number): Promise<Json> =>
    (await analyzer.get(`/packets?capture=${capture}&q=frame.number==${number}`)).body.items[0];
  const texts = (lines: Json[]): string[] => lines.flatMap((line) => [line.text, ...texts(line.children)]);
  // What counts packets and streams, or time from the capture's beginning, or what is known of other conversations.
  const counts =
    /Stream index|Request in|Response in|first frame|interface|Frame|in frame: |Time shift|Timestamps/i;
  const plain = (tree: Json[]): string[] => texts(tree.slice(1)).filter((text) => !counts.test(text));
  // DNS, TCP with a handshake, HTTP, MQTT, DHCP, ARP, TLS.
  for (const number of [4, 85, 211, 217, 62, 33, 400]) {
    const [here, there] = [await rowOf(near, number), await rowOf(far, number + BEFORE)];
    const expected = (await analyzer.get(`/packets/${here.id}`)).body;
    const found = (await analyzer.get(`/packets/${there.id}`)).body;
    assert.deepEqual([expected.context.kind, found.context.kind], ['capture', 'conversation']);
    assert.deepEqual(plain(found.tree), plain(expected.tree), `packet ${number}`);
    assert.equal(
      found.packet.summary.replace(/ \(.*\)$/, ''),
      expected.packet.summary.replace(/ \(.*\)$/, ''),
    );
    const index = texts(found.tree).find((text) => text.startsWith('[Stream index'));
    if (index !== undefined) assert.equal(index, `[Stream index: ${found.packet.stream}]`);
    const delta = texts(found.tree).find((text) => text.startsWith('[Time delta from previous captured'));
    if (number > 1)
      assert.equal(
        delta,
        texts(expected.tree).find((text) => text.startsWith('[Time delta from previous captured')),
      );
  }
  const names = async (capture: number): Promise<Json[]> =>
    (await analyzer.get(`/packets?capture=${capture}&order=desc&limit=50&protocol=mdns`)).body.items;
  assert.deepEqual(
    (await names(far)).map((row) => row.summary),
    (await names(near)).map((row) => row.summary),
  );
  // What the analysis of TCP found is told in the list too, from the store; which ACK is duplicated is not known there.
  const findings = async (capture: number): Promise<string[]> =>
    (await analyzer.get(`/packets?capture=${capture}&limit=60&q=tcp.analysis.flags`)).body.items.map(
      ({ summary }: Json) => /^(\[TCP [^\]]*\] )+/.exec(summary)?.[0].replace(/ \d+#\d+/, ''),
    );
  const found = await findings(far);
  assert.ok(found.includes('[TCP Fast Retransmission] ') && found.includes('[TCP Dup ACK] '), found.join());
  assert.deepEqual(found, await findings(near));
  // Sequence numbers count from those with which the conversation began, in either direction, and so do edges of SACK.
  const sequences = async (capture: number): Promise<string[]> =>
    (await analyzer.get(`/packets?capture=${capture}&limit=1000&q=tcp&from=1`)).body.items.map(
      ({ summary }: Json) => summary.match(/ (Seq|Ack|SLE|SRE)=\d+/g)?.join(''),
    );
  const counted = await sequences(far);
  assert.ok(counted.includes(' Seq=1 Ack=1'), counted.slice(0, 20).join());
  assert.deepEqual(counted, await sequences(near));
});

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 24\r\n\r\n';
const SAID = ['GET /secret.txt HTTP/1.1\r\nHost: kite.example\r\n\r\n', HEAD, 'what nobody else may see'];

/** What is stored of the session, and what is read again of it. */
async function assertOpened(capture: number, { get }: Analyzer): Promise<void> {
  const rows = (await get(`/packets?capture=${capture}&q=http`)).body.items;
  assert.deepEqual(
    rows.map(({ summary }: Json) => summary.trim()),
    ['GET /secret.txt HTTP/1.1', 'HTTP/1.1 200 OK  (text/plain)'],
  );
  const tree = (await get(`/packets/${rows[0].id}`)).body.tree;
  assert.ok(
    tree.some(({ name }: Json) => name === 'http'),
    'the tree has what was opened',
  );
  const [flow] = (await get(`/flows?capture=${capture}`)).body.items;
  const [file] = (await get(`/flows/${flow.id}/objects`)).body.items;
  assert.deepEqual([file.name, file.host, file.bytes], ['secret.txt', 'kite.example', 24]);
  const said = (await get(`/flows/${flow.id}/stream?protocol=tls&format=ascii`)).body;
  assert.ok(said.includes(SAID.join('')), said);
}

for (const [place, before] of [
  ['before the first packet', 0],
  ['behind it', 20],
] as const)
  test(`TLS that a capture holds the secrets of, ${place}, is stored, shown and saved as it was said`, async () => {
    const { chunks, log } = await session('TLSv1.3', 'TLS_AES_128_GCM_SHA256', SAID);
    const writer = new PcapngWriter({});
    const frames = framesOf(chunks);
    for (let i = 0; i < before; i++) writer.write(sctpFrame(i + 1, 5000));
    writer.addSecrets({ kind: TLS_KEY_LOG, data: Buffer.from(log) });
    for (const frame of frames) writer.write(frame);
    const path = join(folder, `secrets-${before}.pcapng`);
    await writeFile(path, writer.take());
    await assertOpened(await imported(store, path), analyzer);
  });

test('comments on a packet in a pcapng file are marked in lists and stand above its layers', async () => {
  const writer = new PcapngWriter({});
  const [a, b] = [sctpFrame(1, 5000), sctpFrame(2, 5001)];
  writer.write(a);
  writer.write(b, undefined, ['what\nis this', 'asked Ben']);
  const path = join(folder, 'comments.pcapng');
  await writeFile(path, writer.take());
  const capture = await imported(store, path);
  const rows = (await analyzer.get(`/packets?capture=${capture}`)).body.items;
  assert.deepEqual(
    rows.map((row: Json) => row.has_comment),
    [false, true],
  );
  const lines: string[][] = [];
  for (const { id } of rows)
    lines.push((await analyzer.get(`/packets/${id}`)).body.tree.slice(0, 3).map(({ text }: Json) => text));
  assert.match(lines[0]![0]!, /^Frame 1: /);
  assert.deepEqual(lines[1]!.slice(0, 2), ['Packet comment: what is this', 'Packet comment: asked Ben']);
  assert.match(lines[1]![2]!, /^Frame 2: /);
});

test('/filter/check says of one capture whether its packets are read again to decide a filter', async () => {
  const path = join(folder, 'plain.pcapng');
  const writer = new PcapngWriter({});
  writer.write(sctpFrame(3, 5002));
  await writeFile(path, writer.take());
  const plain = await imported(store, path);
  const captures = (await analyzer.get('/captures')).body.items;
  const known = captures.find(({ name }: Json) => name === basename(OFFICE));
  const office = known?.id ?? (await imported(store, OFFICE));
  const isRead = async (scope: string) =>
    (await analyzer.get(`/filter/check?q=tcp.port%3D%3D80${scope}`)).body.needs_bytes;
  // Errors of ICMP quote headers of TCP there, which columns do not hold.
  assert.deepEqual(
    [await isRead(''), await isRead(`&capture=${office}`), await isRead(`&capture=${plain}`)],
    [true, true, false],
  );
});

test('TLS is opened with a key log beside the capture, when it is stored and when it is shown', async (t) => {
  const { chunks, log } = await session('TLSv1.2', 'PSK-AES128-GCM-SHA256', SAID);
  const [path, keyLog] = [join(folder, 'sealed.pcapng'), join(folder, 'keys.log')];
  const writer = new PcapngWriter({});
  for (const frame of framesOf(chunks)) writer.write(frame);
  await writeFile(path, writer.take());
  await writeFile(keyLog, '# nothing yet\n');
  const withKeys = await startAnalyzer(store, { keyLog });
  t.after(() => withKeys.close());
  await appendFile(keyLog, log);
  const capture = await imported(store, path, keyLog);
  await assertOpened(capture, withKeys);
  const [row] = (await analyzer.get(`/packets?capture=${capture}&q=http`)).body.items;
  const { tree } = (await analyzer.get(`/packets/${row.id}`)).body;
  assert.ok(!tree.some(({ name }: Json) => name === 'http'), 'who has no keys sees what was on the wire');
  const [flow] = (await analyzer.get(`/flows?capture=${capture}`)).body.items;
  assert.deepEqual((await analyzer.get(`/flows/${flow.id}/stream?protocol=tls`)).body.pieces, []);
});

test('far into a large capture, SCTP has its association too, though no filter can name it', async () => {
  const path = join(folder, 'sctp.pcap');
  const output = await createCapture(path);
  await eachFrame((frame) => {
    for (let i = 0; frame.number === 33 && i < BEFORE; i++) output.write(frame);
  });
  // DATA of two associations in turn (RFC 9260 §3.3.1), by their ports.
  for (let i = 0; i < 6; i++) output.write(sctpFrame(BEFORE + 1 + i, 5000 + (i % 2)));
  await output.close();
  const capture = await imported(store, path);
  const [last] = (await analyzer.get(`/packets?capture=${capture}&order=desc&limit=1`)).body.items;
  assert.deepEqual([last.transport, last.src_port, last.protocol], ['sctp', 5001, 'SCTP']);
  const { status, body } = await analyzer.get(`/packets/${last.id}`);
  assert.equal(status, 200);
  assert.deepEqual(body.context, { kind: 'conversation', packets: 2, is_whole: true });
  assert.ok(body.tree.some(({ name }: Json) => name === 'sctp'));
  const flow = (await analyzer.get(`/flows/${body.flow}`)).body;
  assert.deepEqual([flow.transport, flow.packets_to_server + flow.packets_to_client], ['sctp', 3]);
});

function sctpFrame(number: number, port: number) {
  const data = new Uint8Array(62);
  data.set([8, 0, 0x45, 0, 0, 48], 12);
  data.set([64, 132, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], 22);
  data.set([port >> 8, port & 0xff, 0x1f, 0x90, 0, 0, 0, port & 0xff], 34);
  data.set([0, 3, 0, 16, 0, 0, 0, number & 0xff], 46);
  return Object.assign(newFrame(), {
    ...{ data, number, end: data.length, wireLength: data.length, linkType: 1 },
    ...{ seconds: 1_800_000_000, nanoseconds: number, hasTime: true },
  });
}

test('packets of a ring have their bytes, their trees and streams, until the ring goes on', async () => {
  const ring = join(folder, 'ring/lab0-20261121T120000Z');
  const limits = { fileBytesMax: 300_000, filesMax: 100, ageSecondsMax: Number.POSITIVE_INFINITY };
  let writer: RingWriter | null = null;
  await eachFrame(
    async (frame) => {
      writer!.write(frame);
      if (frame.number % 100 !== 0) return;
      writer!.flush();
    },
    (reader) => {
      writer = new RingWriter(ring, limits, () => reader.interfaces[0]);
    },
  );
  writer!.close();
  assert.ok((await readdir(ring)).length > 5);
  const origin = { key: 'live:lab0:now:1', kind: 'live', name: 'lab0', file: ring, hash: null } as const;
  const { capture } = await store.beginCapture(origin);
  const over = new Int32Array(new SharedArrayBuffer(4)).fill(1);
  const run = new Run(
    capture,
    startParsing(
      {
        source: { kind: 'ring', folder: ring, from: 1, over },
        ...{ skipTo: 0, streamBase: 0, canGoOn: false, isLive: false, flushMs: 200, flows: FILE_FLOWS },
      },
      {},
    ),
    { store, log: silentLog },
  );
  await store.endCapture(capture.id, await run.finished());
  const rows = await all(analyzer, `/packets?capture=${capture.id}&limit=1000`);
  assert.equal(rows.length, PACKETS);
  const whole = (await store.captures()).find(({ name }) => name === OFFICE)!.id;
  const plain = await all(analyzer, `/packets?capture=${whole}&limit=1000`);
  assert.deepEqual(
    rows.map((row) => row.summary),
    plain.map((row) => row.summary),
  );
  for (const number of [1, 2500, 5125]) {
    const bytes = async (row: Json) => (await analyzer.get(`/packets/${row.id}/bytes`)).body.buffers;
    assert.deepEqual(await bytes(rows[number - 1]), await bytes(plain[number - 1]));
  }
  const stream = async (id: number): Promise<Json> => {
    const [flow] = (await analyzer.get(`/flows?capture=${id}&limit=1`)).body.items;
    return (await analyzer.get(`/flows/${flow.id}/stream?limit=16777216`)).body.pieces;
  };
  assert.deepEqual(await stream(capture.id), await stream(whole));
  const [oldest] = (await readdir(ring)).sort();
  await unlink(join(ring, oldest!));
  const { status, body } = await analyzer.get(`/packets/${rows[4].id}`);
  assert.deepEqual([status, body.error.code], [410, 'bytes_gone']);
  assert.equal((await analyzer.get(`/packets/${rows[5000].id}`)).status, 200);
  // What is left can be saved.
  const saved = await fetch(`${analyzer.address}/export?capture=${capture.id}`);
  const reader = new CaptureReader();
  reader.feed(new Uint8Array(await saved.arrayBuffer()));
  reader.finish();
  const frame = newFrame();
  let packets = 0;
  while (reader.next(frame)) packets++;
  assert.equal(reader.problem, null);
  assert.ok(packets > PACKETS / 2 && packets < PACKETS, String(packets));
  assert.equal((await analyzer.get(`/packets?capture=${capture.id}&limit=5`)).body.items.length, 5);
});
