import assert from 'node:assert/strict';
import { test } from 'node:test';
import { treeOf } from '../../src/core/tree.ts';
import { bytesOf, dissect, fieldsOf, tcpFrame, testCases } from './support.ts';
import {
  CERTIFICATE,
  clientHello,
  extension,
  HELLO_13,
  hexOf,
  message,
  RANDOM,
  record,
  SERVER_HELLO_13,
  serverHello,
  serverName,
  vector,
} from './tls-bytes.ts';

const TCP = 'eth:ethertype:ip:tcp';
const APPLICATION_DATA = record(23, 'a5'.repeat(40));
const CCS = record(20, '01');

/** Segments of one connection to `port`, each continuing its side's stream. */
function talk(port: number) {
  const seq = [1, 1];
  return (side: 0 | 1, hex: string): Uint8Array => {
    const payload = bytesOf(hex);
    const frame = tcpFrame(side ? port : 50000, side ? 50000 : port, payload, seq[side], side === 1);
    seq[side]! += payload.length;
    return frame;
  };
}

let say = talk(443);
testCases('TLS 1.3 handshake', [
  [
    say(0, record(22, HELLO_13, 0x0301)),
    `${TCP}:tls`,
    'TLSv1',
    'Client Hello',
    {
      'tls.record.content_type': '22',
      'tls.record.version': '0x0301',
      'tls.handshake.type': '1',
      'tls.handshake.version': '0x0303',
      'tls.handshake.random': RANDOM,
      'tls.handshake.ciphersuite': '0x1301,0x1302,0x1303',
      'tls.handshake.extensions_server_name': 'www.example.org',
      'tls.handshake.extensions_alpn_str': 'h2,http/1.1',
      'tls.handshake.extensions.supported_version': '0x0304,0x0303',
      'tls.handshake.extensions_supported_group': '0x001d,0x0017',
      'tls.handshake.extensions_key_share_group': '29',
      'tls.handshake.sig_hash_alg': '0x0403,0x0804',
      'tls.handshake.ja3_full': '771,4865-4866-4867,0-16-43-10-13-51,29-23,',
    },
  ],
  [
    say(1, record(22, SERVER_HELLO_13) + CCS + APPLICATION_DATA),
    `${TCP}:tls`,
    'TLSv1.3',
    'Server Hello, Change Cipher Spec, Application Data',
    {
      'tls.handshake.extensions.supported_version': '0x0304',
      'tls.handshake.ja3s_full': '771,4865,43-51',
      'tls.record.opaque_type': '23',
    },
  ],
  [say(0, CCS + APPLICATION_DATA), `${TCP}:tls`, 'TLSv1.3', 'Change Cipher Spec, Application Data'],
  [
    say(1, APPLICATION_DATA + APPLICATION_DATA),
    `${TCP}:tls`,
    'TLSv1.3',
    'Application Data, Application Data',
    { 'tls.app_data_proto': 'Hypertext Transfer Protocol,Hypertext Transfer Protocol' },
  ],
]);

const OLD_HELLO = clientHello({
  version: '0301',
  suites: '002f0035000a',
  extensions: serverName('old.example.org'),
});
const CERTIFICATES = message(11, vector(3, vector(3, CERTIFICATE)));
const SERVER_DONE = message(14, '');
const LISTED = [...Array(6).fill(':x509sat'), ...Array(4).fill(':x509ce'), ':pkix1implicit', ':x509ce'].join(
  '',
);

say = talk(12345);
testCases('TLS 1.2 handshake, on no port of its own', [
  [say(0, record(22, OLD_HELLO, 0x0301)), `${TCP}:tls`, 'TLSv1', 'Client Hello'],
  [
    say(
      1,
      record(22, serverHello({ suites: 'c02f', extensions: extension(0, '') }) + CERTIFICATES + SERVER_DONE),
    ),
    `${TCP}:tls${LISTED}`,
    'TLSv1.2',
    'Server Hello, Certificate, Server Hello Done',
    {
      'tls.handshake.type': '2,11,14',
      'x509sat.CountryName': 'DE,DE',
      'x509sat.uTF8String': 'Example,www.example.org,Example,www.example.org',
      'x509ce.dNSName': 'www.example.org,example.org',
      'x509af.serialNumber': '1234567890',
      'x509af.utcTime': '2026-11-21 12:58:07 (UTC),2036-11-18 12:58:07 (UTC)',
      'x509if.RDNSequence_item': '1,1,1,1,1,1',
    },
  ],
  [
    say(0, record(22, message(16, vector(2, '0a'.repeat(32)))) + CCS + record(22, '99'.repeat(40))),
    `${TCP}:tls`,
    'TLSv1.2',
    'Client Key Exchange, Change Cipher Spec, Encrypted Handshake Message',
  ],
  [
    say(1, record(21, '0228')),
    `${TCP}:tls`,
    'TLSv1.2',
    'Alert (Level: Fatal, Description: Handshake Failure)',
  ],
]);

const WHOLE = record(22, HELLO_13, 0x0301);
say = talk(443);
testCases('TLS hello over two segments, an alert behind it in a third', [
  [say(0, WHOLE.slice(0, 200)), `${TCP}:tls`, 'TCP', '[TCP segment of a reassembled PDU]'],
  [say(0, WHOLE.slice(200)), `${TCP}:tls`, 'TLSv1', 'Client Hello'],
  [say(1, record(21, '022a').slice(0, 8)), `${TCP}:tls`, 'TCP', '[TCP segment of a reassembled PDU]'],
  [
    say(1, record(21, '022a').slice(8)),
    `${TCP}:tls`,
    'TLSv1.2',
    'Alert (Level: Fatal, Description: Bad Certificate)',
  ],
]);

say = talk(443);
testCases('TLS message over two records', [
  [
    say(0, record(22, HELLO_13.slice(0, 100), 0x0301) + record(22, HELLO_13.slice(100), 0x0301)),
    `${TCP}:tls`,
    'TLSv1',
    '[Client Hello Fragment], Client Hello',
  ],
]);

say = talk(443);
testCases('TLS: a segment that ends one message and holds others', [
  [
    say(1, record(23, '77'.repeat(60)).slice(0, 60)),
    `${TCP}:tls`,
    'TCP',
    '[TCP segment of a reassembled PDU]',
  ],
  [
    say(1, record(23, '77'.repeat(60)).slice(60) + APPLICATION_DATA),
    `${TCP}:tls:tls`,
    'TLSv1.2',
    'Application Data, Application Data',
    { 'tls.app_data_proto': 'Hypertext Transfer Protocol,Hypertext Transfer Protocol' },
  ],
  [say(0, hexOf('GET / HTTP/1.1\r\n\r\n')), `${TCP}:http`, 'HTTP', 'GET / HTTP/1.1 '],
]);

say = talk(12346);
testCases('TLS: a hello retry, a hello of SSLv2', [
  [
    say(
      1,
      record(
        22,
        message(
          2,
          `0303cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c00130100${vector(2, extension(43, '0304') + extension(51, '0017'))}`,
        ),
      ),
    ),
    `${TCP}:tls`,
    'TLSv1.3',
    'Hello Retry Request',
    { 'tls.handshake.extensions_key_share_selected_group': '23' },
  ],
  [
    tcpFrame(
      50001,
      443,
      `802e 01 0002 0015 0000 0010 010080 020080 030080 040080 050080 060040 070040 ${RANDOM.slice(0, 32)}`,
    ),
    `${TCP}:tls`,
    'SSLv2',
    'Client Hello',
  ],
]);

/** A hello's fields where only the order and the values of its parts matter. */
function helloFields(
  version: string,
  suites: string,
  extensions: string,
  names: string[],
): Record<string, string> {
  const hello = clientHello({ version, suites, extensions });
  return fieldsOf(dissect([tcpFrame(50002, 443, record(22, hello, 0x0301))]), names);
}

test('TLS: JA3 of the example its authors give', () => {
  const extensions = serverName('example.org') + extension(10, '0006001700180019') + extension(11, '0100');
  assert.deepEqual(
    helloFields('0301', '002f00350005000ac009c00ac013c0140032003800130004', extensions, [
      'tls.handshake.ja3_full',
      'tls.handshake.ja3',
    ]),
    {
      'tls.handshake.ja3_full': '769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0',
      'tls.handshake.ja3': 'ada70206e40642a3e4461f35503241d5',
    },
  );
});

test('TLS: JA4 of the example in its description', () => {
  const suites = '0a0a 1301 1302 1303 c02b c02f c02c c030 cca9 cca8 c013 c014 009c 009d 002f 0035';
  const bodies: Record<string, string> = {
    '0000': vector(2, `00${vector(2, hexOf('example.org'))}`),
    '000a': '0008 2a2a 001d 0017 0018',
    '000b': '0100',
    '000d': '0010 0403 0804 0401 0503 0805 0501 0806 0601',
    '0010': vector(2, vector(1, hexOf('h2')) + vector(1, hexOf('http/1.1'))),
    '002b': '06 3a3a 0304 0303',
    '0033': `0024 001d 0020 ${'05'.repeat(32)}`,
  };
  const order = '4a4a 001b 0000 0033 0010 4469 0017 002d 000d 0005 0023 0012 002b ff01 000b 000a 0015'.split(
    ' ',
  );
  const extensions = order.map((type) => type + vector(2, bodies[type] ?? '')).join('');
  assert.deepEqual(helloFields('0303', suites, extensions, ['tls.handshake.ja4', 'tls.handshake.ja4_r']), {
    'tls.handshake.ja4': 't13d1516h2_8daaf6152771_e5627efa2ab1',
    'tls.handshake.ja4_r':
      't13d1516h2_002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9_' +
      '0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_' +
      '0403,0804,0401,0503,0805,0501,0806,0601',
  });
});

test('TLS: any byte of a handshake changed is survived', () => {
  const bytes = bytesOf(WHOLE + record(22, SERVER_HELLO_13) + record(22, CERTIFICATES));
  for (let i = 0; i < bytes.length; i++) {
    const changed = bytes.slice();
    changed[i]! ^= i % 3 === 0 ? 0xff : 0x81;
    treeOf(dissect([tcpFrame(50004, 443, changed)]));
  }
});
