// GTP: user data with what it carries, control of both versions.
import { testCases } from './support.ts';

testCases('GTP user data', [
  // tpdu ip
  [
    `02000000000202000000000108004500004800020000401166a10a0000010a0000029c4008680034000030ff002400000001
    4500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:udp:gtp:ip:udp:data',
    'GTP <UDP>',
    '1000 → 2000 Len=8',
    { 'gtp.message': '0xff', 'gtp.teid': '0x00000001', 'gtp.length': '36', 'udp.dstport': '2152,2000' },
  ],
  // tpdu ip6
  [
    `02000000000202000000000108004500005c000300004011668c0a0000010a0000029c4008680048000030ff003800000001
    600000000010114020010db800000000000000000000000120010db800000000000000000000000203e807d0001000014141
    414141414141`,
    'eth:ethertype:ip:udp:gtp:ipv6:udp:data',
    'GTP <UDP>',
    '1000 → 2000 Len=8',
    { 'gtp.message': '0xff', 'gtp.teid': '0x00000001', 'gtp.length': '56', 'udp.dstport': '2152,2000' },
  ],
  // tpdu seq
  [
    `02000000000202000000000108004500004c000400004011669b0a0000010a0000029c4008680038000032ff002800000001
    000100004500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:udp:gtp:ip:udp:data',
    'GTP <UDP>',
    '1000 → 2000 Len=8',
    {
      'gtp.message': '0xff',
      'gtp.teid': '0x00000001',
      'gtp.length': '40',
      'gtp.seq_number': '0x0001',
      'udp.dstport': '2152,2000',
    },
  ],
  // tpdu ext pdu session dl
  [
    `02000000000202000000000108004500005000050000401166960a0000010a0000029c400868003c000034ff002c00000001
    00000085010009004500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:udp:gtp:ip:udp:data',
    'GTP <UDP>',
    '1000 → 2000 Len=8',
    {
      'gtp.message': '0xff',
      'gtp.teid': '0x00000001',
      'gtp.length': '44',
      'gtp.ext_hdr.pdu_ses_con.qos_flow_id': '9',
      'udp.dstport': '2152,2000',
    },
  ],
  // tpdu eth
  [
    `020000000002020000000001080045000056000700004011668e0a0000010a0000029c4008680042000030ff003200000001
    02000000000202000000000108004500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:udp:gtp:eth:ethertype:ip:udp:data',
    'GTP <UDP>',
    '1000 → 2000 Len=8',
    { 'gtp.message': '0xff', 'gtp.teid': '0x00000001', 'gtp.length': '50', 'udp.dstport': '2152,2000' },
  ],
  // tpdu ppp
  [
    `02000000000202000000000108004500004c00080000401166970a0000010a0000029c4008680038000030ff002800000001
    ff0300214500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:udp:gtp',
    'GTP',
    'T-PDU',
    { 'gtp.message': '0xff', 'gtp.teid': '0x00000001', 'gtp.length': '40', 'udp.dstport': '2152' },
  ],
  // tpdu empty
  [
    '020000000002020000000001080045000024000a0000401166bd0a0000010a0000029c4008680010000030ff000000000001',
    'eth:ethertype:ip:udp:gtp',
    'GTP',
    'T-PDU',
    { 'gtp.message': '0xff', 'gtp.teid': '0x00000001', 'gtp.length': '0', 'udp.dstport': '2152' },
  ],
  // tpdu tcp
  [
    `02000000000202000000000108004500004c000c0000401166930a0000010a0000029c4008680038000030ff002800000001
    45000028000b0000400666c30a0000010a00000203e80050000000010000000150187fff00000000`,
    'eth:ethertype:ip:udp:gtp:ip:tcp',
    'GTP <TCP>',
    '1000 → 80 [PSH, ACK] Seq=1 Ack=1 Win=32767 Len=0',
    { 'gtp.message': '0xff', 'gtp.teid': '0x00000001', 'gtp.length': '40', 'udp.dstport': '2152' },
  ],
  // tpdu icmp
  [
    `020000000002020000000001080045000042000e00004011669b0a0000010a0000029c400868002e000030ff001e00000001
    4500001e000d0000400166d00a0000010a00000208000000000100014141`,
    'eth:ethertype:ip:udp:gtp:ip:icmp:data',
    'GTP <ICMP>',
    'Echo (ping) request  id=0x0001, seq=1/256, ttl=64',
    { 'gtp.message': '0xff', 'gtp.teid': '0x00000001', 'gtp.length': '30', 'udp.dstport': '2152' },
  ],
]);

testCases('GTP control', [
  // v1 type 1
  [
    `020000000002020000000001080045000028000f0000401166b40a0000010a0000029c400868001400003201000400000001
    00010000`,
    'eth:ethertype:ip:udp:gtp',
    'GTP',
    'Echo request',
    { 'gtp.message': '0x01', 'gtp.teid': '0x00000001' },
  ],
  // echo req u
  [
    `02000000000202000000000108004500002800210000401166a20a0000010a0000029c400868001400003201000400000000
    00010000`,
    'eth:ethertype:ip:udp:gtp',
    'GTP',
    'Echo request',
    { 'gtp.message': '0x01', 'gtp.teid': '0x00000000' },
  ],
  // echo resp u
  [
    `02000000000202000000000108004500002a002200004011669f0a0000010a0000029c400868001600003202000600000000
    000100000e00`,
    'eth:ethertype:ip:udp:gtp',
    'GTP',
    'Echo response',
    { 'gtp.message': '0x02', 'gtp.teid': '0x00000000' },
  ],
  // error ind
  [
    `02000000000202000000000108004500003400240000401166930a0000010a0000029c40086800200000321a001000000000
    0001000010000000018500040a000001`,
    'eth:ethertype:ip:udp:gtp',
    'GTP',
    'Error indication',
    { 'gtp.message': '0x1a', 'gtp.teid': '0x00000000', 'gtp.gsn_ipv4': '10.0.0.1' },
  ],
  // end marker
  [
    '02000000000202000000000108004500002400250000401166a20a0000010a0000029c4008680010000030fe000000000007',
    'eth:ethertype:ip:udp:gtp',
    'GTP',
    'End Marker',
    { 'gtp.message': '0xfe', 'gtp.teid': '0x00000007' },
  ],
  // create pdp req2
  [
    `02000000000202000000000108004500006000270000401166640a0000010a0000029c40084b004c00003210003c00000000
    000100000242000121436587f90e050ffc100000000111000000021405800002f12183000908696e7465726e65748500040a
    0000018500040a000002`,
    'eth:ethertype:ip:udp:gtp',
    'GTP',
    'Create PDP context request',
    {
      'gtp.message': '0x10',
      'gtp.teid': '0x00000000',
      'gtp.apn': 'internet',
      'gtp.gsn_ipv4': '10.0.0.1,10.0.0.2',
      'e212.imsi': '240010123456789',
    },
  ],
  // create pdp resp
  [
    `02000000000202000000000108004500005200280000401166710a0000010a0000029c40084b003e00003211002e00000001
    00010000018008fe100000000311000000047f00000005800006f1210a0000fe8500040a0000038500040a000004`,
    'eth:ethertype:ip:udp:gtp',
    'GTP',
    'Create PDP context response',
    {
      'gtp.message': '0x11',
      'gtp.teid': '0x00000001',
      'gtp.gsn_ipv4': '10.0.0.3,10.0.0.4',
      'gtp.cause': '128',
    },
  ],
  // v0 tpdu
  [
    `020000000002020000000001080045000054002900004011666e0a0000010a0000029c400d3a004000001eff002400010001
    ffffffff01020304050607084500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:udp:gtpprime:ip:udp:data',
    'GTP <UDP>',
    '1000 → 2000 Len=8',
    { 'gtp.message': '0xff' },
  ],
  // gtp prime
  [
    '020000000002020000000001080045000022002a00004011669f0a0000010a0000029c400d3a000e00004e0100000001',
    'eth:ethertype:ip:udp:gtpprime',
    'GTP',
    'Echo request',
    { 'gtp.message': '0x01' },
  ],
  // short
  [
    '02000000000202000000000108004500001e004a0000401166830a0000010a0000029c400868000a000030ff',
    'eth:ethertype:ip:udp:gtp',
    'GTP',
    'T-PDU[Malformed Packet]',
    { 'gtp.message': '0xff' },
  ],
]);

testCases('GTPv2', [
  // v2 type 1
  [
    `020000000002020000000001080045000028002b0000401166980a0000010a0000029c40084b001400004801000800000001
    00000100`,
    'eth:ethertype:ip:udp:gtp:gtpv2',
    'GTPv2',
    'Echo Request',
    { 'gtpv2.message_type': '1', 'gtpv2.teid': '0x00000001', 'gtpv2.seq': '0x000001' },
  ],
  // v2 no teid
  [
    `020000000002020000000001080045000029004500004011667d0a0000010a0000029c40084b001500004001000900000100
    0300010005`,
    'eth:ethertype:ip:udp:gtp:gtpv2',
    'GTPv2',
    'Echo Request',
    { 'gtpv2.message_type': '1', 'gtpv2.seq': '0x000001', 'gtpv2.ie_type': '3' },
  ],
  // v2 create sess
  [
    `020000000002020000000001080045000077004600004011662e0a0000010a0000029c40084b006300004820005700000000
    000001000100080021436587092143f55700090086000000010a0000014700090008696e7465726e65745200010006630001
    00014f00050001000000005d00120049000100055700090284000000020a000001`,
    'eth:ethertype:ip:udp:gtp:gtpv2',
    'GTPv2',
    'Create Session Request',
    {
      'gtpv2.message_type': '32',
      'gtpv2.teid': '0x00000000',
      'gtpv2.seq': '0x000001',
      'gtpv2.ie_type': '1,87,71,82,99,79,93,73,87',
      'e212.imsi': '123456789012345',
      'gtpv2.apn': 'internet',
    },
  ],
  // v2 create sess resp
  [
    `02000000000202000000000108004500006000470000401166440a0000010a0000029c40084b004c00004821004000000001
    000001000200020010005700090187000000030a0000024f000500010a0000fe5d0018004900010005020002001000570009
    0285000000040a000002`,
    'eth:ethertype:ip:udp:gtp:gtpv2',
    'GTPv2',
    'Create Session Response',
    {
      'gtpv2.message_type': '33',
      'gtpv2.teid': '0x00000001',
      'gtpv2.seq': '0x000001',
      'gtpv2.ie_type': '2,87,79,93,73,2,87',
      'gtpv2.cause': '16,16',
    },
  ],
  // v2 piggy
  [
    `020000000002020000000001080045000034004800004011666f0a0000010a0000029c40084b002000005821000800000001
    00000100485f00080000000100000200`,
    'eth:ethertype:ip:udp:gtp:gtpv2',
    'GTPv2',
    'Create Session Response / Create Bearer Request',
    {
      'gtpv2.message_type': '33,95',
      'gtpv2.teid': '0x00000001,0x00000001',
      'gtpv2.seq': '0x000001,0x000002',
    },
  ],
]);

testCases('GTP with configuration options, in which are packets of PPP', [
  // osmo-ggsn: DNS servers asked for by IPCP
  [
    `32b5e4dc33b83e6c7496212f080045000087c1d24000401163d90a5c00010a5c00020c33084b0073c2713210006300000000
    000200000200010121436587f90e010ffc100000011111000002221405800002f12183000908696e7465726e657484001480
    802110010000108106000000008306000000008500040a5c00018500040a5c000186000691512143658787000400092311`,
    'eth:ethertype:ip:udp:gtp:ipcp',
    'GTP',
    'Create PDP context request',
    { 'gtp.message': '0x10', 'ipcp.opt.pri_dns_address': '0.0.0.0' },
  ],
]);
