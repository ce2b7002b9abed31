import { talk } from './conversation.ts';
import { bytesOf, join, testCases, udpFrame } from './support.ts';

const UDP = 'eth:ethertype:ip:udp';
const text = (s: string): Uint8Array => new TextEncoder().encode(s);

function sip(first: string, method: string, body = ''): string {
  const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
  return `${first}\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r\nFrom: "A" <sip:alice@x.example:5070>;tag=7\r\nTo: <sip:b@y>\r\nCall-ID: abc@x\r\nCSeq: 1 ${method}\r\n${type}Content-Length: ${body.length}\r\n\r\n${body}`;
}

function sdp(address: string, port: number): string {
  return `v=0\r\no=u 1 1 IN IP4 ${address}\r\ns=-\r\nc=IN IP4 ${address}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0 96 101\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\n`;
}

const invite = sip('INVITE sip:b@y SIP/2.0', 'INVITE', sdp('10.0.0.1', 4000));

testCases('SIP with the media it announces', [
  [
    udpFrame(5060, 5060, text(invite)),
    `${UDP}:sip:sdp`,
    'SIP/SDP',
    'Request: INVITE sip:b@y | ',
    {
      'sip.Method': 'INVITE',
      'sip.r-uri.user': 'b',
      'sip.from.display.info': '"A"',
      'sip.from.user': 'alice',
      'sip.from.host': 'x.example',
      'sip.from.port': '5070',
      'sip.from.tag': '7',
      'sip.Call-ID': 'abc@x',
      'sip.CSeq.seq': '1',
      'sip.CSeq.method': 'INVITE',
      'sip.Via.branch': 'z9hG4bK1',
      'sip.Content-Length': String(sdp('10.0.0.1', 4000).length),
      'sdp.media': 'audio 4000 RTP/AVP 0 96 101',
      'sdp.media.port': '4000',
      'sdp.connection_info.address': '10.0.0.1',
      'sdp.mime.type': 'opus,telephone-event',
    },
  ],
  [
    udpFrame(5060, 5060, text(sip('SIP/2.0 200 OK', 'INVITE', sdp('10.0.0.2', 5000))), true),
    `${UDP}:sip:sdp`,
    'SIP/SDP',
    'Status: 200 OK (INVITE) | ',
    { 'sip.Status-Code': '200' },
  ],
  [
    udpFrame(4000, 5000, bytesOf('8080 0001 000000a0 aabbccdd 55555555')),
    `${UDP}:rtp`,
    'RTP',
    'PT=ITU-T G.711 PCMU, SSRC=0xAABBCCDD, Seq=1, Time=160, Mark',
    {
      'rtp.seq': '1',
      'rtp.ssrc': '0xaabbccdd',
      'rtp.marker': '1',
      'rtp.payload': '55555555',
      'rtp.setup-frame': '1',
    },
  ],
  [
    udpFrame(4000, 5000, bytesOf('8060 0002 000000a0 aabbccdd 0102')),
    `${UDP}:rtp:opus`,
    'OPUS',
    'PT=opus, SSRC=0xAABBCCDD, Seq=2, Time=160',
  ],
  [
    udpFrame(5000, 4000, bytesOf('8065 0001 000000a0 11223344 010a00a0'), true),
    `${UDP}:rtp:rtpevent`,
    'RTP EVENT',
    'Payload type=RTP Event, DTMF One 1',
    { 'rtpevent.event_id': '1', 'rtpevent.duration': '160' },
  ],
  [
    udpFrame(
      4001,
      5001,
      bytesOf('80c80006aabbccdd0000000100000002000000030000000400000005 81ca0002aabbccdd01016100'),
    ),
    `${UDP}:rtcp`,
    'RTCP',
    'Sender Report   Source description   ',
    {
      'rtcp.senderssrc': '0xaabbccdd',
      'rtcp.sender.packetcount': '4',
      'rtcp.sdes.text': 'a',
      'rtcp.setup-frame': '1',
    },
  ],
  [udpFrame(5060, 5060, text('\r\n\r\n')), `${UDP}:data`, 'UDP', '5060 → 5060 Len=4'],
  [
    udpFrame(5060, 5060, text('FOO sip:x SIP/2.0\r\nVia: x\r\n\r\n')),
    `${UDP}:sip`,
    'SIP',
    'Unknown request: FOO sip:x | ',
  ],
  [
    udpFrame(12345, 23456, text(sip('OPTIONS sip:y SIP/2.0', 'OPTIONS'))),
    `${UDP}:sip`,
    'SIP',
    'Request: OPTIONS sip:y | ',
  ],
]);

const over = talk(5060, [
  ['>', sip('OPTIONS sip:y SIP/2.0', 'OPTIONS') + invite.slice(0, 50)],
  ['>', invite.slice(50)],
]);
testCases('SIP over TCP', [
  [over[0]!, 'eth:ethertype:ip:tcp:sip', 'SIP', 'Request: OPTIONS sip:y | '],
  [over[1]!, 'eth:ethertype:ip:tcp:sip:sdp', 'SIP/SDP', 'Request: INVITE sip:b@y | '],
]);

const COOKIE = '2112a442 6162636465666768696a6b6c';
testCases('STUN', [
  [
    udpFrame(50000, 3478, `0001 0000 ${COOKIE}`),
    `${UDP}:stun`,
    'STUN',
    'Binding Request',
    { 'stun.type': '0x0001' },
  ],
  [
    udpFrame(3478, 50000, `0101 000c ${COOKIE} 0020 0008 0001 3326 2b12a443`, true),
    `${UDP}:stun`,
    'STUN',
    'Binding Success Response XOR-MAPPED-ADDRESS: 10.0.0.1:4660',
    { 'stun.att.ipv4': '10.0.0.1', 'stun.att.port': '4660', 'stun.att.type': '0x0020' },
  ],
  [
    udpFrame(50000, 3478, '4001 0004 01020304'),
    `${UDP}:stun:data`,
    'STUN',
    'ChannelData TURN Message',
    { 'stun.channel': '0x4001' },
  ],
  [
    udpFrame(50002, 9999, `0001 0008 30313233343536373839616263646566 0003 0004 00000000`),
    `${UDP}:classicstun`,
    'CLASSIC-STUN',
    'Message: Binding Request',
    { 'classicstun.type': '0x0001', 'classicstun.att.type': '0x0003' },
  ],
]);

const setup = talk(554, [
  ['>', 'SETUP rtsp://h/s RTSP/1.0\r\nCSeq: 3\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n'],
  ['<', 'RTSP/1.0 200 OK\r\nCSeq: 3\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 9\r\n\r\n'],
  ['<', bytesOf('24000010 80600001 00000001 deadbeef 41414141')],
]);
testCases('RTSP', [
  [
    setup[0]!,
    'eth:ethertype:ip:tcp:rtsp',
    'RTSP',
    'SETUP rtsp://h/s RTSP/1.0',
    { 'rtsp.method': 'SETUP', 'rtsp.url': 'rtsp://h/s' },
  ],
  [
    setup[1]!,
    'eth:ethertype:ip:tcp:rtsp',
    'RTSP',
    'Reply: RTSP/1.0 200 OK',
    { 'rtsp.status': '200', 'rtsp.session': '9' },
  ],
  [
    setup[2]!,
    'eth:ethertype:ip:tcp:rtsp:rtp',
    'RTP',
    'PT=DynamicRTP-Type-96, SSRC=0xDEADBEEF, Seq=1, Time=1',
    { 'rtsp.channel': '0x00', 'rtp.seq': '1' },
  ],
]);

testCases('MGCP and SAP', [
  [
    udpFrame(2427, 2727, text('CRCX 1204 aaln/1@rgw MGCP 1.0\r\nC: A3\r\n\r\nv=0\r\n')),
    `${UDP}:mgcp:sdp`,
    'MGCP/SDP',
    'CRCX 1204 aaln/1@rgw MGCP 1.0',
    { 'mgcp.req.verb': 'CRCX', 'mgcp.transid': '1204' },
  ],
  [
    udpFrame(9875, 9875, join(bytesOf('20001234 0a000001'), text('application/sdp\0v=0\r\n'))),
    `${UDP}:sap:sdp`,
    'SAP/SDP',
    'Announcement (v1)',
    { 'sap.originating_source': '10.0.0.1', 'sap.payload_type': 'application/sdp' },
  ],
]);

testCases('parameters of SIP header fields', [
  [
    udpFrame(
      5060,
      5060,
      text(
        'REGISTER sip:y SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bK2\r\nFrom: "A" <sip:a@y>;tag=7\r\n' +
          'To: B <sip:b@y>;tag=8\r\nCall-ID: abc@x\r\nCSeq: 2 REGISTER\r\n' +
          'Contact: "A; <B>" <sip:a@10.0.0.1;line=9;ob>;expires=1200;q=0.5\r\n' +
          'Authorization: Digest username="a",realm="y",nonce="n",uri="sip:y",qop=auth,nc=00000001,cnonce="c",' +
          'opaque="o",stale=false,response="r"\r\nContent-Length: 0\r\n\r\n',
      ),
    ),
    `${UDP}:sip`,
    'SIP',
    'Request: REGISTER sip:y  (1 binding) | ',
    {
      'sip.Via.rport': 'rport',
      'sip.tag': '7,8',
      'sip.call_id_generated': 'abc@x',
      'sip.contact.param': 'line=9,ob',
      'sip.contact.parameter': 'expires=1200,q=0.5',
      'sip.auth.qop': 'auth',
      'sip.auth.nc': '00000001',
      'sip.auth.cnonce': '"c"',
      'sip.auth.opaque': '"o"',
      'sip.auth.stale': 'false',
    },
  ],
]);
