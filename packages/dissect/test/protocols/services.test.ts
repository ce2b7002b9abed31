// Paths and columns as measured with Wireshark on such bytes; the Info texts are our own, which say less than its.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { treeOf } from '../../src/core/tree.ts';
import { bytesOf, dissect, join, tcpFrame, testCases, udpFrame } from './support.ts';

const ascii = (told: string): Uint8Array => new TextEncoder().encode(told);
const zeros = (count: number): string => '00'.repeat(count);

testCases('network services', [
  [
    udpFrame(
      1025,
      7003,
      `40000000 00000004 00000002 00000001 00000001 01 05 00 00 0000 0034 000001f8 ${zeros(8)}`,
    ),
    'eth:ethertype:ip:udp:rx:afs',
    'AFS (RX)',
    'VLDB Request: 504',
    { 'rx.type': '1', 'rx.flags': '0x05', 'rx.serviceid': '52', 'afs.vldb.opcode': '504' },
  ],
  [
    udpFrame(
      7003,
      1025,
      `40000000 00000004 00000002 00000001 00000001 02 00 00 00 0000 0034 ${zeros(8)}`,
      true,
    ),
    'eth:ethertype:ip:udp:rx',
    'RX',
    'ACK  Seq: 1  Call: 2  Source Port: 7003  Destination Port: 1025  ',
    { 'rx.type': '2', 'rx.callnumber': '2' },
  ],
  [
    udpFrame(
      7003,
      1025,
      `40000000 00000004 00000002 00000001 00000001 02 00 00 00 0000 0034 ${zeros(16)} 0800`,
      true,
    ),
    'eth:ethertype:ip:udp:rx',
    'RX',
    'ACK Delay  Seq: 1  Call: 2  Source Port: 7003  Destination Port: 1025  ',
    { 'rx.reason': '8' },
  ],
  [
    udpFrame(40000, 6343, '00000005 00000001 0a000009 00000002 00000007 00000064 00000000'),
    'eth:ethertype:ip:udp:sflow',
    'sFlow',
    'V5, agent 10.0.0.9, sub-agent ID 2, seq 7, 0 samples',
    { 'sflow_245.agent': '10.0.0.9', 'sflow_245.numsamples': '0' },
  ],
  // A version nobody knows.
  [
    udpFrame(40000, 6343, `00000001 ${zeros(24)}`),
    'eth:ethertype:ip:udp:data',
    'UDP',
    '40000 → 6343 Len=28',
    {},
  ],
  [
    udpFrame(
      1026,
      9996,
      '0009 0001 000003e8 6553f100 00000001 00000000 0000 0010 0100 0002 0008 0004 000c 0004',
    ),
    'eth:ethertype:ip:udp:cflow',
    'CFLOW',
    'total: 1 (v9) record Obs-Domain-ID=    0',
    { 'cflow.version': '9', 'cflow.sequence': '1', 'cflow.flowset_id': '0', 'cflow.template_id': '256' },
  ],
  [
    udpFrame(319, 319, `0002 002c ${zeros(40)}`),
    'eth:ethertype:ip:udp:ptp',
    'PTPv2',
    'Sync Message',
    { 'ptp.v2.messagetype': '0x00', 'ptp.v2.messagelength': '44' },
  ],
  [
    tcpFrame(40002, 3868, '01000024 80000101 00000000 00000001 00000002 00000108 40000010 686f73742e636f6d'),
    'eth:ethertype:ip:tcp:diameter',
    'DIAMETER',
    'cmd=Capabilities-Exchange Request(257) flags=R--- appl=Diameter Common Messages(0) h2h=1 e2e=2 | ',
    { 'diameter.cmd.code': '257', 'diameter.avp.code': '264', 'diameter.Origin-Host': 'host.com' },
  ],
  [
    udpFrame(40003, 5683, '40011234 b474657374 0470617468'),
    'eth:ethertype:ip:udp:coap',
    'CoAP',
    'CON, MID:4660, GET, /test/path',
    { 'coap.mid': '4660', 'coap.opt.uri_path': 'test,path' },
  ],
  [
    udpFrame(5683, 40003, '60451235 c132 ff 7b2261223a317d', true),
    'eth:ethertype:ip:udp:coap:json',
    'CoAP/JSON',
    'ACK, MID:4661, 2.05 Content, JavaScript Object Notation (application/json)',
    { 'coap.code': '69' },
  ],
  [tcpFrame(40004, 1935, `03${zeros(1536)}`), 'eth:ethertype:ip:tcp:rtmpt', 'RTMP', 'Handshake C0+C1', {}],
  [
    tcpFrame(40005, 1935, '02 000000 000004 05 00000000 00001000'),
    'eth:ethertype:ip:tcp:rtmpt',
    'RTMP',
    'Window Acknowledgement Size',
    { 'rtmpt.header.csid': '2', 'rtmpt.header.typeid': '0x05' },
  ],
  [
    tcpFrame(40006, 3260, `4387${zeros(46)}`),
    'eth:ethertype:ip:tcp:iscsi',
    'iSCSI',
    'Login Command',
    { 'iscsi.opcode': '0x03' },
  ],
  [
    tcpFrame(40007, 10809, `25609513 00000000 0000000000000005 ${zeros(8)} 00001000`),
    'eth:ethertype:ip:tcp:nbd',
    'NBD',
    'Read Request  Offset:0x0 Length:4096',
    { 'nbd.type': '0', 'nbd.len': '4096' },
  ],
  [
    tcpFrame(40008, 4840, `48454c46 20000000 ${zeros(24)}`),
    'eth:ethertype:ip:tcp:opcua',
    'OpcUa',
    '40008 → 4840 [PSH, ACK] Seq=1 Ack=1 Win=8192 Len=32',
    {},
  ],
  [
    udpFrame(4569, 4569, '0001000261626364'),
    'eth:ethertype:ip:udp:iax2:data',
    'IAX2',
    '4569 → 4569 Len=8',
    {},
  ],
  [udpFrame(40009, 4000, `0200${zeros(12)}`), 'eth:ethertype:ip:udp:icq', 'ICQv2', '40009 → 4000 Len=14', {}],
  [
    tcpFrame(40010, 2575, ascii('\x0bMSH|^~\\&|A|B\r\x1c\r')),
    'eth:ethertype:ip:tcp:hl7',
    'HL7',
    '40010 → 2575 [PSH, ACK] Seq=1 Ack=1 Win=8192 Len=16',
    {},
  ],
  [
    tcpFrame(40011, 8999, ascii('PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n')),
    'eth:ethertype:ip:tcp:proxy',
    'PROXYv1',
    '40011 → 8999 [PSH, ACK] Seq=1 Ack=1 Win=8192 Len=40',
    {
      'proxy.src.ipv4': '192.0.2.1',
      'proxy.dst.ipv4': '192.0.2.2',
      'proxy.srcport': '1000',
      'proxy.dstport': '80',
    },
  ],
  // It stands before the conversation, not in it.
  [
    tcpFrame(40011, 8999, ascii('GET / HTTP/1.1\r\n\r\n'), 41),
    'eth:ethertype:ip:tcp:http',
    'HTTP',
    'GET / HTTP/1.1 ',
    { 'proxy.version': '' },
  ],
  [
    tcpFrame(40012, 8999, ascii('PROXY TCP6 2001:db8::1 ::ffff:192.0.2.2 1 2\r\nGET / HTTP/1.1\r\n\r\n')),
    'eth:ethertype:ip:tcp:proxy:http',
    'HTTP',
    'GET / HTTP/1.1 ',
    { 'proxy.src.ipv6': '2001:db8::1', 'proxy.dst.ipv6': '::ffff:192.0.2.2', 'proxy.dstport': '2' },
  ],
  [
    tcpFrame(40013, 8999, ascii('PROXY TCP4 192.0.2.1 192.0.2.256 1000 80\r\n')),
    'eth:ethertype:ip:tcp:proxy',
    'PROXYv1',
    '40013 → 8999 [PSH, ACK] Seq=1 Ack=1 Win=8192 Len=42',
    { 'proxy.src.ipv4': '192.0.2.1', 'proxy.dst.ipv4': '', 'proxy.dstport': '' },
  ],
  [
    tcpFrame(
      40014,
      8999,
      '0d0a0d0a000d0a515549540a 21 11 0024 c0000201 c6336401 0457 0050 010002 6832 200010 00 00000000 210003 763133 220002 636e',
    ),
    'eth:ethertype:ip:tcp:proxy',
    'PROXYv2',
    '40014 → 8999 [PSH, ACK] Seq=1 Ack=1 Win=8192 Len=52',
    {
      'proxy.src.ipv4': '192.0.2.1',
      'proxy.srcport': '1111',
      'proxy.v2.addr_family_protocol': '0x11',
      'proxy.v2.tlv.type': '0x01,0x20,0x21,0x22',
      'proxy.v2.tlv.ssl.version': 'v13',
      'proxy.v2.tlv.ssl.cn': 'cn',
    },
  ],
  // A header in two segments.
  [
    tcpFrame(40018, 8999, '0d0a0d0a000d0a515549540a 21 11 000c c0000201'),
    'eth:ethertype:ip:tcp',
    'TCP',
    '40018 → 8999 [PSH, ACK] Seq=1 Ack=1 Win=8192 Len=20 [TCP segment of a reassembled PDU]',
    { 'proxy.version': '' },
  ],
  [
    tcpFrame(40018, 8999, join(bytesOf('c6336401 0457 0050'), ascii('GET / HTTP/1.1\r\n\r\n')), 21),
    'eth:ethertype:ip:tcp:proxy:http',
    'PROXYv2',
    'GET / HTTP/1.1 ',
    { 'proxy.src.ipv4': '192.0.2.1', 'proxy.dstport': '80' },
  ],
  [
    udpFrame(40015, 623, `0600ff06 000011be 40 00 00 10 ${zeros(16)}`),
    'eth:ethertype:ip:udp:rmcp:asf:data',
    'ASF',
    'Presence Pong',
    {},
  ],
  // RMCP+ with a message in clear, and with one that is encrypted.
  [
    udpFrame(40016, 623, `0600ff07 06 00 ${zeros(8)} 0a00 2018c88104540e008099`),
    'eth:ethertype:ip:udp:rmcp:ipmi_session:data',
    'IPMB',
    'Session ID 0x0, payload type: IPMI Message',
    {},
  ],
  [
    udpFrame(40016, 623, `0600ff07 06 c0 ${zeros(8)} 0a00 2018c88104540e008099`),
    'eth:ethertype:ip:udp:rmcp:ipmi_session:data',
    'RMCP+',
    'Session ID 0x0, payload type: IPMI Message',
    {},
  ],
]);

test('PROXY protocol: any line and any header is survived', () => {
  const line = fc
    .string({ unit: 'binary-ascii', maxLength: 60 })
    .map((rest) => ascii(`PROXY TCP4 ${rest}\r\n`));
  const header = fc
    .uint8Array({ maxLength: 80 })
    .map((rest) => Uint8Array.of(...ascii('\r\n\r\n\0\r\nQUIT\n'), ...rest));
  fc.assert(
    fc.property(fc.oneof(line, header), (bytes) => {
      assert.ok(treeOf(dissect([tcpFrame(40017, 8999, bytes)])).length > 0);
    }),
  );
});
