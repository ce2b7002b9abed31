// Controllers of buildings and of networks: KNXnet/IP and OpenFlow.
import { testAgainstTshark } from './against-tshark.ts';
import { tcpFrame, udpFrame } from './support.ts';

testAgainstTshark('KNXnet/IP and OpenFlow', [
  [udpFrame(20001, 3671, '06100201000e08010a0000010e57'), 'eth:ethertype:ip:udp:kip', 'KNXnet/IP'],
  [
    udpFrame(20002, 3671, '06100205001a08010a0000010e5708010a0000010e5704040200'),
    'eth:ethertype:ip:udp:kip',
    'KNXnet/IP',
  ],
  [
    udpFrame(20003, 3671, '061002060014010008010a0000020e5704041101'),
    'eth:ethertype:ip:udp:kip',
    'KNXnet/IP',
  ],
  [
    udpFrame(20004, 3671, '061004200015040100001100bce000000001010081'),
    'eth:ethertype:ip:udp:kip:cemi',
    'KNXnet/IP',
  ],
  [udpFrame(20005, 3671, '06100421000a04010000'), 'eth:ethertype:ip:udp:kip', 'KNXnet/IP'],
  [udpFrame(20006, 3671, '0610053000112900bcd011010001010080'), 'eth:ethertype:ip:udp:kip:cemi', 'KNXnet/IP'],
  [udpFrame(20007, 3671, '06100310001104010000fc000001531001'), 'eth:ethertype:ip:udp:kip:cemi', 'KNXnet/IP'],
  [udpFrame(20008, 3671, '061002070010010008010a0000010e57'), 'eth:ethertype:ip:udp:kip', 'KNXnet/IP'],
  [udpFrame(20009, 3671, '061002090010010008010a0000010e57'), 'eth:ethertype:ip:udp:kip', 'KNXnet/IP'],
  [udpFrame(20010, 3671, '06100532000c040000640000'), 'eth:ethertype:ip:udp:kip', 'KNXnet/IP'],
  [udpFrame(20011, 3671, '06100531000a04000001'), 'eth:ethertype:ip:udp:kip', 'KNXnet/IP'],
  [
    udpFrame(
      20012,
      3671,
      '06100202004608010a0000020e573601020011010001010203040506e000170c0a0b0c0d0e0f5465737420646576696365202020202020202020202020202020202020200a020201030104010501',
    ),
    'eth:ethertype:ip:udp:kip',
    'KNXnet/IP',
  ],
  [tcpFrame(20013, 3671, '06100201000e08010a0000010e57'), 'eth:ethertype:ip:tcp:kip', 'KNXnet/IP'],
  [
    tcpFrame(20014, 3671, '061004200015040100001100bce000000001010081'),
    'eth:ethertype:ip:tcp:kip:cemi',
    'KNXnet/IP',
  ],
  [udpFrame(20015, 3671, '0610095000100000010203040506ffff'), 'eth:ethertype:ip:udp:kip', 'KNXnet/IP'],
  [tcpFrame(20016, 6653, '0100000800000001'), 'eth:ethertype:ip:tcp:openflow:openflow_v1', 'OpenFlow'],
  [
    tcpFrame(20017, 6633, '04000010000000010001000800000010'),
    'eth:ethertype:ip:tcp:openflow:openflow_v4',
    'OpenFlow',
  ],
  [tcpFrame(20018, 6653, '0500000800000001'), 'eth:ethertype:ip:tcp:openflow:openflow_v5', 'OpenFlow'],
  [tcpFrame(20019, 6653, '0600000800000001'), 'eth:ethertype:ip:tcp:openflow:openflow_v6', 'OpenFlow'],
  [tcpFrame(20020, 6653, '0200000800000001'), 'eth:ethertype:ip:tcp:openflow', 'OpenFlow'],
  [
    tcpFrame(20021, 6653, '0406002000000002000000000000000100000100fe0000000000004f00000000'),
    'eth:ethertype:ip:tcp:openflow:openflow_v4',
    'OpenFlow',
  ],
  [
    tcpFrame(
      20022,
      6653,
      '040a005200000000ffffffff0028010000000000000000000001000c8000000400000001000000000000ffffffffffff020000000001080600010800060400010200000000010a0000010000000000000a000002',
    ),
    'eth:ethertype:ip:tcp:openflow:openflow_v4:eth:ethertype:arp',
    'OpenFlow',
  ],
  [
    tcpFrame(
      20023,
      6653,
      '010a003c0000000000000101002a00010000ffffffffffff020000000001080600010800060400010200000000010a0000010000000000000a000002',
    ),
    'eth:ethertype:ip:tcp:openflow:openflow_v1:eth:ethertype:arp',
    'OpenFlow',
  ],
  [
    tcpFrame(20024, 6653, '010d001800000005000001010001000800000008fffb0000'),
    'eth:ethertype:ip:tcp:openflow:openflow_v1',
    'OpenFlow',
  ],
  [
    tcpFrame(20025, 6653, '01020008000000010103000800000001'),
    'eth:ethertype:ip:tcp:openflow:openflow_v1:openflow_v1',
    'OpenFlow',
  ],
  [
    tcpFrame(20026, 6653, '04020008000000010403000800000001'),
    'eth:ethertype:ip:tcp:openflow:openflow_v4:openflow_v4',
    'OpenFlow',
  ],
  [
    tcpFrame(20027, 6633, '01020008000000010103000800000001'),
    'eth:ethertype:ip:tcp:openflow:openflow_v1:openflow_v1',
    'OpenFlow',
  ],
  [tcpFrame(20028, 6634, '0102000800000001'), 'eth:ethertype:ip:tcp:openflow:openflow_v1', 'OpenFlow'],
  [tcpFrame(20029, 9876, '0102000800000001'), 'eth:ethertype:ip:tcp:data', 'TCP'],
  [tcpFrame(20030, 9876, '0402000800000001'), 'eth:ethertype:ip:tcp:data', 'TCP'],
]);
