import { tcpFrame, testCases } from './support.ts';

testCases('TPKT', [
  [
    tcpFrame(1000, 102, '0300001611e00000000100c0010ac1020100c2020102'),
    'eth:ethertype:ip:tcp:tpkt:cotp',
    'COTP',
    'CR TPDU src-ref: 0x0001 dst-ref: 0x0000',
    { 'tpkt.length': '22', 'cotp.type': '0x0e', 'cotp.src-tsap': '0x0100', 'cotp.class': '0' },
  ],
  [
    tcpFrame(102, 1000, '0300001611d00001000200c0010ac1020100c2020102', 1, true),
    'eth:ethertype:ip:tcp:tpkt:cotp',
    'COTP',
    'CC TPDU src-ref: 0x0002 dst-ref: 0x0001',
    { 'tpkt.length': '22', 'cotp.type': '0x0d', 'cotp.src-tsap': '0x0100', 'cotp.class': '0' },
  ],
  [
    tcpFrame(1001, 3389, '0300001611e00000000100c0010ac1020100c2020102'),
    'eth:ethertype:ip:tcp:cotp',
    'COTP',
    'CR TPDU src-ref: 0x0001 dst-ref: 0x0000',
    { 'tpkt.length': '22', 'cotp.type': '0x0e', 'cotp.src-tsap': '0x0100', 'cotp.class': '0' },
  ],
  [tcpFrame(1000, 102, '16030100', 23), 'eth:ethertype:ip:tcp:tpkt', 'TPKT', 'Continuation'],
  [
    tcpFrame(1000, 102, '0300001902f00032010000000000080000f0000001000101e0', 27),
    'eth:ethertype:ip:tcp:tpkt:cotp',
    'COTP',
    'DT TPDU (0) [COTP fragment, 18 bytes]',
    { 'tpkt.length': '25', 'cotp.type': '0x0f', 'cotp.tpdu-number': '0x00', 'cotp.eot': '0' },
  ],
  [
    tcpFrame(1003, 102, '0300000702f080'),
    'eth:ethertype:ip:tcp:tpkt:cotp',
    'COTP',
    'DT TPDU (0) EOT',
    { 'tpkt.length': '7', 'cotp.type': '0x0f', 'cotp.tpdu-number': '0x00', 'cotp.eot': '1' },
  ],
]);
