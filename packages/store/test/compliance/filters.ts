// Display filters: what columns decide is what the predicate says, and the rest is left to the bytes.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { compileExpression, NONE, outerAddresses, type PacketBatch } from '@eyrie/dissect';
import type { PacketQuery, PacketRow } from '../../src/queries.ts';
import type { Store } from '../../src/store.ts';
import { DECIDED, OF_ALL_HEADERS, OPEN } from '../filter-cases.ts';
import {
  batchesOf,
  newBatchesOf,
  OFFICE_HOUR,
  originOf,
  PORT_SCAN,
  passing,
  passingEach,
} from '../support.ts';
import { everyPacket, type Make } from './stored.ts';

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

/** Of these only so many batches: of a scan, one packet is as good as another; of the office hour, see below. */
const BATCHES: Record<string, number> = { [OFFICE_HOUR]: 2, [PORT_SCAN]: 1 };

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

export function agrees(make: Make): void {
  let store: Store;
  /** Of each capture in the store, by its number: the file, and how many packets of it are there. */
  const captures = new Map<number, { path: string; packets: number }>();
  before(async () => {
    store = await make();
    for (const path of [OFFICE_HOUR, PORT_SCAN, ...TUNNELS.filter((each) => existsSync(each))]) {
      const batches = batchesOf(path).slice(0, BATCHES[path]);
      await Promise.all(batches.map((batch) => store.write(batch)));
      const { id, packets } = (await store.captureByKey(originOf(path).key))!;
      captures.set(id, { path, packets });
    }
  });
  after(() => store.close());

  /** `capture:frame.number` of what the predicate passes. */
  function wantedOf(filter: string, only?: number): Set<string> {
    const found = [...captures]
      .filter(([id]) => only === undefined || id === only)
      .flatMap(([id, { path, packets }]) =>
        passing(path, filter)
          .filter((number) => number <= packets)
          .map((number) => `${id}:${number}`),
      );
    return new Set(found);
  }
  const placeOf = ({ capture, number }: PacketRow) => `${capture}:${number}`;

  it('select the same packets as the predicate', async () => {
    const filters = [...DECIDED, ...OPEN];
    for (const { path } of captures.values()) passingEach(path, filters);
    const [office] = captures.keys();
    for (const filter of filters) {
      const wanted = wantedOf(filter);
      const some = wantedOf(filter, office).size > 0;
      assert.equal(some, passing(OFFICE_HOUR, filter).length > 0, `${filter}: only in what is not stored`);
      const items = await everyPacket(store, { filter });
      const found = new Set(items.map(placeOf));
      const sure = items.filter((item) => !item.isCandidate).map(placeOf);
      const wrong = sure.filter((place) => !wanted.has(place));
      assert.deepEqual(wrong, [], `${filter}: for sure, but the predicate says no`);
      assert.deepEqual([...wanted.difference(found)], [], `${filter}: not found`);
      const { packets, exact, rest } = await store.protocolSummary({ filter });
      assert.equal(exact, sure.length === items.length, filter);
      assert.equal(exact, rest === null);
      if (rest !== null) assert.equal(typeof compileExpression(rest, filter), 'function');
      assert.equal(packets, found.size, filter);
    }
  });

  it('are decided by columns where these suffice', async () => {
    const { id: capture } = (await store.captureByKey(originOf(OFFICE_HOUR).key))!;
    for (const filter of DECIDED) {
      const plain = `!icmp && !icmpv6 && !vxlan && !gre && (${filter || 'frame'})`;
      assert.ok((await store.protocolSummary({ filter: plain, capture })).exact, filter);
    }
  });

  it('of addresses are decided in tunnels, quoted packets and routing headers', async () => {
    const asked = [...captures].flatMap(([capture, { path }]) =>
      outerFilters(path).map((filter) => ({ filter, capture })),
    );
    for (const [, { path }] of captures) passingEach(path, [...OF_ALL_HEADERS, ...outerFilters(path)]);
    for (const query of [...OF_ALL_HEADERS.map((filter) => ({ filter })), ...asked] as PacketQuery[]) {
      const { items, exact } = await store.packets({ ...query, limit: 10_000 });
      const { filter = '', capture } = query;
      assert.ok(exact, `${filter} in ${capture}: ${items.find((item) => item.isCandidate)?.path}`);
      assert.deepEqual(new Set(items.map(placeOf)), wantedOf(filter, capture), `${filter} in ${capture}`);
      assert.equal((await store.protocolSummary(query)).exact, true);
    }
  });

  it('yield candidates where outer addresses are not stored', async () => {
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
    assert.ok((await store.erase('10.20.0.47')).unrecorded > 0);
    await store.close();
  });

  it('leave only the undecided part as rest', async () => {
    const filter = 'tcp.stream == 46 && http.request.method == "GET"';
    const { rest, items } = await store.packets({ filter });
    assert.ok(items.length > 0 && items.every((item) => item.isCandidate && item.path.includes('http')));
    assert.equal(rest!.kind, 'compare');
  });
}
