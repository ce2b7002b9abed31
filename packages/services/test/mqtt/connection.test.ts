// A client's connection over a real socket, without a broker behind it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, it } from 'node:test';
import { until } from '../../../../test/support/until.ts';
import { connectionOf } from '../../src/mqtt/connection.ts';

const BOUNDS = { firstBytesMax: 1000, bytesMax: 1000 };
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');
/** CONNECT of MQTT 5 with a receive maximum of 1. */
const CONNECT = hex('10 11 0004 4d515454 05 02 003c 03 21 0001 0001 61');
const ACCEPTED = hex('20 02 00 00');
/** PUBLISH of MQTT 3.1.1 with QoS 1. */
const message = (id: number, bytes = 1): Buffer => {
  const length = 5 + bytes;
  assert.ok(length < 0x80);
  return Buffer.concat([Buffer.of(0x32, length, 0, 1, 0x74, 0, id), Buffer.alloc(bytes, id)]);
};
const [PING, PONG] = [hex('c0 00'), hex('d0 00')];

interface Ends {
  readonly client: Socket;
  readonly broker: Duplex;
  /** All that the client received, in hexadecimal. */
  received(): string;
}

async function withEnds(test: (ends: Ends) => Promise<void>): Promise<void> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  const broker = connectionOf(socket, BOUNDS);
  const parts: Buffer[] = [];
  client.on('data', (part) => parts.push(part));
  client.on('error', () => {});
  broker.on('error', () => {});
  broker.resume();
  try {
    await test({ client, broker, received: () => Buffer.concat(parts).toString('hex') });
  } finally {
    client.destroy();
    broker.destroy();
    server.close();
    await once(server, 'close');
  }
}

describe('a connection of MQTT 5', () => {
  it('other packets overtake the messages that the client does not take yet', () =>
    withEnds(async ({ client, broker, received }) => {
      client.write(CONNECT);
      await once(broker, 'data');
      broker.write(Buffer.concat([ACCEPTED, message(1), message(2), message(3)]));
      broker.write(PONG);
      await until('the answer to a ping', () => received().endsWith('32070001740001000' + '1d000'));
      client.write(hex('40 02 0001'));
      await until('the second message', () => received().endsWith('3207000174000200' + '02'));
      client.write(hex('40 02 0002'));
      await until('the third message', () => received().endsWith('3207000174000300' + '03'));
    }));

  it('messages are held within a bound, beyond which the broker waits', () =>
    withEnds(async ({ client, broker }) => {
      client.write(CONNECT);
      await once(broker, 'data');
      broker.write(ACCEPTED);
      const [count, bytes] = [2500, 100];
      for (let i = 0; i < count; i++) broker.write(message(i & 0xff, bytes));
      assert.equal(broker.writableNeedDrain, true);
      const expected = 19 + count * (8 + bytes);
      const acknowledge = () => client.write(Buffer.concat(Array(20).fill(hex('40 02 0001'))));
      client.on('data', () => void (client.bytesRead < expected && acknowledge()));
      acknowledge();
      await until('all messages', () => client.bytesRead === expected);
      assert.equal(broker.writableNeedDrain, false);
    }));

  it('a client that disconnects with its will is disconnected, and the broker sees no DISCONNECT', () =>
    withEnds(async ({ client, broker }) => {
      const packets: Buffer[] = [];
      broker.on('data', (part: Buffer) => packets.push(part));
      broker.on('end', () => broker.destroy());
      client.write(CONNECT);
      await until('CONNECT', () => packets.length === 1);
      client.write(Buffer.concat([PING, hex('e0 01 04'), PING]));
      await once(client, 'close');
      assert.deepEqual(Buffer.concat(packets.slice(1)), PING);
    }));
});
