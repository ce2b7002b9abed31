// IGMP of all versions and what shares its number.
import { testCases } from './support.ts';

testCases('IGMP', [
  // v1 query
  [
    '0200000000020200000000010800460000200001000001023ad50a000001e0000001940400001100eeff00000000',
    'eth:ethertype:ip:igmp:igmp',
    'IGMPv1',
    'Membership Query',
    { 'igmp.type': '0x11', 'igmp.version': '1', 'igmp.maddr': '0.0.0.0', 'igmp.checksum.status': '1' },
  ],
  // v2 query
  [
    '0200000000020200000000010800460000200002000001023ad40a000001e0000001940400001164ee9b00000000',
    'eth:ethertype:ip:igmp:igmp',
    'IGMPv2',
    'Membership Query, general',
    {
      'igmp.type': '0x11',
      'igmp.version': '2',
      'igmp.max_resp': '100',
      'igmp.maddr': '0.0.0.0',
      'igmp.checksum.status': '1',
    },
  ],
  // v2 query grp
  [
    '0200000000020200000000010800460000200003000001023ad30a000001e00000019404000011640e96e0000005',
    'eth:ethertype:ip:igmp:igmp',
    'IGMPv2',
    'Membership Query, specific for group 224.0.0.5',
    {
      'igmp.type': '0x11',
      'igmp.version': '2',
      'igmp.max_resp': '100',
      'igmp.maddr': '224.0.0.5',
      'igmp.checksum.status': '1',
    },
  ],
  // v3 query
  [
    '0200000000020200000000010800460000240004000001023ace0a000001e0000001940400001164ec1e00000000027d0000',
    'eth:ethertype:ip:igmp:igmp',
    'IGMPv3',
    'Membership Query, general',
    {
      'igmp.type': '0x11',
      'igmp.version': '3',
      'igmp.max_resp': '100',
      'igmp.maddr': '0.0.0.0',
      'igmp.num_src': '0',
      'igmp.checksum.status': '1',
    },
  ],
  // v3 query src
  [
    `02000000000202000000000108004600002c0006000001023ac40a000001e0000001940400001164f813e0000005027d0002
    0a0000010a000002`,
    'eth:ethertype:ip:igmp:igmp',
    'IGMPv3',
    'Membership Query, specific for group 224.0.0.5, sources {10.0.0.1, 10.0.0.2}',
    {
      'igmp.type': '0x11',
      'igmp.version': '3',
      'igmp.max_resp': '100',
      'igmp.maddr': '224.0.0.5',
      'igmp.saddr': '10.0.0.1,10.0.0.2',
      'igmp.num_src': '2',
      'igmp.checksum.status': '1',
    },
  ],
  // v1 report
  [
    '0200000000020200000000010800460000200007000001023acf0a000001e00000019404000012000dfae0000005',
    'eth:ethertype:ip:igmp:igmp',
    'IGMPv1',
    'Membership Report',
    { 'igmp.type': '0x12', 'igmp.version': '1', 'igmp.maddr': '224.0.0.5', 'igmp.checksum.status': '1' },
  ],
  // v2 report
  [
    '0200000000020200000000010800460000200008000001023ace0a000001e000000194040000160009fae0000005',
    'eth:ethertype:ip:igmp:igmp',
    'IGMPv2',
    'Membership Report group 224.0.0.5',
    {
      'igmp.type': '0x16',
      'igmp.version': '2',
      'igmp.max_resp': '0',
      'igmp.maddr': '224.0.0.5',
      'igmp.checksum.status': '1',
    },
  ],
  // v2 leave
  [
    '0200000000020200000000010800460000200009000001023acd0a000001e000000194040000170008fae0000005',
    'eth:ethertype:ip:igmp:igmp',
    'IGMPv2',
    'Leave Group 224.0.0.5',
    {
      'igmp.type': '0x17',
      'igmp.version': '2',
      'igmp.max_resp': '0',
      'igmp.maddr': '224.0.0.5',
      'igmp.checksum.status': '1',
    },
  ],
  // v3 report 2
  [
    `020000000002020000000001080046000028000b000001023ac30a000001e0000001940400002200fbf80000000102000000
    e0000005`,
    'eth:ethertype:ip:igmp:igmp',
    'IGMPv3',
    'Membership Report / Join group 224.0.0.5 for any sources',
    {
      'igmp.type': '0x22',
      'igmp.version': '3',
      'igmp.maddr': '224.0.0.5',
      'igmp.num_grp_recs': '1',
      'igmp.record_type': '2',
      'igmp.num_src': '0',
      'igmp.checksum.status': '1',
    },
  ],
  // v3 report 2 recs
  [
    `0200000000020200000000010800460000300011000001023ab50a000001e000000194040000220016f10000000204000000
    e000000503000000e0000006`,
    'eth:ethertype:ip:igmp:igmp',
    'IGMPv3',
    'Membership Report / Join group 224.0.0.5 for any sources / Leave group 224.0.0.6',
    {
      'igmp.type': '0x22',
      'igmp.version': '3',
      'igmp.maddr': '224.0.0.5,224.0.0.6',
      'igmp.num_grp_recs': '2',
      'igmp.record_type': '4,3',
      'igmp.num_src': '0,0',
      'igmp.checksum.status': '1',
    },
  ],
  // v3 report src
  [
    `02000000000202000000000108004600002c0012000001023ab80a000001e0000001940400002200f0f60000000103000001
    e00000050a000001`,
    'eth:ethertype:ip:igmp:igmp',
    'IGMPv3',
    'Membership Report / Join group 224.0.0.5 for source {10.0.0.1}',
    {
      'igmp.type': '0x22',
      'igmp.version': '3',
      'igmp.maddr': '224.0.0.5',
      'igmp.num_grp_recs': '1',
      'igmp.record_type': '3',
      'igmp.saddr': '10.0.0.1',
      'igmp.num_src': '1',
      'igmp.checksum.status': '1',
    },
  ],
  // v3 report 0
  [
    '0200000000020200000000010800460000200014000001023ac20a000001e0000001940400002200ddff00000000',
    'eth:ethertype:ip:igmp:igmp',
    'IGMPv3',
    'Membership Report - General query',
    { 'igmp.type': '0x22', 'igmp.version': '3', 'igmp.num_grp_recs': '0', 'igmp.checksum.status': '1' },
  ],
  // dvmrp3
  [
    '0200000000020200000000010800460000240016000001023abc0a000001e00000019404000013018544000aff0312345678',
    'eth:ethertype:ip:igmp:dvmrp',
    'DVMRP',
    'V3 Probe',
  ],
  // mtrace
  [
    `0200000000020200000000010800460000300019000001023aad0a000001e0000001940400001f01a2f1e00000050a000001
    0a0000020a00000340000001`,
    'eth:ethertype:ip:igmp:igmp',
    'IGMP',
    'Traceroute Query',
    { 'igmp.type': '0x1f', 'igmp.maddr': '224.0.0.5', 'igmp.checksum.status': '1' },
  ],
  // rgmp
  [
    '02000000000202000000000108004500001c001f0000400290a70a000001e0000019ff0000ffe0000005',
    'eth:ethertype:ip:igmp:rgmp',
    'RGMP',
    'Hello',
  ],
  // unknown
  [
    '0200000000020200000000010800460000200021000001023ab50a000001e000000194040000770088ff00000000',
    'eth:ethertype:ip:igmp',
    'IGMP',
    'Unknown Type:0x77',
    { 'igmp.type': '0x77' },
  ],
  // v3 short
  [
    '0200000000020200000000010800460000220025000001023aaf0a000001e0000001940400002200d9fe000000010400',
    'eth:ethertype:ip:igmp:igmp',
    'IGMPv3',
    'Membership Report[Malformed Packet]',
    { 'igmp.type': '0x22', 'igmp.version': '3', 'igmp.num_grp_recs': '1', 'igmp.checksum.status': '1' },
  ],
]);
