// BGP: messages whole, in pieces and after garbage; capabilities, attributes, routes.
import { testCases } from './support.ts';

testCases('BGP', [
  // open
  [
    `02000000000202000000000108004500007f00010000400666760a0000010a0000029c4100b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff00570104fde800b40a0000013a0206010400010001020202000206410400
    0100000204400240780206450400010103020246000202060002028000020a49080361626303646566`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'OPEN Message',
    {
      'bgp.type': '1',
      'bgp.length': '87',
      'bgp.open.myas': '65000',
      'bgp.open.holdtime': '180',
      'bgp.open.identifier': '10.0.0.1',
      'bgp.cap.type': '1,2,65,64,69,70,6,128,73',
      'bgp.cap.4as': '65536',
    },
  ],
  // open auth
  [
    `02000000000202000000000108004500004b00040000400666a70a0000010a0000029c4400b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff00230104fde800b40a00000106010401020304`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'OPEN Message',
    {
      'bgp.type': '1',
      'bgp.length': '35',
      'bgp.open.myas': '65000',
      'bgp.open.holdtime': '180',
      'bgp.open.identifier': '10.0.0.1',
    },
  ],
  // three
  [
    `02000000000202000000000108004500006b00070000400666840a0000010a0000029c4700b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff001304ffffffffffffffffffffffffffffffff001d0104fde800b40a0000
    0100ffffffffffffffffffffffffffffffff001304`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'KEEPALIVE Message, OPEN Message, KEEPALIVE Message',
    {
      'bgp.type': '4,1,4',
      'bgp.length': '19,29,19',
      'bgp.open.myas': '65000',
      'bgp.open.holdtime': '180',
      'bgp.open.identifier': '10.0.0.1',
    },
  ],
  // notify 0
  [
    `02000000000202000000000108004500003d00080000400666b10a0000010a0000029c4800b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff0015030001`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'NOTIFICATION Message',
    { 'bgp.type': '3', 'bgp.length': '21', 'bgp.notify.major_error': '0' },
  ],
  // shutdown
  [
    `020000000002020000000001080045000043001d0000400666960a0000010a0000029c5d00b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff001b0306020568656c6c6f`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'NOTIFICATION Message',
    {
      'bgp.type': '3',
      'bgp.length': '27',
      'bgp.notify.major_error': '6',
      'bgp.notify.communication': 'hello',
    },
  ],
  // bad peer
  [
    `02000000000202000000000108004500003f001e0000400666990a0000010a0000029c5e00b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff0017030202fde8`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'NOTIFICATION Message',
    { 'bgp.type': '3', 'bgp.length': '23', 'bgp.notify.major_error': '2' },
  ],
  // rr6
  [
    `02000000000202000000000108004500003f00210000400666960a0000010a0000029c6100b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff00170500020101`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'ROUTE-REFRESH Message',
    { 'bgp.type': '5', 'bgp.length': '23' },
  ],
  // type 7
  [
    `02000000000202000000000108004500003d00250000400666940a0000010a0000029c6500b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff0015070000`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'Unknown message type (0x07)',
    { 'bgp.type': '7', 'bgp.length': '21' },
  ],
  // len short
  [
    `02000000000202000000000108004500003b00270000400666940a0000010a0000029c6700b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff001204`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    '[Malformed Packet]',
  ],
]);

testCases('BGP, garbage', [
  // garbage
  [
    `020000000002020000000001080045000050002a00004006667c0a0000010a0000029c6a00b3000000010000000150187fff
    0000000041414141414141414141414141414141414141414141414141414141414141414141414141414141`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    '',
  ],
  // garbage+msg
  [
    `020000000002020000000001080045000045002b0000400666860a0000010a0000029c6b00b3000000010000000150187fff
    0000000041414141414141414141ffffffffffffffffffffffffffffffff001304`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'KEEPALIVE Message',
    { 'bgp.type': '4' },
  ],
  // msg+garbage long
  [
    `020000000002020000000001080045000063002d0000400666660a0000010a0000029c6d00b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff001304414141414141414141414141414141414141414141414141414141
    41414141414141414141414141`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'KEEPALIVE Message',
    { 'bgp.type': '4' },
  ],
]);

testCases('BGP updates', [
  // update as4
  [
    `020000000002020000000001080045000073003900004006664a0a0000010a0000029c7500b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff004b02000000304001010140021402030000fde8000100000000fde90101
    0000fdea4003040a00000180040400000064400504000000c8180a0101`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'UPDATE Message',
    {
      'bgp.update.path_attribute.type_code': '1,2,3,4,5',
      'bgp.update.path_attribute.as_path_segment.as4': '65000,65536,65001,65002',
      'bgp.update.path_attribute.next_hop': '10.0.0.1',
      'bgp.nlri_prefix': '10.1.1.0',
      'bgp.prefix_length': '24',
    },
  ],
  // withdraw
  [
    `020000000002020000000001080045000046003a0000400666760a0000010a0000029c7600b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff001e020007180a0101100a020000`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'UPDATE Message',
    { 'bgp.withdrawn_prefix': '10.1.1.0,10.2.0.0', 'bgp.prefix_length': '24,16' },
  ],
  // all
  [
    `0200000000020200000000010800450000de003b0000400665dd0a0000010a0000029c7700b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff00b6020000009b400101004002060202fde8fde94003040a000001400600
    c00706fde80a000001c00810fde80001ffffff01ffffff02ffff00008009040a000009800a080a0000010a000002c0102000
    02fde80000000101020a00000100014004fde8000000644306000000000000c01106020100010000c01208000100000a0000
    01c0200c0000fde80000000100000002c007080001fde80a000001c063020102180a0101`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'UPDATE Message',
    {
      'bgp.update.path_attribute.type_code': '1,2,3,6,7,8,9,10,16,17,18,32,7,99',
      'bgp.update.path_attribute.as_path_segment.as2': '65000,65001',
      'bgp.update.path_attribute.as_path_segment.as4': '65536',
      'bgp.update.path_attribute.next_hop': '10.0.0.1',
      'bgp.nlri_prefix': '10.1.1.0',
      'bgp.prefix_length': '24',
      'bgp.update.path_attribute.community_as': '65000',
      'bgp.update.path_attribute.community_wellknown': '0xffffff01,0xffffff02,0xffff0000',
    },
  ],
  // mp v6
  [
    `02000000000202000000000108004500008a003c0000400666300a0000010a0000029c7800b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff0062020000004b400101004002060202fde8fde94003040a000001900e00
    330002012020010db8000000000000000000000001fe800000000000000000000000000001002020010db84020010db80000
    0001`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'UPDATE Message',
    {
      'bgp.update.path_attribute.type_code': '1,2,3,14',
      'bgp.update.path_attribute.as_path_segment.as2': '65000,65001',
      'bgp.update.path_attribute.next_hop': '10.0.0.1',
      'bgp.prefix_length': '32,64',
      'bgp.mp_reach_nlri_ipv6_prefix': '2001:db8::,2001:db8:0:1::',
    },
  ],
  // mp unreach v6
  [
    `02000000000202000000000108004500004a003e00004006666e0a0000010a0000029c7a00b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff0022020000000b800f080002012020010db8`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'UPDATE Message',
    {
      'bgp.update.path_attribute.type_code': '15',
      'bgp.prefix_length': '32',
      'bgp.mp_unreach_nlri_ipv6_prefix': '2001:db8::',
    },
  ],
  // eor v6
  [
    `020000000002020000000001080045000045003f0000400666720a0000010a0000029c7b00b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff001d0200000006800f03000201`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'UPDATE Message',
    { 'bgp.update.path_attribute.type_code': '15' },
  ],
  // mp vpn
  [
    `02000000000202000000000108004500007600400000400666400a0000010a0000029c7c00b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff004e0200000037400101004002060202fde8fde94003040a000001800e20
    0001800c00000000000000000a00000100700006410000fde8000000010a0101`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'UPDATE Message',
    {
      'bgp.update.path_attribute.type_code': '1,2,3,14',
      'bgp.update.path_attribute.as_path_segment.as2': '65000,65001',
      'bgp.update.path_attribute.next_hop': '10.0.0.1',
      'bgp.prefix_length': '112',
      'bgp.mp_reach_nlri_ipv4_prefix': '10.1.1.0',
      'bgp.rd': '65000:1',
      'bgp.label_stack': '100 (bottom)',
    },
  ],
  // evpn
  [
    `02000000000202000000000108004500008200420000400666320a0000010a0000029c7e00b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff005a0200000043400101004002060202fde8fde94003040a000001800e2c
    001946040a0000010002210000fde80000000100000000000000000000000000003002000000000100000641`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'UPDATE Message',
    {
      'bgp.update.path_attribute.type_code': '1,2,3,14',
      'bgp.update.path_attribute.as_path_segment.as2': '65000,65001',
      'bgp.update.path_attribute.next_hop': '10.0.0.1',
      'bgp.evpn.nlri.mac_addr': '02:00:00:00:00:01',
    },
  ],
  // bad attrs len
  [
    `02000000000202000000000108004500003f004800004006666f0a0000010a0000029c8400b3000000010000000150187fff
    00000000ffffffffffffffffffffffffffffffff0017020000ffff`,
    'eth:ethertype:ip:tcp:bgp',
    'BGP',
    'UPDATE Message[Malformed Packet]',
  ],
]);
