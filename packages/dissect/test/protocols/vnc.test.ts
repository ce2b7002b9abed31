// VNC: its opening in two versions, its messages and encodings, and one that takes two segments.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testAgainstTshark } from './against-tshark.ts';
import { dissect, fieldsOf, tcpFrame } from './support.ts';

testAgainstTshark('VNC on its port', [
  [tcpFrame(5901, 40000, '524642203030332e3030380a', 1, true), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(40000, 5901, '524642203030332e3030380a', 1), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(5901, 40000, '020201', 13, true), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(40000, 5901, '02', 13), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(5901, 40000, '43434343434343434343434343434343', 16, true), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(40000, 5901, '52525252525252525252525252525252', 14), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(5901, 40000, '00000000', 32, true), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(40000, 5901, '01', 30), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [
    tcpFrame(5901, 40000, '040003002018000100ff00ff00ff100800000000000000046465736b', 36, true),
    'eth:ethertype:ip:tcp:vnc',
    'VNC',
  ],
  [tcpFrame(40000, 5901, '0000000010100001001f003f001f0b0500000000', 31), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(40000, 5901, '020000030000000000000005ffffff21', 51), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(40000, 5901, '03000000000004000300', 67), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [
    tcpFrame(5901, 40000, '0000000100000000000400020000000011111111111111111111111111111111', 64, true),
    'eth:ethertype:ip:tcp:vnc',
    'VNC',
  ],
  [
    tcpFrame(
      5901,
      40000,
      '000000010000000000080008000000002222222222222222222222222222222222222222222222222222222222222222222222222222222222222222',
      96,
      true,
    ),
    'eth:ethertype:ip:tcp:vnc',
    'TCP',
  ],
  [
    tcpFrame(
      5901,
      40000,
      '222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222',
      156,
      true,
    ),
    'eth:ethertype:ip:tcp:vnc',
    'VNC',
  ],
  [
    tcpFrame(
      5901,
      40000,
      '000000010000000000140010000000050a1111010033013333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333333',
      240,
      true,
    ),
    'eth:ethertype:ip:tcp:vnc',
    'VNC',
  ],
  [
    tcpFrame(
      5901,
      40000,
      '00000002000100010002000200000001000500050000000000020002ffffff1104040404040404040505',
      391,
      true,
    ),
    'eth:ethertype:ip:tcp:vnc',
    'VNC',
  ],
  [
    tcpFrame(5901, 40000, '0000000100000000000400040000000200000001111122220000000000020002', 433, true),
    'eth:ethertype:ip:tcp:vnc',
    'VNC',
  ],
  [
    tcpFrame(5901, 40000, '0000000100000000000400040000001000000003010203', 465, true),
    'eth:ethertype:ip:tcp:vnc',
    'VNC',
  ],
  [tcpFrame(5901, 40000, '02', 488, true), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(40000, 5901, '040100000000ff0d', 77), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(40000, 5901, '050100100020', 85), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(40000, 5901, '06000000000000026869', 91), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(40000, 5901, '04010000000000610400000000000061', 101), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
]);

testAgainstTshark('VNC on another port, version 3.3', [
  [tcpFrame(7001, 41000, '524642203030332e3030330a', 1, true), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(41000, 7001, '524642203030332e3030330a', 1), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(7001, 41000, '00000001', 13, true), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [tcpFrame(41000, 7001, '00', 13), 'eth:ethertype:ip:tcp:vnc', 'VNC'],
  [
    tcpFrame(7001, 41000, '00100010080800010007000700030003060000000000000178', 17, true),
    'eth:ethertype:ip:tcp:vnc',
    'VNC',
  ],
]);

test('VNC: the screen and who may see it', () => {
  const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
  const opening = [
    tcpFrame(5901, 40000, hex('RFB 003.008\n'), 1, true),
    tcpFrame(40000, 5901, hex('RFB 003.008\n'), 1),
    tcpFrame(5901, 40000, '0101', 13, true),
    tcpFrame(40000, 5901, '01', 13),
    tcpFrame(5901, 40000, '00000000', 15, true),
    tcpFrame(40000, 5901, '01', 14),
    tcpFrame(5901, 40000, '0400030020180001 00ff00ff00ff100800000000 00000004 6465736b', 19, true),
  ];
  assert.deepEqual(fieldsOf(dissect(opening), ['vnc.width', 'vnc.server_depth', 'vnc.desktop_name']), {
    'vnc.width': '1024',
    'vnc.server_depth': '24',
    'vnc.desktop_name': 'desk',
  });
});
