// TURN channels and STUN's transactions, git and rsync: named as tshark does, with what their fields say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { newFrame } from '../../src/files/frame.ts';
import { testAgainstTshark } from './against-tshark.ts';
import { talk } from './conversation.ts';
import { bytesOf, ETHERNET, testCases, udpFrame } from './support.ts';

const COOKIE = '2112a442';
const TRANSACTION = '000102030405060708090a0b';
const head = (type: string, attributes: string): string =>
  `${type}${(attributes.length / 2).toString(16).padStart(4, '0')}${COOKIE}${TRANSACTION}${attributes}`;

const BIND = head('0009', '000c00047fff0000');
const BOUND = head('0109', '802b0008000113970a000001');
const REFUSED = head('0113', `0009000400000401`);
const ALLOCATE = head('0003', '0019000411000000');
const CHANNEL = '7fff0004deadbeef';

testAgainstTshark('TURN', [
  [udpFrame(40000, 3478, BIND), 'eth:ethertype:ip:udp:stun', 'STUN'],
  [udpFrame(40000, 3478, CHANNEL), 'eth:ethertype:ip:udp:stun:data', 'STUN'],
  ...talk(3478, [['>', bytesOf(CHANNEL)]]).map(
    (frame) => [frame, 'eth:ethertype:ip:tcp:stun:data', 'STUN'] as const,
  ),
]);

const UDP = 'eth:ethertype:ip:udp:stun';

testCases('TURN: fields', [
  [
    udpFrame(40000, 3478, BIND),
    UDP,
    'STUN',
    'Channel-Bind Request ChannelNumber=0x7fff',
    { 'stun.att.channelnum': '0x7fff' },
  ],
  [
    udpFrame(40000, 3478, BOUND, true),
    UDP,
    'STUN',
    'Channel-Bind Success Response RESPONSE-ORIGIN: 10.0.0.1:5015',
    { 'stun.att.ipv4': '10.0.0.1', 'stun.att.port': '5015' },
  ],
  [
    udpFrame(40000, 3478, REFUSED, true),
    UDP,
    'STUN',
    'Allocate Error Response error-code: 401 (Unauthenticated)',
    { 'stun.att.error': '1' },
  ],
]);

/** What `read` says of each of these, in order. */
function each<T>(frames: readonly Uint8Array[], read: (p: ReturnType<Dissector['dissect']>) => T): T[] {
  const dissector = new Dissector();
  return frames.map((data, i) => {
    const frame = newFrame();
    Object.assign(frame, { number: i + 1, data, end: data.length, wireLength: data.length });
    frame.linkType = ETHERNET;
    return read(dissector.dissect(frame));
  });
}

test('rsync tells who greets, asks and sends', () => {
  const frames = talk(873, [
    ['<', '@RSYNCD: 31.0 md5\n'],
    ['>', '@RSYNCD: 31.0\n'],
    ['<', 'welcome\n'],
    ['>', '#list'],
    ['<', 'm\tfiles\n'],
    ['<', '@RSYNCD: EXIT\n'],
    ['<', 'rest'],
  ]);
  assert.deepEqual(each(frames, infoColumn), [
    'Server Initialisation (Version 31.0 md5)',
    'Client Initialisation (Version 31.0)',
    'Server MOTD',
    'Client Query',
    'Module list',
    'Final module list',
    'Data',
  ]);
});

testAgainstTshark('git and rsync', [
  ...talk(9418, [
    ['>', '0029git-upload-pack /g\0host=h\0\0version=2\0'],
    ['<', '000eversion 2\n0000'],
  ]).map((frame) => [frame, 'eth:ethertype:ip:tcp:git', 'Git'] as const),
  ...talk(873, [['<', '@RSYNCD: 31.0\n']]).map(
    (frame) => [frame, 'eth:ethertype:ip:tcp:rsync', 'RSYNC'] as const,
  ),
]);

testCases('an allocation: fields', [
  [udpFrame(40000, 3478, ALLOCATE), UDP, 'STUN', 'Allocate Request UDP', { 'stun.att.transp': '0x11' }],
]);
