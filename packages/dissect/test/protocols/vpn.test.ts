import { test } from 'node:test';
import { treeOf } from '../../src/core/tree.ts';
import { dissect, testCases, udpFrame } from './support.ts';
import { HELLO_13, record } from './tls-bytes.ts';

const UDP = 'eth:ethertype:ip:udp';
const SPI_I = '0102030405060708';
const SPI_R = '1112131415161718';

const wireguard = (type: number, bytes: number): string => `0${type}000000${'5a'.repeat(bytes - 4)}`;
testCases('WireGuard on ports of its own', [
  [
    udpFrame(50000, 40000, wireguard(1, 148)),
    `${UDP}:wg`,
    'WireGuard',
    'Handshake Initiation, sender=0x5A5A5A5A',
    { 'wg.type': '1', 'wg.sender': '0x5a5a5a5a' },
  ],
  [
    udpFrame(40000, 50000, wireguard(2, 92), true),
    `${UDP}:wg`,
    'WireGuard',
    'Handshake Response, sender=0x5A5A5A5A, receiver=0x5A5A5A5A',
    { 'wg.type': '2' },
  ],
  [
    udpFrame(50000, 40000, wireguard(4, 32)),
    `${UDP}:wg`,
    'WireGuard',
    'Keepalive, receiver=0x5A5A5A5A, counter=6510615555426900570',
  ],
  [
    udpFrame(50000, 40000, wireguard(4, 96)),
    `${UDP}:wg`,
    'WireGuard',
    'Transport Data, receiver=0x5A5A5A5A, counter=6510615555426900570, datalen=64',
    { 'wg.counter': '6510615555426900570' },
  ],
  [udpFrame(50001, 40001, wireguard(1, 147)), 'eth:ethertype:ip:udp:data', 'UDP', '50001 → 40001 Len=147'],
]);

function ike(
  version: string,
  next: number,
  exchange: number,
  flags: string,
  body: string,
  responder = SPI_R,
): string {
  const clean = body.replace(/\s+/g, '');
  const head = next.toString(16).padStart(2, '0') + version + exchange.toString(16).padStart(2, '0') + flags;
  return `${SPI_I}${responder}${head}00000000${(28 + clean.length / 2).toString(16).padStart(8, '0')}${clean}`;
}

const SA_V2 =
  '22000030 0000002c 01010004 0300000c 0100000c 800e0080 03000008 02000005 03000008 0300000c 00000008 0400001f';
const KEY = `28000028 001f0000 ${'66'.repeat(32)}`;
const NONCE = `00000014 ${'77'.repeat(16)}`;
const UNSET = '0000000000000000';
testCases('IKE', [
  [
    udpFrame(500, 500, ike('20', 33, 34, '08', SA_V2 + KEY + NONCE, UNSET)),
    `${UDP}:isakmp`,
    'ISAKMP',
    'IKE_SA_INIT MID=00 Initiator Request',
    {
      'isakmp.ispi': SPI_I,
      'isakmp.exchangetype': '34',
      'isakmp.version': '0x20',
      'isakmp.tf.id.encr': '12',
      'isakmp.tf.id.dh': '31',
      'isakmp.nonce': '77'.repeat(16),
    },
  ],
  [
    udpFrame(500, 500, ike('20', 46, 35, '08', `2300002c ${'88'.repeat(40)}`)),
    `${UDP}:isakmp`,
    'ISAKMP',
    'IKE_AUTH MID=00 Initiator Request',
  ],
  [
    udpFrame(
      500,
      500,
      ike(
        '10',
        1,
        2,
        '00',
        '00000038 00000001 00000001 0000002c 01010001 00000024 01010000 80010007 800e0080 80020002 80040002 80030001 800b0001 000c0004 00015180',
        UNSET,
      ),
    ),
    `${UDP}:isakmp`,
    'ISAKMP',
    'Identity Protection (Main Mode)',
  ],
  [
    udpFrame(500, 500, ike('10', 8, 2, '01', '99'.repeat(32))),
    `${UDP}:isakmp`,
    'ISAKMP',
    'Identity Protection (Main Mode)',
  ],
  [
    udpFrame(4500, 4500, `00000000 ${ike('20', 46, 37, '08', `0000001c ${'88'.repeat(24)}`)}`),
    'eth:ethertype:ip:udp:udpencap:isakmp',
    'ISAKMP',
    'INFORMATIONAL MID=00 Initiator Request',
  ],
  [udpFrame(4500, 4500, 'ff'), 'eth:ethertype:ip:udp:udpencap', 'UDPENCAP', 'NAT-keepalive'],
  [
    udpFrame(4500, 4500, `c0ffee01 00000001 ${'aa'.repeat(48)}`),
    'eth:ethertype:ip:udp:udpencap:esp',
    'ESP',
    'ESP (SPI=0xc0ffee01)',
    { 'esp.spi': '0xc0ffee01' },
  ],
]);

const SESSION = 'deadbeef01020304';
const PEER = '0908070605040302';
const HELLO = record(22, HELLO_13, 0x0301);
testCases('OpenVPN', [
  [
    udpFrame(50000, 1194, `38 ${SESSION} 00 00000000`),
    `${UDP}:openvpn`,
    'OpenVPN',
    'MessageType: P_CONTROL_HARD_RESET_CLIENT_V2',
    { 'openvpn.opcode': '0x07', 'openvpn.sessionid': '16045690981114315524' },
  ],
  [
    udpFrame(1194, 50000, `40 ${PEER} 01 00000000 ${SESSION} 00000000`, true),
    `${UDP}:openvpn`,
    'OpenVPN',
    'MessageType: P_CONTROL_HARD_RESET_SERVER_V2',
  ],
  [
    udpFrame(50000, 1194, `28 ${SESSION} 01 00000000 ${PEER}`),
    `${UDP}:openvpn`,
    'OpenVPN',
    'MessageType: P_ACK_V1',
  ],
  [
    udpFrame(50000, 1194, `20 ${SESSION} 00 00000001 ${HELLO.slice(0, 200)}`),
    'eth:ethertype:ip:udp:openvpn',
    'OpenVPN',
    'MessageType: P_CONTROL_V1',
  ],
  [
    udpFrame(50000, 1194, `20 ${SESSION} 00 00000002 ${HELLO.slice(200)}`),
    'eth:ethertype:ip:udp:openvpn:tls',
    'TLSv1',
    'Client Hello',
  ],
  [
    udpFrame(50000, 1194, `48 000001 ${'bb'.repeat(64)}`),
    `${UDP}:openvpn`,
    'OpenVPN',
    'MessageType: P_DATA_V2',
    { 'openvpn.peerid': '1' },
  ],
]);

test('IKE: any byte changed is survived', () => {
  const frame = udpFrame(500, 500, ike('20', 33, 34, '08', SA_V2 + KEY + NONCE, UNSET));
  for (let i = 42; i < frame.length; i++) {
    const changed = frame.slice();
    changed[i]! ^= 0xff;
    treeOf(dissect([changed]));
  }
});
