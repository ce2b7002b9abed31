// A stored capture: its flows, names and findings, and who talks with whom.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FilterError } from '@eyrie/dissect';
import type { FindingRow, NameRow } from '../../src/rows.ts';
import type { Store } from '../../src/store.ts';
import { batchesOf, batchOf, OFFICE_HOUR, originOf } from '../support.ts';
import { everyPacket } from './stored.ts';

/** `open` gives a store with the office hour in it; names and findings are added. */
export function readsFlows(open: () => Store): void {
  it('tell what their sequence numbers count from, of those that are asked for', async () => {
    const store = open();
    const [capture] = await store.captures();
    const sent = batchesOf(OFFICE_HOUR).flatMap(({ flows }) => flows.filter(({ tcp }) => tcp !== null));
    const last = new Map(sent.map((flow) => [flow.stream, flow]));
    assert.ok(last.size > 2);
    const [first, ...rest] = [...last.keys()];
    const bases = await store.sequenceBases(capture!.id, [...rest, 1e9]);
    assert.deepEqual([bases.has(first!), bases.size], [false, rest.length]);
    for (const [stream, base] of bases) {
      const { client, tcp } = last.get(stream)!;
      const { clientSequence, serverSequence } = tcp!;
      assert.ok(clientSequence !== null);
      assert.deepEqual(base, { client, clientSequence, serverSequence });
    }
  });

  it('has its flows, largest first, in pages', async () => {
    const store = open();
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
    const head = { id: flow!.id, start: flow!.start, end: flow!.end, packets: packets.items.length };
    assert.deepEqual(await store.flowOf(same.items.at(-1)!), head);
    assert.equal(await store.flowOf({ ...same.items[0]!, stream: null }), null);
  });

  for (const order of ['bytes', 'packets', 'start', 'duration'] as const)
    it(`has each of its flows once on the pages by ${order}`, async () => {
      const store = open();
      const { items } = await store.flows({ order, limit: 10_000 });
      const walked: number[] = [];
      for (let after: string | null | undefined; after !== null; ) {
        const page = await store.flows({ order, limit: 3, ...(after && { after }) });
        walked.push(...page.items.map(({ id }) => id));
        assert.ok(walked.length <= items.length, 'none comes twice');
        after = page.next;
      }
      assert.deepEqual(
        walked,
        items.map(({ id }) => id),
      );
    });

  it('tells what came before a packet in its conversation: the first and the latest', async () => {
    const store = open();
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
    const { packets: latest } = await store.leadOf(items[20]!, { first: 0, latest: 10 });
    assert.deepEqual(latest, placed.slice(10, 20), 'without the first ones');
    const { packets: first } = await store.leadOf(items[20]!, { first: 3, latest: 0 });
    assert.deepEqual(first, placed.slice(0, 3), 'without the latest ones');
    const most = { first: 3, latest: 10 };
    const none = await store.leadOf({ ...items[20]!, stream: null }, most);
    assert.deepEqual(none, { packets: [], isWhole: false });
    const named = await store.flows({ serverName: 'alder', application: 'http' });
    assert.ok(named.items.length > 0 && named.items.every(({ serverName }) => serverName!.includes('alder')));
  });

  it('has the flows, names and findings of what passes a filter', async () => {
    const store = open();
    const transports: Record<number, string> = { 6: 'tcp', 17: 'udp' };
    for (const filter of [
      'dns',
      'tcp.port == 443 && ip.src == 192.168.10.0/24',
      'http.host contains "a"',
      'arp',
    ]) {
      const packets = await everyPacket(store, { filter });
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

  it('finds flows, names and findings by any notation of an address, and by its network', async () => {
    const store = open();
    const flow = (await store.flows({ limit: 1000 })).items.find(({ client }) =>
      client.address.includes('::'),
    )!;
    const address = flow.client.address;
    const [left, right] = address.split('::').map((part) => part.split(':'));
    const zeros = new Array<string>(8 - left!.length - right!.length).fill('0');
    const long = [...left!, ...zeros, ...right!].map((group) => group.padStart(4, '0'));
    const time = 1_700_000_000;
    const found: FindingRow = {
      ...{ finder: 'rule', severity: 'note', group: 'g', protocol: 'tcp', message: 'by notation' },
      ...{ address, frame: null, count: 1, time },
    };
    await store.write(
      batchOf(originOf(OFFICE_HOUR).key, 1_000_001, {
        names: [{ address, name: 'by.notation.example', source: 'dns', time }],
        findings: [found],
      }),
    );
    const counts = async (asked: string): Promise<number[]> => {
      const flows = await store.flows({ address: asked, limit: 1000 });
      const { items: names } = await store.names({ address: asked });
      const { items: findings } = await store.findings({ address: asked });
      return [
        flows.items.length,
        names.filter(({ name }) => name === 'by.notation.example').length,
        findings.filter(({ message }) => message === 'by notation').length,
      ];
    };
    const known = await counts(address);
    assert.ok(known[0]! > 0 && known[1] === 1 && known[2] === 1);
    assert.deepEqual(await counts(long.join(':').toUpperCase()), known);
    assert.deepEqual(await counts(`${address}/128`), known);
    const network = await counts(`${left!.slice(0, 1).join(':')}::/16`);
    assert.ok(network[0]! >= known[0]! && network[1] === 1 && network[2] === 1);
    assert.deepEqual(await counts('198.51.100.0/24'), [0, 0, 0]);
    for (const ask of [store.flows, store.names, store.findings])
      await assert.rejects(ask({ address: 'alder' }), { code: 'ERR_STORE_QUERY' });
  });

  it('knows who talks with whom', async () => {
    const store = open();
    const { items } = await store.conversations({ filter: 'ip' });
    const total = items.reduce((sum, each) => sum + each.packetsToA + each.packetsToB, 0);
    assert.equal(total, (await store.packets({ filter: 'ip', limit: 10_000 })).items.length);
    const { items: ends } = await store.endpoints({ limit: 5 });
    const [busiest] = ends;
    const mine = await store.packets({ address: busiest!.address, limit: 10_000 });
    assert.equal(mine.items.length, busiest!.packetsSent + busiest!.packetsReceived);
  });
}
