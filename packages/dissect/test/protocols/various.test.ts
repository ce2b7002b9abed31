// A message each of many protocols: that each is taken for what it is.
import { testAgainstTshark } from './against-tshark.ts';
import { tcpFrame, udpFrame } from './support.ts';

testAgainstTshark('management, telephony and databases', [
  [
    udpFrame(20001, 4729, '020401000000c80000000000020000002506210002f21000010f5502abcdef2b2b2b2b2b2b2b2b'),
    'eth:ethertype:ip:udp:gsmtap:gsm_a.ccch',
    'GSMTAP',
  ],
  [
    udpFrame(20002, 4729, '020401000000c800000000000100000059061b00012bf110000128c00000000000000000000000'),
    'eth:ethertype:ip:udp:gsmtap:gsm_a.ccch',
    'GSMTAP',
  ],
  [udpFrame(20003, 4729, '020401000000c80000000000030000007f'), 'eth:ethertype:ip:udp:gsmtap:data', 'GSMTAP'],
  [
    udpFrame(20004, 4729, '020401000000c800000000000700000001032d06270300000000'),
    'eth:ethertype:ip:udp:gsmtap:lapdm:gsm_a.dtap',
    'LAPDm',
  ],
  [
    udpFrame(20005, 4729, '020401000000c80000000000080000000300012b2b2b'),
    'eth:ethertype:ip:udp:gsmtap:lapdm',
    'LAPDm',
  ],
  [
    udpFrame(20006, 4729, '020401000000c800000000008700000000000103012b2b2b'),
    'eth:ethertype:ip:udp:gsmtap:lapdm',
    'LAPDm',
  ],
  [
    udpFrame(20007, 4729, '020401000000c80000000000090000000300012b2b2b'),
    'eth:ethertype:ip:udp:gsmtap:lapdm',
    'LAPDm',
  ],
  [
    udpFrame(20008, 4729, '020402000000c8000000000000000000030001'),
    'eth:ethertype:ip:udp:gsmtap:gsm_a.dtap',
    'GSMTAP',
  ],
  [
    udpFrame(20009, 4729, '020404000000c8000000000000000000a0a40000023f009f17'),
    'eth:ethertype:ip:udp:gsmtap:gsm_sim',
    'GSM SIM',
  ],
  [
    udpFrame(20011, 4729, '020412000000c80000000000000000000741710bf600f110'),
    'eth:ethertype:ip:udp:gsmtap:nas-eps',
    'GSMTAP/NAS-EPS',
  ],
  [udpFrame(20012, 8805, '2001000c0000000100600004e0000000'), 'eth:ethertype:ip:udp:pfcp', 'PFCP'],
  [
    udpFrame(
      20013,
      8805,
      '21320020000000000000000000000100003c0005000a0000010039000d0200000000000000010a000001',
    ),
    'eth:ethertype:ip:udp:pfcp',
    'PFCP',
  ],
  [
    udpFrame(20014, 623, '0600ff07000000000000000000092018c88100388e04b5'),
    'eth:ethertype:ip:udp:rmcp:ipmi_session:data',
    'IPMB',
  ],
  [
    udpFrame(
      20015,
      623,
      '0600ff0706100000000000000000200001000000a0a1a2a3000000080100000001000008010000000200000801000000',
    ),
    'eth:ethertype:ip:udp:rmcp:ipmi_session:data',
    'RMCP+',
  ],
  [udpFrame(20016, 623, '0600ff06000011be80000000'), 'eth:ethertype:ip:udp:rmcp:asf', 'ASF'],
  [
    udpFrame(20017, 623, '0600ff0706c00100000002000000100000112233445566778899aabbccddeeff'),
    'eth:ethertype:ip:udp:rmcp:ipmi_session:data',
    'RMCP+',
  ],
  [udpFrame(20018, 664, '00000000000000000600ff06000011be80000000'), 'eth:ethertype:ip:udp:rsp:asf', 'ASF'],
  [tcpFrame(20019, 4222, '0001fe00'), 'eth:ethertype:ip:tcp:gsm_ipa', 'IPA'],
  [tcpFrame(20020, 3002, '0005ff0001020304'), 'eth:ethertype:ip:tcp:gsm_ipa:gsm_abis_oml', 'OML'],
  [tcpFrame(20021, 3002, '0002ee0501'), 'eth:ethertype:ip:tcp:gsm_ipa:gsup', 'GSUP'],
  [tcpFrame(20023, 1998, '000000031000fb'), 'eth:ethertype:ip:tcp:xot:x25', 'X.25'],
  [tcpFrame(20024, 1998, '000000051001000102'), 'eth:ethertype:ip:tcp:xot:x25:data', 'X.25'],
  [
    tcpFrame(
      20025,
      1521,
      '0000003a010000000136012c0c41ffff7f0800000100000800340000000041410000000000000000000000000000000000000000',
    ),
    'eth:ethertype:ip:tcp',
    'TCP',
  ],
  [
    tcpFrame(20026, 1521, '00200000020000000136000008007fff01000000002000000000000000000000'),
    'eth:ethertype:ip:tcp:tns',
    'TNS',
  ],
  [tcpFrame(20027, 1521, '000b000006000000000003'), 'eth:ethertype:ip:tcp:tns', 'TNS'],
  [tcpFrame(20028, 1521, '00180000040000002200000c284552523d313235313429'), 'eth:ethertype:ip:tcp', 'TCP'],
  [
    tcpFrame(
      20029,
      1433,
      '12010034000000000000150006011b0001021c000c03280004ff08000155000002004d5353514c53657276657200d8040000',
    ),
    'eth:ethertype:ip:tcp',
    'TCP',
  ],
  [
    tcpFrame(20030, 1433, '0101001600000100730065006c0065006300740020003100'),
    'eth:ethertype:ip:tcp:tds',
    'TDS',
  ],
  [tcpFrame(20031, 1433, '0401001500330100fd1000c1000100000000000000'), 'eth:ethertype:ip:tcp:tds', 'TDS'],
  [udpFrame(20032, 1434, '02'), 'eth:ethertype:ip:udp:data', 'UDP'],
  [udpFrame(20033, 1434, '050400613b623b'), 'eth:ethertype:ip:udp:data', 'UDP'],
  [tcpFrame(20034, 9042, '0400000500000000'), 'eth:ethertype:ip:tcp', 'TCP'],
  [tcpFrame(20035, 6379, '2a310d0a24340d0a50494e470d0a'), 'eth:ethertype:ip:tcp:resp', 'RESP'],
  [tcpFrame(20037, 61613, '434f4e4e4543540a0a00'), 'eth:ethertype:ip:tcp:data', 'TCP'],
  [tcpFrame(20038, 1935, '030000000000000000'), 'eth:ethertype:ip:tcp', 'TCP'],
  [
    tcpFrame(
      20039,
      5222,
      '3c73747265616d3a73747265616d20746f3d22612220786d6c6e733d226a61626265723a636c69656e74223e',
    ),
    'eth:ethertype:ip:tcp:xmpp:xml',
    'XMPP/XML',
  ],
  [tcpFrame(20040, 1720, '03000007080100'), 'eth:ethertype:ip:tcp:q931:q931', 'Q.931'],
  [tcpFrame(20041, 2000, '040000000000000000000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY/REQ'],
  [tcpFrame(20042, 5038, '416374696f6e3a204c6f67696e0d0a0d0a'), 'eth:ethertype:ip:tcp:data', 'TCP'],
  [
    tcpFrame(
      20043,
      3260,
      '430100000000000000000000000000000000000100000000000000010000000000000000000000000000000000000000',
    ),
    'eth:ethertype:ip:tcp:iscsi',
    'iSCSI',
  ],
  [tcpFrame(20044, 8009, '123400010a'), 'eth:ethertype:ip:tcp:ajp13', 'AJP13'],
  [tcpFrame(20045, 11211, '67657420610d0a'), 'eth:ethertype:ip:tcp:memcache', 'MEMCACHE'],
  [
    udpFrame(
      20046,
      6081,
      '0000655800000100ffffffffffff020000000001080600010800060400010200000000010a0000010000000000000a000002',
    ),
    'eth:ethertype:ip:udp:geneve:eth:ethertype:arp',
    'ARP',
  ],
  [
    udpFrame(
      20047,
      4790,
      '0c00000300000100ffffffffffff020000000001080600010800060400010200000000010a0000010000000000000a000002',
    ),
    'eth:ethertype:ip:udp:eth:ethertype:arp',
    'ARP',
  ],
  [
    udpFrame(20048, 4790, '0c00000100000100450000140000000040ff00000a0000010a000002'),
    'eth:ethertype:ip:udp:ip',
    'IPv4',
  ],
  [
    udpFrame(
      20051,
      30490,
      'ffff8100000000200000000001010200c0000000000000100000001012340001010000030000000100000000',
    ),
    'eth:ethertype:ip:udp:dns',
    'DNS',
  ],
  [
    udpFrame(
      20052,
      13400,
      '02fd00040000002130313233343536373839303132333435360e000102030405060102030405060000',
    ),
    'eth:ethertype:ip:udp:doip',
    'DoIP',
  ],
  [tcpFrame(20053, 13400, '02fd8001000000090e00100022f1900000'), 'eth:ethertype:ip:tcp:doip:uds', 'UDS'],
  [tcpFrame(20054, 13400, '02fd80020000000510000e0000'), 'eth:ethertype:ip:tcp:doip', 'DoIP'],
]);

testAgainstTshark('Skinny', [
  [tcpFrame(20001, 2000, '040000000000000000000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY/REQ'],
  [tcpFrame(20002, 2000, '040000000000000010000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY/RESP'],
  [tcpFrame(20003, 2000, '040000000000000020000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20004, 2000, '040000000000000030000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20005, 2000, '040000000000000040000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY/RESP'],
  [tcpFrame(20006, 2000, '040000000000000050000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20007, 2000, '040000000000000060000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20008, 2000, '040000000000000070000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20009, 2000, '040000000000000080000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20010, 2000, '040000000000000090000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY/RESP'],
  [tcpFrame(20011, 2000, '0400000000000000a0000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20012, 2000, '0400000000000000b0000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20013, 2000, '0400000000000000c0000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20014, 2000, '0400000000000000d0000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20015, 2000, '0400000000000000e0000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20016, 2000, '0400000000000000f0000000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20017, 2000, '040000000000000000010000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY/RESP'],
  [tcpFrame(20018, 2000, '040000000000000010010000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20019, 2000, '040000000000000020010000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20020, 2000, '040000000000000030010000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20021, 2000, '040000000000000040010000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20022, 2000, '040000000000000050010000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
  [tcpFrame(20023, 2000, '040000000000000060010000'), 'eth:ethertype:ip:tcp:skinny', 'SKINNY'],
]);
