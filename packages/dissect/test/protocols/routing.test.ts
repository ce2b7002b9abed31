// Routing and first-hop redundancy: PIM, OSPF, VRRP, HSRP, GLBP, EIGRP, RIP, BFD, LDP, RSVP and others.
import { testCases } from './support.ts';

testCases('PIM', [
  // pim hello
  [
    `020000000002020000000001080045000036001200004067664d0a0000010a00000220000000000100020069001300040000
    000100140004123456780002000401f409c4`,
    'eth:ethertype:ip:pim',
    'PIMv2',
    'Hello',
    { 'pim.type': '0', 'pim.holdtime': '105', 'pim.cksum.status': '0' },
  ],
  // pim register
  [
    `02000000000202000000000108004500004000130000406766420a0000010a00000221000000000000004500002400010000
    401180c50a000001ef01010103e807d0001000004141414141414141`,
    'eth:ethertype:ip:pim:ip:udp:data',
    'PIMv2',
    'Register',
    { 'pim.type': '1', 'pim.cksum.status': '0' },
  ],
  // pim register null
  [
    `02000000000202000000000108004500003000150000406766500a0000010a00000221000000400000004500001400140000
    4067806c0a000001ef010101`,
    'eth:ethertype:ip:pim:ip',
    'PIMv2',
    'Register',
    { 'pim.type': '1', 'pim.cksum.status': '0' },
  ],
  // pim register v6
  [
    `02000000000202000000000186dd600000000040674020010db800000000000000000000000120010db80000000000000000
    000000022100000000000000600000000010114020010db800000000000000000000000120010db800000000000000000000
    000203e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:pim:ipv6:udp:data',
    'PIMv2',
    'Register',
    { 'pim.type': '1', 'pim.cksum.status': '0' },
  ],
  // pim register stop
  [
    `02000000000202000000000108004500002600160000406766590a0000010a0000022200000001000020ef01010101000a00
    0001`,
    'eth:ethertype:ip:pim',
    'PIMv2',
    'Register-stop',
    {
      'pim.type': '2',
      'pim.group': '239.1.1.1,239.1.1.1',
      'pim.group_addr.flags': '0x00',
      'pim.source': '10.0.0.1',
      'pim.unicast': '10.0.0.1',
      'pim.cksum.status': '0',
    },
  ],
  // pim join
  [
    `02000000000202000000000108004500003600170000406766480a0000010a0000022300000001000a000002000100d20100
    0020ef01010100010000010007200a000001`,
    'eth:ethertype:ip:pim',
    'PIMv2',
    'Join/Prune',
    {
      'pim.type': '3',
      'pim.holdtime': '210',
      'pim.group': '239.1.1.1,239.1.1.1',
      'pim.group_addr.flags': '0x00',
      'pim.source': '10.0.0.1',
      'pim.unicast': '10.0.0.2',
      'pim.join_ip': '10.0.0.1',
      'pim.source_addr.flags.s': '1',
      'pim.cksum.status': '0',
    },
  ],
  // pim v1
  [
    '02000000000202000000000108004500002000180000400266c20a0000010a000002140100001000000000000000',
    'eth:ethertype:ip:igmp:pim',
    'PIMv1',
    'Register',
    { 'pim.cksum.status': '0' },
  ],
]);

testCases('PIM, candidates', [
  // reg malf
  [
    `02000000000202000000000108004500003a00040000406766570a0000010a00000221000000000000004500001e00030000
    400666d50a0000010a00000241414141414141414141`,
    'eth:ethertype:ip:pim:ip:tcp',
    'PIMv2',
    'Register',
  ],
  // boot
  [
    `02000000000202000000000108004500005800070000406766360a0000010a00000224000000000120c001000a0000010100
    0020ef0101010202000001000a0000020064050001000a0000030064050001000020ef0101020101000001000a0000020064
    0500`,
    'eth:ethertype:ip:pim',
    'PIMv2',
    'Bootstrap',
    {
      'pim.group': '239.1.1.1,239.1.1.1,239.1.1.2,239.1.1.2',
      'pim.unicast': '10.0.0.1,10.0.0.2,10.0.0.3,10.0.0.2',
      'pim.rp_count': '2,1',
    },
  ],
  // cand
  [
    `020000000002020000000001080045000032000800004067665b0a0000010a000002280000000205006401000a0000010100
    0020ef01010101000020ef010102`,
    'eth:ethertype:ip:pim',
    'PIMv2',
    'Candidate-RP-Advertisement',
    { 'pim.group': '239.1.1.1,239.1.1.1,239.1.1.2,239.1.1.2', 'pim.unicast': '10.0.0.1' },
  ],
]);

testCases('OSPF', [
  // ospf hello
  [
    `02000000000202000000000108004500004400190000405966460a0000010a000002020100300a0000010000000000000000
    0000000000000000ffffff00000a0201000000280a000001000000000a000002`,
    'eth:ethertype:ip:ospf',
    'OSPF',
    'Hello Packet',
    {
      'ospf.version': '2',
      'ospf.msg': '1',
      'ospf.srcrouter': '10.0.0.1',
      'ospf.area_id': '0.0.0.0',
      'ospf.hello.network_mask': '255.255.255.0',
      'ospf.hello.designated_router': '10.0.0.1',
    },
  ],
  // ospf dd lsa
  [
    `020000000002020000000001080045000048001b0000405966400a0000010a000002020200340a0000010000000000000000
    000000000000000005dc020200000001000102010a0000010a0000018000000112340030`,
    'eth:ethertype:ip:ospf',
    'OSPF',
    'DB Description',
    {
      'ospf.version': '2',
      'ospf.msg': '2',
      'ospf.srcrouter': '10.0.0.1',
      'ospf.area_id': '0.0.0.0',
      'ospf.lsa.id': '10.0.0.1',
      'ospf.advrouter': '10.0.0.1',
      'ospf.lsa.seqnum': '0x80000001',
    },
  ],
  // ospf lsr
  [
    `020000000002020000000001080045000038001c00004059664f0a0000010a000002020300240a0000010000000000000000
    0000000000000000000000010a0000010a000001`,
    'eth:ethertype:ip:ospf',
    'OSPF',
    'LS Request',
    {
      'ospf.version': '2',
      'ospf.msg': '3',
      'ospf.srcrouter': '10.0.0.1',
      'ospf.area_id': '0.0.0.0',
      'ospf.advrouter': '10.0.0.1',
    },
  ],
  // ospf lsu
  [
    `020000000002020000000001080045000060001d0000405966260a0000010a0000020204004c0a0000010000000000000000
    000000000000000000000001000102010a0000010a0000018000000112340030000000020a000000ffffff000300000a0a00
    00010a0000010200000a`,
    'eth:ethertype:ip:ospf',
    'OSPF',
    'LS Update',
    {
      'ospf.version': '2',
      'ospf.msg': '4',
      'ospf.srcrouter': '10.0.0.1',
      'ospf.area_id': '0.0.0.0',
      'ospf.lsa.id': '10.0.0.1',
      'ospf.advrouter': '10.0.0.1',
      'ospf.lsa.seqnum': '0x80000001',
    },
  ],
  // ospf lsack
  [
    `020000000002020000000001080045000040001e0000405966450a0000010a0000020205002c0a0000010000000000000000
    0000000000000000000102010a0000010a0000018000000112340030`,
    'eth:ethertype:ip:ospf',
    'OSPF',
    'LS Acknowledge',
    {
      'ospf.version': '2',
      'ospf.msg': '5',
      'ospf.srcrouter': '10.0.0.1',
      'ospf.area_id': '0.0.0.0',
      'ospf.lsa.id': '10.0.0.1',
      'ospf.advrouter': '10.0.0.1',
      'ospf.lsa.seqnum': '0x80000001',
    },
  ],
  // ospf 9
  [
    `02000000000202000000000108004500002c001f0000405966580a0000010a000002020900180a0000010000000000000000
    0000000000000000`,
    'eth:ethertype:ip:ospf',
    'OSPF',
    'Unknown (9)',
    { 'ospf.version': '2', 'ospf.msg': '9', 'ospf.srcrouter': '10.0.0.1', 'ospf.area_id': '0.0.0.0' },
  ],
  // ospf lls
  [
    `02000000000202000000000108004500004c00210000405966360a0000010a0000020201002c0a0000010000000000000000
    0000000000000000ffffff00000a1201000000280a00000100000000fff600030001000400000001`,
    'eth:ethertype:ip:ospf',
    'OSPF',
    'Hello Packet',
    {
      'ospf.version': '2',
      'ospf.msg': '1',
      'ospf.srcrouter': '10.0.0.1',
      'ospf.area_id': '0.0.0.0',
      'ospf.hello.network_mask': '255.255.255.0',
      'ospf.hello.designated_router': '10.0.0.1',
    },
  ],
  // ospf cut
  [
    '02000000000202000000000108004500002000220000405966610a0000010a000002020100300a00000100000000',
    'eth:ethertype:ip:ospf',
    'OSPF',
    'Hello Packet[Malformed Packet]',
    { 'ospf.version': '2', 'ospf.msg': '1', 'ospf.srcrouter': '10.0.0.1', 'ospf.area_id': '0.0.0.0' },
  ],
  // ospf3 hello
  [
    `02000000000202000000000186dd600000000028594020010db800000000000000000000000120010db80000000000000000
    00000002030100280a00000100000000000000000000000501000013000a00280a000001000000000a000002`,
    'eth:ethertype:ipv6:ospf',
    'OSPF',
    'Hello Packet',
    {
      'ospf.version': '3',
      'ospf.msg': '1',
      'ospf.srcrouter': '10.0.0.1',
      'ospf.area_id': '0.0.0.0',
      'ospf.hello.designated_router': '10.0.0.1',
    },
  ],
  // ospf3 lsu
  [
    `02000000000202000000000186dd60000000002c594020010db800000000000000000000000120010db80000000000000000
    000000020304002c0a00000100000000000000000000000100012001000000000a000001800000011234001800000013`,
    'eth:ethertype:ipv6:ospf',
    'OSPF',
    'LS Update',
    {
      'ospf.version': '3',
      'ospf.msg': '4',
      'ospf.srcrouter': '10.0.0.1',
      'ospf.area_id': '0.0.0.0',
      'ospf.advrouter': '10.0.0.1',
      'ospf.lsa.seqnum': '0x80000001',
    },
  ],
]);

testCases('First-hop redundancy', [
  // vrrp2
  [
    `02000000000202000000000108004500002800230000407066410a0000010a00000221016401000100000a0000fe00000000
    00000000`,
    'eth:ethertype:ip:vrrp',
    'VRRP',
    'Announcement (v2)',
    { 'vrrp.version': '2', 'vrrp.virt_rtr_id': '1', 'vrrp.prio': '100', 'vrrp.ip_addr': '10.0.0.254' },
  ],
  // vrrp2 0
  [
    `02000000000202000000000108004500002800240000407066400a0000010a00000221010001000100000a0000fe00000000
    00000000`,
    'eth:ethertype:ip:vrrp',
    'VRRP',
    'Announcement (v2)',
    { 'vrrp.version': '2', 'vrrp.virt_rtr_id': '1', 'vrrp.prio': '0', 'vrrp.ip_addr': '10.0.0.254' },
  ],
  // vrrp3
  [
    '02000000000202000000000108004500002000250000407066470a0000010a00000231016401006400000a0000fe',
    'eth:ethertype:ip:vrrp',
    'VRRP',
    'Announcement (v3)',
    { 'vrrp.version': '3', 'vrrp.virt_rtr_id': '1', 'vrrp.prio': '100', 'vrrp.ip_addr': '10.0.0.254' },
  ],
  // vrrp3 v6
  [
    `02000000000202000000000186dd600000000018704020010db800000000000000000000000120010db80000000000000000
    000000023101640100640000fe800000000000000000000000000001`,
    'eth:ethertype:ipv6:vrrp',
    'VRRP',
    'Announcement (v3)',
    { 'vrrp.version': '3', 'vrrp.virt_rtr_id': '1', 'vrrp.prio': '100' },
  ],
  // vrrp short
  [
    '02000000000202000000000108004500001600260000407066500a0000010a0000022101',
    'eth:ethertype:ip:vrrp',
    'VRRP',
    'Announcement (v2)[Malformed Packet]',
  ],
  // hsrp2 v6
  [
    `02000000000202000000000186dd600000000032114020010db800000000000000000000000120010db80000000000000000
    0000000207ed07ed0032000101280200060600010200000000010000007800000bb800002710fe8000000000000000000000
    00000001`,
    'eth:ethertype:ipv6:udp:hsrp',
    'HSRPv2',
    'Hello (state Active)',
    { 'hsrp2.state': '6', 'hsrp2.group': '1' },
  ],
  // glbp
  [
    `020000000002020000000001080045000044002b00004011667c0a0000010a0000020c960c96003000000100000100000200
    00000001011c00200064000000000bb80000271000000000000001040a0000fe`,
    'eth:ethertype:ip:udp:glbp',
    'GLBP',
    'G: 1, Hello, IPv4',
    { 'glbp.group': '1' },
  ],
]);

testCases('EIGRP', [
  // eigrp hello
  [
    `020000000002020000000001080045000034002c0000405866440a0000010a00000202050000000000000000000000000000
    000000640001000c010001000000000f`,
    'eth:ethertype:ip:eigrp',
    'EIGRP',
    'Hello',
    { 'eigrp.opcode': '5', 'eigrp.as': '100', 'eigrp.par.holdtime': '15' },
  ],
  // eigrp ack
  [
    `020000000002020000000001080045000028002d00004058664f0a0000010a00000202050000000000000000000000000005
    00000064`,
    'eth:ethertype:ip:eigrp',
    'EIGRP',
    'Hello (Ack)',
    { 'eigrp.opcode': '5', 'eigrp.as': '100' },
  ],
  // eigrp 1
  [
    `020000000002020000000001080045000044002e0000405866320a0000010a00000202010000000000000000000100000000
    000000640102001c0000000000000100000001000005dc00ff010000180a0000`,
    'eth:ethertype:ip:eigrp',
    'EIGRP',
    'Update',
    { 'eigrp.opcode': '1', 'eigrp.as': '100' },
  ],
  // eigrp 3
  [
    `020000000002020000000001080045000044002f0000405866310a0000010a00000202030000000000000000000100000000
    000000640102001c0000000000000100000001000005dc00ff010000180a0000`,
    'eth:ethertype:ip:eigrp',
    'EIGRP',
    'Query',
    { 'eigrp.opcode': '3', 'eigrp.as': '100' },
  ],
  // eigrp 10
  [
    `020000000002020000000001080045000044003200004058662e0a0000010a000002020a0000000000000000000100000000
    000000640102001c0000000000000100000001000005dc00ff010000180a0000`,
    'eth:ethertype:ip:eigrp',
    'EIGRP',
    'SIA-Query',
    { 'eigrp.opcode': '10', 'eigrp.as': '100' },
  ],
]);

testCases('RIP', [
  // rip1 req
  [
    `02000000000202000000000108004500003400340000401166830a0000010a00000202080208002000000101000000000000
    00000000000000000000000000000010`,
    'eth:ethertype:ip:udp:rip',
    'RIPv1',
    'Request',
    { 'rip.command': '1', 'rip.version': '1', 'rip.metric': '16' },
  ],
  // rip1 resp
  [
    `02000000000202000000000108004500003400350000401166820a0000010a00000202080208002000000201000000020000
    0a000000000000000000000000000001`,
    'eth:ethertype:ip:udp:rip',
    'RIPv1',
    'Response',
    { 'rip.command': '2', 'rip.version': '1', 'rip.ip': '10.0.0.0', 'rip.metric': '1' },
  ],
  // rip2 resp
  [
    `02000000000202000000000108004500003400360000401166810a0000010a00000202080208002000000202000000020000
    0a000000ff0000000000000000000001`,
    'eth:ethertype:ip:udp:rip',
    'RIPv2',
    'Response',
    {
      'rip.command': '2',
      'rip.version': '2',
      'rip.ip': '10.0.0.0',
      'rip.netmask': '255.0.0.0',
      'rip.metric': '1',
    },
  ],
  // rip2 auth
  [
    `020000000002020000000001080045000048003700004011666c0a0000010a000002020802080034000002020000ffff0002
    70617373000000000000000000000000000200000a000000ff0000000000000000000001`,
    'eth:ethertype:ip:udp:rip',
    'RIPv2',
    'Response',
    {
      'rip.command': '2',
      'rip.version': '2',
      'rip.ip': '10.0.0.0',
      'rip.netmask': '255.0.0.0',
      'rip.metric': '1',
    },
  ],
  // rip cmd 9
  [
    '02000000000202000000000108004500002000380000401166930a0000010a00000202080208000c000009020000',
    'eth:ethertype:ip:udp:rip',
    'RIPv2',
    'Unknown command (9)',
    { 'rip.command': '9', 'rip.version': '2' },
  ],
  // ripng req
  [
    `02000000000202000000000186dd600000000020114020010db800000000000000000000000120010db80000000000000000
    000000020209020900200001010100000000000000000000000000000000000000000010`,
    'eth:ethertype:ipv6:udp:ripng',
    'RIPng',
    ' Command Request, Version 1',
    { 'ripng.cmd': '1', 'ripng.rte.ipv6_prefix': '::' },
  ],
  // ripng resp
  [
    `02000000000202000000000186dd600000000020114020010db800000000000000000000000120010db80000000000000000
    0000000202090209002000010201000020010db800000000000000000000000000002001`,
    'eth:ethertype:ipv6:udp:ripng',
    'RIPng',
    ' Command Response, Version 1',
    { 'ripng.cmd': '2', 'ripng.rte.ipv6_prefix': '2001:db8::' },
  ],
]);

testCases('BFD', [
  // bfd
  [
    `020000000002020000000001080045000034003900004011667e0a0000010a000002c0000ec80020000020c0031800000001
    00000002000f4240000f424000000000`,
    'eth:ethertype:ip:udp:bfd',
    'BFD Control',
    'Diag: No Diagnostic, State: Up, Flags: 0x00',
    { 'bfd.sta': '0x03', 'bfd.my_discriminator': '0x00000001' },
  ],
  // bfd auth
  [
    `02000000000202000000000108004500003c003b0000401166740a0000010a000002c0000ec8002800002044032000000001
    00000000000f4240000f4240000000000108017061737377`,
    'eth:ethertype:ip:udp:bfd',
    'BFD Control',
    'Diag: No Diagnostic, State: Down, Flags: 0x04',
    { 'bfd.sta': '0x01', 'bfd.my_discriminator': '0x00000001', 'bfd.auth.type': '1' },
  ],
  // bfd echo
  [
    `020000000002020000000001080045000028003d0000401166860a0000010a000002c0000ec9001400004141414141414141
    41414141`,
    'eth:ethertype:ip:udp:bfd_echo',
    'BFD Echo',
    'Originator specific content',
  ],
  // bfd short
  [
    '02000000000202000000000108004500001e003e00004011668f0a0000010a000002c0000ec8000a000020c0',
    'eth:ethertype:ip:udp:bfd',
    'BFD Control',
    '[Malformed Packet]',
  ],
]);

testCases('Babel, LDP, RSVP, NHRP', [
  // babel
  [
    `02000000000202000000000186dd600000000014114020010db800000000000000000000000120010db80000000000000000
    000000021a281a28001400012a0200080406000000010190`,
    'eth:ethertype:ipv6:udp:babel',
    'Babel',
    'Babel hello',
    { 'babel.message.type': '4' },
  ],
  // ldp hello
  [
    `02000000000202000000000108004500003e003f00004011666e0a0000010a00000202860286002a00000001001e0a000001
    0000010000140000000004000004000f0000040100040a000001`,
    'eth:ethertype:ip:udp:ldp',
    'LDP',
    'Hello Message ',
    { 'ldp.hdr.ldpid.lsr': '10.0.0.1', 'ldp.msg.type': '0x0100' },
  ],
  // rsvp hello
  [
    `02000000000202000000000108004500002800400000402e66660a0000010a00000210140000ff000014000c160100000001
    00000000`,
    'eth:ethertype:ip:rsvp',
    'RSVP',
    'HELLO Message. ',
    { 'rsvp.msg': '20' },
  ],
  // rsvp path
  [
    `02000000000202000000000108004500003400410000402e66590a0000010a00000210010000ff000020000c01010a000002
    11001388000c03010a00000100000000`,
    'eth:ethertype:ip:rsvp',
    'RSVP',
    'PATH Message. SESSION: IPv4, Destination 10.0.0.2, Protocol 17, Port 5000. ',
    { 'rsvp.msg': '1', 'rsvp.session.ip': '10.0.0.2' },
  ],
  // rsvp resv
  [
    `02000000000202000000000108004500002800420000402e66640a0000010a00000210020000ff000014000c01010a000002
    11001388`,
    'eth:ethertype:ip:rsvp',
    'RSVP',
    'RESV Message. SESSION: IPv4, Destination 10.0.0.2, Protocol 17, Port 5000. ',
    { 'rsvp.msg': '2', 'rsvp.session.ip': '10.0.0.2' },
  ],
  // nhrp
  [
    `020000000002020000000001080045000046004300004036663d0a0000010a00000200010800000000000000003000000014
    01010400000000000000000000000000000000000000000000000000000000000000`,
    'eth:ethertype:ip:nhrp',
    'NHRP',
    'NHRP Resolution Request',
    { 'nhrp.hdr.op.type': '1' },
  ],
]);

testCases('IGRP, MSDP, MPLS echo, OLSR, AODV, WCCP', [
  // igrp req
  [
    '020000000002020000000001080045000020000d0000400966c60a0000010a000002120100010000000000000000',
    'eth:ethertype:ip:igrp',
    'IGRP',
    'Request',
    { 'igrp.command': '2', 'igrp.as': '1' },
  ],
  // msdp ka
  [
    `02000000000202000000000108004500002b001b0000400666b00a0000010a0000029c5b027f000000010000000150187fff
    00000000040003`,
    'eth:ethertype:ip:tcp:msdp',
    'MSDP',
    'KeepAlive',
    { 'msdp.type': '4' },
  ],
  // msdp sa data
  [
    `02000000000202000000000108004500005b001e00004006667d0a0000010a0000029c5d027f000000010000000150187fff
    00000000010033010a00000100000020ef0101010a0000024500001f001d0000401180ae0a000001ef01010100010002000b
    0000414141`,
    'eth:ethertype:ip:tcp:msdp:ip:udp:data',
    'MSDP',
    'IPv4 Source-Active',
    { 'msdp.type': '1', 'msdp.sa.group_addr': '239.1.1.1' },
  ],
  // msdp two
  [
    `02000000000202000000000108004500002e00240000400666a40a0000010a0000029c63027f000000010000000150187fff
    00000000040003040003`,
    'eth:ethertype:ip:tcp:msdp',
    'MSDP',
    'KeepAlive',
    { 'msdp.type': '4,4' },
  ],
  // mpls-echo req
  [
    `02000000000202000000000108004500004c003e0000401166610a0000010a0000020daf0daf003800000001000001020000
    0000000100000001e00000000000000000000000000000000001000c000100050a00000120000000`,
    'eth:ethertype:ip:udp:mpls-echo',
    'MPLS ECHO',
    'MPLS Echo Request',
    { 'mpls_echo.msg_type': '1', 'mpls_echo.tlv.fec.ldp_ipv4': '10.0.0.1' },
  ],
  // mpls-echo rep
  [
    `02000000000202000000000108004500003c003f0000401166700a0000010a0000020daf0daf002800000001000002020301
    0000000100000001e0000000000000000000000000000000`,
    'eth:ethertype:ip:udp:mpls-echo',
    'MPLS ECHO',
    'MPLS Echo Reply',
    { 'mpls_echo.msg_type': '2' },
  ],
  // olsr tc
  [
    `02000000000202000000000108004500003400420000401166750a0000010a00000202ba02ba002000000018000102860014
    0a000001ff000001000100000a000003`,
    'eth:ethertype:ip:udp:olsr',
    'OLSR v1',
    'OLSR (IPv4) Packet,  Length: 24 Bytes',
    { 'olsr.message_type': '2', 'olsr.neighbor_addr': '10.0.0.3' },
  ],
  // aodv rreq
  [
    `02000000000202000000000108004500003400470000401166700a0000010a000002028e028e002000000100000100000001
    0a000001000000010a00000200000001`,
    'eth:ethertype:ip:udp:aodv',
    'AODV',
    'Route Request, D: 10.0.0.1, O: 10.0.0.2 Id=1 Hcnt=1 DSN=1 OSN=1',
    { 'aodv.dest_ip': '10.0.0.1' },
  ],
  // aodv rrep
  [
    `02000000000202000000000108004500003000480000401166730a0000010a000002028e028e001c0000020000010a000001
    000000010a00000200000001`,
    'eth:ethertype:ip:udp:aodv',
    'AODV',
    'Route Reply, D: 10.0.0.1, O: 10.0.0.2 Hcnt=1 DSN=1 Lifetime=1',
    { 'aodv.dest_ip': '10.0.0.1' },
  ],
  // aodv rerr
  [
    `020000000002020000000001080045000028004900004011667a0a0000010a000002028e028e00140000030000010a000001
    00000001`,
    'eth:ethertype:ip:udp:aodv',
    'AODV',
    'Route Error, Dest Count=1',
    { 'aodv.unreach_dest_ip': '10.0.0.1' },
  ],
  // wccp 10
  [
    `02000000000202000000000108004500002c004e0000401166710a0000010a00000208000800001800000000000a02000008
    0000000400000000`,
    'eth:ethertype:ip:udp:wccp',
    'WCCP',
    '2.0 Here I am',
    { 'wccp.message': '10' },
  ],
]);
