// What came before a packet in its conversation, where that is far away.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { PacketRow } from '../../src/queries.ts';
import { batchesOf, OFFICE_HOUR } from '../support.ts';
import { everyPacket, type Make } from './stored.ts';

/** More packets than are searched at first before one. */
const ROUNDS = 16;

export function leadsBack(make: Make): void {
  it('leads back to packets far before one, of busy conversations and of those that pause', async () => {
    const store = await make();
    const batches = batchesOf(OFFICE_HOUR);
    for (let round = 0; round < ROUNDS; round++)
      await Promise.all(
        batches.map((batch, i) =>
          store.write({
            ...batch,
            sequence: round * batches.length + i,
            flows: round === 0 ? batch.flows : [],
          }),
        ),
      );
    const conversations = new Map<string, PacketRow[]>();
    for (const row of await everyPacket(store, {})) {
      if (row.stream === null) continue;
      const key = `${row.transport} ${row.stream}`;
      conversations.set(key, [...(conversations.get(key) ?? []), row]);
    }
    const bySize = [...conversations.values()].sort((a, b) => a.length - b.length);
    assert.ok(bySize[0]!.length < 8 * ROUNDS && bySize.at(-1)!.length > 100 * ROUNDS);
    const most = { first: 3, latest: 20 };
    for (const packets of [bySize[0]!, bySize[bySize.length >> 1]!, bySize.at(-1)!])
      for (const share of [0, 0.1, 0.5, 0.9, 1]) {
        const at = Math.round((packets.length - 1) * share);
        const ids = packets.map(({ id }) => id);
        const first = ids.slice(0, Math.max(0, Math.min(most.first, at - most.latest)));
        const latest = ids.slice(Math.max(0, at - most.latest), at);
        const lead = await store.leadOf(packets[at]!, most);
        assert.deepEqual(
          [lead.packets.map(({ id }) => id), lead.isWhole],
          [[...first, ...latest], at <= most.latest],
        );
      }
    await store.close();
  });
}
