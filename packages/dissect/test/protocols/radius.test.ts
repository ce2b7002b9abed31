import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { framePath } from '../../src/core/path.ts';
import { treeOf } from '../../src/core/tree.ts';
import { dissect, testCases, udpFrame } from './support.ts';

testCases('RADIUS', [
  [
    udpFrame(
      3001,
      1812,
      '010500a1000102030405060708090a0b0c0d0e0f010773746576650212aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0406c0a801100506000000030606000000021e0730302d31311f0732322d333320066e6173313d060000000f5012bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb4f0c0201000a0173746576651a0c00000009010661626364180401026108004020010db85f1220010db8000000000000000000000000',
    ),
    'eth:ethertype:ip:udp:radius:eap',
    'RADIUS',
    'Access-Request id=5',
    {
      'radius.code': '1',
      'radius.id': '5',
      'radius.User_Name': 'steve',
      'radius.NAS_IP_Address': '192.168.1.16',
      'radius.Service_Type': '2',
      'radius.Cisco_AVPair': 'abcd',
    },
  ],
  [
    udpFrame(
      1812,
      3001,
      '02050048000102030405060708090a0b0c0d0e0f0606000000020806ffffffff0906ffffff00120748656c6c6f190401021b0600000e1040060000000d4106000000065105313030',
      true,
    ),
    'eth:ethertype:ip:udp:radius',
    'RADIUS',
    'Access-Accept id=5',
    {
      'radius.code': '2',
      'radius.id': '5',
      'radius.time': '1.000000000',
      'radius.reqframe': '1',
      'radius.Service_Type': '2',
      'radius.Framed-IP-Address': '255.255.255.255',
      'radius.Tunnel_Private_Group_Id': '100',
    },
  ],
  [
    udpFrame(
      3001,
      1812,
      '010500a1000102030405060708090a0b0c0d0e0f010773746576650212aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0406c0a801100506000000030606000000021e0730302d31311f0732322d333320066e6173313d060000000f5012bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb4f0c0201000a0173746576651a0c00000009010661626364180401026108004020010db85f1220010db8000000000000000000000000',
    ),
    'eth:ethertype:ip:udp:radius:eap',
    'RADIUS',
    'Access-Request id=5, Duplicate Request',
    {
      'radius.code': '1',
      'radius.id': '5',
      'radius.dup': '5',
      'radius.User_Name': 'steve',
      'radius.NAS_IP_Address': '192.168.1.16',
      'radius.Service_Type': '2',
      'radius.Cisco_AVPair': 'abcd',
    },
  ],
  [
    udpFrame(1812, 3001, '0b050018000102030405060708090a0b0c0d0e0f18040102', true),
    'eth:ethertype:ip:udp:radius',
    'RADIUS',
    'Access-Challenge id=5',
    { 'radius.code': '11', 'radius.id': '5', 'radius.time': '3.000000000', 'radius.reqframe': '1' },
  ],
  [
    udpFrame(
      3001,
      1813,
      '04070032000102030405060708090a0b0c0d0e0f2806000000012c06736573732e060000003c2a060000040037065f000000',
    ),
    'eth:ethertype:ip:udp:radius',
    'RADIUS',
    'Accounting-Request id=7',
    { 'radius.code': '4', 'radius.id': '7', 'radius.Event_Timestamp': 'Jul  4, 2020 04:05:20.000000000 UTC' },
  ],
  [
    udpFrame(1813, 3001, '05070014000102030405060708090a0b0c0d0e0f', true),
    'eth:ethertype:ip:udp:radius',
    'RADIUS',
    'Accounting-Response id=7',
    { 'radius.code': '5', 'radius.id': '7', 'radius.time': '1.000000000', 'radius.reqframe': '5' },
  ],
  [
    udpFrame(3001, 3799, '28080017000102030405060708090a0b0c0d0e0f010378'),
    'eth:ethertype:ip:udp:radius',
    'RADIUS',
    'Disconnect-Request id=8',
    { 'radius.code': '40', 'radius.id': '8', 'radius.User_Name': 'x' },
  ],
  [
    udpFrame(3001, 1812, '63010014000102030405060708090a0b0c0d0e0f'),
    'eth:ethertype:ip:udp:data',
    'UDP',
    '3001 → 1812 Len=20',
  ],
  [
    udpFrame(3001, 1812, '010500a1000102030405060708090a0b0c0d0e0f010773746576650212aa'),
    'eth:ethertype:ip:udp:radius',
    'RADIUS',
    'Access-Request id=5, Duplicate Request[Malformed Packet]',
    { 'radius.code': '1', 'radius.id': '5', 'radius.dup': '5' },
  ],
  [udpFrame(3001, 1812, '0102'), 'eth:ethertype:ip:udp:radius', 'UDP', '3001 → 1812 Len=2[Malformed Packet]'],
]);

const HEAD = `01050000${'00'.repeat(16)}`;

test('RADIUS: an EAP message before an attribute that has no length', () => {
  const p = dissect([udpFrame(3001, 1812, `${HEAD.replace('050000', '05001c')}4f06 02010004 0000`)]);
  assert.equal(framePath(p), 'eth:ethertype:ip:udp:radius:eap');
});

test('RADIUS: any attributes are survived', () => {
  const attribute = fc
    .tuple(fc.constantFrom(79, 26, 1, 80, 0), fc.nat(9), fc.uint8Array({ maxLength: 9 }))
    .map(([type, size, value]) => [type, size, ...value]);
  fc.assert(
    fc.property(fc.array(attribute, { maxLength: 12 }), (attributes) => {
      const bytes = Uint8Array.from([1, 5, 0, 0, ...new Array(16).fill(0), ...attributes.flat()]);
      bytes[3] = bytes.length;
      assert.ok(treeOf(dissect([udpFrame(3001, 1812, bytes)])).length > 0);
    }),
  );
});
