import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../../src/core/tree.ts';
import { crypto, DRAFT_29, sealed, V2 } from './quic-bytes.ts';
import { bytesOf, dissect, fieldsOf, testCases, udpFrame } from './support.ts';
import { HELLO_13, hexOf, SERVER_HELLO_13 } from './tls-bytes.ts';

const UDP = 'eth:ethertype:ip:udp';
const CLIENT = 'aabbccdd';
const SERVER = '99887766';
const PADDING = '00'.repeat(200);

const up = (hex: string, port = 50000): Uint8Array => udpFrame(port, 443, hex);
const down = (hex: string, port = 50000): Uint8Array => udpFrame(443, port, hex, true);
const short = (to: string): string => `45${to}${'5a'.repeat(40)}`;

const first = '1122334455667788';
testCases('QUIC version 1', [
  [
    up(sealed({ first, to: first, from: CLIENT, frames: crypto(0, HELLO_13) + PADDING })),
    `${UDP}:quic:tls`,
    'QUIC',
    'Initial, DCID=1122334455667788, SCID=aabbccdd, PKN: 0, CRYPTO, PADDING',
    {
      'quic.version': '0x00000001',
      'quic.dcid': first,
      'quic.scid': CLIENT,
      'quic.long.packet_type': '0',
      'quic.packet_number': '0',
      'quic.frame_type': '6,0',
      'tls.handshake.extensions_server_name': 'www.example.org',
    },
  ],
  [
    down(
      sealed({
        first,
        to: CLIENT,
        from: SERVER,
        isServer: true,
        frames: `0200000000${crypto(0, SERVER_HELLO_13)}`,
      }) +
        sealed({ first, to: CLIENT, from: SERVER, isServer: true, type: 2, frames: PADDING }) +
        short(CLIENT),
    ),
    'eth:ethertype:ip:udp:quic:tls',
    'QUIC',
    'Protected Payload (KP0), DCID=aabbccdd',
    { 'quic.frame_type': '2,6', 'quic.ack.largest_acknowledged': '0' },
  ],
  [
    up(short(SERVER)),
    `${UDP}:quic`,
    'QUIC',
    'Protected Payload (KP0), DCID=99887766',
    { 'quic.dcid': SERVER },
  ],
  [up(short(SERVER), 50077), `${UDP}:quic`, 'QUIC', 'Protected Payload (KP0), DCID=99887766'],
]);

const second = '2222222222222222';
const a = HELLO_13.slice(0, 120);
const b = HELLO_13.slice(120);
testCases('QUIC: a hello over two packets, the second first', [
  [
    up(sealed({ first: second, to: second, from: CLIENT, number: 1, frames: crypto(60, b) + PADDING })),
    'eth:ethertype:ip:udp:quic',
    'QUIC',
    'Initial, DCID=2222222222222222, SCID=aabbccdd, PKN: 1, CRYPTO, PADDING',
  ],
  [
    up(sealed({ first: second, to: second, from: CLIENT, frames: crypto(0, a) + PADDING })),
    'eth:ethertype:ip:udp:quic:tls',
    'QUIC',
    'Initial, DCID=2222222222222222, SCID=aabbccdd, PKN: 0, CRYPTO, PADDING',
    { 'tls.handshake.extensions_server_name': 'www.example.org', 'quic.packet_number': '0' },
  ],
]);

testCases(
  'QUIC version 2 and draft 29',
  [V2, DRAFT_29].map((version, i) => [
    up(
      sealed({
        version,
        first: `333333333333333${i}`,
        to: `333333333333333${i}`,
        from: '',
        frames: crypto(0, HELLO_13) + PADDING,
      }),
      50001 + i,
    ),
    `${UDP}:quic:tls`,
    'QUIC',
    `Initial, DCID=333333333333333${i}, PKN: 0, CRYPTO, PADDING`,
    { 'quic.version': `0x${version.toString(16)}` },
  ]),
);

const third = '4444444444444444';
const RETRIED = 'f1f2f3f4f5f6f7f8';
testCases('QUIC: retry, version negotiation, close', [
  [
    up(sealed({ first: third, to: third, from: CLIENT, frames: crypto(0, HELLO_13) + PADDING }), 50003),
    `${UDP}:quic:tls`,
    'QUIC',
    'Initial, DCID=4444444444444444, SCID=aabbccdd, PKN: 0, CRYPTO, PADDING',
  ],
  [
    down(`f000000001 04${CLIENT} 08${RETRIED} ${'74'.repeat(30)} ${'01'.repeat(16)}`, 50003),
    `${UDP}:quic`,
    'QUIC',
    'Retry, DCID=aabbccdd, SCID=f1f2f3f4f5f6f7f8',
  ],
  [
    up(
      sealed({
        first: RETRIED,
        to: RETRIED,
        from: CLIENT,
        token: '74'.repeat(30),
        number: 1,
        frames: crypto(0, HELLO_13) + PADDING,
      }),
      50003,
    ),
    'eth:ethertype:ip:udp:quic',
    'QUIC',
    'Initial, DCID=f1f2f3f4f5f6f7f8, SCID=aabbccdd, PKN: 1, CRYPTO, PADDING',
    { 'quic.token_length': '30' },
  ],
  [
    down(
      sealed({
        first: RETRIED,
        to: CLIENT,
        from: SERVER,
        isServer: true,
        frames: `1c41280605${hexOf('hello')}`,
      }),
      50003,
    ),
    `${UDP}:quic`,
    'QUIC',
    'Initial, DCID=aabbccdd, SCID=99887766, PKN: 0, CC',
    { 'quic.cc.error_code': '296', 'quic.cc.reason_phrase': 'hello' },
  ],
  [
    down(`80 00000000 04${CLIENT} 08${third} 00000001 ff00001d`, 50003),
    `${UDP}:quic`,
    'QUIC',
    'Version Negotiation, DCID=aabbccdd, SCID=4444444444444444',
    { 'quic.supported_version': '0x00000001,0xff00001d' },
  ],
]);

test('QUIC: the server’s Initial of RFC 9001 §A.3', () => {
  const client = up(
    sealed({ first: '8394c8f03e515708', to: '8394c8f03e515708', from: '', frames: PADDING }),
    50004,
  );
  const server = down(
    'cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede4c' +
      'f73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7a' +
      'af2f58891850abbdca3d20398c276456cbc42158407dd074ee',
    50004,
  );
  const names = [
    'quic.packet_number',
    'quic.frame_type',
    'tls.handshake.ciphersuite',
    'tls.handshake.random',
  ];
  assert.deepEqual(fieldsOf(dissect([client, server]), names), {
    'quic.packet_number': '1',
    'quic.frame_type': '2,6',
    'tls.handshake.ciphersuite': '0x1301',
    'tls.handshake.random': 'eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a12',
  });
});

test('QUIC: any byte of a first packet changed is survived', () => {
  const bytes = bytesOf(sealed({ first, to: first, from: CLIENT, frames: crypto(0, HELLO_13) + PADDING }));
  for (let i = 0; i < bytes.length; i++) {
    const changed = bytes.slice();
    changed[i]! ^= 0xff;
    treeOf(dissect([udpFrame(50005, 443, changed)]));
  }
});
