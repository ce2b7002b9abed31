// SCTP: chunks, messages in fragments, several messages in a packet.
import { testCases } from './support.ts';

testCases('SCTP chunks', [
  // init
  [
    `02000000000202000000000108004500004400010000408466330a0000010a00000203e807d0000000001234567801000024
    0000aaaa00010000000a000a00000064c000000480000004000500080a000001`,
    'eth:ethertype:ip:sctp',
    'SCTP',
    'INIT ',
    {
      'sctp.srcport': '1000',
      'sctp.verification_tag': '0x00000000',
      'sctp.chunk_type': '1',
      'sctp.chunk_length': '36',
      'sctp.init_initiate_tag': '0x0000aaaa',
    },
  ],
  // init ack
  [
    `02000000000202000000000108004500003c000200004084663a0a0000010a00000207d003e80000aaaa123456780200001c
    0000bbbb00010000000a000a000000c80007000801020304`,
    'eth:ethertype:ip:sctp',
    'SCTP',
    'INIT_ACK ',
    {
      'sctp.srcport': '2000',
      'sctp.verification_tag': '0x0000aaaa',
      'sctp.chunk_type': '2',
      'sctp.chunk_length': '28',
    },
  ],
  // cookie echo + data
  [
    `02000000000202000000000108004500004000030000408466350a0000010a00000203e807d00000bbbb123456780a000008
    01020304000300150000006400010000000000004141414141000000`,
    'eth:ethertype:ip:sctp:data',
    'SCTP',
    'COOKIE_ECHO DATA (TSN=0) ',
    {
      'sctp.srcport': '1000',
      'sctp.verification_tag': '0x0000bbbb',
      'sctp.chunk_type': '10,0',
      'sctp.chunk_length': '8,21',
    },
  ],
  // cookie ack
  [
    '02000000000202000000000108004500002400040000408466500a0000010a00000207d003e80000aaaa123456780b000004',
    'eth:ethertype:ip:sctp',
    'SCTP',
    'COOKIE_ACK ',
    {
      'sctp.srcport': '2000',
      'sctp.verification_tag': '0x0000aaaa',
      'sctp.chunk_type': '11',
      'sctp.chunk_length': '4',
    },
  ],
  // sack
  [
    `020000000002020000000001080045000038000500004084663b0a0000010a00000207d003e80000aaaa1234567803000018
    0000006400010000000100010002000300000064`,
    'eth:ethertype:ip:sctp',
    'SCTP',
    'SACK (Ack=100+3, Arwnd=65536) ',
    {
      'sctp.srcport': '2000',
      'sctp.verification_tag': '0x0000aaaa',
      'sctp.chunk_type': '3',
      'sctp.chunk_length': '24',
      'sctp.sack_number_of_gap_blocks': '1',
    },
  ],
  // hb
  [
    `02000000000202000000000108004500002c00060000408466460a0000010a00000207d003e80000aaaa123456780400000c
    0001000801020304`,
    'eth:ethertype:ip:sctp',
    'SCTP',
    'HEARTBEAT ',
    {
      'sctp.srcport': '2000',
      'sctp.verification_tag': '0x0000aaaa',
      'sctp.chunk_type': '4',
      'sctp.chunk_length': '12',
    },
  ],
  // abort
  [
    '020000000002020000000001080045000024000800004084664c0a0000010a00000207d003e80000aaaa1234567806000004',
    'eth:ethertype:ip:sctp',
    'SCTP',
    'ABORT ',
    {
      'sctp.srcport': '2000',
      'sctp.verification_tag': '0x0000aaaa',
      'sctp.chunk_type': '6',
      'sctp.chunk_length': '4',
    },
  ],
  // fwd tsn
  [
    `020000000002020000000001080045000028000e0000408466420a0000010a00000207d003e80000aaaa12345678c0000008
    000000c9`,
    'eth:ethertype:ip:sctp',
    'SCTP',
    'FORWARD_TSN ',
    {
      'sctp.srcport': '2000',
      'sctp.verification_tag': '0x0000aaaa',
      'sctp.chunk_type': '192',
      'sctp.chunk_length': '8',
    },
  ],
  // unknown chunk
  [
    `02000000000202000000000108004500002c00140000408466380a0000010a00000207d003e80000aaaa123456784d00000c
    4141414141414141`,
    'eth:ethertype:ip:sctp',
    'SCTP',
    'RESERVED ',
    {
      'sctp.srcport': '2000',
      'sctp.verification_tag': '0x0000aaaa',
      'sctp.chunk_type': '77',
      'sctp.chunk_length': '12',
    },
  ],
]);

testCases('SCTP data', [
  // data dns
  [
    `020000000002020000000001080045000048001600004084661a0a0000010a00000203e800350000bbbb1234567800030025
    000000650001000000000000123401000001000000000000037777770000010001000000`,
    'eth:ethertype:ip:sctp:dns',
    'DNS',
    'Standard query 0x1234 A www',
    {
      'sctp.data_tsn': '0',
      'sctp.data_sid': '0x0001',
      'sctp.data_ssn': '0',
      'sctp.data_payload_proto_id': '0',
      'sctp.data_b_bit': '1',
      'sctp.data_e_bit': '1',
      'dns.qry.name': 'www',
    },
  ],
  // data + sack after
  [
    `02000000000202000000000108004500004800190000408466170a0000010a00000203e807d00000bbbb1234567800030017
    000000680001000000000000414141414141410003000010000000c80001000000000000`,
    'eth:ethertype:ip:sctp:data',
    'SCTP',
    'DATA (TSN=0) SACK (Ack=200, Arwnd=65536) ',
    {
      'sctp.data_tsn': '0',
      'sctp.data_sid': '0x0001',
      'sctp.data_ssn': '0',
      'sctp.data_payload_proto_id': '0',
      'sctp.data_b_bit': '1',
      'sctp.data_e_bit': '1',
    },
  ],
  // frag B
  [
    `020000000002020000000001080045000034001a00004084662a0a0000010a00000203e807d00000bbbb1234567800020014
    00000070000100000000000041414141`,
    'eth:ethertype:ip:sctp',
    'SCTP',
    'DATA (TSN=8) (Message Fragment) ',
    {
      'sctp.data_tsn': '8',
      'sctp.data_sid': '0x0001',
      'sctp.data_ssn': '0',
      'sctp.data_payload_proto_id': '0',
      'sctp.data_b_bit': '1',
      'sctp.data_e_bit': '0',
    },
  ],
  // frag M
  [
    `020000000002020000000001080045000034001b0000408466290a0000010a00000203e807d00000bbbb1234567800000014
    00000071000100000000000041414141`,
    'eth:ethertype:ip:sctp',
    'SCTP',
    'DATA (TSN=9) (Message Fragment) ',
    {
      'sctp.data_tsn': '9',
      'sctp.data_sid': '0x0001',
      'sctp.data_ssn': '0',
      'sctp.data_payload_proto_id': '0',
      'sctp.data_b_bit': '0',
      'sctp.data_e_bit': '0',
    },
  ],
  // frag E
  [
    `020000000002020000000001080045000034001c0000408466280a0000010a00000203e807d00000bbbb1234567800010014
    00000072000100000000000041414141`,
    'eth:ethertype:ip:sctp:data',
    'SCTP',
    'DATA (TSN=10) ',
    {
      'sctp.data_tsn': '10',
      'sctp.data_sid': '0x0001',
      'sctp.data_ssn': '0',
      'sctp.data_payload_proto_id': '0',
      'sctp.data_b_bit': '0',
      'sctp.data_e_bit': '1',
    },
  ],
  // retrans data
  [
    `020000000002020000000001080045000038002300004084661d0a0000010a00000203e807d00000bbbb1234567800030017
    0000006800010000000000004141414141414100`,
    'eth:ethertype:ip:sctp',
    'SCTP',
    'DATA (TSN=0) (retransmission) ',
    {
      'sctp.data_tsn': '0',
      'sctp.data_sid': '0x0001',
      'sctp.data_ssn': '0',
      'sctp.data_payload_proto_id': '0',
      'sctp.data_b_bit': '1',
      'sctp.data_e_bit': '1',
    },
  ],
]);

testCases('A query over SCTP in fragments', [
  // frag dns B
  [
    `020000000002020000000001080045000038001f0000408466210a0000010a00000203e800350000cccc1234567800020018
    0000008000010000000000001234010000010000`,
    'eth:ethertype:ip:sctp',
    'SCTP',
    'DATA (TSN=0) (Message Fragment) ',
    { 'sctp.data_tsn': '0' },
  ],
  // frag dns E
  [
    `02000000000202000000000108004500004000200000408466180a0000010a00000203e800350000cccc123456780001001d
    00000081000100000000000000000000037777770000010001000000`,
    'eth:ethertype:ip:sctp:dns',
    'DNS',
    'Standard query 0x1234 A www',
    { 'sctp.data_tsn': '1', 'dns.qry.name': 'www' },
  ],
]);

testCases('SCTP that is damaged or tunnelled', [
  // chunk len 0
  [
    `02000000000202000000000108004500002c00260000408466260a0000010a00000203e807d00000bbbb1234567800030000
    4141414141414141`,
    'eth:ethertype:ip:sctp',
    'SCTP',
    '[Malformed Packet]',
  ],
  // no chunk
  [
    '020000000002020000000001080045000020002900004084662f0a0000010a00000203e807d00000bbbb12345678',
    'eth:ethertype:ip:sctp',
    'SCTP',
    '',
  ],
  // short hdr
  [
    '02000000000202000000000108004500001c002a0000408466320a0000010a0000024141414141414141',
    'eth:ethertype:ip:sctp',
    'SCTP',
    '[Malformed Packet]',
  ],
  // http
  [
    `020000000002020000000001080045000044002f0000408466050a0000010a00000203e800500000eeee1234567800030022
    000000010001000000000000474554202f20485454502f312e300d0a0d0a0000`,
    'eth:ethertype:ip:sctp:http',
    'HTTP',
    'GET / HTTP/1.0 ',
    { 'sctp.chunk_type': '0' },
  ],
  // udp encaps
  [
    `02000000000202000000000108004500003c003200004011667d0a0000010a00000203e826ab0028000003e807d000000005
    123456780003001400000001000100000000000041414141`,
    'eth:ethertype:ip:udp:sctp:data',
    'SCTP',
    'DATA (TSN=0) ',
    { 'sctp.chunk_type': '0' },
  ],
]);

testCases('DCCP', [
  // dccp request
  [
    `020000000002020000000001080045000028002e0000402166850a0000010a00000203e807d0050012340100000000000001
    00000001`,
    'eth:ethertype:ip:dccp',
    'DCCP',
    '1000 → 2000 [Request] Seq=1 (service=Unknown (1))',
    { 'dccp.srcport': '1000', 'dccp.type': '0', 'dccp.data_offset': '5', 'dccp.service_code': '1' },
  ],
  // dccp short
  [
    '02000000000202000000000108004500001a003d0000402166840a0000010a00000203e807d00500',
    'eth:ethertype:ip:dccp',
    'DCCP',
    '1000 → 2000[Malformed Packet]',
    { 'dccp.srcport': '1000', 'dccp.data_offset': '5' },
  ],
]);
