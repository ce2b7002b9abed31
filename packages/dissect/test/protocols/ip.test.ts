// IPv4: bogus headers, fragments, tunnels; UDP with lengths that lie.
import { testCases } from './support.ts';

testCases('IPv4 headers', [
  // proto 200
  [
    '02000000000202000000000108004500001e0005000040c866110a0000010a00000241414141414141414141',
    'eth:ethertype:ip:data',
    'IPv4',
    'Unassigned (200)',
    {
      'ip.hdr_len': '20',
      'ip.len': '30',
      'ip.id': '0x0005',
      'ip.flags.mf': '0',
      'ip.frag_offset': '0',
      'ip.ttl': '64',
      'ip.proto': '200',
      'ip.checksum.status': '2',
      'ip.src': '10.0.0.1',
      'ip.dst': '10.0.0.2',
    },
  ],
  // hlen 4
  [
    '02000000000202000000000108004400002000060000401167c50a0000010a00000203e807d0000c000041414141',
    'eth:ethertype:ip',
    'IPv4',
    'Bogus IP header length (16, must be at least 20)',
    { 'ip.hdr_len': '16' },
  ],
  // ver 5
  [
    '02000000000202000000000108005500002000070000401156c40a0000010a00000203e807d0000c000041414141',
    'eth:ethertype:ip',
    'IPv4',
    'Bogus IPv4 version (5, must be 4)',
  ],
  // len 10
  [
    '02000000000202000000000108004500000a00080000401166d90a0000010a00000203e807d0000c000041414141',
    'eth:ethertype:ip',
    'IPv4',
    'Bogus IP length (10, less than header length 20)',
    { 'ip.hdr_len': '20', 'ip.len': '10' },
  ],
  // len 0 tso
  [
    '02000000000202000000000108004500000000090000401166e20a0000010a00000203e807d0000c000041414141',
    'eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=4',
    {
      'ip.hdr_len': '20',
      'ip.len': '32',
      'ip.id': '0x0009',
      'ip.flags.mf': '0',
      'ip.frag_offset': '0',
      'ip.ttl': '64',
      'ip.proto': '17',
      'ip.checksum.status': '2',
      'ip.src': '10.0.0.1',
      'ip.dst': '10.0.0.2',
      'udp.length': '12',
      'udp.checksum.status': '3',
    },
  ],
  // len too big
  [
    '020000000002020000000001080045000064000a00004011667d0a0000010a00000203e807d0000c000041414141',
    'eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=4',
    {
      'ip.hdr_len': '20',
      'ip.len': '100',
      'ip.id': '0x000a',
      'ip.flags.mf': '0',
      'ip.frag_offset': '0',
      'ip.ttl': '64',
      'ip.proto': '17',
      'ip.checksum.status': '2',
      'ip.src': '10.0.0.1',
      'ip.dst': '10.0.0.2',
      'udp.length': '12',
      'udp.checksum.status': '3',
    },
  ],
  // len 20 = header only + padding
  [
    '020000000002020000000001080045000014000b0000401166cc0a0000010a00000203e807d0000c000041414141',
    'eth:ethertype:ip',
    'IPv4',
    '',
    {
      'ip.hdr_len': '20',
      'ip.len': '20',
      'ip.id': '0x000b',
      'ip.flags.mf': '0',
      'ip.frag_offset': '0',
      'ip.ttl': '64',
      'ip.proto': '17',
      'ip.checksum.status': '2',
      'ip.src': '10.0.0.1',
      'ip.dst': '10.0.0.2',
    },
  ],
  // hlen 60 beyond
  [
    '02000000000202000000000108004f000020000c000040115cbf0a0000010a00000203e807d0000c000041414141',
    'eth:ethertype:ip',
    'IPv4',
    'Bogus IP length (32, less than header length 60)',
    { 'ip.hdr_len': '60', 'ip.len': '32' },
  ],
  // frag len = hlen
  [
    '02000000000202000000000108004500001400522000401146850a0000010a000002',
    'eth:ethertype:ip',
    'IPv4',
    '',
    {
      'ip.hdr_len': '20',
      'ip.len': '20',
      'ip.id': '0x0052',
      'ip.flags.mf': '1',
      'ip.frag_offset': '0',
      'ip.ttl': '64',
      'ip.proto': '17',
      'ip.checksum.status': '2',
      'ip.src': '10.0.0.1',
      'ip.dst': '10.0.0.2',
    },
  ],
]);

testCases('IPv4 fragments', [
  // frag first
  [
    '020000000002020000000001080045000024004d20004011467a0a0000010a00000203e807d0001000004141414141414141',
    'eth:ethertype:ip:data',
    'IPv4',
    'Fragmented IP protocol (proto=UDP 17, off=0, ID=004d)',
    {
      'ip.hdr_len': '20',
      'ip.len': '36',
      'ip.id': '0x004d',
      'ip.flags.mf': '1',
      'ip.frag_offset': '0',
      'ip.ttl': '64',
      'ip.proto': '17',
      'ip.checksum.status': '2',
      'ip.src': '10.0.0.1',
      'ip.dst': '10.0.0.2',
    },
  ],
  // frag last completes
  [
    '020000000002020000000001080045000024004d0002401166780a0000010a00000241414141414141414141414141414141',
    'eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'ip.hdr_len': '20',
      'ip.len': '36',
      'ip.id': '0x004d',
      'ip.flags.mf': '0',
      'ip.frag_offset': '2',
      'ip.ttl': '64',
      'ip.proto': '17',
      'ip.checksum.status': '2',
      'ip.src': '10.0.0.1',
      'ip.dst': '10.0.0.2',
      'ip.fragment.count': '2',
      'ip.reassembled.length': '32',
      'udp.length': '16',
      'udp.checksum.status': '3',
    },
  ],
  // frag last again
  [
    '020000000002020000000001080045000024004d0002401166780a0000010a00000241414141414141414141414141414141',
    'eth:ethertype:ip:data',
    'IPv4',
    'Fragmented IP protocol (proto=UDP 17, off=16, ID=004d)',
    {
      'ip.hdr_len': '20',
      'ip.len': '36',
      'ip.id': '0x004d',
      'ip.flags.mf': '0',
      'ip.frag_offset': '2',
      'ip.ttl': '64',
      'ip.proto': '17',
      'ip.checksum.status': '2',
      'ip.src': '10.0.0.1',
      'ip.dst': '10.0.0.2',
    },
  ],
  // frag mid alone
  [
    '020000000002020000000001080045000024004e2002401146770a0000010a00000241414141414141414141414141414141',
    'eth:ethertype:ip:data',
    'IPv4',
    'Fragmented IP protocol (proto=UDP 17, off=16, ID=004e)',
    {
      'ip.hdr_len': '20',
      'ip.len': '36',
      'ip.id': '0x004e',
      'ip.flags.mf': '1',
      'ip.frag_offset': '2',
      'ip.ttl': '64',
      'ip.proto': '17',
      'ip.checksum.status': '2',
      'ip.src': '10.0.0.1',
      'ip.dst': '10.0.0.2',
    },
  ],
]);

testCases('IP in IP', [
  // ipip
  [
    `020000000002020000000001080045000033001b0000400466aa0a0000010a0000024500001f001a0000401166b20a000001
    0a00000200010002000b0000414141`,
    'eth:ethertype:ip:ip:udp:data',
    'UDP',
    '1 → 2 Len=3',
    {
      'ip.hdr_len': '20,20',
      'ip.len': '51,31',
      'ip.id': '0x001b,0x001a',
      'ip.flags.mf': '0,0',
      'ip.frag_offset': '0,0',
      'ip.ttl': '64,64',
      'ip.proto': '4,17',
      'ip.checksum.status': '2,2',
      'ip.src': '10.0.0.1,10.0.0.1',
      'ip.dst': '10.0.0.2,10.0.0.2',
      'udp.length': '11',
      'udp.checksum.status': '3',
    },
  ],
  // 6in4
  [
    `020000000002020000000001080045000047001c0000402966700a0000010a00000260000000000b114020010db800000000
    000000000000000120010db800000000000000000000000200010002000b0000414141`,
    'eth:ethertype:ip:ipv6:udp:data',
    'UDP',
    '1 → 2 Len=3 [ILLEGAL CHECKSUM (0)]',
    {
      'ip.hdr_len': '20',
      'ip.len': '71',
      'ip.id': '0x001c',
      'ip.flags.mf': '0',
      'ip.frag_offset': '0',
      'ip.ttl': '64',
      'ip.proto': '41',
      'ip.checksum.status': '2',
      'ip.src': '10.0.0.1',
      'ip.dst': '10.0.0.2',
      'udp.length': '11',
      'udp.checksum.status': '4',
      'ipv6.src': '2001:db8::1',
      'ipv6.nxt': '17',
    },
  ],
  // 4in6
  [
    `02000000000202000000000186dd60000000001f044020010db800000000000000000000000120010db80000000000000000
    000000024500001f001d0000401166af0a0000010a00000200010002000b0000414141`,
    'eth:ethertype:ipv6:ip:udp:data',
    'UDP',
    '1 → 2 Len=3',
    {
      'ip.hdr_len': '20',
      'ip.len': '31',
      'ip.id': '0x001d',
      'ip.flags.mf': '0',
      'ip.frag_offset': '0',
      'ip.ttl': '64',
      'ip.proto': '17',
      'ip.checksum.status': '2',
      'ip.src': '10.0.0.1',
      'ip.dst': '10.0.0.2',
      'udp.length': '11',
      'udp.checksum.status': '3',
      'ipv6.src': '2001:db8::1',
      'ipv6.nxt': '4',
    },
  ],
]);

testCases('UDP lengths', [
  // udp len 4
  [
    '02000000000202000000000108004500002000150000401166b60a0000010a00000203e807d00004000041414141',
    'eth:ethertype:ip:udp',
    'UDP',
    '1000 → 2000 [BAD UDP LENGTH 4 < 8]',
    { 'udp.srcport': '1000', 'udp.dstport': '2000', 'udp.length': '4' },
  ],
  // udp len 0
  [
    '02000000000202000000000108004500002000160000401166b50a0000010a00000203e807d00000000041414141',
    'eth:ethertype:ip:udp',
    'UDP',
    '1000 → 2000 [BAD UDP LENGTH 0 < 8]',
    { 'udp.srcport': '1000', 'udp.dstport': '2000', 'udp.length': '0' },
  ],
  // udp len too big
  [
    '02000000000202000000000108004500002000170000401166b40a0000010a00000203e807d00028000041414141',
    'eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 [BAD UDP LENGTH 40 > IP PAYLOAD LENGTH] Len=32',
    {
      'udp.srcport': '1000',
      'udp.dstport': '2000',
      'udp.length': '40',
      'udp.checksum': '0x0000',
      'udp.stream': '0',
    },
  ],
  // udp len short
  [
    `02000000000202000000000108004500002a00180000401166a90a0000010a00000203e807d0000c00004141414141414141
    414141414141`,
    'eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=4',
    {
      'udp.srcport': '1000',
      'udp.dstport': '2000',
      'udp.length': '12',
      'udp.checksum': '0x0000',
      'udp.stream': '0',
    },
  ],
  // udp len 8
  [
    '02000000000202000000000108004500001c00190000401166b60a0000010a00000203e807d000080000',
    'eth:ethertype:ip:udp',
    'UDP',
    '1000 → 2000 Len=0',
    {
      'udp.srcport': '1000',
      'udp.dstport': '2000',
      'udp.length': '8',
      'udp.checksum': '0x0000',
      'udp.stream': '0',
    },
  ],
  // ip padding
  [
    `02000000000202000000000108004500001d00380000401166960a0000010a00000203e807d0000900004100000000000000
    00000000000000000000`,
    'eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=1',
    {
      'udp.srcport': '1000',
      'udp.dstport': '2000',
      'udp.length': '9',
      'udp.checksum': '0x0000',
      'udp.stream': '0',
    },
  ],
]);
