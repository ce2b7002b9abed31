// ICMP: pings with their replies, errors with the packet they quote.
import { testCases } from './support.ts';

testCases('ICMP queries', [
  // echo 4 bytes
  [
    '020000000002020000000001080045000020004f00004001668c0a0000010a000002080063481234000141414141',
    'eth:ethertype:ip:icmp:data',
    'ICMP',
    'Echo (ping) request  id=0x1234, seq=1/256, ttl=64',
    {
      'icmp.type': '8',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'icmp.ident': '4660',
      'icmp.seq': '1',
      'icmp.seq_le': '256',
      'ip.src': '10.0.0.1',
    },
  ],
  // reply
  [
    '020000000002020000000001080045000020005000004001668b0a0000010a00000200006b481234000141414141',
    'eth:ethertype:ip:icmp:data',
    'ICMP',
    'Echo (ping) reply    id=0x1234, seq=1/256, ttl=64 (request in 1)',
    {
      'icmp.type': '0',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'icmp.ident': '4660',
      'icmp.seq': '1',
      'icmp.seq_le': '256',
      'icmp.resp_to': '1',
      'icmp.resptime': '1000',
      'ip.src': '10.0.0.1',
    },
  ],
  // echo seq 256
  [
    '02000000000202000000000108004500002000530000400166880a0000010a000002080062491234010041414141',
    'eth:ethertype:ip:icmp:data',
    'ICMP',
    'Echo (ping) request  id=0x1234, seq=256/1, ttl=64',
    {
      'icmp.type': '8',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'icmp.ident': '4660',
      'icmp.seq': '256',
      'icmp.seq_le': '1',
      'ip.src': '10.0.0.1',
    },
  ],
  // reply seq 256
  [
    '02000000000202000000000108004500002000540000400166870a0000010a00000200006a491234010041414141',
    'eth:ethertype:ip:icmp:data',
    'ICMP',
    'Echo (ping) reply    id=0x1234, seq=256/1, ttl=64 (request in 3)',
    {
      'icmp.type': '0',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'icmp.ident': '4660',
      'icmp.seq': '256',
      'icmp.seq_le': '1',
      'icmp.resp_to': '3',
      'icmp.resptime': '1000',
      'ip.src': '10.0.0.1',
    },
  ],
  // reply noreq
  [
    '02000000000202000000000108004500002000550000400166860a0000010a00000200006a421234010741414141',
    'eth:ethertype:ip:icmp:data',
    'ICMP',
    'Echo (ping) reply    id=0x1234, seq=263/1793, ttl=64',
    {
      'icmp.type': '0',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'icmp.ident': '4660',
      'icmp.seq': '263',
      'icmp.seq_le': '1793',
      'ip.src': '10.0.0.1',
    },
  ],
  // ts
  [
    `020000000002020000000001080045000028005600004001667d0a0000010a0000020d00c95a12340001000003e8000007d0
    00000bb8`,
    'eth:ethertype:ip:icmp',
    'ICMP',
    'Timestamp request    id=0x1234, seq=1/256, ttl=64',
    {
      'icmp.type': '13',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'icmp.ident': '4660',
      'icmp.seq': '1',
      'icmp.seq_le': '256',
      'ip.src': '10.0.0.1',
    },
  ],
  // ts reply
  [
    `020000000002020000000001080045000028005700004001667c0a0000010a0000020e00c85a12340001000003e8000007d0
    00000bb8`,
    'eth:ethertype:ip:icmp',
    'ICMP',
    'Timestamp reply      id=0x1234, seq=1/256, ttl=64',
    {
      'icmp.type': '14',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'icmp.ident': '4660',
      'icmp.seq': '1',
      'icmp.seq_le': '256',
      'ip.src': '10.0.0.1',
    },
  ],
  // mask
  [
    '02000000000202000000000108004500002000580000400166830a0000010a0000021100ddc912340001ffffff00',
    'eth:ethertype:ip:icmp',
    'ICMP',
    'Address mask request id=0x1234, seq=1/256, ttl=64',
    {
      'icmp.type': '17',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'icmp.ident': '4660',
      'icmp.seq': '1',
      'icmp.seq_le': '256',
      'ip.src': '10.0.0.1',
    },
  ],
  // mask reply
  [
    '02000000000202000000000108004500002000590000400166820a0000010a0000021200dcc912340001ffffff00',
    'eth:ethertype:ip:icmp',
    'ICMP',
    'Address mask reply   id=0x1234, seq=1/256, ttl=64',
    {
      'icmp.type': '18',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'icmp.ident': '4660',
      'icmp.seq': '1',
      'icmp.seq_le': '256',
      'ip.src': '10.0.0.1',
    },
  ],
]);

testCases('ICMP errors', [
  // unreach 0
  [
    `020000000002020000000001080045000040002f00004001668c0a0000010a0000020300ec32000000004500002400010000
    401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:icmp:ip:udp:data',
    'ICMP',
    'Destination unreachable (Network unreachable)',
    {
      'icmp.type': '3',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'ip.src': '10.0.0.1,10.0.0.1',
      'udp.srcport': '1000',
    },
  ],
  // unreach 3
  [
    `02000000000202000000000108004500004000320000400166890a0000010a0000020303ec2f000000004500002400010000
    401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:icmp:ip:udp:data',
    'ICMP',
    'Destination unreachable (Port unreachable)',
    {
      'icmp.type': '3',
      'icmp.code': '3',
      'icmp.checksum.status': '1',
      'ip.src': '10.0.0.1,10.0.0.1',
      'udp.srcport': '1000',
    },
  ],
  // redirect 1
  [
    `020000000002020000000001080045000040004100004001667a0a0000010a0000020501df330a0000fe4500002400010000
    401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:icmp:ip:udp',
    'ICMP',
    'Redirect             (Redirect for host)',
    {
      'icmp.type': '5',
      'icmp.code': '1',
      'icmp.checksum.status': '1',
      'icmp.redir_gw': '10.0.0.254',
      'ip.src': '10.0.0.1,10.0.0.1',
      'udp.srcport': '1000',
    },
  ],
  // ttl 0
  [
    `02000000000202000000000108004500004000450000400166760a0000010a0000020b00e432000000004500002400010000
    401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:icmp:ip:udp:data',
    'ICMP',
    'Time-to-live exceeded (Time to live exceeded in transit)',
    {
      'icmp.type': '11',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'ip.src': '10.0.0.1,10.0.0.1',
      'udp.srcport': '1000',
    },
  ],
  // param 0
  [
    `02000000000202000000000108004500004000480000400166730a0000010a0000020c00cf32140000004500002400010000
    401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:icmp:ip:udp:data',
    'ICMP',
    'Parameter problem    (Pointer indicates the error)',
    {
      'icmp.type': '12',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'ip.src': '10.0.0.1,10.0.0.1',
      'udp.srcport': '1000',
    },
  ],
  // frag needed
  [
    `020000000002020000000001080045000040004c00004001666f0a0000010a0000020304e652000005dc4500002400010000
    401166c60a0000010a00000203e807d0001000004141414141414141`,
    'eth:ethertype:ip:icmp:ip:udp:data',
    'ICMP',
    'Destination unreachable (Fragmentation needed)',
    {
      'icmp.type': '3',
      'icmp.code': '4',
      'icmp.checksum.status': '1',
      'icmp.mtu': '1500',
      'ip.src': '10.0.0.1,10.0.0.1',
      'udp.srcport': '1000',
    },
  ],
  // unreach tcp 12
  [
    `02000000000202000000000108004500003c00690000400166560a0000010a0000020301f8c4000000004500003200680000
    4006665c0a0000010a00000203e800500000000100000001`,
    'eth:ethertype:ip:icmp:ip:tcp',
    'ICMP',
    'Destination unreachable (Host unreachable)',
    {
      'icmp.type': '3',
      'icmp.code': '1',
      'icmp.checksum.status': '1',
      'ip.src': '10.0.0.1,10.0.0.1',
      'tcp.srcport': '1000',
    },
  ],
  // unreach http
  [
    `020000000002020000000001080045000056006b00004001663a0a0000010a00000203014a0d000000004500003a006a0000
    400666520a0000010a00000203e80050000000010000000150187fff00000000474554202f20485454502f312e300d0a0d0a`,
    'eth:ethertype:ip:icmp:ip:tcp:http',
    'ICMP',
    'Destination unreachable (Host unreachable)',
    {
      'icmp.type': '3',
      'icmp.code': '1',
      'icmp.checksum.status': '1',
      'ip.src': '10.0.0.1,10.0.0.1',
      'tcp.srcport': '1000',
    },
  ],
  // unreach gre
  [
    `020000000002020000000001080045000058006f0000400166340a0000010a0000020301efda000000004500003c006e0000
    402f66230a0000010a0000020000080045000024006d00004011665a0a0000010a0000020007000800100000414141414141
    4141`,
    'eth:ethertype:ip:icmp:ip:gre:ip:udp:echo',
    'ICMP',
    'Destination unreachable (Host unreachable)',
    {
      'icmp.type': '3',
      'icmp.code': '1',
      'icmp.checksum.status': '1',
      'ip.src': '10.0.0.1,10.0.0.1,10.0.0.1',
      'udp.srcport': '7',
    },
  ],
  // unreach esp
  [
    `02000000000202000000000108004500005800710000400166320a0000010a0000020301e3e5000000004500003c00700000
    4032661e0a0000010a0000024141414141414141414141414141414141414141414141414141414141414141414141414141
    4141`,
    'eth:ethertype:ip:icmp:ip:esp',
    'ICMP',
    'Destination unreachable (Host unreachable)',
    { 'icmp.type': '3', 'icmp.code': '1', 'icmp.checksum.status': '1', 'ip.src': '10.0.0.1,10.0.0.1' },
  ],
]);

testCases('Other ICMP', [
  // type 9
  [
    `020000000002020000000001080045000030000b0000400166c00a0000010a0000020900583a123400054141414141414141
    414141414141414141414141`,
    'eth:ethertype:ip:icmp:data',
    'ICMP',
    'Mobile IP Advertisement (Normal router advertisement)',
    { 'icmp.type': '9', 'icmp.code': '0', 'icmp.checksum.status': '1', 'ip.src': '10.0.0.1' },
  ],
  // type 10
  [
    `020000000002020000000001080045000030000c0000400166bf0a0000010a0000020a00573a123400054141414141414141
    414141414141414141414141`,
    'eth:ethertype:ip:icmp',
    'ICMP',
    'Router solicitation ',
    { 'icmp.type': '10', 'icmp.code': '0', 'icmp.checksum.status': '1', 'ip.src': '10.0.0.1' },
  ],
  // type 42
  [
    `020000000002020000000001080045000030002c00004001669f0a0000010a0000022a00373a123400054141414141414141
    414141414141414141414141`,
    'eth:ethertype:ip:icmp',
    'ICMP',
    'Extended Echo request (No error)',
    {
      'icmp.type': '42',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'icmp.ident': '4660',
      'ip.src': '10.0.0.1',
    },
  ],
  // type 43
  [
    `020000000002020000000001080045000030002d00004001669e0a0000010a0000022b00363a123400054141414141414141
    414141414141414141414141`,
    'eth:ethertype:ip:icmp',
    'ICMP',
    'Extended Echo reply  (No error)',
    {
      'icmp.type': '43',
      'icmp.code': '0',
      'icmp.checksum.status': '1',
      'icmp.ident': '4660',
      'ip.src': '10.0.0.1',
    },
  ],
  // ttl with mpls ext, length 32
  [
    `0200000000020200000000010800450000a8005e0000400165f50a0000010a0000020b00e412002000004500002400010000
    401166c60a0000010a00000203e807d000100000414141414141414100000000000000000000000000000000000000000000
    0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
    00000000000000000000000000000000000000002000cdb50008010100011140`,
    'eth:ethertype:ip:icmp:ip:udp:data',
    'ICMP',
    'Time-to-live exceeded (Time to live exceeded in transit)',
    { 'icmp.type': '11', 'icmp.code': '0', 'icmp.checksum.status': '1', 'ip.src': '10.0.0.1,10.0.0.1' },
  ],
  // ttl ext, ip len short
  [
    `0200000000020200000000010800450000a800610000400165f20a0000010a0000020b00299900200000450000e400600000
    401165a70a0000010a00000203e807d000d00000414141414141414141414141414141414141414141414141414141414141
    4141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141
    41414141414141414141414141414141414141412000cdb50008010100011140`,
    'eth:ethertype:ip:icmp:ip:udp:data',
    'ICMP',
    'Time-to-live exceeded (Time to live exceeded in transit)',
    { 'icmp.type': '11', 'icmp.code': '0', 'icmp.checksum.status': '1', 'ip.src': '10.0.0.1,10.0.0.1' },
  ],
  // echo empty hdr
  [
    '020000000002020000000001080045000018004e0000400166950a0000010a0000020800f7ff',
    'eth:ethertype:ip:icmp',
    'ICMP',
    '[Malformed Packet]',
    { 'ip.src': '10.0.0.1' },
  ],
]);
