import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Collector } from '../../src/core/collect.ts';
import { infoColumn, protocolColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { raw } from '../../src/core/format.ts';
import { framePath } from '../../src/core/path.ts';
import { fieldNamed } from '../../src/core/registry.ts';
import { newFrame } from '../../src/files/index.ts';
import { bytesOf } from './support.ts';

const two = (value: number): string => value.toString(16).padStart(4, '0');

/** From a client's link-local address to all servers, as RFC 8415 §7 has it. */
function dissected(payload: string) {
  const length = bytesOf(payload).length + 8;
  const ethernet = '333300010002 02005e000001 86dd';
  const ipv6 = `60000000 ${two(length)} 11 01 fe800000000000000000000000000001 ff020000000000000000000000010002`;
  const bytes = bytesOf(`${ethernet} ${ipv6} 0222 0223 ${two(length)} 0000 ${payload}`);
  const frame = {
    ...newFrame(),
    number: 1,
    linkType: 1,
    data: bytes,
    end: bytes.length,
    wireLength: bytes.length,
  };
  return new Dissector().dissect(frame);
}

function values(p: ReturnType<typeof dissected>, name: string): string[] {
  const field = fieldNamed(name)!;
  const collector = new Collector([field]);
  collector.collect(p);
  return collector.values[0]!.map((value) => raw(field, value));
}

const CLIENT = '0001 000a 00030001 02005e000001';

describe('DHCPv6', () => {
  it('dissects an address that a server offers', () => {
    const address = '0005 0018 20010db8000000000000000000000001 00000e10 00001c20';
    const p = dissected(`02 001122 ${CLIENT} 0003 0028 00000001 00000000 00000000 ${address}`);
    assert.equal(framePath(p), 'eth:ethertype:ipv6:udp:dhcpv6');
    assert.equal(protocolColumn(p), 'DHCPv6');
    assert.equal(infoColumn(p), 'Advertise XID: 0x001122 CID: 0003000102005e000001 IAA: 2001:db8::1 ');
    assert.deepEqual(values(p, 'dhcpv6.iaaddr.ip'), ['2001:db8::1']);
    assert.deepEqual(values(p, 'dhcpv6.xid'), ['0x001122']);
  });

  it('dissects the message within a relay message', () => {
    const inner = `01 00000a ${CLIENT}`;
    const size = two(bytesOf(inner).length);
    const p = dissected(
      `0c 00 20010db8000000000000000000000002 fe800000000000000000000000000001 0009 ${size} ${inner}`,
    );
    assert.match(infoColumn(p), /^Relay-forw L: 2001:db8::2 Solicit XID: 0x00000a CID:/);
    assert.deepEqual(values(p, 'dhcpv6.msgtype'), ['12', '1']);
  });

  it('stops at an option longer than the message', () => {
    const p = dissected('01 000001 0006 00ff 0017');
    assert.equal(infoColumn(p), 'Solicit XID: 0x000001 ');
    assert.deepEqual(values(p, 'dhcpv6.option.type'), []);
  });
});
