import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framePath } from '../../src/core/path.ts';
import { HpackDecoder } from '../../src/protocols/http/http2/hpack.ts';
import { talk } from './conversation.ts';
import { bytesOf, dissect, fieldsOf, join, testCases } from './support.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const PREFACE = text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const SETTINGS = bytesOf('000006 04 00 00000000 0003 00000064');

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const head = new Uint8Array(9);
  head[2] = payload.length;
  head[3] = type;
  head[4] = flags;
  head[8] = stream;
  return join(head, payload);
}

/** RFC 7541 Appendix C.4: three requests with Huffman coding, on one dynamic table. */
test('HPACK: the examples of RFC 7541 C.4 and C.6', () => {
  const requests = new HpackDecoder();
  const read = (decoder: HpackDecoder, hex: string): string[] => {
    const block = bytesOf(hex);
    return decoder.read(block, 0, block.length).map(({ name, value }) => `${name}: ${value}`);
  };
  assert.deepEqual(read(requests, '828684418cf1e3c2e5f23a6ba0ab90f4ff'), [
    ':method: GET',
    ':scheme: http',
    ':path: /',
    ':authority: www.example.com',
  ]);
  assert.deepEqual(read(requests, '828684be5886a8eb10649cbf').slice(3), [
    ':authority: www.example.com',
    'cache-control: no-cache',
  ]);
  assert.deepEqual(read(requests, '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf').slice(3), [
    ':authority: www.example.com',
    'custom-key: custom-value',
  ]);
  const responses = new HpackDecoder();
  assert.deepEqual(
    read(
      responses,
      '488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3',
    ),
    [
      ':status: 302',
      'cache-control: private',
      'date: Mon, 21 Oct 2013 20:13:21 GMT',
      'location: https://www.example.com',
    ],
  );
});

test('HPACK: every cut and every byte changed is survived', () => {
  const block = bytesOf('828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf');
  for (let length = 0; length < block.length; length++) new HpackDecoder().read(block, 0, length);
  for (let i = 0; i < block.length; i++)
    for (let value = 0; value < 256; value++) {
      const changed = block.slice();
      changed[i] = value;
      new HpackDecoder().read(changed, 0, changed.length);
    }
});

const TCP = 'eth:ethertype:ip:tcp:http:http2';
const [preface, request, reply] = talk(80, [
  ['>', join(PREFACE, SETTINGS)],
  ['>', frame(1, 5, 1, join(bytesOf('828684 41 07'), text('example')))],
  [
    '<',
    join(
      frame(1, 4, 1, join(bytesOf('88 5f 0a'), text('text/plain'))),
      frame(0, 0, 1, text('abc')),
      frame(0, 1, 1, text('def')),
    ),
  ],
]);

testCases('HTTP/2', [
  [
    preface!,
    TCP,
    'HTTP2',
    'Magic, SETTINGS[0]',
    { 'http2.type': '4', 'http2.settings.max_concurrent_streams': '100' },
  ],
  [
    request!,
    TCP,
    'HTTP2',
    'HEADERS[1]: GET /',
    {
      'http2.headers.method': 'GET',
      'http2.headers.authority': 'example',
      'http2.request.full_uri': 'http://example/',
      'http2.header.count': '4',
      'http2.header.name': ':method,:scheme,:path,:authority',
      'http2.flags': '0x05',
    },
  ],
  [
    reply!,
    `${TCP}:data-text-lines`,
    'HTTP2',
    'HEADERS[1]: 200 OK, DATA[1], DATA[1] (text/plain)',
    { 'http2.headers.status': '200', 'http2.headers.content_type': 'text/plain', 'http2.streamid': '1,1,1' },
  ],
]);

test('with prior knowledge on any port, and frames over segments', () => {
  const hello = join(PREFACE, SETTINGS);
  const frames = talk(50051, [
    ['>', hello],
    ['<', SETTINGS.slice(0, 5)],
    ['<', SETTINGS.slice(5)],
  ]);
  assert.equal(framePath(dissect(frames)), 'eth:ethertype:ip:tcp:http2');
});

test('after an upgrade to h2c', () => {
  const frames = talk(80, [
    [
      '>',
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\n\r\n',
    ],
    ['<', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
    ['<', SETTINGS],
  ]);
  assert.equal(framePath(dissect(frames)), TCP);
});

test('a header block over CONTINUATION frames', () => {
  const block = join(bytesOf('828684 41 07'), text('example'));
  const frames = talk(80, [
    ['>', PREFACE],
    ['>', join(frame(1, 1, 1, block.slice(0, 4)), frame(9, 4, 1, block.slice(4)))],
  ]);
  assert.equal(fieldsOf(dissect(frames), ['http2.headers.authority'])['http2.headers.authority'], 'example');
});

// A size update, then each representation of RFC 7541 §6; PRIORITY, WINDOW_UPDATE and PUSH_PROMISE with their own fields.
test('how each header field stands in its block, and fields of the other frames, as tshark gives them', () => {
  const string = (s: string): Uint8Array => join(new Uint8Array([s.length]), text(s));
  const field = (first: string, ...strings: string[]): Uint8Array =>
    join(bytesOf(first), ...strings.map(string));
  const block = join(
    bytesOf('20 3fe11f 82 86'),
    field('44', '/a%20b'),
    field('41', 'example'),
    field('40', 'x-new', '1'),
    field('04', '/%zz'),
    field('00', 'x-plain', '2'),
    field('10', 'x-secret', '3'),
    field('1f 08', 'token'),
  );
  const frames = talk(80, [
    ['>', PREFACE],
    [
      '>',
      join(
        frame(1, 5, 1, block),
        frame(2, 0, 3, bytesOf('80000001 c8')),
        frame(8, 0, 0, bytesOf('00000400')),
        frame(5, 4, 1, bytesOf('00000002 82')),
      ),
    ],
  ]);
  const literalText = 'Literal Header Field';
  const expected = {
    'http2.header.repr': [
      'Indexed Header Field',
      'Indexed Header Field',
      `${literalText} with Incremental Indexing - Indexed Name`,
      `${literalText} with Incremental Indexing - Indexed Name`,
      `${literalText} with Incremental Indexing - New Name`,
      `${literalText} without Indexing - Indexed Name`,
      `${literalText} without Indexing - New Name`,
      `${literalText} never Indexed - New Name`,
      `${literalText} never Indexed - Indexed Name`,
      'Indexed Header Field',
    ].join(','),
    'http2.header.index': '2,6,4,1,4,23,2',
    'http2.header.name.length': '7,7,5,10,5,5,7,8,13,7',
    'http2.header.value.length': '3,4,6,7,1,4,1,1,5,3',
    'http2.header.unescaped': 'GET,http,/a b,example,1,2,3,token,GET',
    'http2.headers.weight': '200',
    'http2.headers.weight_real': '201',
    'http2.window_update.r': '0x00000000',
    'http2.push_promise.r': '0x00000000',
    'http2.push_promise.header': '82',
    'http2.pad_length': '0,0',
  };
  assert.deepEqual(fieldsOf(dissect(frames), Object.keys(expected)), expected);
});
