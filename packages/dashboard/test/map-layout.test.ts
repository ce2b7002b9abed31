// Tests of the connection map's layout.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../src/charts/canvas.ts';
import { layoutMap, networkOf } from '../src/charts/map-layout.ts';

function host(address: string, bytes = 100) {
  return { address, name: null, packets: 1, bytes };
}

test('addresses are grouped by network', () => {
  assert.equal(networkOf('192.168.10.7'), '192.168.10.0/24');
  assert.equal(networkOf('fd10:10::1808'), 'fd10:10::/64');
  assert.equal(networkOf('2001:db8:1:2:3::1'), '2001:db8:1:2::/64');
  assert.equal(networkOf('fe80::1'), 'link-local');
  assert.equal(networkOf('ff02::fb'), 'multicast');
  assert.equal(networkOf('239.1.2.3'), 'multicast');
  assert.equal(networkOf('255.255.255.255'), 'broadcast');
  assert.equal(networkOf('00:11:22:33:44:55'), 'hardware addresses');
});

test('a thousand hosts are on the ring without overlap, grouped by network', () => {
  const hosts = Array.from({ length: 1000 }, (_, i) => host(`10.0.${i % 7}.${(i / 7) | 0}`, i + 1));
  const links = hosts.slice(1).map((_, i) => ({ a: 0, b: i + 1, packets: 1, bytes: 10 }));
  const layout = layoutMap({ hosts, links, hosts_left_out: 0, is_exact: true }, 300);
  const angles = layout.hosts.map(({ angle }) => angle);
  for (let i = 1; i < angles.length; i++) assert.ok(angles[i]! > angles[i - 1]!);
  assert.ok(angles.at(-1)! - angles[0]! < Math.PI * 2);
  const order = layout.hosts.map(({ index }) => networkOf(hosts[index]!.address));
  assert.equal(order.filter((name, i) => name !== order[i - 1]).length, 7);
  assert.equal(layout.links.length, 999);
  assert.ok(layout.hosts.every(({ size }) => size >= 2 && size <= 11));
});

test('a host is found at its position', () => {
  const hosts = ['10.0.0.1', '10.0.0.2', '10.0.1.1', 'fe80::1'].map((address) => host(address));
  const layout = layoutMap({ hosts, links: [], hosts_left_out: 0, is_exact: true }, 200);
  for (const { index, x, y } of layout.hosts)
    assert.equal(nearest(layout.hosts, x + 2, y - 2, 9)?.index, index);
  assert.equal(nearest(layout.hosts, 0, 0, 9), null);
});
