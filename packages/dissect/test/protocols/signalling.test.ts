// Telephone signalling over SCTP and TCP.
import { testAgainstTshark } from './against-tshark.ts';
import { sctpFrame, tcpFrame, udpFrame } from './support.ts';

testAgainstTshark('SS7 and mobile networks over SCTP', [
  [sctpFrame(20001, 29999, 3, '0100030100000008'), 'eth:ethertype:ip:sctp:m3ua', 'M3UA (RFC 4666)'],
  [
    sctpFrame(
      20002,
      29999,
      3,
      '01000101000000480210003d0000006500000066030200010981030d180a1206001204914603000b0b12080012044607002143651a62184804000000016c10a10e02010102012d3006800491214365000000',
    ),
    'eth:ethertype:ip:sctp:m3ua:sccp:tcap:gsm_map',
    'GSM MAP',
  ],
  [
    sctpFrame(
      20003,
      29999,
      3,
      '01000101000000440210003400000065000000660302000109000305070242060242082262204804000000016c18a11602010102012d300e8007912143658709218101ff82000000',
    ),
    'eth:ethertype:ip:sctp:m3ua:sccp:tcap:gsm_map',
    'GSM MAP',
  ],
  [
    sctpFrame(
      20004,
      29999,
      3,
      '010001010000004002100030000000650000006605020001010001001148010a03020a08031064460701000a0703136446070100000000',
    ),
    'eth:ethertype:ip:sctp:m3ua:isup',
    'ISUP(ITU)',
  ],
  [
    sctpFrame(20005, 29999, 3, '01000101000000240210001400000065000000660502000101000c02000280900000'),
    'eth:ethertype:ip:sctp:m3ua:isup',
    'ISUP(ITU)',
  ],
  [
    sctpFrame(20006, 29999, 3, '01000101000000200210001000000065000000660002000111140000'),
    'eth:ethertype:ip:sctp:m3ua:mtp3mg',
    'MTP3MG (Int. ITU)',
  ],
  [
    sctpFrame(20007, 29999, 3, '01000101000000200210001000000065000000660102000111240000'),
    'eth:ethertype:ip:sctp:m3ua:mtp3mg',
    'MTP3MG (Int. ITU)',
  ],
  [
    sctpFrame(
      20008,
      29999,
      3,
      '0100010100000028021000180000006500000066030200010100000102020604436500fe0f0000',
    ),
    'eth:ethertype:ip:sctp:m3ua:sccp',
    'SCCP (Int. ITU)',
  ],
  [
    sctpFrame(
      20010,
      29999,
      3,
      '01000101000000340210002c00000065000000660302000109000305090242fe0242fe0b000957050801020304050607080000',
    ),
    'eth:ethertype:ip:sctp:m3ua:sccp:data',
    'SCCP (Int. ITU)',
  ],
  [
    sctpFrame(
      20011,
      29999,
      3,
      '01000101000000340210002c000000650000006603020001090003050902428e02428e0b000957050801020304050607080000',
    ),
    'eth:ethertype:ip:sctp:m3ua:sccp:ranap',
    'RANAP',
  ],
  [
    sctpFrame(20012, 29999, 5, '01000b010000002000000001000000000985402500110001028090'),
    'eth:ethertype:ip:sctp:m2pa:mtp3:isup',
    'ISUP(ITU)',
  ],
  [
    sctpFrame(20013, 29999, 5, '01000b0200000018000000010000000000000001'),
    'eth:ethertype:ip:sctp:m2pa',
    'M2PA',
  ],
  [
    sctpFrame(20014, 29999, 2, '01000601000000200300000d85402500110001028090000000'),
    'eth:ethertype:ip:sctp:m2ua:mtp3:isup',
    'ISUP(ITU)',
  ],
  [sctpFrame(20015, 29999, 2, '0100030100000008'), 'eth:ethertype:ip:sctp:m2ua', 'M2UA'],
  [sctpFrame(20016, 29999, 1, '0100030100000008'), 'eth:ethertype:ip:sctp:iua', 'IUA (RFC 3057)'],
  [
    sctpFrame(20017, 29999, 1, '01000501000000200005000800000001000e000c08020001050403'),
    'eth:ethertype:ip:sctp:iua:gsm_abis_rsl',
    'RSL',
  ],
  [
    sctpFrame(20018, 29999, 4, '010007010000002000060008000000010115000800000000'),
    'eth:ethertype:ip:sctp:sua',
    'SUA (RFC 3868)',
  ],
  [sctpFrame(20019, 29999, 4, '0100030100000008'), 'eth:ethertype:ip:sctp:sua', 'SUA (RFC 3868)'],
  [sctpFrame(20020, 29999, 13, '0801010504038090a2'), 'eth:ethertype:ip:sctp:q931', 'Q.931'],
  [sctpFrame(20021, 29999, 6, '0100030100000008'), 'eth:ethertype:ip:sctp:v5ua', 'V5UA'],
  [sctpFrame(20022, 29999, 10, '0100030100000008'), 'eth:ethertype:ip:sctp:dua', 'DUA'],
  [
    sctpFrame(20023, 29999, 8, '010001001148010a03020a08031064460701000a07031364460701000000'),
    'eth:ethertype:ip:sctp:bicc',
    'BICC(ITU)',
  ],
  [
    sctpFrame(
      20024,
      29999,
      18,
      '000c4032000005000800020001001a0012110741710bf600f110000201030001190202f0004300060000f1100001006440080000f110000000100086400130',
    ),
    'eth:ethertype:ip:sctp:s1ap:nas-eps',
    'S1AP/NAS-EPS',
  ],
  [
    sctpFrame(
      20025,
      29999,
      18,
      '000d4022000005000000020001000800020001001a000504075e1112006440080000f11000000010004340060000f1100001',
    ),
    'eth:ethertype:ip:sctp:s1ap:nas-eps',
    'S1AP/NAS-EPS',
  ],
  [
    sctpFrame(
      20026,
      29999,
      18,
      '00110027000004003b00080000f11000000010003c40070400656e62004000070000004000f1100089400140',
    ),
    'eth:ethertype:ip:sctp:s1ap',
    'S1AP',
  ],
  [
    sctpFrame(20027, 29999, 18, '2011001400000200690009000000f11000000100010057400164'),
    'eth:ethertype:ip:sctp:s1ap',
    'S1AP',
  ],
  [
    sctpFrame(
      20028,
      29999,
      60,
      '000f403000000400550002000100260012117e004179000d0100f11000000000000000100079000f4000f110000000010000f110000001005a400118',
    ),
    'eth:ethertype:ip:sctp:ngap:ngap:nas-5gs',
    'NGAP/NAS-5GS',
  ],
  [
    sctpFrame(
      20029,
      29999,
      60,
      '0015002f000004001b00080000f11000000001005240050180676e620066000d00000000010000f110000000080015400140',
    ),
    'eth:ethertype:ip:sctp:ngap:ngap',
    'NGAP',
  ],
  [sctpFrame(20031, 29999, 27, '000600080000010000000000'), 'eth:ethertype:ip:sctp:x2ap', 'X2AP'],
  [sctpFrame(20032, 29999, 61, '001100080000010000000000'), 'eth:ethertype:ip:sctp:xnap', 'XnAP'],
  [sctpFrame(20033, 29999, 62, '000100080000010000000000'), 'eth:ethertype:ip:sctp:f1ap', 'F1AP'],
  [sctpFrame(20034, 29999, 64, '000100080000010000000000'), 'eth:ethertype:ip:sctp:e1ap', 'E1AP'],
  [sctpFrame(20035, 29999, 25, '000500080000010000000000'), 'eth:ethertype:ip:sctp:nbap', 'NBAP'],
  [
    sctpFrame(20036, 29999, 46, '0100001480000101000000000000000100000002'),
    'eth:ethertype:ip:sctp:data',
    'SCTP',
  ],
  [
    sctpFrame(20038, 29999, 46, '010000148000010100000000000000010000000200'),
    'eth:ethertype:ip:sctp:data',
    'SCTP',
  ],
  [sctpFrame(20039, 29999, 50, '02'), 'eth:ethertype:ip:sctp:rtcdc', 'RTCDC'],
  [sctpFrame(20040, 29999, 50, '0300000000000000000000006c6162656c'), 'eth:ethertype:ip:sctp:rtcdc', 'RTCDC'],
  [sctpFrame(20041, 29999, 51, '68656c6c6f'), 'eth:ethertype:ip:sctp:data', 'SCTP'],
  [sctpFrame(20042, 29999, 53, '01020304'), 'eth:ethertype:ip:sctp:data', 'SCTP'],
  [sctpFrame(20043, 29999, 11, '0100000800000000'), 'eth:ethertype:ip:sctp:asap', 'ASAP'],
  [sctpFrame(20044, 29999, 12, '0100000c0000000100000002'), 'eth:ethertype:ip:sctp:enrp', 'ENRP'],
  [sctpFrame(20045, 29999, 29, '000000080000010024000100'), 'eth:ethertype:ip:sctp:lcsap:lcsap', 'LCSAP'],
  [
    sctpFrame(20046, 29999, 24, '00000008000001000f000100'),
    'eth:ethertype:ip:sctp:sbcap:sbcap:sbcap',
    'SBcAP',
  ],
  [sctpFrame(20047, 29999, 20, '000100080000010003000100'), 'eth:ethertype:ip:sctp:hnbap', 'HNBAP'],
  [sctpFrame(20048, 29999, 19, '000300080000010003000100'), 'eth:ethertype:ip:sctp:rua', 'RUA'],
  [sctpFrame(20049, 29999, 31, '00000008000001000f000100'), 'eth:ethertype:ip:sctp:sabp:sabp:sabp', 'SABP'],
  [sctpFrame(20050, 29999, 43, '000200080000010003000100'), 'eth:ethertype:ip:sctp:m2ap', 'M2AP'],
  [sctpFrame(20051, 29999, 44, '000200080000010003000100'), 'eth:ethertype:ip:sctp:m3ap', 'M3AP'],
  [sctpFrame(20052, 29118, 0, '0101'), 'eth:ethertype:ip:sctp:sgsap', 'SGSAP'],
  [sctpFrame(20053, 29118, 0, '08010829620200000001'), 'eth:ethertype:ip:sctp:sgsap', 'SGSAP'],
]);

testAgainstTshark('SS7: network indicators, transactions, links', [
  [
    sctpFrame(20004, 29999, 3, '01000101000000280210001800000065000000660500000101000c020002809000'),
    'eth:ethertype:ip:sctp:m3ua:isup',
    'ISUP(ITU)',
  ],
  [
    sctpFrame(20005, 29999, 3, '01000101000000280210001800000065000000660d000001010000000c02000280'),
    'eth:ethertype:ip:sctp:m3ua:bicc',
    'BICC(ITU)',
  ],
  [
    sctpFrame(20006, 29999, 3, '01000101000000280210001800000065000000660e000001010000000c02000280'),
    'eth:ethertype:ip:sctp:m3ua:h248',
    'H.248',
  ],
  [
    sctpFrame(20007, 29999, 3, '0100010100000028021000180000006500000066000000011415000000000000'),
    'eth:ethertype:ip:sctp:m3ua:mtp3mg',
    'MTP3MG (Int. ITU)',
  ],
  [
    sctpFrame(20008, 29999, 3, '0100010100000028021000180000006500000066010000011140010203040000'),
    'eth:ethertype:ip:sctp:m3ua:mtp3mg',
    'MTP3MG (Int. ITU)',
  ],
  [
    sctpFrame(20009, 29999, 3, '0100010100000028021000180000006500000066040000011140010203040000'),
    'eth:ethertype:ip:sctp:m3ua:data',
    'M3UA (RFC 4666)',
  ],
  [
    sctpFrame(20010, 29999, 5, '01000b0100000020000000010000000009c3402500110900030507024200'),
    'eth:ethertype:ip:sctp:m2pa:mtp3:sccp',
    'SCCP (Int. ITU)',
  ],
  [
    sctpFrame(20011, 29999, 5, '01000b01000000180000000100000000098040250011'),
    'eth:ethertype:ip:sctp:m2pa:mtp3:mtp3mg',
    'MTP3MG (Int. ITU)',
  ],
  [
    sctpFrame(20012, 29999, 1, '010005010000002800010008000000010005000800010000000e000c08020001050403'),
    'eth:ethertype:ip:sctp:iua:gsm_abis_rsl',
    'RSL',
  ],
  [
    sctpFrame(20013, 29999, 1, '010005010000002800010008000000010005000800fc0000000e000c08020001050403'),
    'eth:ethertype:ip:sctp:iua:gsm_abis_rsl',
    'RSL',
  ],
  [
    sctpFrame(
      20014,
      29999,
      3,
      '010001010000003c0210002c00000065000000660302000109000305070242060242081665144804000000014904000000026c06a10402010102010000',
    ),
    'eth:ethertype:ip:sctp:m3ua:sccp:tcap',
    'TCAP',
  ],
  [
    sctpFrame(
      20015,
      29999,
      3,
      '010001010000003c0210002b00000065000000660302000109000305070242060242081564134904000000026c0ba2090201013004020138300000',
    ),
    'eth:ethertype:ip:sctp:m3ua:sccp:tcap:gsm_map',
    'GSM MAP',
  ],
  [
    sctpFrame(
      20016,
      29999,
      3,
      '01000101000000380210002800000065000000660302000109000305070242920242921262104804000000016c08a106020101020100',
    ),
    'eth:ethertype:ip:sctp:m3ua:sccp:tcap:camel',
    'Camel',
  ],
  [
    sctpFrame(
      20017,
      29999,
      3,
      '010001010000003802100028000000650000006603020001090003050702426a02426a1262104804000000016c08a106020101020100',
    ),
    'eth:ethertype:ip:sctp:m3ua:sccp:tcap:inap',
    'INAP',
  ],
  [
    sctpFrame(
      20018,
      29999,
      3,
      '01000101000000380210002800000065000000660302000109000305070242630242631262104804000000016c08a106020101020100',
    ),
    'eth:ethertype:ip:sctp:m3ua:sccp:data',
    'SCCP (Int. ITU)',
  ],
  [
    sctpFrame(
      20019,
      29999,
      3,
      '01000101000000300210001e00000065000000660302000109000305070242060242060867064904000000010000',
    ),
    'eth:ethertype:ip:sctp:m3ua:sccp:tcap',
    'TCAP',
  ],
  [
    sctpFrame(
      20020,
      29999,
      3,
      '01000101000000380210002800000065000000660302000111000f040608000242060242060c620a4804000000016c020000',
    ),
    'eth:ethertype:ip:sctp:m3ua:sccp:tcap',
    'TCAP',
  ],
  [
    sctpFrame(
      20021,
      29999,
      3,
      '010001010000003c0210002c00000065000000660302000109000305070242060242061662144804000000016c0ca30a02010102011b30030a0100',
    ),
    'eth:ethertype:ip:sctp:m3ua:sccp:tcap:gsm_map',
    'GSM MAP',
  ],
  [
    sctpFrame(20022, 29999, 4, '01000701000000240006000800000001010b000c6206480400000001'),
    'eth:ethertype:ip:sctp:sua:data',
    'SUA (RFC 3868)',
  ],
  [
    sctpFrame(20023, 29999, 2, '01000601000000200300001183402500110900030507000000'),
    'eth:ethertype:ip:sctp:m2ua:mtp3:sccp',
    'SCCP (Int. ITU)',
  ],
]);

testAgainstTshark('H.323', [
  [udpFrame(20001, 1719, '000001060008914a0003'), 'eth:ethertype:ip:udp:h225', 'H.225.0'],
  [udpFrame(20002, 1719, '0e000100060008914a000300010000'), 'eth:ethertype:ip:udp:h225', 'H.225.0'],
  [udpFrame(20003, 1719, '260001060000'), 'eth:ethertype:ip:udp:h225', 'H.225.0'],
  [udpFrame(20004, 1718, '020001060000'), 'eth:ethertype:ip:udp:h225', 'H.225.0'],
  [tcpFrame(20005, 1720, '0300001908020001057e000b0520b0060008914a000400'), 'eth:ethertype:ip:tcp', 'TCP'],
  [tcpFrame(20006, 1720, '0300000a080200015a00'), 'eth:ethertype:ip:tcp:q931:q931', 'Q.931'],
]);
