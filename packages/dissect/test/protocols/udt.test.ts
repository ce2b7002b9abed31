// UDT, as srt-live-transmit speaks it; the expected texts are tshark's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoColumn, protocolColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { framePath } from '../../src/core/path.ts';
import { dissect, ETHERNET, fieldsOf, udpFrame } from './support.ts';

const HANDSHAKE = `80000000 00000000 000000b0 00000000 00000004 00000002 4e9f13eb 000005dc 00002000 00000001
  3ec34afe 00000000 02005c0a000000000000000000000000`;
const PAYLOAD = '4e9f13ec c0000001 00191e93 0bf7e32c 47474747';
const ACK = '80020000 00000001 00196386 3ec34afe 4e9f13f0 000186a0 0000c350 00001ffa 00000001 000003e8';

test('UDT is recognized by its handshake, and its numbers are told from there on', () => {
  const dissector = new Dissector();
  const told = [HANDSHAKE, PAYLOAD, ACK].map((payload, i) => {
    const frame = i === 2 ? udpFrame(9000, 55857, payload, true) : udpFrame(55857, 9000, payload);
    const p = dissect([frame], ETHERNET, dissector);
    return [framePath(p), protocolColumn(p), infoColumn(p)];
  });
  assert.deepEqual(told, [
    ['eth:ethertype:ip:udp:udt', 'UDT', 'UDT type: handshake'],
    ['eth:ethertype:ip:udp:udt:data', 'UDT', 'UDT type: data seqno: 1 msgno: 1'],
    ['eth:ethertype:ip:udp:udt', 'UDT', 'UDT type: ack  seqno: 5'],
  ]);
  assert.deepEqual(fieldsOf(dissector.packet, ['udt.type', 'udt.ackno', 'udt.rtt']), {
    'udt.type': '0x00000002',
    'udt.ackno': '1',
    'udt.rtt': '100000',
  });
});

test('a handshake cut short, or of another version, is none', () => {
  for (const payload of [HANDSHAKE.slice(0, 40), HANDSHAKE.replace('00000004', '00000007')])
    assert.equal(framePath(dissect([udpFrame(55857, 9000, payload)])), 'eth:ethertype:ip:udp:data');
});
