// ICMPv6: pings, errors, neighbour discovery with its options, multicast listeners.
import { testCases } from './support.ts';

testCases('ICMPv6 messages', [
  // echo 8
  [
    `02000000000202000000000186dd6000000000103a4020010db800000000000000000000000120010db80000000000000000
    0000000280000000123400014141414141414141`,
    'eth:ethertype:ipv6:icmpv6:data',
    'ICMPv6',
    'Echo (ping) request id=0x1234, seq=1, hop limit=64',
    {
      'icmpv6.type': '128',
      'icmpv6.code': '0',
      'icmpv6.echo.identifier': '0x1234',
      'icmpv6.echo.sequence_number': '1',
    },
  ],
  // reply
  [
    `02000000000202000000000186dd6000000000103a4020010db800000000000000000000000120010db80000000000000000
    0000000281000000123400014141414141414141`,
    'eth:ethertype:ipv6:icmpv6:data',
    'ICMPv6',
    'Echo (ping) reply id=0x1234, seq=1, hop limit=64',
    {
      'icmpv6.type': '129',
      'icmpv6.code': '0',
      'icmpv6.echo.identifier': '0x1234',
      'icmpv6.echo.sequence_number': '1',
    },
  ],
  // unreach 4
  [
    `02000000000202000000000186dd6000000000403a4020010db800000000000000000000000120010db80000000000000000
    000000020104000000000000600000000010114020010db800000000000000000000000120010db800000000000000000000
    000203e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:icmpv6:ipv6:udp:data',
    'ICMPv6',
    'Destination Unreachable (Port unreachable)',
    { 'icmpv6.type': '1', 'icmpv6.code': '4' },
  ],
  // too big
  [
    `02000000000202000000000186dd6000000000403a4020010db800000000000000000000000120010db80000000000000000
    000000020200000000000500600000000010114020010db800000000000000000000000120010db800000000000000000000
    000203e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:icmpv6:ipv6:udp:data',
    'ICMPv6',
    'Packet Too Big',
    { 'icmpv6.type': '2', 'icmpv6.code': '0', 'icmpv6.mtu': '1280' },
  ],
  // time 1
  [
    `02000000000202000000000186dd6000000000403a4020010db800000000000000000000000120010db80000000000000000
    000000020301000000000000600000000010114020010db800000000000000000000000120010db800000000000000000000
    000203e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:icmpv6:ipv6:udp:data',
    'ICMPv6',
    'Time Exceeded (fragment reassembly time exceeded)',
    { 'icmpv6.type': '3', 'icmpv6.code': '1' },
  ],
  // param 1
  [
    `02000000000202000000000186dd6000000000403a4020010db800000000000000000000000120010db80000000000000000
    000000020401000000000028600000000010114020010db800000000000000000000000120010db800000000000000000000
    000203e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:icmpv6:ipv6:udp:data',
    'ICMPv6',
    'Parameter Problem (unrecognized Next Header type encountered)',
    { 'icmpv6.type': '4', 'icmpv6.code': '1' },
  ],
  // short 4
  [
    `02000000000202000000000186dd6000000000043a4020010db800000000000000000000000120010db80000000000000000
    0000000280000000`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Echo (ping) request[Malformed Packet]',
    { 'icmpv6.type': '128', 'icmpv6.code': '0' },
  ],
]);

testCases('Neighbour discovery', [
  // rs
  [
    `02000000000202000000000186dd6000000000083a4020010db800000000000000000000000120010db80000000000000000
    000000028500000000000000`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Router Solicitation',
    { 'icmpv6.type': '133', 'icmpv6.code': '0' },
  ],
  // rs src
  [
    `02000000000202000000000186dd6000000000103a4020010db800000000000000000000000120010db80000000000000000
    0000000285000000000000000101020000000001`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Router Solicitation from 02:00:00:00:00:01',
    {
      'icmpv6.type': '133',
      'icmpv6.code': '0',
      'icmpv6.opt.type': '1',
      'icmpv6.opt.linkaddr': '02:00:00:00:00:01',
    },
  ],
  // ra
  [
    `02000000000202000000000186dd6000000000703a4020010db800000000000000000000000120010db80000000000000000
    000000028600000040c807080000000000000000010102000000000105010000000005dc030440c000278d0000093a800000
    000020010db80000000000000000000000011903000000000e1020010db80000000000000000000000011f03000000000e10
    03636f6d000000000000000000000000`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Router Advertisement from 02:00:00:00:00:01',
    {
      'icmpv6.type': '134',
      'icmpv6.code': '0',
      'icmpv6.opt.type': '1,5,3,25,31',
      'icmpv6.opt.linkaddr': '02:00:00:00:00:01',
      'icmpv6.opt.prefix': '2001:db8::1',
    },
  ],
  // ra route
  [
    `02000000000202000000000186dd6000000000463a4020010db800000000000000000000000120010db80000000000000000
    00000002860000004000070800000000000000001802400800000e1020010db8000000002603000820010db8000000000000
    000000000000000025020000414141414141414141414141`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Router Advertisement',
    {
      'icmpv6.type': '134',
      'icmpv6.code': '0',
      'icmpv6.opt.type': '24,38,0',
      'icmpv6.opt.prefix': '2001:db8::',
    },
  ],
  // ns
  [
    `02000000000202000000000186dd6000000000203a4020010db800000000000000000000000120010db80000000000000000
    000000028700000000000000fe8000000000000000000000000000020101020000000001`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Neighbor Solicitation for fe80::2 from 02:00:00:00:00:01',
    {
      'icmpv6.type': '135',
      'icmpv6.code': '0',
      'icmpv6.nd.ns.target_address': 'fe80::2',
      'icmpv6.opt.type': '1',
      'icmpv6.opt.linkaddr': '02:00:00:00:00:01',
    },
  ],
  // ns nonce
  [
    `02000000000202000000000186dd6000000000203a4020010db800000000000000000000000120010db80000000000000000
    000000028700000000000000fe8000000000000000000000000000020e01010203040506`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Neighbor Solicitation for fe80::2',
    {
      'icmpv6.type': '135',
      'icmpv6.code': '0',
      'icmpv6.nd.ns.target_address': 'fe80::2',
      'icmpv6.opt.type': '14',
    },
  ],
  // na
  [
    `02000000000202000000000186dd6000000000203a4020010db800000000000000000000000120010db80000000000000000
    000000028800000060000000fe8000000000000000000000000000020201020000000001`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Neighbor Advertisement fe80::2 (sol, ovr) is at 02:00:00:00:00:01',
    {
      'icmpv6.type': '136',
      'icmpv6.code': '0',
      'icmpv6.nd.na.target_address': 'fe80::2',
      'icmpv6.opt.type': '2',
      'icmpv6.opt.linkaddr': '02:00:00:00:00:01',
    },
  ],
  // na none
  [
    `02000000000202000000000186dd6000000000183a4020010db800000000000000000000000120010db80000000000000000
    000000028800000000000000fe800000000000000000000000000002`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Neighbor Advertisement fe80::2 (none)',
    { 'icmpv6.type': '136', 'icmpv6.code': '0', 'icmpv6.nd.na.target_address': 'fe80::2' },
  ],
  // redirect
  [
    `02000000000202000000000186dd6000000000683a4020010db800000000000000000000000120010db80000000000000000
    000000028900000000000000fe80000000000000000000000000000220010db8000000000000000000000001020102000000
    00010407000000000000600000000010114020010db800000000000000000000000120010db8000000000000000000000002
    03e807d000100001`,
    'eth:ethertype:ipv6:icmpv6:ipv6:udp',
    'ICMPv6',
    'Redirect is at 02:00:00:00:00:01',
    {
      'icmpv6.type': '137',
      'icmpv6.code': '0',
      'icmpv6.opt.type': '2,4',
      'icmpv6.opt.linkaddr': '02:00:00:00:00:01',
    },
  ],
  // opt len 0
  [
    `02000000000202000000000186dd6000000000203a4020010db800000000000000000000000120010db80000000000000000
    000000028700000000000000fe8000000000000000000000000000020100010203040506`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Neighbor Solicitation for fe80::2',
    {
      'icmpv6.type': '135',
      'icmpv6.code': '0',
      'icmpv6.nd.ns.target_address': 'fe80::2',
      'icmpv6.opt.type': '1',
    },
  ],
  // opt too long
  [
    `02000000000202000000000186dd6000000000203a4020010db800000000000000000000000120010db80000000000000000
    000000028700000000000000fe8000000000000000000000000000020109010203040506`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Neighbor Solicitation for fe80::2[Malformed Packet]',
    {
      'icmpv6.type': '135',
      'icmpv6.code': '0',
      'icmpv6.nd.ns.target_address': 'fe80::2',
      'icmpv6.opt.type': '1',
    },
  ],
]);

testCases('Multicast listeners', [
  // mld query v1
  [
    `02000000000202000000000186dd6000000000183a4020010db800000000000000000000000120010db80000000000000000
    00000002820000002710000000000000000000000000000000000000`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Multicast Listener Query',
    { 'icmpv6.type': '130', 'icmpv6.code': '0', 'icmpv6.mld.multicast_address': '::' },
  ],
  // mld query v2
  [
    `02000000000202000000000186dd60000000001c3a4020010db800000000000000000000000120010db80000000000000000
    00000002820000002710000000000000000000000000000000000000027d0000`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Multicast Listener Query',
    { 'icmpv6.type': '130', 'icmpv6.code': '0', 'icmpv6.mld.multicast_address': '::' },
  ],
  // mld query v2 src
  [
    `02000000000202000000000186dd60000000002c3a4020010db800000000000000000000000120010db80000000000000000
    000000028200000027100000ff020000000000000000000000000001027d000120010db8000000000000000000000001`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Multicast Listener Query',
    { 'icmpv6.type': '130', 'icmpv6.code': '0', 'icmpv6.mld.multicast_address': 'ff02::1' },
  ],
  // mld report v1
  [
    `02000000000202000000000186dd6000000000183a4020010db800000000000000000000000120010db80000000000000000
    000000028300000000000000ff020000000000000000000000000001`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Multicast Listener Report',
    { 'icmpv6.type': '131', 'icmpv6.code': '0', 'icmpv6.mld.multicast_address': 'ff02::1' },
  ],
  // mld done
  [
    `02000000000202000000000186dd6000000000183a4020010db800000000000000000000000120010db80000000000000000
    000000028400000000000000ff020000000000000000000000000001`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Multicast Listener Done',
    { 'icmpv6.type': '132', 'icmpv6.code': '0', 'icmpv6.mld.multicast_address': 'ff02::1' },
  ],
  // mld2 report 2
  [
    `02000000000202000000000186dd6000000000403a4020010db800000000000000000000000120010db80000000000000000
    000000028f0000000000000204000000ff02000000000000000000000000000103000001ff02000000000000000000000000
    000220010db8000000000000000000000001`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Multicast Listener Report Message v2',
    {
      'icmpv6.type': '143',
      'icmpv6.code': '0',
      'icmpv6.mldr.nb_mcast_records': '2',
      'icmpv6.mldr.mar.record_type': '4,3',
      'icmpv6.mldr.mar.multicast_address': 'ff02::1,ff02::2',
    },
  ],
  // mld2 rec 6
  [
    `02000000000202000000000186dd60000000001c3a4020010db800000000000000000000000120010db80000000000000000
    000000028f0000000000000106000000ff020000000000000000000000000001`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Multicast Listener Report Message v2',
    {
      'icmpv6.type': '143',
      'icmpv6.code': '0',
      'icmpv6.mldr.nb_mcast_records': '1',
      'icmpv6.mldr.mar.record_type': '6',
      'icmpv6.mldr.mar.multicast_address': 'ff02::1',
    },
  ],
  // mld2 rec 3 src
  [
    `02000000000202000000000186dd60000000003c3a4020010db800000000000000000000000120010db80000000000000000
    000000028f0000000000000103000002ff02000000000000000000000000000120010db8000000000000000000000001fe80
    0000000000000000000000000002`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Multicast Listener Report Message v2',
    {
      'icmpv6.type': '143',
      'icmpv6.code': '0',
      'icmpv6.mldr.nb_mcast_records': '1',
      'icmpv6.mldr.mar.record_type': '3',
      'icmpv6.mldr.mar.multicast_address': 'ff02::1',
    },
  ],
]);

testCases('Other ICMPv6', [
  // ni query
  [
    `02000000000202000000000186dd6000000000203a4020010db800000000000000000000000120010db80000000000000000
    000000028b000000000200000102030405060708fe800000000000000000000000000002`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Node Information Query (Query subject = IPv6 addresses)',
    { 'icmpv6.type': '139', 'icmpv6.code': '0' },
  ],
  // rpl dis
  [
    `02000000000202000000000186dd6000000000063a4020010db800000000000000000000000120010db80000000000000000
    000000029b0000000000`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'RPL Control (DODAG Information Solicitation)',
    { 'icmpv6.type': '155', 'icmpv6.code': '0' },
  ],
  // rpl dio
  [
    `02000000000202000000000186dd60000000002c3a4020010db800000000000000000000000120010db80000000000000000
    000000029b0100001e0001008800000020010db8000000000000000000000001040e00080c0a070000010001001e003c`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'RPL Control (DODAG Information Object)',
    { 'icmpv6.type': '155', 'icmpv6.code': '1' },
  ],
  // dar
  [
    `02000000000202000000000186dd6000000000203a4020010db800000000000000000000000120010db80000000000000000
    000000029d0000000000003c001122334455667720010db8000000000000000000000001`,
    'eth:ethertype:ipv6:icmpv6',
    'ICMPv6',
    'Duplicate Address Request',
    { 'icmpv6.type': '157', 'icmpv6.code': '0' },
  ],
  // quoted ext hdr
  [
    `02000000000202000000000186dd6000000000483a4020010db800000000000000000000000120010db80000000000000000
    000000020100000000000000600000000018004020010db800000000000000000000000120010db800000000000000000000
    0002110005020000010000050006001000004141414141414141`,
    'eth:ethertype:ipv6:icmpv6:ipv6:ipv6.hopopts:udp:data',
    'ICMPv6',
    'Destination Unreachable (no route to destination)',
    { 'icmpv6.type': '1', 'icmpv6.code': '0' },
  ],
  // quoted frag
  [
    `02000000000202000000000186dd6000000000483a4020010db800000000000000000000000120010db80000000000000000
    0000000201000000000000006000000000182c4020010db800000000000000000000000120010db800000000000000000000
    0002110000010000000100050006001000004141414141414141`,
    'eth:ethertype:ipv6:icmpv6:ipv6:ipv6.fraghdr:data',
    'ICMPv6',
    'Destination Unreachable (no route to destination)',
    { 'icmpv6.type': '1', 'icmpv6.code': '0' },
  ],
]);
