// Messages over several segments that don't come in order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoColumn } from '../../src/core/columns.ts';
import type { Packet } from '../../src/core/packet.ts';
import { framePath } from '../../src/core/path.ts';
import { type TreeNode, treeOf } from '../../src/core/tree.ts';
import { ACK, FIN } from '../../src/flows/tcp-analysis.ts';
import { conversation } from './segments.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n';
const PART = 'ten bytes.';
const at = (part: number): number => 1 + HEAD.length + part * PART.length;

const path = (p: Packet): string => framePath(p).replace('eth:ethertype:ip:tcp', '');

test('a segment that comes late fills its gap in the message', () => {
  const seen = conversation(
    80,
    [
      { way: '<', seq: 1, body: HEAD },
      { way: '<', seq: at(1), body: PART, ms: 1 },
      { way: '<', seq: at(0), body: PART, ms: 2 },
      { way: '<', seq: at(2), body: PART, ms: 3 },
    ],
    (p) => ({ path: path(p), isPart: p.isPartOfMessage, info: infoColumn(p) }),
  );
  assert.equal(seen[3]!.path, ':http:data');
  assert.match(seen[2]!.info, /^\[TCP Out-Of-Order\] .* \[TCP segment of a reassembled PDU\]$/);
  assert.deepEqual(
    seen.map(({ isPart }) => isPart),
    [true, true, true, false],
  );
});

test('as in Wireshark, a late segment that would make the message whole shows none', () => {
  const seen = conversation(
    80,
    [
      { way: '<', seq: 1, body: HEAD },
      { way: '<', seq: at(0), body: PART, ms: 1 },
      { way: '<', seq: at(2), body: PART, ms: 2 },
      { way: '<', seq: at(1), body: PART, ms: 3 },
      { way: '<', seq: at(3), body: HEAD + PART + PART + PART, ms: 40 },
    ],
    path,
  );
  assert.deepEqual(seen.slice(3), ['', ':http:data']);
});

test('a late segment of no message is not read', () => {
  const seen = conversation(
    80,
    [
      { way: '<', seq: 1, body: HEAD + PART + PART + PART },
      { way: '<', seq: 1001, body: HEAD + PART + PART + PART, ms: 1 },
      { way: '<', seq: 501, body: HEAD + PART + PART + PART, ms: 2 },
    ],
    path,
  );
  assert.deepEqual(seen, [':http:data', ':http:data', '']);
});

test('what lasts until the end of the stream is whole with the FIN, in order or not', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n';
  const seen = conversation(
    80,
    [
      { way: '<', seq: 1, body: head },
      { way: '<', seq: 1 + head.length + 10, body: PART, ms: 1 },
      { way: '<', seq: 1 + head.length, body: PART, ms: 2 },
      { way: '<', seq: 1 + head.length + 20, flags: ACK | FIN, ms: 3 },
    ],
    path,
  );
  assert.equal(seen[3], ':http:data-text-lines');
});

/** The lines of a layer, or of the fields of one name, whatever they stand under. */
function linesOf(nodes: readonly TreeNode[], name: string): string[] {
  return nodes.flatMap((node) => [
    ...(node.name === name ? [node.text] : []),
    ...linesOf(node.children, name),
  ]);
}

test('a message of several segments tells which frames brought which bytes of it', () => {
  const seen = conversation(
    80,
    [
      { way: '<', seq: 1, body: HEAD },
      { way: '<', seq: at(1), body: PART, ms: 1 },
      { way: '<', seq: at(0), body: PART, ms: 2 },
      // The end of one message and the beginning of the next.
      { way: '<', seq: at(2), body: PART + HEAD, ms: 3 },
    ],
    (p) => {
      const tree = treeOf(p);
      return {
        message: linesOf(tree, 'tcp.segments'),
        pieces: linesOf(tree, 'tcp.segment'),
        counts: [...linesOf(tree, 'tcp.segment.count'), ...linesOf(tree, 'tcp.reassembled.length')],
        data: linesOf(tree, 'tcp.segment_data'),
      };
    },
  );
  const [first, ahead, late, last] = seen;
  const head = HEAD.length;
  assert.deepEqual(
    [first, ahead, late].map((each) => each!.data),
    [[`TCP segment data (${head} bytes)`], ['TCP segment data (10 bytes)'], ['TCP segment data (10 bytes)']],
  );
  assert.deepEqual(late!.message, []);
  assert.deepEqual(last!.message, [
    `[4 Reassembled TCP Segments (${head + 30} bytes): #1(${head}), #3(10), #2(10), #4(10)]`,
  ]);
  assert.deepEqual(last!.pieces, [
    `[Frame: 1, payload: 0-${head - 1} (${head} bytes)]`,
    `[Frame: 3, payload: ${head}-${head + 9} (10 bytes)]`,
    `[Frame: 2, payload: ${head + 10}-${head + 19} (10 bytes)]`,
    `[Frame: 4, payload: ${head + 20}-${head + 29} (10 bytes)]`,
  ]);
  assert.deepEqual(last!.counts, ['[Segment count: 4]', `[Reassembled TCP length: ${head + 30}]`]);
  assert.deepEqual(last!.data, ['TCP segment data (10 bytes)', `TCP segment data (${head} bytes)`]);
});

test('many small segments count with what they take to be told apart, until their message is whole', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n';
  const message = (seq: number) => [
    { way: '<' as const, seq, body: head },
    ...Array.from({ length: 1000 }, (_, i) => ({ way: '<' as const, seq: seq + head.length + i, body: 'x' })),
  ];
  const [once, twice] = [1, 2].map((count) => {
    const length = head.length + 1000;
    const segments = Array.from({ length: count }, (_, i) => message(1 + i * length)).flat();
    return conversation(80, segments, (p) => p.session.streams.mostBytes).at(-1)!;
  });
  assert.ok(once! > 20_000, String(once));
  assert.equal(twice, once);
});
