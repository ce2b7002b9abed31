// What the compliance tests share: a store with a capture in it, and what is asked of any store.

import assert from 'node:assert/strict';
import type { PacketQuery, PacketRow } from '../../src/queries.ts';
import type { Store, StoreOptions } from '../../src/store.ts';
import { batchesOf, OFFICE_HOUR } from '../support.ts';

/** Makes an empty store. */
export type Make = (options?: StoreOptions) => Promise<Store>;

export async function stored(make: Make, path = OFFICE_HOUR): Promise<Store> {
  const store = await make();
  await Promise.all(batchesOf(path).map((batch) => store.write(batch)));
  return store;
}

/** All that a query finds. */
export async function everyPacket(store: Store, query: PacketQuery): Promise<PacketRow[]> {
  const rows: PacketRow[] = [];
  let after: string | undefined;
  do {
    const page = await store.packets({ limit: 10_000, ...query, ...(after && { after }) });
    rows.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return rows;
}

/** Tallies, batches and packets say the same. */
export async function sameCounts(store: Store, packets: number): Promise<void> {
  const fromTallies = await store.protocolSummary();
  assert.equal(fromTallies.packets, packets);
  assert.deepEqual(await store.protocolSummary({ filter: 'frame' }), fromTallies);
  assert.equal((await store.info()).packets, packets);
}
