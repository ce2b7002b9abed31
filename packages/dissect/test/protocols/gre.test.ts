// GRE with all its flags, and what goes through it.
import { testCases } from './support.ts';

testCases('GRE', [
  // ip
  [
    `02000000000202000000000108004500003c00020000402f668f0a0000010a000002000008004500002400010000401166c6
    0a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:gre:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'gre.proto': '0x0800', 'gre.flags.version': '0' },
  ],
  // key
  [
    `02000000000202000000000108004500004000030000402f668a0a0000010a00000220000800000000074500002400010000
    401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:gre:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'gre.proto': '0x0800', 'gre.key': '0x00000007', 'gre.flags.version': '0' },
  ],
  // seq
  [
    `02000000000202000000000108004500004000040000402f66890a0000010a00000210000800000000074500002400010000
    401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:gre:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'gre.proto': '0x0800', 'gre.sequence_number': '7', 'gre.flags.version': '0' },
  ],
  // csum
  [
    `02000000000202000000000108004500004000050000402f66880a0000010a00000280000800123400004500002400010000
    401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:gre:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'gre.proto': '0x0800', 'gre.checksum.status': '0', 'gre.flags.version': '0' },
  ],
  // csum key seq
  [
    `02000000000202000000000108004500004800060000402f667f0a0000010a000002b0000800123400000000000100000002
    4500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:gre:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'gre.proto': '0x0800',
      'gre.key': '0x00000001',
      'gre.sequence_number': '2',
      'gre.checksum.status': '0',
      'gre.flags.version': '0',
    },
  ],
  // routing
  [
    `02000000000202000000000108004500004c00070000402f667a0a0000010a0000024000080000000000080000040a000001
    000000004500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:gre:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'gre.proto': '0x0800', 'gre.checksum.status': '2', 'gre.flags.version': '0' },
  ],
  // ipv6
  [
    `02000000000202000000000108004500005000080000402f66750a0000010a000002000086dd600000000010114020010db8
    00000000000000000000000120010db800000000000000000000000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:gre:ipv6:udp:data',
    'UDP',
    '1000 → 2000 Len=8 [ILLEGAL CHECKSUM (0)]',
    { 'gre.proto': '0x86dd', 'gre.flags.version': '0' },
  ],
  // eth 6558
  [
    `02000000000202000000000108004500004a00090000402f667a0a0000010a00000200006558020000000002020000000001
    08004500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:gre:eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'gre.proto': '0x6558', 'gre.flags.version': '0' },
  ],
  // eth nvgre
  [
    `02000000000202000000000108004500004e000a0000402f66750a0000010a00000220006558001234000200000000020200
    0000000108004500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:gre:eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'gre.proto': '0x6558', 'gre.key': '0x00123400', 'gre.flags.version': '0' },
  ],
  // ppp v1
  [
    `020000000002020000000001080045000048000e0000402f66770a0000010a0000023001880b0010000100000001ff030021
    4500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:gre:ppp:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'gre.proto': '0x880b',
      'gre.sequence_number': '1',
      'gre.flags.version': '1',
      'gre.key.payload_length': '16',
      'gre.key.call_id': '1',
    },
  ],
  // ppp v1 ack
  [
    `02000000000202000000000108004500004c000f0000402f66720a0000010a0000023081880b001000010000000100000000
    ff0300214500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:gre:ppp:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    {
      'gre.proto': '0x880b',
      'gre.sequence_number': '1',
      'gre.ack_number': '0',
      'gre.flags.version': '1',
      'gre.key.payload_length': '16',
      'gre.key.call_id': '1',
    },
  ],
  // ppp v1 ack only
  [
    '02000000000202000000000108004500002000100000402f669d0a0000010a0000022081880b0000000100000000',
    'eth:ethertype:ip:gre',
    'GRE',
    'Encapsulated PPP',
    {
      'gre.proto': '0x880b',
      'gre.ack_number': '0',
      'gre.flags.version': '1',
      'gre.key.payload_length': '0',
      'gre.key.call_id': '1',
    },
  ],
  // erspan 2
  [
    `02000000000202000000000108004500005600130000402f66640a0000010a000002100088be000000071001000100000000
    02000000000202000000000108004500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:gre:erspan:eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'gre.proto': '0x88be', 'gre.sequence_number': '7', 'gre.flags.version': '0' },
  ],
  // erspan 3
  [
    `02000000000202000000000108004500005a00150000402f665e0a0000010a000002100022eb000000072001000100000000
    0000000002000000000202000000000108004500002400010000401166c60a0000010a00000203e807d00010000041414141
    41414141`,
    'eth:ethertype:ip:gre:erspan:eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'gre.proto': '0x22eb', 'gre.sequence_number': '7', 'gre.flags.version': '0' },
  ],
  // wccp ip
  [
    `02000000000202000000000108004500003c00170000402f667a0a0000010a0000020000883e4500002400010000401166c6
    0a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:gre:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'gre.proto': '0x883e', 'gre.flags.version': '0' },
  ],
  // unknown
  [
    '020000000002020000000001080045000022001c0000402f668f0a0000010a0000020000123441414141414141414141',
    'eth:ethertype:ip:gre:data',
    'GRE',
    'Encapsulated 0x1234 (unknown)',
    { 'gre.proto': '0x1234', 'gre.flags.version': '0' },
  ],
  // keepalive
  [
    '020000000002020000000001080045000018001d0000402f66980a0000010a00000200000000',
    'eth:ethertype:ip:gre',
    'GRE',
    'Encapsulated Possible GRE keepalive packet',
    { 'gre.proto': '0x0000', 'gre.flags.version': '0' },
  ],
  // empty
  [
    '02000000000202000000000108004500001800200000402f66950a0000010a00000200000800',
    'eth:ethertype:ip:gre',
    'GRE',
    'Encapsulated IP',
    { 'gre.proto': '0x0800', 'gre.flags.version': '0' },
  ],
  // short
  [
    '02000000000202000000000108004500001800210000402f66940a0000010a00000220000800',
    'eth:ethertype:ip:gre',
    'GRE',
    'Encapsulated IP[Malformed Packet]',
    { 'gre.proto': '0x0800', 'gre.flags.version': '0' },
  ],
  // v6 gre
  [
    `02000000000202000000000186dd6000000000282f4020010db800000000000000000000000120010db80000000000000000
    00000002000008004500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ipv6:gre:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'gre.proto': '0x0800', 'gre.flags.version': '0' },
  ],
]);
