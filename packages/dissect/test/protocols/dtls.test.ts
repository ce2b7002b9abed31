import { bytesOf, testCases, udpFrame } from './support.ts';
import { CERTIFICATE, extension, RANDOM, serverName, vector } from './tls-bytes.ts';

const UDP = 'eth:ethertype:ip:udp';
const hex = (value: number, bytes: number): string => value.toString(16).padStart(bytes * 2, '0');

/** One side's records: their numbers count up. */
function sender(version = 'fefd') {
  let sequence = 0;
  return (type: number, body: string, epoch = 0): string =>
    `${hex(type, 1)}${version}${hex(epoch, 2)}${hex(sequence++, 6)}${vector(2, body)}`;
}

/** The piece [from, to) of a message, by default all of it. */
function piece(type: number, sequence: number, body: string, from = 0, to = body.length / 2): string {
  const head = hex(type, 1) + hex(body.length / 2, 3) + hex(sequence, 2) + hex(from, 3) + hex(to - from, 3);
  return head + body.slice(from * 2, to * 2);
}

const hello = (cookie: string): string =>
  `fefd${RANDOM}00${vector(1, cookie)}0004c02bc02c0100${vector(2, serverName('www.example.org') + extension(10, '0002001d'))}`;
const serverHello = `fefd${RANDOM}00c02b00`;
const certificates = vector(3, vector(3, CERTIFICATE));

const client = sender();
const server = sender();
const up = (...records: string[]): Uint8Array => udpFrame(50000, 40000, bytesOf(records.join('')));
const down = (...records: string[]): Uint8Array => udpFrame(40000, 50000, bytesOf(records.join('')), true);
const FLIGHT = 'Encrypted Handshake Message';

testCases('DTLS 1.2 handshake on ports of its own', [
  [
    up(client(22, piece(1, 0, hello('')))),
    `${UDP}:dtls`,
    'DTLS',
    'Client Hello',
    {
      'dtls.record.content_type': '22',
      'dtls.record.epoch': '0',
      'dtls.record.sequence_number': '0',
      'dtls.handshake.type': '1',
      'dtls.handshake.version': '0xfefd',
      'dtls.handshake.message_seq': '0',
      'dtls.handshake.fragment_offset': '0',
      'dtls.handshake.extensions_server_name': 'www.example.org',
    },
  ],
  [
    down(server(22, piece(3, 0, 'feff040a0b0c0d'))),
    `${UDP}:dtls`,
    'DTLSv1.2',
    'Hello Verify Request',
    { 'dtls.handshake.cookie': '0a0b0c0d' },
  ],
  [up(client(22, piece(1, 1, hello('0a0b0c0d')))), `${UDP}:dtls`, 'DTLSv1.2', 'Client Hello'],
  [
    down(server(22, piece(2, 1, serverHello)), server(22, piece(11, 2, certificates, 0, 200))),
    `${UDP}:dtls`,
    'DTLSv1.2',
    'Server Hello, Certificate (Fragment)',
  ],
  [
    down(
      server(22, piece(11, 2, certificates, 200, 300)),
      server(22, piece(11, 2, certificates, 300)),
      server(22, piece(14, 3, '')),
    ),
    `${UDP}:dtls${':x509sat'.repeat(6)}${':x509ce'.repeat(4)}:pkix1implicit:x509ce`,
    'DTLSv1.2',
    'Certificate (Fragment), Certificate (Reassembled), Server Hello Done',
    { 'x509ce.dNSName': 'www.example.org,example.org' },
  ],
  [
    up(client(22, piece(16, 2, `20${'0a'.repeat(32)}`)), client(20, '01'), client(22, '99'.repeat(40), 1)),
    `${UDP}:dtls`,
    'DTLSv1.2',
    `Client Key Exchange, Change Cipher Spec, ${FLIGHT}`,
  ],
  [
    down(server(20, '01'), server(22, '98'.repeat(40), 1)),
    `${UDP}:dtls`,
    'DTLSv1.2',
    `Change Cipher Spec, ${FLIGHT}`,
  ],
  [up(client(23, '97'.repeat(30), 1)), `${UDP}:dtls`, 'DTLSv1.2', 'Application Data'],
  [down(server(21, '0100')), `${UDP}:dtls`, 'DTLSv1.2', 'Alert (Level: Warning, Description: Close Notify)'],
]);

const first = sender('feff');
testCases('DTLS 1.0 and what is none', [
  [
    udpFrame(50001, 4433, first(22, piece(1, 0, hello('').replace('fefd', 'feff')))),
    `${UDP}:dtls`,
    'DTLS',
    'Client Hello',
  ],
  [
    udpFrame(50002, 4433, '16 fefb 0000 000000000000 0004 01020304'),
    `${UDP}:data`,
    'UDP',
    '50002 → 4433 Len=17',
  ],
  [udpFrame(50002, 853, '16 03'), `${UDP}:dtls`, 'DTLS', '[Malformed Packet]'],
]);
