// Conversations and endpoints by addresses that are not all of one form. The expected values are tshark's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { destinationColumn, sourceColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { newFrame } from '../../src/files/frame.ts';
import { Conversations, Endpoints } from '../../src/stats/endpoints.ts';
import { bytesOf } from '../protocols/support.ts';

const WPAN_WITHOUT_FCS = 230;
const COOKED = 113;

/** [source, destination] of each frame, and what the counters make of all. */
function count(kind: 'wpan' | 'zbee_nwk' | 'sll', linkType: number, frames: readonly string[]) {
  const dissector = new Dissector();
  const [conversations, endpoints] = [new Conversations(kind), new Endpoints(kind)];
  const shown = frames.map((text, i) => {
    const data = bytesOf(text);
    const frame = Object.assign(newFrame(), {
      number: i + 1,
      data,
      end: data.length,
      wireLength: data.length,
    });
    const p = dissector.dissect(Object.assign(frame, { linkType }));
    conversations.add(p);
    endpoints.add(p);
    return [sourceColumn(p), destinationColumn(p)];
  });
  const pairs = [...conversations.list()].map(({ a, b, framesFromA }) => [a.address, b.address, framesFromA]);
  return { shown, pairs, endpoints: [...endpoints.list()].map(({ address }) => address) };
}

/** ZigBee from 0x1234 to 0x0000; the same to all; a beacon, which has no receiver; a command cut before its source. */
const wpan = [
  '618803cdab000034120800000034121e014001060004010111012301',
  '618808cdabffff34120800fdff34121e0108ff06005ec00111012301',
  '008011cdab341200cf0000',
  '638812cdab000004',
];

test('IEEE 802.15.4: addresses of two or eight bytes, or none', () => {
  const { shown, pairs, endpoints } = count('wpan', WPAN_WITHOUT_FCS, wpan);
  assert.deepEqual(shown.slice(0, 3), [
    ['0x1234', '0x0000'],
    ['0x1234', 'Broadcast'],
    ['0x1234', ''],
  ]);
  assert.deepEqual(pairs, [
    ['0x1234', '0x0000', 1],
    ['0x1234', 'Broadcast', 1],
    ['0x1234', 'NONE', 1],
  ]);
  assert.deepEqual(endpoints, ['0x1234', '0x0000', 'Broadcast', 'NONE']);
});

test('ZigBee: addresses of its network layer', () => {
  assert.deepEqual(count('zbee_nwk', WPAN_WITHOUT_FCS, wpan).pairs, [
    ['0x1234', '0x0000', 1],
    ['0x1234', 'Broadcast', 1],
  ]);
});

test('Linux cooked capture: a sender, never a receiver', () => {
  const { pairs, endpoints } = count('sll', COOKED, ['000000010006000102030405000008004500']);
  assert.deepEqual(pairs, [['00:01:02:03:04:05', 'NONE', 1]]);
  assert.deepEqual(endpoints, ['00:01:02:03:04:05']);
});
