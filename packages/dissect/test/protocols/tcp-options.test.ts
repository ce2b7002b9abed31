// TCP options and headers out of the ordinary; MPTCP.
import { testCases } from './support.ts';

testCases('TCP options', [
  // hlen 16
  [
    `02000000000202000000000108004500002800010000400666cd0a0000010a00000203e807d1000000010000000140107fff
    00000000`,
    'eth:ethertype:ip:tcp',
    'TCP',
    '1000 → 2001 [ACK] Seq=1 Ack=1 Win=32767, bogus TCP header length (16, must be at least 20)',
    { 'tcp.hdr_len': '16' },
  ],
  // SYN with MSS, SACK permitted, timestamps, NOP, window scale
  [
    `02000000000202000000000108004500003c00010000400666f60a0000010a00000203e907d20000000100000000a0027fff
    00000000020405b40402080a00000001000000020103030a`,
    'eth:ethertype:ip:tcp',
    'TCP',
    '1001 → 2002 [SYN] Seq=0 Win=32767 Len=0 MSS=1460 SACK_PERM TSval=1 TSecr=2 WS=1024',
    {
      'tcp.options.mss': '020405b4',
      'tcp.options.sack_perm': '0402',
      'tcp.options.timestamp': '080a0000000100000002',
      'tcp.options.nop': '01',
      'tcp.options.wscale': '03030a',
      'tcp.connection.syn': '1',
      'eth.src_resolved': '02:00:00:00:00:01',
    },
  ],
  // hlen beyond
  [
    `02000000000202000000000108004500002800020000400666cc0a0000010a00000203e807d10000000100000001f0107fff
    00000000`,
    'eth:ethertype:ip:tcp',
    'TCP',
    '1000 → 2001 [ACK] Seq=1 Ack=1 Win=32767[Malformed Packet]',
    { 'tcp.hdr_len': '60', 'tcp.flags': '0x0010', 'tcp.urgent_pointer': '0' },
  ],
  // 8 bytes only
  [
    '02000000000202000000000108004500001c00030000400666d70a0000010a00000203e807d100000001',
    'eth:ethertype:ip:tcp',
    'TCP',
    '1000 → 2001[Malformed Packet]',
  ],
  // 2 bytes only
  [
    '02000000000202000000000108004500001600040000400666dc0a0000010a00000203e8',
    'eth:ethertype:ip:tcp',
    'IPv4',
    '[Malformed Packet]',
  ],
]);

testCases('MPTCP', [
  // mptcp dss
  [
    `02000000000202000000000108004500004000110000400666a50a0000010a00000203e807d10000000100000001a0107fff
    000000001e1420050000000100000001000000010004000041414141`,
    'eth:ethertype:ip:tcp:mptcp:data',
    'MPTCP',
    '1000 → 2001 [ACK] Seq=1 Ack=1 Win=32767 Len=4',
    {
      'tcp.options.mptcp.subtype': '2',
      'tcp.options.mptcp.rawdataseqno': '1',
      'tcp.options.mptcp.subflowseqno': '1',
      'tcp.options.mptcp.datalvllen': '4',
    },
  ],
  // mptcp add addr
  [
    `02000000000202000000000108004500003400120000400666b00a0000010a00000203e807d1000000010000000180107fff
    000000001e0834010a00000101010101`,
    'eth:ethertype:ip:tcp:mptcp',
    'MPTCP',
    '1000 → 2001 [ACK] Seq=1 Ack=1 Win=32767 Len=0',
    { 'tcp.options.mptcp.subtype': '3', 'tcp.options.mptcp.addrid': '1' },
  ],
  // mptcp rm addr
  [
    `02000000000202000000000108004500002c00130000400666b70a0000010a00000203e807d1000000010000000160107fff
    000000001e044001`,
    'eth:ethertype:ip:tcp:mptcp',
    'MPTCP',
    '1000 → 2001 [ACK] Seq=1 Ack=1 Win=32767 Len=0',
    { 'tcp.options.mptcp.subtype': '4', 'tcp.options.mptcp.addrid': '1' },
  ],
  // mptcp prio
  [
    `02000000000202000000000108004500002c00140000400666b60a0000010a00000203e807d1000000010000000160107fff
    000000001e045001`,
    'eth:ethertype:ip:tcp:mptcp',
    'MPTCP',
    '1000 → 2001 [ACK] Seq=1 Ack=1 Win=32767 Len=0',
    { 'tcp.options.mptcp.subtype': '5', 'tcp.options.mptcp.addrid': '1' },
  ],
  // mptcp fail
  [
    `02000000000202000000000108004500003400150000400666ad0a0000010a00000203e807d1000000010000000180107fff
    000000001e0c60000000000000000001`,
    'eth:ethertype:ip:tcp:mptcp',
    'MPTCP',
    '1000 → 2001 [ACK] Seq=1 Ack=1 Win=32767 Len=0',
    { 'tcp.options.mptcp.subtype': '6', 'tcp.options.mptcp.rawdataseqno': '1' },
  ],
  // mptcp fastclose
  [
    `02000000000202000000000108004500003400160000400666ac0a0000010a00000203e807d1000000010000000180107fff
    000000001e0c70000000000000000001`,
    'eth:ethertype:ip:tcp:mptcp',
    'MPTCP',
    '1000 → 2001 [ACK] Seq=1 Ack=1 Win=32767 Len=0',
    { 'tcp.options.mptcp.subtype': '7', 'tcp.options.mptcp.recvkey': '1' },
  ],
]);

testCases('TCP selective acknowledgements', [
  // sack
  [
    `02000000000202000000000108004500003400060000400666bc0a0000010a00000203e807d1000000010000000180107fff
    000000000101050a0000000100000002`,
    'eth:ethertype:ip:tcp',
    'TCP',
    '1000 → 2001 [ACK] Seq=1 Ack=1 Win=32767 Len=0 SLE=1 SRE=2',
    { 'tcp.options.sack_le': '1', 'tcp.options.sack_re': '2', 'tcp.options.sack.dsack_le': '' },
  ],
  // RFC 2883 §4.1.1: a block below the acknowledgment is a duplicate, one above it is not
  [
    `02000000000202000000000108004500003400060000400666bb0a0000010a00000303e807d1000000010000000580107fff
    000000000101050a0000000100000003`,
    'eth:ethertype:ip:tcp',
    'TCP',
    '1000 → 2001 [ACK] Seq=1 Ack=1 Win=32767 Len=0 SLE=4294967293 SRE=4294967295',
    { 'tcp.options.sack.dsack_le': '4294967293', 'tcp.options.sack.dsack_re': '4294967295' },
  ],
  // RFC 2883 §4.2: a duplicate within the second block
  [
    `02000000000202000000000108004500003c00060000400666b20a0000010a00000403e807d10000000100000001a0107fff
    0000000001010512000000050000000600000004000000080000`,
    'eth:ethertype:ip:tcp',
    'TCP',
    '1000 → 2001 [ACK] Seq=1 Ack=1 Win=32767 Len=0 SLE=5 SRE=6 SLE=4 SRE=8',
    { 'tcp.options.sack.count': '2', 'tcp.options.sack.dsack_le': '5', 'tcp.options.sack.dsack_re': '6' },
  ],
  // echo opt
  [
    `020000000002020000000001080045000030001e0000400666a80a0000010a00000203e807d1000000010000000170027fff
    000000000606000000010101`,
    'eth:ethertype:ip:tcp',
    'TCP',
    '[TCP Port numbers reused] 1000 → 2001 [SYN] Seq=0 Win=32767 Len=0 ECHO=1',
  ],
]);

testCases('TCP SYN', [
  // ts mss
  [
    `02000000000202000000000108004500003c00190000400666a10a0000010a00000203e807d10000000100000001a0027fff
    00000000020405b40402080a000000010000000201030307`,
    'eth:ethertype:ip:tcp',
    'TCP',
    '1000 → 2001 [SYN] Seq=0 Win=32767 Len=0 MSS=1460 SACK_PERM TSval=1 TSecr=2 WS=128',
    { 'tcp.options.mss_val': '1460', 'tcp.options.wscale.shift': '7', 'tcp.options.timestamp.tsval': '1' },
  ],
]);

testCases('MPTCP, capable', [
  // mptcp capable v1
  [
    `02000000000202000000000108004500002c000c0000400666be0a0000010a00000203e807d1000000010000000160027fff
    000000001e040181`,
    'eth:ethertype:ip:tcp:mptcp',
    'MPTCP',
    '1000 → 2001 [SYN] Seq=0 Win=32767 Len=0',
    { 'tcp.options.mptcp.subtype': '0', 'tcp.options.mptcp.version': '1' },
  ],
]);

testCases('MPTCP, join', [
  // mptcp join syn
  [
    `020000000002020000000001080045000034000e0000400666b40a0000010a00000203e807d1000000010000000180027fff
    000000001e0c10010000000100000002`,
    'eth:ethertype:ip:tcp:mptcp',
    'MPTCP',
    '1000 → 2001 [SYN] Seq=0 Win=32767 Len=0',
    { 'tcp.options.mptcp.subtype': '1', 'tcp.options.mptcp.addrid': '1', 'tcp.options.mptcp.recvtok': '1' },
  ],
]);

testCases('TCP fast open', [
  // tfo
  [
    `02000000000202000000000108004500003400070000400666bb0a0000010a00000203e807d1000000010000000180027fff
    00000000220a01020304050607080101`,
    'eth:ethertype:ip:tcp',
    'TCP',
    '1000 → 2001 [SYN] Seq=0 Win=32767 Len=0 TFO=C',
  ],
]);

testCases('TCP urgent', [
  // urg
  [
    `02000000000202000000000108004500003100210000400666a40a0000010a00000203e807d1000000010000000150207fff
    00000005414141414141414141`,
    'eth:ethertype:ip:tcp:data',
    'TCP',
    '1000 → 2001 [URG] Seq=1 Win=32767 Urg=5 Len=9',
    { 'tcp.urgent_pointer': '5', 'tcp.flags': '0x0020' },
  ],
]);

testCases('TCP without flags', [
  // null flags
  [
    `02000000000202000000000108004500002800220000400666ac0a0000010a00000203e807d1000000010000000150007fff
    00000000`,
    'eth:ethertype:ip:tcp',
    'TCP',
    '1000 → 2001 [<None>] Seq=1 Win=32767 Len=0',
    { 'tcp.flags': '0x0000' },
  ],
]);
