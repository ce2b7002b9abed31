// IEEE 802.15.4 and what it carries.
import { testAgainstTshark } from './against-tshark.ts';

testAgainstTshark(
  'IEEE 802.15.4, ZigBee, 6LoWPAN',
  [
    [
      '618801cdab000034124802000034121e012800000000010203040506070800aabbccddeeff11223344',
      'wpan:zbee_nwk:data',
      'ZigBee',
    ],
    ['618802cdab000034120802000034121e010001060004010110112200', 'wpan:zbee_nwk:data', 'ZigBee'],
    [
      '618803cdab000034120800000034121e014001060004010111012301',
      'wpan:zbee_nwk:zbee_aps:zbee_zcl:zbee_zcl_general.onoff',
      'ZigBee HA',
    ],
    [
      '618804cdab000034120800000034121e0140010600040101110024000000',
      'wpan:zbee_nwk:zbee_aps:zbee_zcl',
      'ZigBee HA',
    ],
    [
      '618805cdab000034120800000034121e010000000000000012253412',
      'wpan:zbee_nwk:zbee_aps:zbee_zdp',
      'ZigBee ZDP',
    ],
    ['618806cdab000034120800000034121e010201060004010111', 'wpan:zbee_nwk:zbee_aps', 'ZigBee'],
    ['618807cdab000034120900fcff34121e01010000', 'wpan:zbee_nwk', 'ZigBee'],
    [
      '618808cdabffff34120800fdff34121e0108ff06005ec00111012301',
      'wpan:zbee_nwk:zbee_aps:zbee_zcl:zbee_zcl_general.onoff',
      'ZigBee ',
    ],
    [
      '618809cdab000034120800000034121e0100010000090101121825000000',
      'wpan:zbee_nwk:zbee_aps:zbee_zcl',
      'ZigBee SE',
    ],
    [
      '61880acdab000034120800000034121e0100010000070101121825000000',
      'wpan:zbee_nwk:zbee_aps:zbee_zcl',
      'ZigBee TA',
    ],
    [
      '61880bcdab000034120800000034121e01000100005dc201121825000000',
      'wpan:zbee_nwk:zbee_aps:zbee_zcl',
      'ZigBee C4',
    ],
    [
      '61880ccdab000034120800000034121e0100010000080101121825000000',
      'wpan:zbee_nwk:zbee_aps:zbee_zcl',
      'ZigBee HC',
    ],
    [
      '61880dcdab000034120800000034121e0100010000050101121825000000',
      'wpan:zbee_nwk:zbee_aps:zbee_zcl',
      'ZigBee CBA',
    ],
    [
      '61880ecdab000034120800000034121e01000100000a0101121825000000',
      'wpan:zbee_nwk:zbee_aps:zbee_zcl',
      'ZigBee RS',
    ],
    [
      '61880fcdab000034120800000034121e0100010000e0a101121825000000',
      'wpan:zbee_nwk:zbee_aps:zbee_zcl',
      'ZigBee GP',
    ],
    ['008010cdab3412ff4f00000022840102030405060708ffffff00', 'wpan:zbee_beacon', 'ZigBee'],
    ['008010cdab3412ff4f0000', 'wpan', 'IEEE 802.15.4'],
    ['020011', 'wpan', 'IEEE 802.15.4'],
    ['238812cdab0000341204', 'wpan', 'IEEE 802.15.4'],
    ['41c813cdabffff08070605040302017b333a0187000000fe80', 'wpan:6lowpan:ipv6:icmpv6', 'ICMPv6'],
    [
      '41cc14cdab080706050403020118070605040302017e33f01633163300000102',
      'wpan:6lowpan:ipv6:udp:coap',
      'CoAP',
    ],
    [
      '61cc15cdab08070605040302011807060504030201416000000000083a40fe800000000000000000000000000001fe8000000000000000000000000000028000000000000000',
      'wpan:6lowpan:ipv6:icmpv6',
      'ICMPv6',
    ],
    ['61cc17cdab08070605040302011807060504030201c10000017e33f0163316330000', 'wpan:6lowpan:data', '6LoWPAN'],
    ['61cc18cdab08070605040302011807060504030201e10000010501020304', 'wpan:6lowpan:data', '6LoWPAN'],
    ['69881acdab000034120d0000000001aabbccddeeff', 'wpan:data', 'IEEE 802.15.4'],
    ['61881bcdab000034120c00000034121e01', 'wpan:lwm', 'LwMesh'],
    ['61881ccdab000034120b00060004011122', 'wpan:lwm', 'LwMesh'],
    ['61981ecdab000034127e33f01633163300000102', 'wpan:6lowpan:ipv6:udp:coap', 'CoAP'],
  ],
  230,
);
