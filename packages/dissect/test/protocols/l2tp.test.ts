// L2TP of version 2 and 3, CAPWAP.
import { testCases } from './support.ts';

testCases('L2TP', [
  // ctl 1
  [
    `02000000000202000000000108004500003000020000401166b90a0000010a00000206a506a5001c0000c802001400010002
    000300048008000000000001`,
    'eth:ethertype:ip:udp:l2tp',
    'L2TP',
    'Control Message - SCCRQ (tunnel id=1, session id=2)',
    {
      'l2tp.type': '1',
      'l2tp.tunnel': '1',
      'l2tp.session': '2',
      'l2tp.Ns': '3',
      'l2tp.Nr': '4',
      'l2tp.avp.message_type': '1',
      'l2tp.avp.hidden': '0',
    },
  ],
  // ctl 10
  [
    `020000000002020000000001080045000030000a0000401166b10a0000010a00000206a506a5001c0000c802001400010002
    00030004800800000000000a`,
    'eth:ethertype:ip:udp:l2tp',
    'L2TP',
    'Control Message - ICRQ (tunnel id=1, session id=2)',
    {
      'l2tp.type': '1',
      'l2tp.tunnel': '1',
      'l2tp.session': '2',
      'l2tp.Ns': '3',
      'l2tp.Nr': '4',
      'l2tp.avp.message_type': '10',
      'l2tp.avp.hidden': '0',
    },
  ],
  // data no ppp hdr
  [
    `02000000000202000000000108004500004800120000401166910a0000010a00000206a506a5003400000002000100010021
    4500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:udp:l2tp:ppp:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'l2tp.type': '0', 'l2tp.tunnel': '1', 'l2tp.session': '1' },
  ],
  // data lcp
  [
    `02000000000202000000000108004500002a00130000401166ae0a0000010a00000206a506a500160000000200010001ff03
    c02101010004`,
    'eth:ethertype:ip:udp:l2tp:ppp:lcp',
    'PPP LCP',
    'Configuration Request',
    { 'l2tp.type': '0', 'l2tp.tunnel': '1', 'l2tp.session': '1' },
  ],
  // data cut
  [
    `02000000000202000000000108004500004a001500004011668c0a0000010a00000206a506a500360000400200c800010001
    00214500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:udp:l2tp:ppp:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'l2tp.type': '0', 'l2tp.tunnel': '1', 'l2tp.session': '1' },
  ],
  // ctl cut
  [
    '02000000000202000000000108004500002200160000401166b30a0000010a00000206a506a5000e0000c80200140001',
    'eth:ethertype:ip:udp:l2tp',
    'L2TP',
    '[Malformed Packet]',
  ],
  // junk
  [
    `02000000000202000000000108004500003000180000401166a30a0000010a00000206a506a5001c00004141414141414141
    414141414141414141414141`,
    'eth:ethertype:ip:udp:data',
    'UDP',
    '1701 → 1701 Len=20',
  ],
  // hidden avp
  [
    `020000000002020000000001080045000030001a0000401166a10a0000010a00000206a506a5001c0000c802001400010002
    000300044008000000070001`,
    'eth:ethertype:ip:udp:l2tp',
    'L2TP',
    'Control Message (tunnel id=1, session id=2)',
    {
      'l2tp.type': '1',
      'l2tp.tunnel': '1',
      'l2tp.session': '2',
      'l2tp.Ns': '3',
      'l2tp.Nr': '4',
      'l2tp.avp.hidden': '1',
    },
  ],
]);

testCases('L2TPv3', [
  // v3 ctl 1
  [
    `02000000000202000000000108004500002c001c0000407366410a0000010a00000200000000c80300140000000100000000
    8008000000000001`,
    'eth:ethertype:ip:l2tp',
    'L2TPv3',
    'Control Message - SCCRQ (ccid=0x00000001)',
    { 'l2tp.ccid': '0x00000001', 'l2tp.sid': '0x00000000' },
  ],
  // v3 ctl 6
  [
    `02000000000202000000000108004500002c002000004073663d0a0000010a00000200000000c80300140000000100000000
    8008000000000006`,
    'eth:ethertype:ip:l2tp',
    'L2TPv3',
    'Control Message - Hello (ccid=0x00000001)',
    { 'l2tp.ccid': '0x00000001', 'l2tp.sid': '0x00000000' },
  ],
  // v3 zlb
  [
    '020000000002020000000001080045000024002800004073663d0a0000010a00000200000000c803000c0000000100000000',
    'eth:ethertype:ip:l2tp',
    'L2TPv3',
    'Control Message - ZLB (ccid=0x00000001)',
    { 'l2tp.ccid': '0x00000001', 'l2tp.sid': '0x00000000' },
  ],
  // v3 data eth?
  [
    `02000000000202000000000108004500004e00290000407366120a0000010a00000200000005000000000200000000020200
    0000000108004500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:l2tp:data',
    'L2TPv3',
    'D[S:0x00000005]',
    { 'l2tp.sid': '0x00000005' },
  ],
  // v3 udp
  [
    `020000000002020000000001080045000056002b00004011666a0a0000010a00000206a506a5004200000003000000000005
    02000000000202000000000108004500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:udp:l2tp:data',
    'L2TPv3',
    'D[S:0x00000005]',
    { 'l2tp.sid': '0x00000005' },
  ],
]);

testCases('CAPWAP', [
  // ctl 1
  [
    `02000000000202000000000108004500003100020000401166b80a0000010a0000029c40147e001d00000010020000000000
    00000001050008000014000100`,
    'eth:ethertype:ip:udp:capwap',
    'CAPWAP-Control',
    'CAPWAP-Control - Discovery Request',
    {
      'capwap.control.header.message_type': '1',
      'capwap.header.rid': '0',
      'capwap.header.wbid': '1',
      'capwap.header.fragment.id': '0',
    },
  ],
  // ctl 3
  [
    `02000000000202000000000108004500003100040000401166b60a0000010a0000029c40147e001d00000010020000000000
    00000003050008000014000100`,
    'eth:ethertype:ip:udp:capwap',
    'CAPWAP-Control',
    'CAPWAP-Control - Join Request',
    {
      'capwap.control.header.message_type': '3',
      'capwap.header.rid': '0',
      'capwap.header.wbid': '1',
      'capwap.header.fragment.id': '0',
    },
  ],
  // ctl 9
  [
    `020000000002020000000001080045000031000a0000401166b00a0000010a0000029c40147e001d00000010020000000000
    00000009050008000014000100`,
    'eth:ethertype:ip:udp:capwap',
    'CAPWAP-Control',
    'CAPWAP-Control - WTP Event Request',
    {
      'capwap.control.header.message_type': '9',
      'capwap.header.rid': '0',
      'capwap.header.wbid': '1',
      'capwap.header.fragment.id': '0',
    },
  ],
  // vendor
  [
    `020000000002020000000001080045000031001d00004011669d0a0000010a0000029c40147e001d00000010020000000000
    00001234050008000014000100`,
    'eth:ethertype:ip:udp:capwap',
    'CAPWAP-Control',
    'CAPWAP-Control - Unknown Message Type (0x1234)',
    {
      'capwap.control.header.message_type': '4660',
      'capwap.header.rid': '0',
      'capwap.header.wbid': '1',
      'capwap.header.fragment.id': '0',
    },
  ],
  // frag
  [
    `020000000002020000000001080045000038001e0000401166950a0000010a0000029c40147e002400000010028000010000
    4141414141414141414141414141414141414141`,
    'eth:ethertype:ip:udp:capwap:data',
    'CAPWAP-Control',
    'CAPWAP-Control (Fragment ID: 1, Fragment Offset: 0)',
    { 'capwap.header.rid': '0', 'capwap.header.wbid': '1', 'capwap.header.fragment.id': '1' },
  ],
  // data 802.3
  [
    `02000000000202000000000108004500005600220000401166730a0000010a0000029c40147f004200000010400000000000
    02000000000202000000000108004500002400010000401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:udp:capwap.data:eth:ethertype:ip:udp:data',
    'UDP',
    '1000 → 2000 Len=8',
    { 'capwap.header.rid': '1', 'capwap.header.wbid': '0', 'capwap.header.fragment.id': '0' },
  ],
  // data frag
  [
    `02000000000202000000000108004500003800230000401166900a0000010a0000029c40147f002400000010408000010000
    4141414141414141414141414141414141414141`,
    'eth:ethertype:ip:udp:capwap.data:data',
    'CAPWAP-Data',
    'CAPWAP-Data (Fragment ID: 1, Fragment Offset: 0)',
    { 'capwap.header.rid': '1', 'capwap.header.wbid': '0', 'capwap.header.fragment.id': '1' },
  ],
  // keepalive
  [
    `02000000000202000000000108004500003a002400004011668d0a0000010a0000029c40147f002600000010400800000000
    00160023001041414141414141414141414141414141`,
    'eth:ethertype:ip:udp:capwap.data',
    'CAPWAP-Data',
    'CAPWAP-Data Keep-Alive',
    { 'capwap.header.rid': '1', 'capwap.header.wbid': '0', 'capwap.header.fragment.id': '0' },
  ],
  // short
  [
    '02000000000202000000000108004500001f00260000401166a60a0000010a0000029c40147e000b0000001002',
    'eth:ethertype:ip:udp:capwap',
    'CAPWAP-Control',
    'CAPWAP-Control[Malformed Packet]',
  ],
]);
