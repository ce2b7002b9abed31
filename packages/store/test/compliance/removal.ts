// What goes: by retention, erasure of an address and deletion of a capture; and what leaves as Parquet or under pseudonyms.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { StoreError } from '../../src/errors.ts';
import { batchesOf, batchOf, OFFICE_HOUR, originOf, PORT_SCAN, packetsOf } from '../support.ts';
import { type Make, sameCounts, stored } from './stored.ts';

export function removes(make: Make): void {
  it('by number of packets: keeps the newest', async () => {
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

  it('by age: keeps packets up to and including that age before the newest', async () => {
    const store = await stored(make);
    const { items: all } = await store.packets({ limit: 10_000 });
    const nanoseconds = ({ time }: { readonly time: string }) => BigInt(time.replace('.', ''));
    const oldest = all.findIndex((item, i) => i > 3_000 && nanoseconds(item) > nanoseconds(all[i - 1]!));
    const newest = all.reduce((a, b) => (nanoseconds(a) > nanoseconds(b) ? a : b));
    await store.retain({ ageSeconds: Number(nanoseconds(newest) - nanoseconds(all[oldest]!)) / 1e9 });
    const { items } = await store.packets({ limit: 10_000 });
    assert.ok(items.every((item) => nanoseconds(item) >= nanoseconds(all[oldest]!)));
    assert.ok(items.some(({ id }) => id === all[oldest]!.id));
    await sameCounts(store, items.length);
    await store.close();
  });

  it('keeps flows, drops and clock readings that overlap the remaining packets', async () => {
    const store = await stored(make);
    const origin = originOf(OFFICE_HOUR);
    const { id, firstTime, lastTime } = (await store.captureByKey(origin.key))!;
    const [early, late] = [Number(firstTime), Number(lastTime)];
    for (const [i, time] of [early, late].entries()) {
      const clock = { mesh: 'home', time, aheadSeconds: i, uncertaintySeconds: 0.001 };
      const drops = [{ where: 'kernel' as const, packets: 10 + i, time }];
      await store.write(batchOf(origin.key, 99 + i, { origin: { ...origin, clock }, drops }));
    }
    await store.retain({ rows: 1500 });
    const [{ time } = { time: '' }] = (await store.packets({ limit: 1 })).items;
    const { items: flows } = await store.flows({ limit: 10_000 });
    assert.ok(flows.every(({ end }) => end >= Number(time)));
    assert.ok(flows.some(({ start }) => start < Number(time)));
    assert.equal((await store.capture(id))!.drops, 11);
    assert.equal((await store.clockAt(id, early))!.aheadSeconds, 1, 'the older reading is gone');
    await store.close();
  });

  it('erases an address from all tables', async () => {
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

  it('erases an outer address of a tunnel', async () => {
    const store = await stored(make);
    const whom = '10.20.0.47';
    const filter = `ip.addr == ${whom}`;
    const before = (await store.packets({ filter, limit: 10_000 })).items.length;
    const shown = (await store.packets({ address: whom, limit: 10_000 })).items.length;
    assert.ok(before > shown);
    const removed = await store.erase(whom);
    assert.deepEqual([removed.packets, removed.unrecorded], [before, 0]);
    await sameCounts(store, 5125 - before);
    assert.deepEqual((await store.packets({ filter })).items, []);
    // Its number is not given to others: what comes again is found again.
    await Promise.all(batchesOf(OFFICE_HOUR).map((batch) => store.write({ ...batch, source: 'file:2' })));
    assert.equal((await store.packets({ filter, limit: 10_000 })).items.length, before);
    await store.close();
  });

  it('deletes a capture with all its rows', async () => {
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

  it('changes totals that were asked before: by a write, a second import, and each way to delete', async () => {
    const store = await stored(make);
    const checked = async (): Promise<number> => {
      const { packets } = await store.protocolSummary({ filter: 'frame' });
      await sameCounts(store, packets);
      const { tree } = await store.hierarchy();
      const { series } = await store.timeline({ buckets: 5 });
      const perCapture = await store.protocolSummary({ by: 'capture' });
      const ofCaptures = (await store.captures()).map((capture) => capture.packets);
      const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
      assert.deepEqual(
        [
          sum(tree.map((node) => node.packets)),
          sum(series.flatMap((one) => one.packets)),
          perCapture.packets,
        ],
        [packets, packets, packets],
      );
      assert.equal(sum(ofCaptures), packets);
      return packets;
    };
    const counts = [await checked()];
    const change = async (work: () => Promise<unknown>): Promise<void> => {
      await work();
      counts.push(await checked());
    };
    const { capture } = await store.beginCapture(originOf(OFFICE_HOUR), { again: true });
    for (const batch of batchesOf(OFFICE_HOUR).slice(0, 2))
      await change(() =>
        store.write({ ...batch, source: capture.key, origin: { ...batch.origin!, key: capture.key } }),
      );
    await change(() => store.endCapture(capture.id));
    await change(() => store.retain({ rows: 6000 }));
    await change(() => store.erase('192.168.10.10'));
    await change(() => store.vacuum());
    await change(() => store.deleteCapture(capture.id));
    const [whole, first, second, ended, retained, erased, vacuumed, deleted] = counts;
    assert.deepEqual([whole, first, second, ended, retained], [5125, 6125, 7125, 7125, 6000]);
    assert.ok(erased! < 6000 && vacuumed === erased && deleted! < erased!);
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

  it('stores prefix-preserving pseudonyms instead of addresses', async () => {
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
