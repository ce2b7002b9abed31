import { testCases, udpFrame } from './support.ts';

testCases('nbdgm', [
  [
    udpFrame(138, 138, '1102b0c4ac1100b8008a000a0000'),
    'eth:ethertype:ip:udp:nbdgm',
    'NBDS',
    'Direct_group datagram[Malformed Packet]',
    { 'nbdgm.type': '17', 'nbdgm.src.ip': '172.17.0.184' },
  ],
  [
    udpFrame(138, 138, '1302b0c4ac1100b8008a82'),
    'eth:ethertype:ip:udp:nbdgm',
    'NBDS',
    'Datagram error',
    { 'nbdgm.type': '19', 'nbdgm.src.ip': '172.17.0.184', 'nbdgm.error_code': '0x82' },
  ],
  [
    udpFrame(
      138,
      138,
      '1402b0c4ac1100b8008a2045494542434143414341434143414341434143414341434143414341434100',
    ),
    'eth:ethertype:ip:udp:nbdgm',
    'NBDS',
    'Datagram query request[Malformed Packet]',
    { 'nbdgm.type': '20', 'nbdgm.src.ip': '172.17.0.184' },
  ],
  [
    udpFrame(138, 138, 'ffff'),
    'eth:ethertype:ip:udp:nbdgm',
    'NBDS',
    'Unknown message type (0xFF)[Malformed Packet]',
    { 'nbdgm.type': '255' },
  ],
]);
