// What the pipeline on a host tells the mesh of names and addresses: from the store to what the peer is told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConversationQuery, Endpoint, Store } from '@eyrie/store';
import { Traffic } from '../src/peer/index.ts';
import { talkersOf } from '../src/pipeline/talkers.ts';

const endpoint = (address: string, bytesSent: number, names: string[] = []): Endpoint => ({
  ...{ address, bytesSent, names, packetsSent: 1, packetsReceived: 1, bytesReceived: 600 },
  ...{ firstTime: '0', lastTime: '1' },
});

test('the last minute of the store, by address and by name; devices are nobody else’s business', async () => {
  const asked: ConversationQuery[] = [];
  const items = [
    endpoint('192.0.2.1', 6_000, ['b.example', 'older.example']),
    endpoint('02:00:00:00:00:01', 5_000),
    endpoint('2001:db8::1', 4_800, ['a.example']),
    endpoint('192.0.2.2', 4_200, ['b.example']),
  ];
  const store = {
    endpoints: (query: ConversationQuery) => {
      asked.push(query);
      return Promise.resolve({ items, exact: true, rest: null });
    },
  } as Partial<Store> as Store;
  const talkers = await talkersOf(store, 1_000);
  assert.equal(asked[0]!.from, 940);
  assert.deepEqual(talkers.addresses, [
    { name: '192.0.2.1', rate: 110 },
    { name: '2001:db8::1', rate: 90 },
    { name: '192.0.2.2', rate: 80 },
  ]);
  assert.deepEqual(talkers.names, [
    { name: 'b.example', rate: 190 },
    { name: 'a.example', rate: 90 },
  ]);
  // As it comes over the control socket.
  assert.deepEqual(Traffic.talkersIn(JSON.parse(JSON.stringify({ packets: 1, talkers }))), talkers);
});

test('nothing is told where nothing was said, and no nonsense', () => {
  for (const said of [{}, { talkers: null }, { talkers: 'all' }]) assert.equal(Traffic.talkersIn(said), null);
  const talkers = { names: [{ name: 7, rate: 1 }, null, { name: 'x', rate: -1 }], addresses: 'many' };
  assert.deepEqual(Traffic.talkersIn({ talkers }), { names: [{ name: 'x', rate: 0 }], addresses: [] });
});
