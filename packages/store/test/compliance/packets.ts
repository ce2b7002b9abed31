// A stored capture: its packets in pages and orders, its counts, and the questions that are refused.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FilterError, IPV4, ipv4Address, PacketBatch } from '@eyrie/dissect';
import { StoreError } from '../../src/errors.ts';
import {
  PACKET_COLUMNS,
  type PacketColumn,
  type PacketRow,
  PROTOCOL_GROUPS,
  type ProtocolCount,
} from '../../src/queries.ts';
import type { Store } from '../../src/store.ts';
import { OFFICE_HOUR, originOf, packetsOf, passing } from '../support.ts';
import { everyPacket } from './stored.ts';

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

/** `open` gives a store with the office hour in it. */
export function readsPackets(open: () => Store): void {
  const expected = [...packetsOf(OFFICE_HOUR)].length;

  it('is listed with what is stored of it', async () => {
    const store = open();
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
    const store = open();
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
    const store = open();
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
    const store = open();
    const value = (row: PacketRow, by: PacketColumn): string | number => {
      const { src, dst, srcPort, dstPort, stream, ...plain } = row;
      if (by === 'src' || by === 'dst') return addressKey(by === 'src' ? src : dst);
      if (by === 'src_port' || by === 'dst_port') return (by === 'src_port' ? srcPort : dstPort) ?? 0;
      return by === 'stream' ? (stream ?? -1) : plain[by];
    };
    for (const [filter, columns, limit] of [
      // Over all packets two columns are enough: a number and an address.
      ['', ['length', 'src'], 3_000],
      ['icmp || arp || dns', PACKET_COLUMNS, 400],
      ['http.host contains "a"', PACKET_COLUMNS, 60],
    ] as const) {
      const rows = await everyPacket(store, { filter });
      assert.ok(rows.length > limit, 'several pages');
      for (const by of columns) {
        const keyed = rows.map((row) => ({ row, id: row.id, key: value(row, by) }));
        for (const isDown of [false, true]) {
          const sorted = keyed.toSorted((a, b) =>
            a.key === b.key ? a.id - b.id : a.key < b.key === isDown ? 1 : -1,
          );
          const seen = await everyPacket(store, { filter, sort: { by, isDown }, limit });
          assert.deepEqual(
            seen.map(({ id }) => id),
            sorted.map(({ id }) => id),
            `${filter} by ${by}`,
          );
          if (by === 'src')
            assert.deepEqual(
              seen,
              sorted.map(({ row }) => row),
            );
        }
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
    const store = open();
    const { items } = await store.packets({ limit: 3 });
    const found = await store.packet(items[2]!.id);
    assert.deepEqual(found?.packet, items[2]);
    assert.deepEqual(found?.previous, items[1]);
    assert.equal(found?.capture.file, OFFICE_HOUR);
    assert.equal((await store.packet(items[0]!.id))?.previous, null);
    assert.equal(await store.packet(10_000_000), null);
  });

  it('counts protocols and paths the same from tallies and from packets', async () => {
    const store = open();
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

  it('counts protocols by conversation, endpoint, port and capture, page after page', async () => {
    const store = open();
    const all = await store.protocolSummary();
    const rows = await everyPacket(store, {});
    const counted = (keysOf: (row: PacketRow) => object[]): object[] => {
      const groups = new Map<string, { packets: number; bytes: number }>();
      for (const row of rows)
        for (const keys of keysOf(row)) {
          const key = JSON.stringify({ ...keys, protocol: row.protocol });
          const group = groups.get(key) ?? { packets: 0, bytes: 0 };
          groups.set(key, { packets: group.packets + 1, bytes: group.bytes + row.length });
        }
      return [...groups].map(([key, counts]) => ({ ...JSON.parse(key), ...counts }));
    };
    const sorted = (counts: readonly object[]) =>
      counts.map((each) => JSON.stringify(Object.entries(each).sort())).sort();
    const expectations = {
      protocol: counted(() => [{}]),
      conversation: counted(({ src, dst }) => [src <= dst ? { a: src, b: dst } : { a: dst, b: src }]),
      endpoint: counted(({ src, dst }) => [{ address: src }, { address: dst }]),
      port: counted(({ transport, srcPort, dstPort }) => [
        { transport, port: srcPort === null ? null : Math.min(srcPort, dstPort!) },
      ]),
      capture: counted(({ capture }) => [{ capture }]),
    };
    for (const by of PROTOCOL_GROUPS)
      for (const filter of ['', 'frame']) {
        const items: ProtocolCount[] = [];
        let after: string | undefined;
        do {
          const page = await store.protocolSummary({ by, filter, limit: 40, ...(after && { after }) });
          assert.deepEqual([page.packets, page.bytes, page.exact], [all.packets, all.bytes, true], by);
          items.push(...page.items);
          after = page.next ?? undefined;
        } while (after !== undefined);
        assert.deepEqual(sorted(items), sorted(expectations[by]), `${by} ${filter}`);
        const order = items.map(({ packets }) => packets);
        assert.deepEqual(
          order,
          order.toSorted((a, b) => b - a),
          by,
        );
      }
    const dns = await store.protocolSummary({ by: 'conversation', filter: 'dns' });
    assert.equal(dns.packets, passing(OFFICE_HOUR, 'dns').length);
    assert.equal(
      dns.items.reduce((sum, { packets }) => sum + packets, 0),
      dns.packets,
    );
    for (const by of PROTOCOL_GROUPS) {
      const { packets, items } = await store.protocolSummary({ by, filter: 'tcp', limit: 10_000 });
      assert.equal(packets, passing(OFFICE_HOUR, 'tcp').length, by);
      const sum = items.reduce((all, each) => all + each.packets, 0);
      assert.equal(sum, by === 'endpoint' ? packets * 2 : packets, by);
    }
    for (const by of PROTOCOL_GROUPS) {
      if (by === 'protocol') continue;
      const whole = (await store.protocolSummary({ by, limit: 10_000 })).items;
      const groupOf = ({ packets, bytes, protocol, ...group }: ProtocolCount) => JSON.stringify(group);
      const sums = new Map<string, number>();
      for (const row of whole) sums.set(groupOf(row), (sums.get(groupOf(row)) ?? 0) + row.bytes);
      const least = [...sums.values()].sort((a, b) => b - a)[2] ?? 0;
      const top = (await store.protocolSummary({ by, top: 3, limit: 10_000 })).items;
      assert.deepEqual(
        top,
        whole.filter((row) => sums.get(groupOf(row))! >= least),
        by,
      );
    }
    await assert.rejects(store.protocolSummary({ top: 3 }), { code: 'ERR_STORE_QUERY' });
    const nothing = await store.protocolSummary({ by: 'endpoint', to: 0 });
    assert.deepEqual([nothing.items, nothing.packets, nothing.next], [[], 0, null]);
    const { next } = await store.protocolSummary({ by: 'conversation', limit: 1 });
    for (const by of ['port', 'endpoint', undefined] as const)
      await assert.rejects(store.protocolSummary({ ...(by && { by }), after: next! }), {
        code: 'ERR_STORE_CURSOR',
      });
  });

  it('has a time line that adds up, whatever the width of its steps', async () => {
    const store = open();
    for (const buckets of [1, 7, 240, 5000]) {
      const line = await store.timeline({ buckets, by: 'protocol', series: 3 });
      assert.ok(line.buckets <= buckets && line.series.length === 4);
      const sum = line.series.flatMap(({ packets }) => packets).reduce((a, b) => a + b, 0);
      assert.equal(sum, expected);
      assert.deepEqual(await store.timeline({ buckets, by: 'protocol', series: 3, filter: 'frame' }), line);
    }
    for (const by of ['path', 'src', 'dst', 'transport', 'capture'] as const) {
      const filtered = await store.timeline({ buckets: 7, by, filter: 'tcp' });
      const sum = filtered.series.flatMap(({ packets }) => packets).reduce((a, b) => a + b, 0);
      assert.equal(sum, passing(OFFICE_HOUR, 'tcp').length, by);
    }
    const [all] = (await store.timeline({ filter: 'tcp', buckets: 10 })).series;
    assert.equal(
      all!.packets.reduce((a, b) => a + b, 0),
      passing(OFFICE_HOUR, 'tcp').length,
    );
  });

  it('answers the simple terms', async () => {
    const store = open();
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
    const store = open();
    const code = (wanted: string) => (error: unknown) => error instanceof StoreError && error.code === wanted;
    await assert.rejects(store.packets({ filter: 'nosuch == 1' }), FilterError);
    await assert.rejects(store.packets({ limit: 0 }), code('ERR_STORE_QUERY'));
    await assert.rejects(store.packets({ limit: 1e9 }), code('ERR_STORE_QUERY'));
    await assert.rejects(store.packets({ after: 'x' }), code('ERR_STORE_CURSOR'));
    const sort = { by: 'id; --' as 'src' };
    await assert.rejects(store.packets({ sort }), code('ERR_STORE_QUERY'));
    const next = Buffer.from('["1; DROP TABLE packet",1]').toString('base64url');
    await assert.rejects(store.packets({ sort: { by: 'time' }, after: next }), code('ERR_STORE_CURSOR'));
    await assert.rejects(store.packets({ address: "1'; DROP TABLE packet" }), code('ERR_STORE_QUERY'));
    const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    for (const after of [cursor('x'), cursor(1, 2), cursor(null), cursor([]), cursor('\0', 1)]) {
      await assert.rejects(store.packets({ after }), code('ERR_STORE_CURSOR'));
      await assert.rejects(store.findings({ after }), code('ERR_STORE_CURSOR'));
      await assert.rejects(store.names({ after }), code('ERR_STORE_CURSOR'));
    }
    await assert.rejects(store.flows({ after: cursor('x', 1) }), code('ERR_STORE_CURSOR'));
    await assert.rejects(store.packets({ port: -1 }), code('ERR_STORE_QUERY'));
    await assert.rejects(store.packets({ from: 'yesterday' }), code('ERR_STORE_QUERY'));
    await assert.rejects(store.timeline({ by: 'summary' as 'path' }), code('ERR_STORE_QUERY'));
    await assert.rejects(store.flows({ order: 'id; --' as 'bytes' }), code('ERR_STORE_QUERY'));
  });

  it('finds nothing where a number is beyond all, or a text has what none has', async () => {
    const store = open();
    const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const capture = Number.MAX_SAFE_INTEGER;
    const pages = [
      store.flows({ capture }),
      store.flows({ stream: capture }),
      store.flows({ serverName: 'a\0b\ud800' }),
      store.flows({ after: cursor(-1e300, 1.5) }),
      store.names({ capture, name: '\0' }),
      store.findings({ capture }),
      store.findings({ order: 'newest', after: cursor(0, 0, -1e300) }),
      store.packets({ capture }),
      store.packets({ after: cursor(1e300) }),
      store.packets({ sort: { by: 'time' }, after: cursor('9999999999999999999', 1) }),
      store.protocolSummary({ by: 'port', after: cursor('port', -1e300, 1.5, 1e300, '') }),
      store.protocolSummary({ by: 'conversation', capture }),
    ];
    for (const page of pages) {
      const { items, next } = await page;
      assert.deepEqual([items.length, next], [0, null]);
    }
  });
}
