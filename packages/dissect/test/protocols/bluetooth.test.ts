// Bluetooth between host and controller, in the air, and what is carried there.
import { testAgainstTshark } from './against-tshark.ts';

testAgainstTshark(
  'Bluetooth HCI with direction',
  [
    ['0000000001030c00', 'bluetooth:hci_h4:bthci_cmd', 'HCI_CMD'],
    ['00000001040e0401030c00', 'bluetooth:hci_h4:bthci_evt', 'HCI_EVT'],
    ['000000000105040d01020304050618cc0100000001', 'bluetooth:hci_h4:bthci_cmd', 'HCI_CMD'],
    ['00000001040f0400010504', 'bluetooth:hci_h4:bthci_evt', 'HCI_EVT'],
    ['0000000104030b002a000102030405060100', 'bluetooth:hci_h4:bthci_evt', 'HCI_EVT'],
    ['00000000022a200c00080001000201040001004000', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    ['00000001022a2010000c000100030108004100400000000000', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    [
      '00000000022a2011000d00410006000100083503190100040000',
      'bluetooth:hci_h4:bthci_acl:btl2cap:btsdp',
      'SDP',
    ],
    ['00000000022a200c00080001000202040003004200', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    ['00000001022a2010000c000100030208004300420000000000', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    ['00000000022a20080004004300033f011c', 'bluetooth:hci_h4:bthci_acl:btl2cap:btrfcomm', 'RFCOMM'],
    ['00000001022a20080004004200037301d7', 'bluetooth:hci_h4:bthci_acl:btl2cap:btrfcomm', 'RFCOMM'],
    ['00000000022a20080004004300133f0196', 'bluetooth:hci_h4:bthci_acl:btl2cap:btrfcomm', 'RFCOMM'],
    [
      '00000000022a200f000b00430013ff0f41542b425253460d40',
      'bluetooth:hci_h4:bthci_acl:btl2cap:btrfcomm:data',
      'RFCOMM',
    ],
    ['00000000022a200c00080001000203040019004400', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    ['00000001022a2010000c000100030308004500440000000000', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    ['00000000022a200600020045000001', 'bluetooth:hci_h4:bthci_acl:btl2cap:btavdtp', 'AVDTP'],
    ['00000000022a200c00080001000204040011004600', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    ['00000001022a2010000c000100030408004700460000000000', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    ['00000000022a20060002004700a101', 'bluetooth:hci_h4:bthci_acl:btl2cap:bthid:usbhid', 'HID'],
    ['00000000022a200c00080001000205040017004800', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    ['00000001022a2010000c000100030508004900480000000000', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    ['00000000022a2008000400490000110e00', 'bluetooth:hci_h4:bthci_acl:btl2cap:btavctp:btavrcp', 'AVRCP'],
    ['00000000022a200c0008000100020604000f004a00', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    ['00000001022a2010000c000100030608004b004a0000000000', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    ['00000000022a20060002004b000100', 'bluetooth:hci_h4:bthci_acl:btl2cap:btbnep', 'BNEP'],
    ['00000000024000070003000400020002', 'bluetooth:hci_h4:bthci_acl:btl2cap:btatt', 'ATT'],
    ['00000001024020070003000400030002', 'bluetooth:hci_h4:bthci_acl:btl2cap:btatt', 'ATT'],
    ['000000000240000b000700060001030001100707', 'bluetooth:hci_h4:bthci_acl:btl2cap:btsmp', 'SMP'],
    ['0000000002400010000c000500120108001000200000009001', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    ['00000001043e0c0201000001020304050600c0', 'bluetooth:hci_h4:bthci_evt', 'HCI_EVT'],
    ['00000001041305012a000100', 'bluetooth:hci_h4:bthci_evt', 'HCI_EVT'],
    ['00000000032a0003010203', 'bluetooth:hci_h4:bthci_sco', 'HCI_SCO'],
    ['00000000022a2008000400020001020304', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
    ['00000000052a200600010203040506', 'bluetooth:hci_h4:bthci_iso:bthci_iso_data', 'ISO Data'],
    ['00000000022a10040001020304', 'bluetooth:hci_h4:bthci_acl', 'HCI_ACL'],
    ['00000000022a200a000800010002010400', 'bluetooth:hci_h4:bthci_acl', 'HCI_ACL'],
    ['00000001022a1002000100', 'bluetooth:hci_h4:bthci_acl', 'HCI_ACL'],
    ['000000000101fc020102', 'bluetooth:hci_h4:bthci_cmd', 'HCI_CMD'],
    ['0000000104ff020102', 'bluetooth:hci_h4:bthci_evt', 'HCI_EVT'],
    ['00000000022a200c00080055000201040001004000', 'bluetooth:hci_h4:bthci_acl:btl2cap', 'L2CAP'],
  ],
  201,
  4,
);

testAgainstTshark(
  'Bluetooth low energy',
  [
    ['d6be898e0009060504030201020106112233', 'bluetooth:btle:btcommon', 'LE LL'],
    ['d6be898e400f0605040302010201060409414243112233', 'bluetooth:btle:btcommon', 'LE LL'],
    [
      'd6be898e052206050403020116151413121101020304aabbcc02030006000000c800ffffffff1f05112233',
      'bluetooth:btle:btcommon',
      'LE LL',
    ],
    ['01020304020703000400021700112233', 'bluetooth:btle:btl2cap:btatt', 'ATT'],
    ['010203040100112233', 'bluetooth:btle', 'LE LL'],
    ['0102030403060c060f000102112233', 'bluetooth:btle', 'LE LL'],
    ['01020304020b0700060001030001100707112233', 'bluetooth:btle:btl2cap:btsmp', 'SMP'],
  ],
  251,
);

testAgainstTshark(
  'Bluetooth low energy with radio header',
  [
    ['25c08000d6be898e1100d6be898e0009060504030201020106112233', 'bluetooth:btle_rf:btle:btcommon', 'LE LL'],
    [
      '25c08000d6be898e1100d6be898e400f0605040302010201060409414243112233',
      'bluetooth:btle_rf:btle:btcommon',
      'LE LL',
    ],
    [
      '25c08000d6be898e1100d6be898e052206050403020116151413121101020304aabbcc02030006000000c800ffffffff1f05112233',
      'bluetooth:btle_rf:btle:btcommon',
      'LE LL',
    ],
    ['25c08000d6be898e110001020304020703000400021700112233', 'bluetooth:btle_rf:btle:btl2cap:btatt', 'ATT'],
    ['25c08000d6be898e1100010203040100112233', 'bluetooth:btle_rf:btle', 'LE LL'],
    ['25c08000d6be898e11000102030403060c060f000102112233', 'bluetooth:btle_rf:btle', 'LE LL'],
    [
      '25c08000d6be898e110001020304020b0700060001030001100707112233',
      'bluetooth:btle_rf:btle:btl2cap:btsmp',
      'SMP',
    ],
  ],
  256,
);

testAgainstTshark(
  'BlueZ monitor',
  [
    ['0000000000010102030405066863693020202020', 'bluetooth:hci_mon', 'HCI_MON'],
    ['00000002030c00', 'bluetooth:hci_mon:bthci_cmd', 'HCI_CMD'],
    ['000000030e0401030c00', 'bluetooth:hci_mon:bthci_evt', 'HCI_EVT'],
    ['000000042a200800040001000a010000', 'bluetooth:hci_mon:bthci_acl:btl2cap', 'L2CAP'],
    ['000000052a200800040001000a010000', 'bluetooth:hci_mon:bthci_acl:btl2cap', 'L2CAP'],
    ['ffff000c78', 'bluetooth:hci_mon', 'HCI_MON'],
    ['0000000d0604626c7565746f6f7468640068656c6c6f00', 'bluetooth:hci_mon', 'HCI_MON'],
  ],
  254,
  4,
);
