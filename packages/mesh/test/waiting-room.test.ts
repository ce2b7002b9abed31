import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { networkOf, WaitingRoom } from '../src/link/waiting-room.ts';

test('IPv6 addresses are counted by network, IPv4 addresses individually', () => {
  for (const [address, network] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['fe80::1:2:3:4%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['', ''],
  ] as const)
    assert.equal(networkOf(address), network);
});

test('the source with the most connections is evicted first, also if each has a new IPv6 address', () => {
  const gone: string[] = [];
  const room = new WaitingRoom();
  const enter = (remoteAddress: string) =>
    room.enter({ remoteAddress, destroy: () => gone.push(remoteAddress) } as unknown as Socket);
  enter('2001:db8:aaaa::7');
  for (let i = 0; i < 300; i++) enter(`2001:db8:bbbb::${i.toString(16)}`);
  assert.equal(gone.length, 45);
  assert.ok(gone.every((address) => address.startsWith('2001:db8:bbbb:')));
});
