// LLDP, the slow protocols and the link protocols of Cisco.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { treeOf } from '../../src/core/tree.ts';
import { bytesOf, dissect, fieldsOf, testCases } from './support.ts';

testCases('LLDP', [
  [
    '0180c200000e02000000000188cc020704020000000001040703020000000001060200780000',
    'eth:ethertype:lldp',
    'LLDP',
    'MA/02:00:00:00:00:01 MA/02:00:00:00:00:01 120 ',
    {
      'lldp.chassis.subtype': '4',
      'lldp.port.subtype': '3',
      'lldp.time_to_live': '120',
      'lldp.chassis.id.mac': '02:00:00:00:00:01',
    },
  ],
  [
    '0180c200000e02000000000188cc02120502fe8000000000000000000000000000010403076131060200780000',
    'eth:ethertype:lldp',
    'LLDP',
    'NA/fe80::1 LA/a1 120 ',
    { 'lldp.chassis.subtype': '5', 'lldp.port.subtype': '7', 'lldp.time_to_live': '120' },
  ],
  [
    '0180c200000e02000000000188cc0204016162630403066131060200000000',
    'eth:ethertype:lldp',
    'LLDP',
    'CC/abc AC/a1 0 ',
    { 'lldp.chassis.subtype': '1', 'lldp.port.subtype': '6', 'lldp.time_to_live': '0' },
  ],
  [
    '0180c200000e02000000000188cc0204066162630403026131060200780000',
    'eth:ethertype:lldp',
    'LLDP',
    'IN/abc PC/6131 120 ',
    { 'lldp.chassis.subtype': '6', 'lldp.port.subtype': '2', 'lldp.time_to_live': '120' },
  ],
  [
    '0180c200000e02000000000188cc0204076162630403016131060200780c030a41420000',
    'eth:ethertype:lldp',
    'LLDP',
    'LA/abc IA/a1 120 SysD=\\nAB ',
    { 'lldp.chassis.subtype': '7', 'lldp.port.subtype': '1', 'lldp.time_to_live': '120' },
  ],
  [
    '0180c200000e02000000000188cc020407616263040301613106020078',
    'eth:ethertype:lldp',
    'LLDP',
    'LA/abc IA/a1 120 ',
    { 'lldp.chassis.subtype': '7', 'lldp.port.subtype': '1', 'lldp.time_to_live': '120' },
  ],
  [
    '0180c200000e02000000000188cc02040761626304030161310000',
    'eth:ethertype:lldp',
    'LLDP',
    'Invalid Time-to-Live TLV',
    { 'lldp.chassis.subtype': '7', 'lldp.port.subtype': '1' },
  ],
  [
    '0180c200000e02000000000188cc0403016131060200780000',
    'eth:ethertype:lldp',
    'LLDP',
    'Invalid Chassis ID TLV',
  ],
  [
    '0180c200000e02000000000188cc020407616263060200780000',
    'eth:ethertype:lldp',
    'LLDP',
    'Invalid Port ID TLV',
    { 'lldp.chassis.subtype': '7' },
  ],
  [
    '0180c200000e02000000000188cc02040761626304030161310602007810000000',
    'eth:ethertype:lldp',
    'LLDP',
    'LA/abc IA/a1 120 [Malformed Packet]',
    { 'lldp.chassis.subtype': '7', 'lldp.port.subtype': '1', 'lldp.time_to_live': '120' },
  ],
  [
    '0180c200000e02000000000188cc0204026162630403056131060200780e0400140014100c05010a000001020000000100fe060080c2010001fe050012bb0100fe0600120f0405dc0000',
    'eth:ethertype:lldp',
    'LLDP',
    'IA/abc IN/a1 120 ',
    { 'lldp.chassis.subtype': '2', 'lldp.port.subtype': '5', 'lldp.time_to_live': '120' },
  ],
  [
    '0180c200000e02000000000188cc0204006162630403006131060200780000',
    'eth:ethertype:lldp',
    'LLDP',
    'Rs/Reserved Rs/Reserved 120 ',
    { 'lldp.chassis.subtype': '0', 'lldp.port.subtype': '0', 'lldp.time_to_live': '120' },
  ],
  [
    '0180c200000e02000000000188cc02070402000000000104070302000000000106030078000000',
    'eth:ethertype:lldp',
    'LLDP',
    'MA/02:00:00:00:00:01 MA/02:00:00:00:00:01 120 ',
    {
      'lldp.chassis.subtype': '4',
      'lldp.port.subtype': '3',
      'lldp.time_to_live': '120',
      'lldp.chassis.id.mac': '02:00:00:00:00:01',
    },
  ],
]);

testCases('LACP, marker and OAM', [
  [
    '0180c200000202000000000188090101011480000200000000010001008000013d000000021480000200000000020001008000023d0000000310000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:ethertype:slow:lacp',
    'LACP',
    'v1 ACTOR 02:00:00:00:00:01 P: 1 K: 1 **DCSG*A PARTNER 02:00:00:00:00:02 P: 2 K: 1 **DCSG*A',
    { 'slow.subtype': '0x01', 'lacp.actor.sysid': '02:00:00:00:00:01', 'lacp.partner.port': '2' },
  ],
  [
    '0180c200000202000000000188090201011600010200000000010000000500000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:ethertype:slow:marker',
    'Marker',
    'Information SysId=02:00:00:00:00:01, P=1, TId=5',
    { 'slow.subtype': '0x02' },
  ],
  [
    '0180c200000202000000000188090201021600010200000000010000000500000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:ethertype:slow:marker',
    'Marker',
    'Response SysId=02:00:00:00:00:01, P=1, TId=5',
    { 'slow.subtype': '0x02' },
  ],
  [
    '0180c200000202000000000188090300500001100100000000000005ee001b170000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:ethertype:slow:oampdu',
    'OAM',
    'OAMPDU: Information',
    { 'slow.subtype': '0x03', 'oampdu.code': '0x00' },
  ],
  [
    '0180c200000202000000000188090300500101100100000000000005ee001b170000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:ethertype:slow:oampdu',
    'OAM',
    'OAMPDU: Event Notification',
    { 'slow.subtype': '0x03', 'oampdu.code': '0x01' },
  ],
  [
    '0180c200000202000000000188090300500207000400000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:ethertype:slow:oampdu',
    'OAM',
    'OAMPDU: Variable Request',
    { 'slow.subtype': '0x03', 'oampdu.code': '0x02' },
  ],
  [
    '0180c20000020200000000018809030050040100000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:ethertype:slow:oampdu',
    'OAM',
    'OAMPDU: Loopback Control',
    { 'slow.subtype': '0x03', 'oampdu.code': '0x04' },
  ],
  [
    '0180c20000020200000000018809030050fe0080c200000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:ethertype:slow:oampdu',
    'OAM',
    'OAMPDU: Organization Specific',
    { 'slow.subtype': '0x03', 'oampdu.code': '0xfe' },
  ],
  [
    '0180c20000020200000000018809030050030080c200000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:ethertype:slow:oampdu',
    'OAM',
    'OAMPDU: Variable Response',
    { 'slow.subtype': '0x03', 'oampdu.code': '0x03' },
  ],
  [
    '0180c200000202000000000188090a0019a70000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:ethertype:slow:ossp',
    'OSSP',
    'OUI: Itu-T',
    { 'slow.subtype': '0x0a' },
  ],
  [
    '0180c200000202000000000188090400000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:ethertype:slow:data',
    'Slow Protocols',
    'Subtype = 4',
    { 'slow.subtype': '0x04' },
  ],
  [
    '0180c20000020200000000018809010101148000',
    'eth:ethertype:slow:lacp',
    'LACP',
    'v1[Malformed Packet]',
    { 'slow.subtype': '0x01' },
  ],
]);

testCases('CDP, VTP, DTP, UDLD, PAgP', [
  [
    '01000ccccccc0200000000010040aaaa0300000c200002b4000000010006414200030008457468300005000876312e30000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:cdp:data',
    'CDP',
    'Device ID: AB  Port ID: Eth0  ',
    { 'cdp.version': '2', 'cdp.ttl': '180', 'cdp.deviceid': 'AB' },
  ],
  [
    '01000ccccccc0200000000010040aaaa0300000c200001b40000000100064142000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:cdp:data',
    'CDP',
    'Device ID: AB  ',
    { 'cdp.version': '1', 'cdp.ttl': '180', 'cdp.deviceid': 'AB' },
  ],
  [
    '01000ccccccc0200000000010040aaaa0300000c200002b40000000100034142000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:cdp:data',
    'CDP',
    '',
    { 'cdp.version': '2', 'cdp.ttl': '180' },
  ],
  [
    '01000ccccccc0200000000010040aaaa0300000c2003010100047465737400000000000000000000000000000000000000000000000000000000000000050a0000013933303330313030303331320000000000000000000000000000000000000000000000000000',
    'eth:llc:vtp',
    'VTP',
    'Summary Advertisement, Revision: 5[Malformed Packet]',
    { 'vtp.version': '0x01', 'vtp.md': 'test' },
  ],
  [
    '01000ccccccc0200000000010040aaaa0300000c200302020104746573740000000000000000000000000000000000000000000000000000000000000005000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:vtp',
    'VTP',
    'Subset Advertisement, Revision: 5, Seq: 1',
    { 'vtp.version': '0x02', 'vtp.md': 'test' },
  ],
  [
    '01000ccccccc0200000000010040aaaa0300000c20030103000474657374000000000000000000000000000000000000000000000000000000000000000500000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:vtp',
    'VTP',
    'Advertisement Request',
    { 'vtp.version': '0x01', 'vtp.md': 'test' },
  ],
  [
    '01000ccccccc0200000000010040aaaa0300000c20030104000474657374000000000000000000000000000000000000000000000000000000000000000500000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:vtp',
    'VTP',
    'Join',
    { 'vtp.version': '0x01', 'vtp.md': 'test' },
  ],
  [
    '01000ccccccc0200000000010026aaaa0300000c2004010001000876747064000200050300030005a50004000a0200000000010000000000000000000000000000000000000000',
    'eth:llc:dtp',
    'DTP',
    'Dynamic Trunk Protocol',
    { 'dtp.version': '1' },
  ],
  [
    '01000ccccccc0200000000010026aaaa0300000c01112100000000010006414200020006414200030009000000010000040005050000000000000000000000000000000000000000',
    'eth:llc:udld',
    'UDLD',
    'Device ID: AB  Port ID: AB  ',
    { 'udld.version': '1' },
  ],
  [
    '01000ccccccc0200000000010050aaaa0300000c0104010504020000000001800000000001400000000002000000000280000000000140000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:pagp',
    'PAGP',
    'Info PDU; Flags 0x5; Local DevID: 04:02:00:00:00:00, Partner DevID: 00:00:00:02:80:00',
    { 'pagp.version': '0x01' },
  ],
  [
    '01000ccccccc0200000000010050aaaa0300000c0104020504020000000001800000000001400000000002000000000280000000000140000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:pagp',
    'PAGP',
    'Flush PDU; Local DevID: 04:02:00:00:00:00, Partner DevID: 01:80:00:00:00:00; Transaction ID: 0x1400000 ',
    { 'pagp.version': '0x02' },
  ],
  [
    '01000ccccccc0200000000010020aaaa0300000c20011100000000020000000001020000000002000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:cgmp',
    'CGMP',
    'Cisco Group Management Protocol',
  ],
  [
    'ffffffffffff0200000000010040aaaa0300008101a20a000001000000010000000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:ndp',
    'NDP',
    'Hello',
  ],
  [
    'ffffffffffff0200000000010030aaaa030000f880f300000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:aarp',
    'AARP',
    'Unknown AARP opcode 0x0000',
  ],
  [
    'ffffffffffff0200000000010030aaaa0300000080f30001809b060400010200000000010000010200000000000000000103',
    'eth:llc:aarp',
    'AARP',
    'Who has 1.3?  Tell 1.2',
  ],
  [
    'ffffffffffff0200000000010030aaaa0300000c010500000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:data',
    'LLC',
    'U, func=UI; SNAP, OUI 0x00000C (Cisco Systems, Inc), PID 0x0105',
  ],
  [
    'ffffffffffff0200000000010030aaaa0300000c200a00000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:data',
    'LLC',
    'U, func=UI; SNAP, OUI 0x00000C (Cisco Systems, Inc), PID 0x200A',
  ],
  [
    'ffffffffffff0200000000010030aaaa0300000c010200000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:data',
    'LLC',
    'U, func=UI; SNAP, OUI 0x00000C (Cisco Systems, Inc), PID 0x0102',
  ],
  [
    'ffffffffffff0200000000010030aaaae300805f000200000000000000000000000000000000000000000000000000000000000000000000000000000000',
    'eth:llc:hpteam',
    'HP NIC Team',
    'HP NIC Teaming Heartbeat; Port MAC = 02:00:00:00:00:01',
  ],
]);

/** TLVs of LLDP-MED, IEEE 802.3 and 802.1 and of an unknown organisation. */
const ORGANISATIONS =
  '0180c200000e00112233445588cc0207040011223344550405056574683006020078fe070012bb01003f04fe080012bb020140322efe070012bb04530041fe070012bb05687731fe070012bb06667732fe070012bb07737733fe070012bb08736e34fe080012bb096d616e75fe090012bb0a6d6f64656cfe090012bb0b6173736574fe0c00120f020f0102520082009bfe0900120f030300000009fe0e00120f0500010002000300040005fe070080c202060010fe0b0080c203000504626c7565fe080080c20403616263fe090080c2070300000009fe06aabbcc017a7a0000';

test('LLDP: TLVs of organisations, with the values that tshark gives them', () => {
  const names = ['media.subtype.caps', 'media.vlan_id', 'media.dscp', 'media.power.value', 'media.firmware'];
  const ieee = ['802_3.mdi_power_type', '802_3.mdi_pde_requested', '802_3.eee.echo_receive'];
  const others = [
    '802_1.port_proto_vlan.id',
    '802_1.vlan.name',
    '802_1.proto.id',
    '802_1.aggregated_port_id',
  ];
  const fields = [
    ...names.map((name) => `lldp.${name}`),
    ...[...ieee, ...others].map((name) => `lldp.ieee.${name}`),
    'lldp.unknown_subtype.content',
  ];
  const found = fieldsOf(dissect([bytesOf(ORGANISATIONS)]), fields);
  assert.deepEqual(Object.values(found), [
    ...['0x003f', '25', '46', '65', 'fw2', '1', '130', '5', '16', 'blue', '616263', '9', '7a7a'],
  ]);
});

test('LLDP: TLVs of organisations, changed and cut: the tree is read to its end', () => {
  const whole = bytesOf(ORGANISATIONS);
  fc.assert(
    fc.property(
      fc.nat(whole.length),
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }),
      (length, changes) => {
        const bytes = whole.slice();
        for (const [at, value] of changes) bytes[at] = value;
        assert.ok(treeOf(dissect([bytes.subarray(0, length)])).length > 0);
      },
    ),
  );
});
