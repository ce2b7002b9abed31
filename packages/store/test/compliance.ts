// What every store does, run against each engine.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  compileExpression,
  FilterError,
  IPV4,
  ipv4Address,
  NONE,
  outerAddresses,
  PacketBatch,
} from '@eyrie/dissect';
import { StoreError } from '../src/errors.ts';
import { PACKET_COLUMNS, type PacketColumn, type PacketQuery, type PacketRow } from '../src/queries.ts';
import type { FindingRow, NameRow } from '../src/rows.ts';
import type { Store, StoreOptions } from '../src/store.ts';
import { DECIDED, OF_ALL_HEADERS, OPEN } from './filter-cases.ts';
import {
  batchesOf,
  batchOf,
  newBatchesOf,
  OFFICE_HOUR,
  originOf,
  PORT_SCAN,
  packetsOf,
  passing,
  passingEach,
} from './support.ts';

/** Makes an empty store. */
export type Make = (options?: StoreOptions) => Promise<Store>;

export function complianceOf(name: string, make: Make): void {
  describe(`${name}: a capture`, () => readsBack(make));
  describe(`${name}: display filters`, () => agrees(make));
  describe(`${name}: batches`, () => storesOnce(make));
  describe(`${name}: what goes`, () => removes(make));
}

/** All that a query finds. */
async function all(store: Store, query: PacketQuery): Promise<PacketRow[]> {
  const rows: PacketRow[] = [];
  let after: string | undefined;
  do {
    const page = await store.packets({ ...query, limit: 10_000, ...(after && { after }) });
    rows.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return rows;
}

/** In the order in which addresses are sorted: by kind, then by bytes. */
function addressKey(text: string): string {
  if (text === '') return '0';
  if (/^[\d.]+$/.test(text)) return `2${text.split('.').map((part) => part.padStart(3, '0'))}`;
  if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(text)) return `1${text}`;
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = new Array<string>(8 - left.length - right.length).fill('0');
  return `3${[...left, ...middle, ...right].map((part) => part.padStart(4, '0'))}`;
}

async function stored(make: Make, path = OFFICE_HOUR): Promise<Store> {
  const store = await make();
  await Promise.all(batchesOf(path).map((batch) => store.write(batch)));
  return store;
}

function readsBack(make: Make): void {
  let store: Store;
  const expected = [...packetsOf(OFFICE_HOUR)].length;
  before(async () => {
    store = await stored(make);
  });
  after(() => store.close());

  it('is listed with what is stored of it', async () => {
    const [capture] = await store.captures();
    const origin = originOf(OFFICE_HOUR);
    assert.deepEqual(
      [capture!.key, capture!.kind, capture!.file, capture!.packets, capture!.nextSequence],
      [origin.key, 'file', OFFICE_HOUR, expected, 6],
    );
    assert.match(capture!.firstTime!, /^\d{10}\.\d{9}$/);
    assert.deepEqual(await store.captureByKey(origin.key), capture);
    assert.deepEqual(await store.capture(capture!.id), capture);
    assert.equal(await store.capture(999), null);
  });

  it('has its packets as the dissector says them', async () => {
    const page = await store.packets({ limit: 10_000 });
    assert.equal(page.items.length, expected);
    assert.equal(page.next, null);
    let i = 0;
    const batch = new PacketBatch(expected);
    for (const p of packetsOf(OFFICE_HOUR)) {
      batch.add(p);
      const row = page.items[i]!;
      assert.deepEqual(
        [row.number, row.length, row.place.offset, row.place.capturedLength, row.protocol, row.path],
        [
          p.number,
          p.wireLength,
          p.fileOffset,
          p.capturedLength,
          batch.texts[batch.protocol[i]!],
          batch.texts[batch.path[i]!],
        ],
      );
      assert.equal(row.time, `${p.seconds}.${String(p.nanoseconds).padStart(9, '0')}`);
      if (batch.addressKind[i] === IPV4) assert.equal(row.srcIp, ipv4Address(batch.source, i * 16));
      i++;
    }
  });

  it('gives pages that follow each other, from either end', async () => {
    for (const order of ['oldest', 'newest'] as const) {
      const seen: number[] = [];
      let after: string | undefined;
      do {
        const page = await store.packets({ limit: 999, order, filter: 'tcp', ...(after && { after }) });
        seen.push(...page.items.map((item) => item.number));
        after = page.next ?? undefined;
      } while (after !== undefined);
      const numbers = passing(OFFICE_HOUR, 'tcp');
      assert.deepEqual(seen, order === 'oldest' ? numbers : numbers.toReversed());
    }
  });

  it('gives pages in the order of any column', async () => {
    const value = (row: PacketRow, by: PacketColumn): string | number => {
      const { src, dst, srcPort, dstPort, stream, ...plain } = row;
      if (by === 'src' || by === 'dst') return addressKey(by === 'src' ? src : dst);
      if (by === 'src_port' || by === 'dst_port') return (by === 'src_port' ? srcPort : dstPort) ?? 0;
      return by === 'stream' ? (stream ?? -1) : plain[by];
    };
    for (const filter of ['', 'udp || arp', 'http.host contains "a"']) {
      const rows = await all(store, { filter });
      // Over all packets two columns are enough: a number and an address.
      for (const by of filter === '' ? (['length', 'src'] as const) : PACKET_COLUMNS)
        for (const isDown of [false, true]) {
          const sorted = rows.toSorted((a, b) => {
            const [x, y] = [value(a, by), value(b, by)];
            return x === y ? a.id - b.id : x < y === isDown ? 1 : -1;
          });
          const seen: PacketRow[] = [];
          let after: string | undefined;
          do {
            const page = await store.packets({
              filter,
              sort: { by, isDown },
              limit: 1234,
              ...(after && { after }),
            });
            seen.push(...page.items);
            after = page.next ?? undefined;
          } while (after !== undefined);
          assert.deepEqual(
            seen.map(({ id }) => id),
            sorted.map(({ id }) => id),
            `${filter} by ${by}`,
          );
          if (by === 'src') assert.deepEqual(seen, sorted);
        }
    }
    const small = await store.packets({ sort: { by: 'protocol' }, limit: 7 });
    const next = await store.packets({ sort: { by: 'protocol' }, limit: 7, after: small.next! });
    assert.deepEqual((await store.packets({ sort: { by: 'protocol' }, limit: 14 })).items, [
      ...small.items,
      ...next.items,
    ]);
  });

  it('gives one packet with its place', async () => {
    const { items } = await store.packets({ limit: 3 });
    const found = await store.packet(items[2]!.id);
    assert.deepEqual(found?.packet, items[2]);
    assert.deepEqual(found?.previous, items[1]);
    assert.equal(found?.capture.file, OFFICE_HOUR);
    assert.equal((await store.packet(items[0]!.id))?.previous, null);
    assert.equal(await store.packet(10_000_000), null);
  });

  it('counts protocols and paths the same from tallies and from packets', async () => {
    const all = await store.protocolSummary();
    assert.equal(all.packets, expected);
    assert.deepEqual(await store.protocolSummary({ from: 0 }), all);
    const tree = await store.hierarchy();
    assert.equal(
      tree.tree.reduce((sum, { packets }) => sum + packets, 0),
      expected,
    );
    assert.deepEqual(await store.hierarchy({ from: 0 }), tree);
    const dns = await store.protocolSummary({ filter: 'dns' });
    assert.equal(dns.packets, passing(OFFICE_HOUR, 'dns').length);
  });

  it('has a time line that adds up, whatever the width of its steps', async () => {
    for (const buckets of [1, 7, 240, 5000]) {
      const line = await store.timeline({ buckets, by: 'protocol', series: 3 });
      assert.ok(line.buckets <= buckets && line.series.length === 4);
      const sum = line.series.flatMap(({ packets }) => packets).reduce((a, b) => a + b, 0);
      assert.equal(sum, expected);
      assert.deepEqual(await store.timeline({ buckets, by: 'protocol', series: 3, filter: 'frame' }), line);
    }
    const [all] = (await store.timeline({ filter: 'tcp', buckets: 10 })).series;
    assert.equal(
      all!.packets.reduce((a, b) => a + b, 0),
      passing(OFFICE_HOUR, 'tcp').length,
    );
  });

  it('has its flows, largest first, in pages', async () => {
    const first = await store.flows({ limit: 10, count: true });
    const second = await store.flows({ limit: 10, after: first.next! });
    assert.deepEqual([first.total, second.total], [(await store.info()).flows, null]);
    const later = await store.flows({ limit: 10, after: first.next!, count: true });
    assert.equal(later.total, first.total, 'the same on every page');
    const bytes = [...first.items, ...second.items].map((flow) => flow.toServer.bytes + flow.toClient.bytes);
    assert.deepEqual(
      bytes,
      bytes.toSorted((a, b) => b - a),
    );
    const [flow] = first.items;
    assert.deepEqual(await store.flow(flow!.id), flow);
    const { transport, stream } = flow!;
    const packets = await store.packets({ filter: `${transport}.stream == ${stream}`, limit: 10_000 });
    assert.equal(packets.items.length, flow!.toServer.packets + flow!.toClient.packets);
    const conversation = { transport: transport === 'tcp' ? 6 : 17, stream };
    const same = await store.packets({ conversation, capture: flow!.capture, limit: 10_000 });
    assert.deepEqual(same.items, packets.items);
    const head = { id: flow!.id, start: flow!.start, packets: packets.items.length };
    assert.deepEqual(await store.flowOf(same.items.at(-1)!), head);
    assert.equal(await store.flowOf({ ...same.items[0]!, stream: null }), null);
  });

  it('tells what came before a packet in its conversation: the first and the latest', async () => {
    const [flow] = (await store.flows({ order: 'packets', transport: 'tcp' })).items;
    const conversation = { transport: 6, stream: flow!.stream };
    const { items } = await store.packets({ conversation, capture: flow!.capture, limit: 10_000 });
    const placed = items.map(({ id, number, time, length, place }) => ({ id, number, time, length, place }));
    assert.ok(items.length > 30);
    for (const at of [0, 1, 9, 10, 12, 13, 20, items.length - 1]) {
      const most = { first: 3, latest: 10 };
      const lead = await store.leadOf(items[at]!, most);
      const latest = placed.slice(Math.max(0, at - most.latest), at);
      const first = placed.slice(0, Math.max(0, Math.min(most.first, at - most.latest)));
      assert.deepEqual(lead, { packets: [...first, ...latest], isWhole: at <= most.latest });
    }
    const most = { first: 3, latest: 10 };
    const none = await store.leadOf({ ...items[20]!, stream: null }, most);
    assert.deepEqual(none, { packets: [], isWhole: false });
    const named = await store.flows({ serverName: 'alder', application: 'http' });
    assert.ok(named.items.length > 0 && named.items.every(({ serverName }) => serverName!.includes('alder')));
  });

  it('has the flows, names and findings of what passes a filter', async () => {
    const transports: Record<number, string> = { 6: 'tcp', 17: 'udp' };
    for (const filter of [
      'dns',
      'tcp.port == 443 && ip.src == 192.168.10.0/24',
      'http.host contains "a"',
      'arp',
    ]) {
      const packets = await all(store, { filter });
      const { exact } = await store.packets({ filter });
      const wanted = new Set(
        packets.flatMap(({ transport, stream }) =>
          stream === null ? [] : [`${transports[transport ?? 0]} ${stream}`],
        ),
      );
      const { items, ...page } = await store.flows({ filter, limit: 10_000, count: true });
      assert.equal(page.total, wanted.size);
      assert.deepEqual(
        new Set(items.map(({ transport, stream }) => `${transport} ${stream}`)),
        wanted,
        filter,
      );
      assert.equal(page.exact, exact);
    }
    const [first] = (await store.packets({ filter: 'dns', limit: 1 })).items;
    const [other] = (await store.packets({ filter: 'arp', limit: 1 })).items;
    const name = (address: string): NameRow => ({ address, name: 'x', source: 'dns', time: 1 });
    const finding = (address: string | null, frame: number | null): FindingRow => ({
      ...{ finder: 'expert', severity: 'warn', group: 'g', protocol: 'p', message: `${address} ${frame}` },
      ...{ address, frame, count: 1, time: 1 },
    });
    const notes = {
      names: [name(first!.src), name('203.0.113.9')],
      findings: [
        finding(first!.dst, null),
        finding(null, first!.number),
        finding(null, other!.number),
        finding('203.0.113.9', null),
      ],
    };
    await store.write(batchOf(originOf(OFFICE_HOUR).key, 1_000_000, notes));
    const filter = `dns && frame.number == ${first!.number}`;
    const named = await store.names({ filter });
    assert.deepEqual([named.items.map(({ address }) => address), named.exact], [[first!.src], true]);
    const found = await store.findings({ filter });
    assert.deepEqual(
      found.items.map(({ message }) => message).sort(),
      [`${first!.dst} null`, `null ${first!.number}`].sort(),
    );
    assert.equal((await store.findings()).items.length, 4);
    await assert.rejects(store.names({ filter: 'nosuch' }), FilterError);
  });

  it('knows who talks with whom', async () => {
    const { items } = await store.conversations({ filter: 'ip' });
    const total = items.reduce((sum, each) => sum + each.packetsToA + each.packetsToB, 0);
    assert.equal(total, (await store.packets({ filter: 'ip', limit: 10_000 })).items.length);
    const { items: ends } = await store.endpoints({ limit: 5 });
    const [busiest] = ends;
    const mine = await store.packets({ address: busiest!.address, limit: 10_000 });
    assert.equal(mine.items.length, busiest!.packetsSent + busiest!.packetsReceived);
  });

  it('answers the simple terms', async () => {
    const count = async (query: Parameters<Store['packets']>[0]) =>
      (await store.packets({ ...query, limit: 10_000 })).items.length;
    assert.equal(
      await count({ protocol: 'DNS' }),
      passing(OFFICE_HOUR, '_ws.col.Protocol == "DNS" || dns').length,
    );
    assert.equal(
      await count({ source: '192.168.10.0/24', port: 443 }),
      passing(OFFICE_HOUR, 'ip.src == 192.168.10.0/24 && (tcp.port == 443 || udp.port == 443)').filter(
        (number) => !passing(OFFICE_HOUR, 'icmp').includes(number),
      ).length,
    );
    const { firstTime } = (await store.captures())[0]!;
    assert.equal(await count({ from: firstTime!, to: String(Number(firstTime) - 1) }), 0);
    assert.ok((await count({ to: Number(firstTime) + 10 })) > 0);
  });

  it('says what is wrong with a question', async () => {
    const code = (wanted: string) => (error: unknown) => error instanceof StoreError && error.code === wanted;
    await assert.rejects(store.packets({ filter: 'nosuch == 1' }), FilterError);
    await assert.rejects(store.packets({ limit: 0 }), code('ERR_STORE_QUERY'));
    await assert.rejects(store.packets({ limit: 1e9 }), code('ERR_STORE_QUERY'));
    await assert.rejects(store.packets({ after: 'x' }), code('ERR_STORE_QUERY'));
    const sort = { by: 'id; --' as 'src' };
    await assert.rejects(store.packets({ sort }), code('ERR_STORE_QUERY'));
    const next = Buffer.from('["1; DROP TABLE packet",1]').toString('base64url');
    await assert.rejects(store.packets({ sort: { by: 'time' }, after: next }), code('ERR_STORE_QUERY'));
    await assert.rejects(store.packets({ address: "1'; DROP TABLE packet" }), code('ERR_STORE_QUERY'));
    await assert.rejects(store.packets({ port: -1 }), code('ERR_STORE_QUERY'));
    await assert.rejects(store.packets({ from: 'yesterday' }), code('ERR_STORE_QUERY'));
    await assert.rejects(store.timeline({ by: 'summary' as 'path' }), code('ERR_STORE_QUERY'));
    await assert.rejects(store.flows({ order: 'id; --' as 'bytes' }), code('ERR_STORE_QUERY'));
  });
}

const CAPTURES =
  process.env.EYRIE_CAPTURES ?? new URL('../../../../shared/captures', import.meta.url).pathname;
/** IP in GRE, in UDP, in itself; a route of several stations. Where they are at hand. */
const TUNNELS = [
  'zeek__tunnels_gre-within-gre.pcap',
  'zeek__tunnels_gtp_gtp1_gn_normal_incl_fragmentation.pcap',
  'zeek__tunnels_teredo_bubble_with_payload.pcap',
  'zeek__tunnels_geneve.pcap',
  'zeek__tunnels_vxlan-encapsulated-http.pcap',
  'tcpdump__ipv6-srh-ext-header.pcap',
  'arkime__6-4-gre-ppp-udp-4-dns.pcap',
].map((name) => join(CAPTURES, name));

/** Filters for some of the addresses that stand outside of tunnels. */
function outerFilters(path: string): string[] {
  const sets = batchesOf(path).flatMap(({ packets }) =>
    [...packets!.outer.subarray(0, packets!.length)]
      .filter((place) => place !== NONE)
      .map((place) => outerAddresses(packets!.texts[place]!)),
  );
  const some = new Set(sets.flatMap(({ sources, destinations }) => [...sources, ...destinations]));
  return [...some].slice(0, 5).flatMap((address) => {
    const layer = address.includes(':') ? 'ipv6' : 'ip';
    return [`${layer}.addr == ${address}`, `${layer}.src == ${address}`, `${layer}.dst != ${address}`];
  });
}

function agrees(make: Make): void {
  for (const path of [OFFICE_HOUR, PORT_SCAN])
    it(`mean what the predicate means (${path.split('/').at(-1)})`, async () => {
      const store = await stored(make, path);
      const filters = [...DECIDED, ...OPEN, ...OF_ALL_HEADERS];
      passingEach(path, filters);
      for (const filter of filters) {
        const wanted = new Set(passing(path, filter));
        const items = await all(store, { filter });
        const sure = items.filter((item) => !item.isCandidate).map((item) => item.number);
        const found = new Set(items.map((item) => item.number));
        assert.deepEqual(
          sure.filter((number) => !wanted.has(number)),
          [],
          `${filter}: for sure, but the predicate says no`,
        );
        assert.deepEqual(
          [...wanted].filter((number) => !found.has(number)),
          [],
          `${filter}: not found`,
        );
        const { packets, exact, rest } = await store.protocolSummary({ filter });
        assert.equal(exact, sure.length === items.length, filter);
        assert.equal(exact, rest === null);
        if (rest !== null) assert.equal(typeof compileExpression(rest, filter), 'function');
        assert.equal(packets, found.size, filter);
      }
      await store.close();
    });

  it('are decided by columns where these know enough', async () => {
    const store = await stored(make);
    for (const filter of DECIDED) {
      const plain = `!icmp && !icmpv6 && !vxlan && !gre && (${filter || 'frame'})`;
      assert.ok((await store.protocolSummary({ filter: plain })).exact, filter);
    }
    await store.close();
  });

  it('of addresses are decided in tunnels, quoted packets and routes', async () => {
    for (const path of [OFFICE_HOUR, ...TUNNELS.filter((each) => existsSync(each))]) {
      const store = await stored(make, path);
      const all = [...new Set([...OF_ALL_HEADERS, ...outerFilters(path)])];
      passingEach(path, all);
      for (const filter of all) {
        const { items, exact } = await store.packets({ filter, limit: 10_000 });
        assert.ok(exact, `${filter} in ${path}: ${items.find((item) => item.isCandidate)?.path}`);
        assert.deepEqual(
          items.map((item) => item.number),
          passing(path, filter),
          `${filter} in ${path}`,
        );
        assert.equal((await store.protocolSummary({ filter })).exact, true);
      }
      await store.close();
    }
  });

  it('are left to the bytes where outer addresses were not told', async () => {
    const store = await make();
    for (const batch of newBatchesOf(OFFICE_HOUR)) {
      (batch.packets as PacketBatch).outer.fill(NONE);
      await store.write(batch);
    }
    const page = await store.packets({ filter: 'ip.dst == 10.20.0.47', limit: 10_000 });
    assert.ok(!page.exact && page.items.some((item) => item.isCandidate && item.path.includes('gre')));
    const found = new Set(page.items.map((item) => item.number));
    assert.ok(passing(OFFICE_HOUR, 'ip.dst == 10.20.0.47').every((number) => found.has(number)));
    // What comes now is told, beside what is not.
    const [known] = batchesOf(PORT_SCAN);
    await store.write(known!);
    assert.ok((await store.erase('10.20.0.47')).untold > 0);
    await store.close();
  });

  it('leave only what is open to the bytes', async () => {
    const store = await stored(make);
    const filter = 'tcp.stream == 46 && http.request.method == "GET"';
    const { rest, items } = await store.packets({ filter });
    assert.ok(items.length > 0 && items.every((item) => item.isCandidate && item.path.includes('http')));
    assert.equal(rest!.kind, 'compare');
    await store.close();
  });
}

function storesOnce(make: Make): void {
  it('answers by what is stored now, whatever was asked before', async () => {
    const store = await make();
    const batches = batchesOf(OFFICE_HOUR);
    const filter = 'dns && ip.addr == 192.168.10.0/24';
    let before = -1;
    for (const batch of batches) {
      await store.write(batch);
      const { packets } = await store.protocolSummary({ filter });
      const { items } = await store.packets({ filter, limit: 10_000 });
      assert.equal(items.length, packets);
      assert.ok(items.length >= before);
      assert.ok(items.every(({ src, dst, path }) => src !== '' && dst !== '' && path.endsWith('dns')));
      before = items.length;
      const [capture] = await store.captures();
      const newest = await store.packets({ order: 'newest', limit: 1 });
      assert.equal(newest.items[0]!.number, capture!.packets);
    }
    assert.ok(before > 0);
    await store.close();
  });

  it('stores a batch once, however often it comes', async () => {
    const store = await make();
    const batches = batchesOf(OFFICE_HOUR);
    const written = await Promise.all(
      [...batches, ...batches, batches[2]!].map((batch) => store.write(batch)),
    );
    assert.equal(written.filter(({ applied }) => applied).length, batches.length);
    assert.equal((await store.protocolSummary()).packets, 5125);
    assert.equal((await store.flows({ limit: 10_000 })).items.length, (await store.info()).flows);
    await store.close();
  });

  it('takes batches that come out of order', async () => {
    const store = await make();
    const batches = batchesOf(OFFICE_HOUR);
    for (const i of [3, 1, 1, 0, 5, 4, 3, 2, 0]) await store.write(batches[i]!);
    assert.equal((await store.protocolSummary()).packets, 5125);
    await store.close();
  });

  it('refuses a bad batch without harm to the others', async () => {
    const store = await make();
    const [good, next] = batchesOf(OFFICE_HOUR);
    const bad = { ...next!, packets: { ...next!.packets!, length: 5_000_000 } };
    const results = await Promise.allSettled([store.write(good!), store.write(bad), store.write(next!)]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal((results[1] as PromiseRejectedResult).reason.code, 'ERR_STORE_BATCH');
    assert.equal((await store.protocolSummary()).packets, 2000);
    await store.close();
  });

  it('adds up what is reported of a flow, a name and a finding again', async () => {
    const store = await make();
    const [first] = batchesOf(PORT_SCAN);
    const flow = { ...batchesOf(OFFICE_HOUR).at(-1)!.flows[0]!, why: 'active' as const };
    const name: NameRow = { address: '192.0.2.1', name: 'a.example', source: 'dns', time: 10 };
    const finding: FindingRow = {
      finder: 'expert',
      severity: 'warn',
      group: 'Sequence',
      protocol: 'TCP',
      message: 'odd \0 \ud800',
      address: null,
      count: 2,
      frame: 7,
      time: 5,
    };
    const { key } = originOf(PORT_SCAN);
    await store.write({ ...first!, flows: [flow, flow], names: [name], findings: [finding] });
    await store.write(
      batchOf(key, 1, {
        flows: [{ ...flow, why: 'end' }],
        names: [
          { ...name, time: 20 },
          { ...name, name: "b'.example" },
        ],
        findings: [{ ...finding, time: 9, frame: 3 }],
        drops: [{ where: 'kernel', packets: 11, time: 4 }],
      }),
    );
    const [kept] = (await store.flows()).items;
    assert.equal(kept!.toServer.packets, flow.toServer.packets * 3);
    assert.equal(kept!.isOver, true);
    const names = await store.names({ address: '192.0.2.1' });
    assert.deepEqual(
      names.items.map((each) => [each.name, each.count, each.firstTime, each.lastTime]),
      [
        ['a.example', 2, 10, 20],
        ["b'.example", 1, 10, 10],
      ],
    );
    assert.equal((await store.names({ name: 'B' })).items.length, 1);
    const [found] = (await store.findings()).items;
    assert.deepEqual([found!.count, found!.frame, found!.time, found!.lastTime], [4, 3, 5, 9]);
    assert.equal((await store.captures())[0]!.drops, 11);
    await store.close();
  });

  it('keeps what a rule knows of its finding as it was told last', async () => {
    const store = await make();
    const [first] = batchesOf(PORT_SCAN);
    const { key } = originOf(PORT_SCAN);
    const detail = {
      rule: 'port-scan',
      severity: 'medium' as const,
      confidence: 0.5,
      target: '192.0.2.2',
      summary: 'with \0 and \ud800',
      technique: { id: 'T1046', name: 'Network Service Discovery' },
      advice: 'look',
      frames: [1],
      streams: [],
    };
    const finding: FindingRow = {
      finder: 'rule',
      severity: 'warn',
      group: 'Port scan',
      protocol: '',
      message: 'Port scan',
      address: '192.0.2.1',
      count: 1,
      frame: 1,
      time: 5,
      detail,
    };
    const expert: FindingRow = { ...finding, finder: 'expert', message: 'odd', detail: null };
    await store.write({ ...first!, findings: [finding, expert] });
    const newest = { ...detail, confidence: 0.9, frames: [1, 2], streams: [7] };
    await store.write(batchOf(key, 1, { findings: [{ ...finding, last: 8, detail: newest }] }));
    const found = await store.findings({ finder: 'rule' });
    assert.deepEqual(
      found.items.map((row) => [row.count, row.time, row.lastTime, row.detail]),
      [[2, 5, 8, newest]],
    );
    const newestFirst = await store.findings({ order: 'newest', limit: 1 });
    const older = await store.findings({ order: 'newest', after: newestFirst.next! });
    assert.deepEqual(
      [newestFirst.items, older.items].map((rows) => rows.map(({ finder }) => finder)),
      [['expert'], ['rule']],
    );
    const [plain] = (await store.findings({ finder: 'expert' })).items;
    assert.equal(plain!.detail, null);
    await store.close();
  });

  it('knows how the clock of a capture stood to that of a mesh, and when', async () => {
    const store = await make();
    const origin = { key: 'live:eth0:1', kind: 'live', name: 'eth0', file: null, hash: null } as const;
    const { id } = (await store.beginCapture(origin)).capture;
    const reading = (time: number) => ({
      ...{ mesh: 'home', time, aheadSeconds: time / 1e6, uncertaintySeconds: 0.0002 },
    });
    const empty = { packets: null, flows: [], names: [], findings: [], drops: [] };
    for (const [sequence, time] of [100, 100, 160, 130].entries())
      await store.write({
        ...{ ...empty, source: origin.key, sequence, origin: { ...origin, clock: reading(time) } },
      });
    await store.write({ ...empty, source: origin.key, sequence: 4, origin });
    const [capture] = await store.captures();
    assert.deepEqual(capture!.clock, reading(160), 'the newest; an older one that comes late is none');
    assert.deepEqual(await store.clockAt(id, 159.9), reading(100));
    assert.deepEqual(await store.clockAt(id, 1e9), reading(160));
    assert.deepEqual(await store.clockAt(id, 5), reading(100), 'before the first');
    assert.equal(await store.clockAt(id + 1, 5), null);
    const seen = (message: string, at: number): FindingRow => ({
      ...{ finder: 'rule', severity: 'warn', group: 'scan', protocol: '', message, address: null },
      ...{ count: 1, frame: null, time: at },
    });
    const other = { ...origin, key: 'live:eth1:1' };
    await store.write({
      ...empty,
      source: origin.key,
      sequence: 5,
      findings: [seen('a', 159), seen('b', 170)],
    });
    await store.write({
      ...empty,
      source: other.key,
      sequence: 0,
      origin: other,
      findings: [seen('c', 170)],
    });
    assert.deepEqual(
      (await store.findings()).items.map(({ message, clock }) => [message, clock]),
      [
        ['a', reading(100)],
        ['b', reading(160)],
        ['c', null],
      ],
    );
    await store.deleteCapture(id);
    assert.equal(await store.clockAt(id, 5), null);
    await store.close();
  });

  it('notices a file that is there already, and takes it again when told', async () => {
    const store = await make();
    const origin = originOf(OFFICE_HOUR);
    const first = await store.beginCapture(origin);
    assert.equal(first.isNew, true);
    const again = await store.beginCapture({ ...origin, key: 'another', name: 'copy' });
    assert.deepEqual([again.isNew, again.capture.id], [false, first.capture.id]);
    const twice = await store.beginCapture(origin, { again: true });
    assert.deepEqual([twice.isNew, twice.capture.key], [true, `${origin.key}#2`]);
    const ended = await store.endCapture(first.capture.id, 'cut short');
    assert.equal(ended.problem, 'cut short');
    assert.ok(ended.ended! >= ended.begun);
    await store.close();
  });
}

function removes(make: Make): void {
  it('keeps a limit of rows, the newest', async () => {
    const store = await stored(make);
    const removed = await store.retain({ rows: 1500 });
    assert.equal(removed.packets, 5125 - 1500);
    const { items } = await store.packets({ limit: 10_000 });
    assert.deepEqual([items.length, items[0]!.number], [1500, 5125 - 1500 + 1]);
    await sameCounts(store, 1500);
    assert.equal((await store.info()).audit.at(-1)!.action, 'retain');
    // What was deleted does not come back by being sent again.
    await Promise.all(batchesOf(OFFICE_HOUR).map((batch) => store.write(batch)));
    await sameCounts(store, 1500);
    await store.close();
  });

  it('keeps a limit of age, counted from the newest packet', async () => {
    const store = await stored(make);
    const { lastTime } = (await store.captures())[0]!;
    await store.retain({ ageSeconds: 60 });
    const { items } = await store.packets({ limit: 10_000 });
    assert.ok(items.length > 0 && items.length < 5125);
    assert.ok(items.every(({ time }) => Number(time) >= Number(lastTime) - 60));
    await sameCounts(store, items.length);
    await store.close();
  });

  it('forgets an address wherever it stood', async () => {
    const store = await stored(make);
    const whom = '192.168.10.10';
    await store.write(
      batchOf(originOf(OFFICE_HOUR).key, 99, {
        names: [{ address: whom, name: 'a', source: 'dns', time: 1 }],
      }),
    );
    // Of ARP and the like columns tell it, of IP also what stands outside of tunnels.
    const before = new Set(
      [
        ...(await store.packets({ address: whom, limit: 10_000 })).items,
        ...(await store.packets({ filter: `ip.addr == ${whom}`, limit: 10_000 })).items,
      ].map(({ id }) => id),
    ).size;
    const removed = await store.erase(whom, 'asked for by letter');
    assert.equal(removed.packets, before);
    assert.ok(removed.flows > 0 && removed.names === 1);
    assert.equal((await store.packets({ address: whom })).items.length, 0);
    assert.equal((await store.flows({ address: whom })).items.length, 0);
    await sameCounts(store, 5125 - before);
    const { audit } = await store.info();
    assert.match(audit.at(-1)!.detail, /asked for by letter/);
    assert.ok(!JSON.stringify(audit).includes(whom));
    await assert.rejects(store.erase('10.0.0.0/8'), StoreError);
    await store.close();
  });

  it('forgets an address that only stood outside of tunnels', async () => {
    const store = await stored(make);
    const whom = '10.20.0.47';
    const filter = `ip.addr == ${whom}`;
    const before = (await store.packets({ filter, limit: 10_000 })).items.length;
    const shown = (await store.packets({ address: whom, limit: 10_000 })).items.length;
    assert.ok(before > shown);
    const removed = await store.erase(whom);
    assert.deepEqual([removed.packets, removed.untold], [before, 0]);
    await sameCounts(store, 5125 - before);
    assert.deepEqual((await store.packets({ filter })).items, []);
    // Its number is not given to others: what comes again is found again.
    await Promise.all(batchesOf(OFFICE_HOUR).map((batch) => store.write({ ...batch, source: 'file:2' })));
    assert.equal((await store.packets({ filter, limit: 10_000 })).items.length, before);
    await store.close();
  });

  it('deletes a capture whole', async () => {
    const store = await stored(make);
    await Promise.all(batchesOf(PORT_SCAN).map((batch) => store.write(batch)));
    const [scan, office] = await store.captures();
    assert.equal(await store.deleteCapture(office!.id), true);
    assert.equal(await store.deleteCapture(office!.id), false);
    await sameCounts(store, scan!.packets);
    assert.deepEqual(
      (await store.captures()).map(({ id }) => id),
      [scan!.id],
    );
    const vacuumed = await store.vacuum();
    assert.equal(vacuumed.packets, scan!.packets);
    await store.close();
  });

  it('exports each table as Parquet', async () => {
    const store = await stored(make);
    const folder = mkdtempSync(join(tmpdir(), 'eyrie-parquet-'));
    const paths = await store.exportParquet(join(folder, 'out'));
    assert.ok(paths.length === 8 && paths.every((path) => existsSync(path)));
    await assert.rejects(store.exportParquet(join(folder, 'out')), StoreError);
    rmSync(folder, { recursive: true });
    await store.close();
  });

  it('hides addresses behind pseudonyms that keep prefixes', async () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    const store = await make({ pseudonymKey: key });
    await Promise.all(batchesOf(OFFICE_HOUR).map((batch) => store.write(batch)));
    assert.equal((await store.packets({ source: '192.168.10.10' })).items.length, 0);
    const { items } = await store.packets({ filter: 'ip', limit: 10_000 });
    const real = [...packetsOf(OFFICE_HOUR)].length;
    assert.equal((await store.protocolSummary()).packets, real);
    const prefix = items[0]!.srcIp!.split('.').slice(0, 3).join('.');
    assert.ok(items[0]!.dstIp!.startsWith(`${prefix}.`), '192.168.10.10 and 192.168.10.1 share 24 bits');
    assert.equal((await store.captures())[0]!.file, null);
    // Those outside of tunnels, too.
    const [wrapped] = (await store.packets({ filter: 'gre' })).items;
    assert.ok(wrapped !== undefined);
    assert.deepEqual((await store.packets({ filter: 'gre && ip.addr == 10.20.0.0/16' })).items, []);
    assert.ok((await store.packets({ filter: 'gre && ip.addr', limit: 1 })).exact);
    await store.close();
  });
}

/** Tallies, batches and packets say the same. */
async function sameCounts(store: Store, packets: number): Promise<void> {
  const fromTallies = await store.protocolSummary();
  assert.equal(fromTallies.packets, packets);
  assert.deepEqual(await store.protocolSummary({ filter: 'frame' }), fromTallies);
  assert.equal((await store.info()).packets, packets);
}
