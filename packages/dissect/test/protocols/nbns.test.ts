import { testCases, udpFrame } from './support.ts';

testCases('NBNS', [
  [
    udpFrame(
      137,
      137,
      '000101100001000000000000204547454a454d45464644464346474341434143414341434143414341434143410000200001',
    ),
    'eth:ethertype:ip:udp:nbns',
    'NBNS',
    'Name query NB FILESRV<20>',
    { 'nbns.name': 'FILESRV<20>', 'nbns.flags.opcode': '0' },
  ],
  [
    udpFrame(
      137,
      137,
      '000185800000000100000000204547454a454d454646444643464743414341434143414341434143414341434100002000010000012c000660000a000002',
      true,
    ),
    'eth:ethertype:ip:udp:nbns',
    'NBNS',
    'Name query response NB 10.0.0.2',
    {
      'nbns.name': 'FILESRV<20> (Server service)',
      'nbns.addr': '10.0.0.2',
      'nbns.nb_flags': '0x6000',
      'nbns.flags.opcode': '0',
      'nbns.flags.rcode': '0',
    },
  ],
  [
    udpFrame(
      137,
      137,
      '000185830000000100000000204547454a454d454646444643464743414341434143414341434143414341434100000a0001000000000000',
      true,
    ),
    'eth:ethertype:ip:udp:nbns',
    'NBNS',
    'Name query response, Requested name does not exist Unknown',
    { 'nbns.name': 'FILESRV<20>', 'nbns.flags.opcode': '0', 'nbns.flags.rcode': '3' },
  ],
  [
    udpFrame(
      137,
      137,
      '00028400000000010000000020434b414141414141414141414141414141414141414141414141414141414141000021000100000000005302484f53542020202020202020202020000400574f524b47524f55502020202020201e840002030405060700000000000000000000000000000000000000000000000000000000000000000000000000000000',
      true,
    ),
    'eth:ethertype:ip:udp:nbns',
    'NBNS',
    'Name query response NBSTAT',
    {
      'nbns.name': '*<00><00><00><00><00><00><00><00><00><00><00><00><00><00><00>',
      'nbns.netbios_name': 'HOST,WORKGROUP',
      'nbns.flags.opcode': '0',
      'nbns.flags.rcode': '0',
      'nbns.unit_id': '02:03:04:05:06:07',
    },
  ],
  [
    udpFrame(
      137,
      137,
      '00032910000100000000000120464845504643454c45484643455046464641434143414341434143414341424e0000200001c00c00200001000493e0000680000a000001',
    ),
    'eth:ethertype:ip:udp:nbns',
    'NBNS',
    'Registration NB WORKGROUP<1d>',
    {
      'nbns.name': 'WORKGROUP<1d>,WORKGROUP<1d> (Local Master Browser)',
      'nbns.addr': '10.0.0.1',
      'nbns.nb_flags': '0x8000',
      'nbns.flags.opcode': '5',
    },
  ],
  [
    udpFrame(
      137,
      137,
      '0005a9000001000000000000204547454a454d45464644464346474341434143414341434143414341434143410000200001',
    ),
    'eth:ethertype:ip:udp:nbns',
    'NBNS',
    'Registration response',
    { 'nbns.name': 'FILESRV<20>', 'nbns.flags.opcode': '5', 'nbns.flags.rcode': '0' },
  ],
  [
    udpFrame(137, 137, '00010110000100000000000004616263640000200001'),
    'eth:ethertype:ip:udp:nbns',
    'NBNS',
    'Name query NB Illegal NetBIOS name (1st character not between A and Z in first-level encoding)',
    {
      'nbns.name': 'Illegal NetBIOS name (1st character not between A and Z in first-level encoding)',
      'nbns.flags.opcode': '0',
    },
  ],
  [
    udpFrame(
      137,
      137,
      '000101100001000000000000204547454a454d454646444643464743414341434143414341434143414341434103666f6f0000200001',
    ),
    'eth:ethertype:ip:udp:nbns',
    'NBNS',
    'Name query NB FILESRV<20>.foo',
    { 'nbns.name': 'FILESRV<20>.foo', 'nbns.flags.opcode': '0' },
  ],
]);
