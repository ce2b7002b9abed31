import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, deflateRawSync } from 'node:zlib';
import { framePath } from '../../src/core/path.ts';
import { talk } from './conversation.ts';
import { bytesOf, dissect, fieldsOf, join, testCases } from './support.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const HANDSHAKE = [
  ['>', 'GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'],
  ['<', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'],
] as const;

const [open, accept, hello, close] = talk(80, [
  ...HANDSHAKE,
  // RFC 6455 §5.7: a masked text message "Hello".
  ['>', bytesOf('818537fa213d7f9f4d5158')],
  ['<', bytesOf('880503e8627965')],
]);
const PATH = 'eth:ethertype:ip:tcp:http:websocket';

testCases('WebSocket', [
  [open!, 'eth:ethertype:ip:tcp:http', 'HTTP', 'GET /ws HTTP/1.1 '],
  [accept!, 'eth:ethertype:ip:tcp:http', 'HTTP', 'HTTP/1.1 101 Switching Protocols '],
  [
    hello!,
    `${PATH}:data-text-lines`,
    'WebSocket',
    'WebSocket Text [FIN] [MASKED]',
    {
      'websocket.opcode': '1',
      'websocket.mask': '1',
      'websocket.payload.text': 'Hello',
      'websocket.masking_key': '37fa213d',
    },
  ],
  [
    close!,
    PATH,
    'WebSocket',
    'WebSocket Connection Close [FIN] ',
    { 'websocket.payload.close.status_code': '1000', 'websocket.payload.close.reason': 'bye' },
  ],
]);

test('fragments are put together, frames over segments too', () => {
  const frames = talk(80, [
    ...HANDSHAKE,
    ['<', join(bytesOf('0103'), text('Hel'))],
    ['<', bytesOf('80')],
    ['<', join(bytesOf('02'), text('lo'))],
  ]);
  assert.equal(framePath(dissect(frames.slice(0, 3))), PATH);
  const p = dissect(frames);
  assert.equal(framePath(p), `${PATH}:data-text-lines`);
  assert.equal(fieldsOf(p, ['websocket.payload.text'])['websocket.payload.text'], 'Hello');
});

test('compressed messages go on with the window of those before (RFC 7692 §7.2.3.3)', () => {
  // What the section gives: "Hello", then "Hello" again with the window kept.
  const frames = talk(80, [
    ...HANDSHAKE,
    ['<', bytesOf('c107f248cdc9c90700')],
    ['<', bytesOf('c105f200110000')],
  ]);
  for (const last of [frames.slice(0, 3), frames])
    assert.equal(fieldsOf(dissect(last), ['websocket.payload.text'])['websocket.payload.text'], 'Hello');
  const long = deflateRawSync('x'.repeat(300), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const p = dissect(talk(80, [...HANDSHAKE, ['<', join(Uint8Array.from([0xc1, long.length]), long)]]));
  assert.equal(fieldsOf(p, ['websocket.payload.text'])['websocket.payload.text'], 'x'.repeat(300));
});

test('a frame in the same segment as the handshake leaves the handshake as it is', () => {
  const accept = new TextEncoder().encode(HANDSHAKE[1][1]);
  const p = dissect(talk(80, [HANDSHAKE[0], ['<', join(accept, bytesOf('810568656c6c6f'))]]));
  assert.equal(framePath(p), `${PATH}:data-text-lines`);
  assert.deepEqual(fieldsOf(p, ['http.response.code', 'websocket.payload.text']), {
    'http.response.code': '101',
    'websocket.payload.text': 'hello',
  });
});
