// TURN channels and STUN's transactions, git and rsync: named as tshark does, with what their fields say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import type { Packet } from '../../src/core/packet.ts';
import { newFrame } from '../../src/files/frame.ts';
import { CounterTree } from '../../src/stats/counter-tree.ts';
import { TREES } from '../../src/stats/trees/index.ts';
import { testAgainstTshark } from './against-tshark.ts';
import { talk } from './conversation.ts';
import { bytesOf, ETHERNET, join, testCases, udpFrame } from './support.ts';

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

test('STUN that the capture cut is still STUN, and nothing behind its end is read', () => {
  const whole = udpFrame(40000, 3478, ALLOCATE);
  const cut = (bytes: number): string => {
    const frame = newFrame();
    const end = whole.length - bytes;
    // Of the bytes behind the end, which are those of another frame, none counts.
    const data = join(whole.subarray(0, end), bytesOf('ff'.repeat(bytes)));
    Object.assign(frame, { number: 1, data, end, wireLength: whole.length, linkType: ETHERNET });
    const p = new Dissector().dissect(frame);
    return `${p.protocols[p.count - 1]?.name} ${infoColumn(p)}`;
  };
  assert.equal(cut(0), 'stun Allocate Request UDP');
  assert.equal(cut(4), '_ws.short Allocate Request[Packet size limited during capture]');
  // Not even the transaction is there.
  assert.match(cut(16), /^data /);
});

test('request sequences: pages that refer to each other have an end', () => {
  const definition = TREES.find(({ name }) => name === 'http_seq,tree')!;
  const tree = new CounterTree();
  const add = definition.start(tree);
  const asked = Array.from({ length: 2000 }, (_, i) => {
    const [page, from] = i % 2 === 0 ? ['b', 'a'] : ['a', 'b'];
    return ['>', `GET /${page} HTTP/1.1\r\nHost: h\r\nReferer: http://h/${from}\r\n\r\n`] as const;
  });
  each(talk(80, asked), add);
  let depth = 0;
  for (let node = tree.root; node.children.length > 0; node = node.children[0]!) depth++;
  assert.ok(depth > 100 && depth < 250, `${depth}`);
});

/** What `read` says of each of these, in order. */
function each<T>(frames: readonly Uint8Array[], read: (p: Packet) => T): T[] {
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
