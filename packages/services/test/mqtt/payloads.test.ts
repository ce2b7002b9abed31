// What counts as an order, and the schema that others are given.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { Value } from '@sinclair/typebox/value';
import fc from 'fast-check';
import { CONNECTIONS_OF_ONE_MAX, Connections } from '../../src/mqtt/connections.ts';
import { discoveryOf } from '../../src/mqtt/discovery.ts';
import { contentOf } from '../../src/mqtt/gateway.ts';
import { publishedSchema, Topics } from '../../src/mqtt/index.ts';
import { PacketBound } from '../../src/mqtt/packet-bound.ts';
import { MessageSchema, readOrder, TEXT_CHARACTERS_MAX } from '../../src/mqtt/payloads.ts';

const read = (text: string) => readOrder(Buffer.from(text));

test('docs/mqtt.schema.json is what the code checks with: eyrie mqtt schema > docs/mqtt.schema.json', () => {
  const path = join(import.meta.dirname, '../../../../docs/mqtt.schema.json');
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), publishedSchema());
});

test('text is an order, JSON is one if it is as the schema says, and nothing with "from" is', () => {
  assert.deepEqual(read('hello'), { text: 'hello' });
  assert.deepEqual(read('42'), { text: '42' });
  assert.deepEqual(read('{"text":"a","topic":"b"}'), { text: 'a', topic: 'b' });
  assert.deepEqual(read('{"sealed":"aGk="}'), { sealed: 'aGk=' });
  assert.deepEqual(read('{"data":"/wA="}'), { data: '/wA=' });
  assert.equal(read('{"from":"x","text":"a"}'), null);
  assert.equal(read(''), null);
  for (const wrong of [
    '{}',
    '{"text":1}',
    '{"text":"a","sealed":"b"}',
    '{"data":"no base64!"}',
    '{"text":"a","more":1}',
    '[1]',
  ])
    assert.equal(typeof read(wrong), 'string', wrong);
  assert.equal(read('x'.repeat(300_000)), 'it is too long');
});

test('what is longer than a text may be is published as data, and not taken as an order', () => {
  const long = Buffer.from('é'.repeat(TEXT_CHARACTERS_MAX));
  assert.deepEqual(Object.keys(contentOf(long)), ['text']);
  const longer = Buffer.concat([long, Buffer.from('!')]);
  const { data } = contentOf(longer);
  assert.ok(data !== undefined && Buffer.from(data, 'base64').equals(longer));
  const dates = { sent: '2027-01-01T00:00:00.000Z', received: '2027-01-01T00:00:00.000Z' };
  const message = { from: 'lab-1', topic: 'message', ...dates, uncertainty_ms: null };
  for (const body of [
    Buffer.from('a'),
    long,
    longer,
    Buffer.alloc(160 << 10, 'x'),
    Buffer.alloc(160 << 10, 255),
  ])
    assert.ok(Value.Check(MessageSchema, { ...message, ...contentOf(body) }), `${body.length} bytes`);
  assert.equal(readOrder(longer), 'it is too long');
  assert.deepEqual(readOrder(long), { text: long.toString() });
});

test('no two peers have the same names in Home Assistant', () => {
  const idsOf = (mesh: string, peer: string) =>
    discoveryOf('homeassistant', new Topics(mesh), mesh, peer, ['cpu.used']).flatMap(({ topic, payload }) => [
      topic,
      (payload as { unique_id: string }).unique_id,
    ]);
  const peers = [
    ['home', 'a.b'],
    ['home', 'a_b'],
    ['home', 'a-b'],
    ['home', 'adotb'],
    ['home.a', 'b'],
    ['home-a', 'b'],
  ];
  const all = peers.flatMap(([mesh, peer]) => idsOf(mesh!, peer!));
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.every((each) => /^[A-Za-z0-9_/-]+$/.test(each)));
});

test('one address has so many connections to a broker and no more, others still come in', () => {
  const connections = new Connections();
  const enter = (remoteAddress: string) => {
    const socket = Object.assign(new EventEmitter(), {
      remoteAddress,
      destroyed: false,
      destroy: () => {
        socket.destroyed = true;
        socket.emit('close');
      },
    });
    connections.enter(socket as unknown as Socket);
    return socket;
  };
  const own = Array.from({ length: 100 }, (_, i) => enter(`2001:db8::${i + 1}`));
  assert.equal(own.filter(({ destroyed }) => !destroyed).length, CONNECTIONS_OF_ONE_MAX);
  assert.equal(enter('192.0.2.1').destroyed, false);
  own[0]!.destroy();
  assert.equal(enter('2001:db8::1').destroyed, false);
  assert.equal(enter('2001:db8::2').destroyed, true);
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        readOrder(bytes);
      },
    ),
  );
});

/** What passes of packets of these lengths, in chunks of that size; and why it ended. */
async function passed(
  lengths: readonly number[],
  chunkBytes: number,
): Promise<{ bytes: number; problem: string }> {
  const packets = lengths.map((length) => Buffer.concat([header(length), Buffer.alloc(length)]));
  const all = Buffer.concat(packets);
  const bound = new PacketBound({ firstBytesMax: 100, bytesMax: 1_000 });
  let bytes = 0;
  let problem = '';
  bound.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  const over = new Promise((resolve) => bound.once('close', resolve));
  bound.on('error', (error) => {
    problem = error.message;
  });
  for (let at = 0; at < all.length; at += chunkBytes) bound.write(all.subarray(at, at + chunkBytes));
  bound.end();
  await over;
  return { bytes, problem };
}

/** MQTT 3.1.1 §2.2.3. */
function header(length: number): Buffer {
  const bytes = [0x30];
  let rest = length;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

test('packets pass up to the bound, however they are cut, and no byte of one that announces more', async () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 100 }),
      lengths,
      fc.integer({ min: 1, max: 3_000 }),
      async (first, more, cut) => {
        const all = [first, ...more];
        const whole = all.reduce((sum, length) => sum + length + header(length).length, 0);
        assert.deepEqual(await passed(all, cut), { bytes: whole, problem: '' });
      },
    ),
    { numRuns: 50 },
  );
  assert.match((await passed([101], 1)).problem, /101 bytes: 100 may come/);
  assert.deepEqual(await passed([10, 200_000], 12), {
    bytes: 12,
    problem: 'a packet of 200000 bytes: 1000 may come',
  });
});
