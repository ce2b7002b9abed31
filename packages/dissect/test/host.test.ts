// Names in place of network addresses: columns, host fields and the tree.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Collector } from '../src/core/collect.ts';
import { destinationAddress, destinationColumn, sourceAddress, sourceColumn } from '../src/core/columns.ts';
import type { Packet } from '../src/core/packet.ts';
import { fieldNamed } from '../src/core/registry.ts';
import { ipv4Address } from '../src/core/text.ts';
import { treeOf } from '../src/core/tree.ts';
import { HostNames } from '../src/stats/host-names.ts';
import { dissect, udpFrame } from './protocols/support.ts';

/** A packet whose source address has a name; and the two addresses. */
function packetNamed(name: string): { p: Packet; source: string; destination: string } {
  const p = dissect([udpFrame(1000, 9, '00')]);
  const [source, destination] = [ipv4Address(p.netBuf, p.netSrc), ipv4Address(p.netBuf, p.netDst)];
  const names = new HostNames();
  names.set(source, name);
  p.session.addressNames = names.names;
  return { p, source, destination };
}

test('columns show a name where there is one, and the address else', () => {
  const { p, source, destination } = packetNamed('router.lan');
  assert.deepEqual([sourceColumn(p), destinationColumn(p)], ['router.lan', destination]);
  assert.deepEqual([sourceAddress(p), destinationAddress(p)], [source, destination]);
  p.session.addressNames = null;
  assert.equal(sourceColumn(p), source);
});

test('ip.host has the names, ip.addr the addresses, each once where a part of it is asked for too', () => {
  const { p, source, destination } = packetNamed('router.lan');
  const collector = new Collector(['ip.host', 'ip.src_host', 'ip.addr'].map((name) => fieldNamed(name)!));
  collector.collect(p);
  const [hosts, sourceHost, addresses] = collector.values;
  assert.deepEqual(hosts, ['router.lan', destination]);
  assert.deepEqual(sourceHost, ['router.lan']);
  assert.deepEqual(
    addresses!.map((each) => ipv4Address(each as Uint8Array, 0)),
    [source, destination],
  );
});

test('in the tree the name stands before the address', () => {
  const { p, source, destination } = packetNamed('router.lan');
  const ip = treeOf(p).find(({ name }) => name === 'ip')!;
  assert.equal(
    ip.text,
    `Internet Protocol Version 4, Src: router.lan (${source}), Dst: ${destination} (${destination})`,
  );
  const line = ip.children.find(({ name }) => name === 'ip.src')!;
  assert.equal(line.text, `Source Address: router.lan (${source})`);
});

test('control characters of a name are escaped: it comes from a stranger', () => {
  const { p } = packetNamed('\u001b[31mred\n192.0.2.1');
  assert.equal(sourceColumn(p), '\\033[31mred\\n192.0.2.1');
});
