// Messages over several segments that don't come in order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infoColumn } from '../../src/core/columns.ts';
import type { Packet } from '../../src/core/packet.ts';
import { framePath } from '../../src/core/path.ts';
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
