// IPv6 with its extension headers, fragments, AH, ESP and other things between IP and transport.
import { testCases } from './support.ts';

testCases('IPv6 options', [
  // hop udp
  [
    `02000000000202000000000186dd600000000018004020010db800000000000000000000000120010db80000000000000000
    00000002110005020000010003e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:ipv6.hopopts:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'ipv6.plen': '24',
      'ipv6.nxt': '0',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.hopopts.nxt': '17',
      'ipv6.hopopts.len': '0',
      'ipv6.opt.type': '0x05,0x01',
      'ipv6.opt.length': '2,0',
    },
  ],
  // dst udp
  [
    `02000000000202000000000186dd6000000000183c4020010db800000000000000000000000120010db80000000000000000
    00000002110001040000000003e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:ipv6.dstopts:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'ipv6.plen': '24',
      'ipv6.nxt': '60',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.dstopts.nxt': '17',
      'ipv6.opt.type': '0x01',
      'ipv6.opt.length': '4',
    },
  ],
  // hop dst udp
  [
    `02000000000202000000000186dd600000000020004020010db800000000000000000000000120010db80000000000000000
    000000023c00050200000100110001040000000003e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:ipv6.hopopts:ipv6.dstopts:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'ipv6.plen': '32',
      'ipv6.nxt': '0',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.hopopts.nxt': '60',
      'ipv6.hopopts.len': '0',
      'ipv6.dstopts.nxt': '17',
      'ipv6.opt.type': '0x05,0x01,0x01',
      'ipv6.opt.length': '2,0,4',
    },
  ],
  // hop to nonext
  [
    `02000000000202000000000186dd600000000008004020010db800000000000000000000000120010db80000000000000000
    000000023b00050200000100`,
    'eth:ethertype:ipv6:ipv6.hopopts',
    'IPv6',
    'IPv6 no next header',
    {
      'ipv6.plen': '8',
      'ipv6.nxt': '0',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.hopopts.nxt': '59',
      'ipv6.hopopts.len': '0',
      'ipv6.opt.type': '0x05,0x01',
      'ipv6.opt.length': '2,0',
    },
  ],
  // hop to 200
  [
    `02000000000202000000000186dd600000000010004020010db800000000000000000000000120010db80000000000000000
    00000002c8000502000001004141414141414141`,
    'eth:ethertype:ipv6:ipv6.hopopts:data',
    'IPv6',
    'Unknown IP Protocol: Unassigned (200)',
    {
      'ipv6.plen': '16',
      'ipv6.nxt': '0',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.hopopts.nxt': '200',
      'ipv6.hopopts.len': '0',
      'ipv6.opt.type': '0x05,0x01',
      'ipv6.opt.length': '2,0',
    },
  ],
  // hop too long
  [
    `02000000000202000000000186dd600000000018004020010db800000000000000000000000120010db80000000000000000
    00000002110941414141414103e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:ipv6.hopopts',
    'IPv6',
    'IPv6 hop-by-hop options[Malformed Packet]',
    {
      'ipv6.plen': '24',
      'ipv6.nxt': '0',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.hopopts.nxt': '17',
      'ipv6.hopopts.len': '9',
      'ipv6.opt.type': '0x41',
      'ipv6.opt.length': '65',
    },
  ],
  // ip6 len0 nonext
  [
    `02000000000202000000000186dd6000000000003b4020010db800000000000000000000000120010db80000000000000000
    00000002`,
    'eth:ethertype:ipv6',
    'IPv6',
    'IPv6 no next header',
    {
      'ipv6.plen': '0',
      'ipv6.nxt': '59',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
    },
  ],
]);

testCases('IPv6 fragments', [
  // frag atomic
  [
    `02000000000202000000000186dd6000000000182c4020010db800000000000000000000000120010db80000000000000000
    00000002110000000000000503e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:ipv6.fraghdr:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'ipv6.plen': '24',
      'ipv6.nxt': '44',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.fraghdr.nxt': '17',
      'ipv6.fraghdr.offset': '0',
      'ipv6.fraghdr.more': '0',
      'ipv6.fraghdr.ident': '0x00000005',
    },
  ],
  // frag 1
  [
    `02000000000202000000000186dd6000000000182c4020010db800000000000000000000000120010db80000000000000000
    00000002110000010000000503e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:ipv6.fraghdr:data',
    'IPv6',
    'IPv6 fragment (off=0 more=y ident=0x00000005 nxt=17)',
    {
      'ipv6.plen': '24',
      'ipv6.nxt': '44',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.fraghdr.nxt': '17',
      'ipv6.fraghdr.offset': '0',
      'ipv6.fraghdr.more': '1',
      'ipv6.fraghdr.ident': '0x00000005',
    },
  ],
  // frag 2 completes
  [
    `02000000000202000000000186dd6000000000112c4020010db800000000000000000000000120010db80000000000000000
    000000021100001000000005414141414141414141`,
    'eth:ethertype:ipv6:ipv6.fraghdr:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'ipv6.plen': '17',
      'ipv6.nxt': '44',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.fraghdr.nxt': '17',
      'ipv6.fraghdr.offset': '2',
      'ipv6.fraghdr.more': '0',
      'ipv6.fraghdr.ident': '0x00000005',
      'ipv6.fragment.count': '2',
      'ipv6.reassembled.length': '25',
    },
  ],
  // hop frag 1
  [
    `02000000000202000000000186dd600000000020004020010db800000000000000000000000120010db80000000000000000
    000000022c00050200000100110000010000000603e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:ipv6.hopopts:ipv6.fraghdr:data',
    'IPv6',
    'IPv6 fragment (off=0 more=y ident=0x00000006 nxt=17)',
    {
      'ipv6.plen': '32',
      'ipv6.nxt': '0',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.fraghdr.nxt': '17',
      'ipv6.fraghdr.offset': '0',
      'ipv6.fraghdr.more': '1',
      'ipv6.fraghdr.ident': '0x00000006',
    },
  ],
  // hop frag 2 completes
  [
    `02000000000202000000000186dd600000000019004020010db800000000000000000000000120010db80000000000000000
    000000022c000502000001001100001000000006414141414141414141`,
    'eth:ethertype:ipv6:ipv6.hopopts:ipv6.fraghdr:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'ipv6.plen': '25',
      'ipv6.nxt': '0',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.fraghdr.nxt': '17',
      'ipv6.fraghdr.offset': '2',
      'ipv6.fraghdr.more': '0',
      'ipv6.fraghdr.ident': '0x00000006',
      'ipv6.fragment.count': '2',
      'ipv6.reassembled.length': '25',
    },
  ],
  // frag 1 of dst
  [
    `02000000000202000000000186dd6000000000202c4020010db800000000000000000000000120010db80000000000000000
    000000023c00000100000007110001040000000003e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:ipv6.fraghdr:data',
    'IPv6',
    'IPv6 fragment (off=0 more=y ident=0x00000007 nxt=60)',
    {
      'ipv6.plen': '32',
      'ipv6.nxt': '44',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.fraghdr.nxt': '60',
      'ipv6.fraghdr.offset': '0',
      'ipv6.fraghdr.more': '1',
      'ipv6.fraghdr.ident': '0x00000007',
    },
  ],
  // frag 2 of dst completes
  [
    `02000000000202000000000186dd6000000000112c4020010db800000000000000000000000120010db80000000000000000
    000000023c00001800000007414141414141414141`,
    'eth:ethertype:ipv6:ipv6.fraghdr:ipv6.dstopts:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'ipv6.plen': '17',
      'ipv6.nxt': '44',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.fraghdr.nxt': '60',
      'ipv6.fraghdr.offset': '3',
      'ipv6.fraghdr.more': '0',
      'ipv6.fraghdr.ident': '0x00000007',
      'ipv6.fragment.count': '2',
      'ipv6.reassembled.length': '33',
    },
  ],
]);

testCases('IPv6 routing headers', [
  // rt0
  [
    `02000000000202000000000186dd6000000000282b4020010db800000000000000000000000120010db80000000000000000
    00000002110200010000000020010db800000000000000000000009903e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:ipv6.routing:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'ipv6.plen': '40',
      'ipv6.nxt': '43',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.routing.type': '0',
      'ipv6.routing.len': '2',
      'ipv6.routing.segleft': '1',
    },
  ],
  // rt2
  [
    `02000000000202000000000186dd6000000000282b4020010db800000000000000000000000120010db80000000000000000
    00000002110202010000000020010db800000000000000000000009803e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:ipv6.routing:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'ipv6.plen': '40',
      'ipv6.nxt': '43',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.routing.type': '2',
      'ipv6.routing.len': '2',
      'ipv6.routing.segleft': '1',
    },
  ],
  // srh
  [
    `02000000000202000000000186dd6000000000382b4020010db800000000000000000000000120010db80000000000000000
    00000002110404010100000020010db800000000000000000000009720010db800000000000000000000009603e807d00010
    00014141414141414141`,
    'eth:ethertype:ipv6:ipv6.routing:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'ipv6.plen': '56',
      'ipv6.nxt': '43',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.routing.type': '4',
      'ipv6.routing.len': '4',
      'ipv6.routing.segleft': '1',
      'ipv6.routing.srh.last_entry': '1',
      'ipv6.routing.srh.addr': '2001:db8::97,2001:db8::96',
    },
  ],
  // srh end
  [
    `02000000000202000000000186dd6000000000382b4020010db800000000000000000000000120010db80000000000000000
    00000002110404000100000020010db800000000000000000000009720010db800000000000000000000009603e807d00010
    00014141414141414141`,
    'eth:ethertype:ipv6:ipv6.routing:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'ipv6.plen': '56',
      'ipv6.nxt': '43',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.routing.type': '4',
      'ipv6.routing.len': '4',
      'ipv6.routing.segleft': '0',
      'ipv6.routing.srh.last_entry': '1',
      'ipv6.routing.srh.addr': '2001:db8::97,2001:db8::96',
    },
  ],
  // rt9
  [
    `02000000000202000000000186dd6000000000182b4020010db800000000000000000000000120010db80000000000000000
    00000002110009010000000003e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:ipv6.routing:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'ipv6.plen': '24',
      'ipv6.nxt': '43',
      'ipv6.hlim': '64',
      'ipv6.src': '2001:db8::1',
      'ipv6.dst': '2001:db8::2',
      'ipv6.routing.type': '9',
      'ipv6.routing.len': '0',
      'ipv6.routing.segleft': '1',
    },
  ],
]);

testCases('AH and ESP', [
  // ah udp
  [
    `02000000000202000000000186dd600000000028334020010db800000000000000000000000120010db80000000000000000
    0000000211040000000000010000000200000000000000000000000003e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:ah:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'ah.length': '4', 'ah.spi': '0x00000001', 'ah.sequence': '2' },
  ],
  // ah esp
  [
    `02000000000202000000000186dd600000000040334020010db800000000000000000000000120010db80000000000000000
    0000000232040000000000010000000200000000000000000000000041414141414141414141414141414141414141414141
    414141414141414141414141414141414141`,
    'eth:ethertype:ipv6:ah:esp',
    'ESP',
    'ESP (SPI=0x41414141)',
    {
      'ah.length': '4',
      'ah.spi': '0x00000001',
      'ah.sequence': '2',
      'esp.spi': '0x41414141',
      'esp.sequence': '1094795585',
    },
  ],
  // esp
  [
    `02000000000202000000000186dd600000000028324020010db800000000000000000000000120010db80000000000000000
    0000000241414141414141414141414141414141414141414141414141414141414141414141414141414141`,
    'eth:ethertype:ipv6:esp',
    'ESP',
    'ESP (SPI=0x41414141)',
    { 'esp.spi': '0x41414141', 'esp.sequence': '1094795585' },
  ],
  // 4 ah udp
  [
    `02000000000202000000000108004500003c000300004033668a0a0000010a00000211040000000000010000000200000000
    000000000000000003e807d0001000014141414141414141`,
    'eth:ethertype:ip:ah:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'ah.length': '4', 'ah.spi': '0x00000001', 'ah.sequence': '2' },
  ],
  // 4 ah ip
  [
    `02000000000202000000000108004500005000050000403366740a0000010a00000204040000000000010000000200000000
    00000000000000004500002400040000401166c30a0000010a00000203e807d0001000014141414141414141`,
    'eth:ethertype:ip:ah:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'ah.length': '4', 'ah.spi': '0x00000001', 'ah.sequence': '2' },
  ],
  // 4 ah 200
  [
    `02000000000202000000000108004500003c00060000403366870a0000010a000002c8040000000000010000000200000000
    000000000000000003e807d0001000014141414141414141`,
    'eth:ethertype:ip:ah:data',
    'AH',
    'AH (SPI=0x00000001)',
    { 'ah.length': '4', 'ah.spi': '0x00000001', 'ah.sequence': '2' },
  ],
  // 4 ah cut
  [
    '02000000000202000000000108004500001c00080000403366a50a0000010a0000021104000000000001',
    'eth:ethertype:ip:ah',
    'AH',
    'AH (SPI=0x00000001)[Malformed Packet]',
    { 'ah.length': '4', 'ah.spi': '0x00000001' },
  ],
  // 4 esp short
  [
    '02000000000202000000000108004500001a000a0000403266a60a0000010a000002414141414141',
    'eth:ethertype:ip:esp',
    'ESP',
    '[Malformed Packet]',
    { 'esp.spi': '0x41414141' },
  ],
]);

testCases('What else IP carries', [
  // mobility BU
  [
    `02000000000202000000000186dd600000000010874020010db800000000000000000000000120010db80000000000000000
    000000023b010500000000018000001001020000`,
    'eth:ethertype:ipv6:mipv6',
    'MIPv6',
    'Binding Update',
    { 'mip6.mhtype': '5' },
  ],
  // shim6
  [
    `02000000000202000000000186dd6000000000188c4020010db800000000000000000000000120010db80000000000000000
    00000002110041414141414103e807d0001000014141414141414141`,
    'eth:ethertype:ipv6:shim6:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
  ],
  // hip
  [
    `02000000000202000000000186dd6000000000288b4020010db800000000000000000000000120010db80000000000000000
    000000023b040111000000004141414141414141414141414141414141414141414141414141414141414141`,
    'eth:ethertype:ipv6:hip',
    'HIP',
    'HIP I1 (HIP Initiator Packet)',
    { 'hip.packet_type': '1' },
  ],
  // 4 ipcomp
  [
    `020000000002020000000001080045000036000b0000406c664f0a0000010a00000211000002414141414141414141414141
    414141414141414141414141414141414141`,
    'eth:ethertype:ip:ipcomp:data',
    'IPComp',
    'IPComp (CPI=DEFLATE)',
    { 'ipcomp.cpi': '0x0002' },
  ],
  // 4 etherip
  [
    `020000000002020000000001080045000048000d0000406166460a0000010a00000230000200000000020200000000010800
    45000024000c0000401166bb0a0000010a00000203e807d0001000014141414141414141`,
    'eth:ethertype:ip:etherip:eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'etherip.ver': '3' },
  ],
  // 4 143 eth
  [
    `02000000000202000000000108004500004600110000408f66160a0000010a00000202000000000202000000000108004500
    002400100000401166b70a0000010a00000203e807d0001000014141414141414141`,
    'eth:ethertype:ip:eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
  ],
  // 6 etherip
  [
    `02000000000202000000000186dd600000000034614020010db800000000000000000000000120010db80000000000000000
    00000002300002000000000202000000000108004500002400130000401166b40a0000010a00000203e807d0001000014141
    414141414141`,
    'eth:ethertype:ipv6:etherip:eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'etherip.ver': '3' },
  ],
  // udplite
  [
    '020000000002020000000001080045000024001600004088663a0a0000010a00000203e807d0000812344141414141414141',
    'eth:ethertype:ip:udplite:data',
    'UDP-Lite',
    '1000 → 2000 Len=8',
    {
      'udp.checksum_coverage': '8',
      'udp.srcport': '1000',
      'udp.port': '1000,2000',
      'udp.length': '16',
      'udp.checksum': '0x1234',
      'udp.checksum.status': '2',
      'udp.payload': '4141414141414141',
    },
  ],
  // udplite, coverage beyond the end, checksum zero
  [
    '020000000002020000000001080045000024001600004088663a0a0000010a00000203e807d0006300004141414141414141',
    'eth:ethertype:ip:udplite:data',
    'UDP-Lite',
    '1000 → 2000 [BAD LIGHTWEIGHT UDP CHECKSUM COVERAGE LENGTH 99 < 8 or > 16] Len=8 [ILLEGAL CHECKSUM (0)]',
    { 'udp.checksum.status': '4', 'udp.checksum_coverage': '99' },
  ],
  // udplite dns
  [
    `020000000002020000000001080045000031001700004088662c0a0000010a000002003507d0000012341234010000010000
    00000000037777770000010001`,
    'eth:ethertype:ip:udplite:dns',
    'DNS',
    'Standard query 0x1234 A www',
    { 'udp.checksum_coverage': '0', 'udp.port': '53,2000', 'udp.stream': '3', 'udp.length': '29' },
  ],
]);
