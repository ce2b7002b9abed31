// Batches as they come: each is stored once, in any order, and what is told again of the same is added up.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FlowBook, type FlowColumns } from '@eyrie/dissect';
import type { PacketQuery } from '../../src/queries.ts';
import type { FindingRow, FlowRow, NameRow } from '../../src/rows.ts';
import type { Store } from '../../src/store.ts';
import { batchesOf, batchOf, numbered, OFFICE_HOUR, originOf, PORT_SCAN, strangeBatch } from '../support.ts';
import { type Make, sameCounts } from './stored.ts';

export function storesOnce(make: Make): void {
  it('have the least and the greatest values of each column as they were sent', async () => {
    const store = await make();
    await store.write(strangeBatch());
    const { items } = await store.packets();
    assert.deepEqual(
      items.map(
        ({ number, time, length, transport, srcPort, dstPort, stream, tcpAnalysis, place, summary }) => [
          ...[number, time, length, transport, srcPort, dstPort, stream, tcpAnalysis],
          ...[place.offset, place.capturedLength, place.interfaceId, summary],
        ],
      ),
      [
        ...[[0, '-0.000000001', 0, null, null, null, null, 0, 0, 2 ** 32 - 1, null, 'The end of it']],
        [
          ...[2 ** 32 + 1, '0.000000000', 2 ** 31, 6, 32_768, 1, 0, 65_535, 2 ** 33 + 7, 2 ** 31, 0],
          '32768 → 1, 2147483648 bytes, eth:ethertype:ip',
        ],
        [
          ...[2 ** 40 - 1, '4000000000.000000001', 2 ** 32 - 1, 255, 65_535, 32_768, 2 ** 31 - 1, 32_768],
          ...[2 ** 53 - 1, 0, 2 ** 31 - 2, 'The end of it'],
        ],
      ],
    );
    const numbersOf = async (filter: string): Promise<number[]> =>
      (await store.packets({ filter })).items.filter((item) => !item.isCandidate).map(({ id }) => id);
    assert.deepEqual(await numbersOf('frame.cap_len == 4294967295'), [1]);
    assert.deepEqual(await numbersOf('frame.interface_id == 2147483646'), [3]);
    assert.deepEqual(await numbersOf('tcp.len == 2147483648'), [2]);
    assert.deepEqual(await numbersOf('ip.src == 192.0.2.9'), [3]);
    await store.close();
  });

  it('numbered by their last packets are refused where others have stored some of theirs, with all that waits behind', async () => {
    const store = await make();
    const [thousands, others] = [numbered(batchesOf(OFFICE_HOUR)), numbered(batchesOf(OFFICE_HOUR, 700))];
    await store.write(thousands[0]!);
    const results = await Promise.allSettled(others.map((batch) => store.write(batch)));
    // The first two overlap; the others would leave a gap.
    for (const each of results)
      assert.equal(each.status === 'rejected' && each.reason.code, 'ERR_STORE_CLAIMED');
    for (const batch of thousands.slice(1)) await store.write(batch);
    assert.equal((await store.write(thousands[3]!)).applied, false);
    await sameCounts(store, 5125);
    await store.close();
  });

  it('are stored while pages are walked: what was there before comes once, in each order', async () => {
    const store = await make();
    for (const batch of batchesOf(PORT_SCAN).slice(0, 2)) await store.write(batch);
    const more = batchesOf(OFFICE_HOUR, 100);
    let [written, sum] = [0, 0];
    const orders: PacketQuery[] = [
      { order: 'oldest' },
      { order: 'newest' },
      { filter: 'tcp', order: 'newest' },
      { sort: { by: 'src', isDown: false } },
      { sort: { by: 'protocol', isDown: true } },
      { sort: { by: 'length', isDown: true } },
      { sort: { by: 'time', isDown: false } },
    ];
    for (const order of orders) {
      const before = new Set((await store.packets({ ...order, limit: 10_000 })).items.map(({ id }) => id));
      const seen = new Map<number, number>();
      let after: string | undefined;
      for (let page = 0; ; page++) {
        const { items, next } = await store.packets({
          ...order,
          limit: Math.ceil(before.size / 6),
          ...(after && { after }),
        });
        for (const { id } of items) seen.set(id, (seen.get(id) ?? 0) + 1);
        if (next === null) break;
        after = next;
        if (page < 2 && written < more.length) await store.write(more[written++]!);
      }
      const name = JSON.stringify(order);
      assert.deepEqual(
        [...seen.values()].filter((times) => times !== 1),
        [],
        name,
      );
      assert.deepEqual(
        [...before].filter((id) => !seen.has(id)),
        [],
        name,
      );
      sum += seen.size;
    }
    assert.ok(written > 10 && sum > 0);
    await store.close();
  });

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

  it('refuses interfaces beyond the bounds, and lists the packets of others', async () => {
    const store = await make();
    for (const interfaceId of [-2, 2 ** 31 - 1]) {
      const { packets, ...batch } = strangeBatch();
      packets!.interfaceId[1] = interfaceId;
      await assert.rejects(store.write({ ...batch, packets }), { code: 'ERR_STORE_BATCH' });
    }
    await store.write(strangeBatch());
    assert.equal((await store.packets()).items.length, 3);
    await store.close();
  });

  it('has the same flows, whether they come as rows or as columns, at once or in several reports', async () => {
    const sent = batchesOf(OFFICE_HOUR).flatMap(({ flows }) => flows);
    const strange = sent.map((flow, i) => ({
      ...flow,
      ...(i % 3 === 0 ? { serverName: 'ä\0\ud800'.repeat(1 + (i % 7)) } : {}),
      ...(i % 4 === 0 ? { applications: ['tls', 'a name that no cell has room for'] } : {}),
      ...(i % 5 === 0 ? { client: { address: '2001:db8:1234:5678::9abc', port: 65_535 } } : {}),
    }));
    const { key } = originOf(OFFICE_HOUR);
    const isAsColumns = (i: number): boolean => i % 2 === 0;
    const flowsOf = async (write: (store: Store) => Promise<void>): Promise<unknown> => {
      const store = await make();
      await write(store);
      const { items } = await store.flows({ limit: 10_000, order: 'start' });
      await store.close();
      return items
        .map(({ id, ...flow }) => flow)
        .sort((a, b) => a.stream - b.stream || (a.transport < b.transport ? -1 : 1));
    };
    const asRows = await flowsOf(async (store) => {
      await store.write(batchOf(key, 0, { flows: strange }));
      await store.write(batchOf(key, 1, { flows: strange.slice(5) }));
    });
    const mixed = await flowsOf(async (store) => {
      // In parts, of which those that were new before are repeated.
      const parts = [strange.slice(0, 20), strange.slice(20), strange.slice(5)];
      const writes = parts.map((flows, i) =>
        store.write(batchOf(key, i, isAsColumns(i) ? { flowColumns: columnsOf(flows) } : { flows })),
      );
      await Promise.all(writes);
    });
    assert.deepEqual(mixed, asRows);
    // A batch that fails between them, so that what the store has is learned anew.
    const afterFailure = await flowsOf(async (store) => {
      await store.write(batchOf(key, 0, { flowColumns: columnsOf(strange.slice(0, 20)) }));
      const broken = { ...strange[30]!, client: { address: '10.0.0.1', port: Number.NaN } };
      await assert.rejects(store.write(batchOf(key, 1, { flows: [strange[31]!, broken] })));
      await store.write(batchOf(key, 1, { flowColumns: columnsOf(strange.slice(20)) }));
      await store.write(batchOf(key, 2, { flowColumns: columnsOf(strange.slice(5)) }));
    });
    assert.deepEqual(afterFailure, asRows);
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
    const latest = await store.beginCapture(origin);
    assert.deepEqual([latest.isNew, latest.capture.id], [false, twice.capture.id]);
    const ended = await store.endCapture(first.capture.id, 'cut short');
    assert.equal(ended.problem, 'cut short');
    assert.ok(ended.ended! >= ended.begun);
    await store.close();
  });
}

function columnsOf(flows: readonly FlowRow[]): FlowColumns {
  const book = new FlowBook();
  for (const flow of flows) book.add(flow);
  return book.take();
}
