import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  brotliCompressSync,
  brotliDecompressSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { infoColumn, protocolColumn } from '../../src/core/columns.ts';
import { Dissector } from '../../src/core/dissector.ts';
import { framePath } from '../../src/core/path.ts';
import { treeOf } from '../../src/core/tree.ts';
import { closing, response, talk } from './conversation.ts';
import { dissect, ETHERNET, fieldsOf, join, testCases, udpFrame } from './support.ts';

const TCP = 'eth:ethertype:ip:tcp';
const GET = 'GET /a?b=c&d HTTP/1.1\r\nHost: h.example\r\nUser-Agent: test\r\nCookie: x=1; y=2\r\n\r\n';
const text = (s: string): Uint8Array => new TextEncoder().encode(s);

const [request, reply] = talk(80, [
  ['>', GET],
  ['<', response('text/html; charset=utf-8', '<p>hi</p>\n', 'Server: s\r\nSet-Cookie: z=3\r\n')],
]);

testCases('HTTP', [
  [
    request!,
    `${TCP}:http`,
    'HTTP',
    'GET /a?b=c&d HTTP/1.1 ',
    {
      'http.request.method': 'GET',
      'http.request.uri': '/a?b=c&d',
      'http.request.uri.path': '/a',
      'http.request.uri.query': 'b=c&d',
      'http.request.uri.query.parameter': 'b=c,d',
      'http.request.version': 'HTTP/1.1',
      'http.host': 'h.example',
      'http.user_agent': 'test',
      'http.cookie': 'x=1; y=2',
      'http.cookie_pair': 'x=1,y=2',
      'http.request.full_uri': 'http://h.example/a?b=c&d',
      'http.request': '1',
      'http.request_number': '1',
    },
  ],
  [
    reply!,
    `${TCP}:http:data-text-lines`,
    'HTTP',
    'HTTP/1.1 200 OK  (text/html)',
    {
      'http.response.code': '200',
      'http.response.phrase': 'OK',
      'http.content_type': 'text/html; charset=utf-8',
      'http.content_length': '10',
      'http.server': 's',
      'http.set_cookie': 'z=3',
      'http.request_in': '1',
      'http.time': '1.000000000',
      'http.response_for.uri': 'http://h.example/a?b=c&d',
    },
  ],
]);

/** Path, Protocol and Info of every frame of a conversation. */
function told(frames: readonly Uint8Array[]): string[][] {
  return frames.map((_, i) => {
    const p = dissect(frames.slice(0, i + 1));
    return [framePath(p).slice(TCP.length), protocolColumn(p), infoColumn(p)];
  });
}

test('a body over several segments is read when it is whole, headers over segments too', () => {
  const whole = response('application/json', '{"a":[1,2,3]}');
  const frames = talk(80, [
    ['>', GET.slice(0, 20)],
    ['>', GET.slice(20)],
    ['<', whole.slice(0, 30)],
    ['<', whole.slice(30, 70)],
    ['<', whole.slice(70)],
  ]);
  assert.deepEqual(
    told(frames).map(([path, column]) => [path, column]),
    [
      ['', 'TCP'],
      [':http', 'HTTP'],
      ['', 'TCP'],
      ['', 'TCP'],
      [':http:json', 'HTTP/JSON'],
    ],
  );
});

test('pipelined messages in one segment each have their tree, and one place in the path', () => {
  const frames = talk(80, [
    ['>', GET + GET],
    ['<', join(response('text/plain', 'one'), response('application/json', '{}'))],
  ]);
  const p = dissect(frames);
  assert.equal(framePath(p), `${TCP}:http:data-text-lines:json`);
  assert.equal(protocolColumn(p), 'HTTP/JSON');
  assert.equal(
    infoColumn(p),
    'HTTP/1.1 200 OK  (text/plain)HTTP/1.1 200 OK , JavaScript Object Notation (application/json)',
  );
  assert.deepEqual(fieldsOf(p, ['http.response_number', 'http.file_data']), {
    'http.response_number': '2,3',
    'http.file_data': 'one,{}',
  });
  assert.equal(treeOf(p).filter((node) => node.name === 'http').length, 2);
});

test('the length of a body is that of its bytes, whatever text they decode to', () => {
  const bodies = [
    [0x61, 0xe2, 0x82, 0x62],
    [0xef, 0xbb, 0xbf, 0x61],
    [0xef, 0xbf, 0xbd],
    [0xff, 0xfe, 0x00, 0xf0, 0x9f],
  ];
  for (const body of bodies) {
    const p = dissect(talk(80, [['<', response('application/octet-stream', Uint8Array.from(body))]]));
    const lines = treeOf(p).find(({ name }) => name === 'http')!.children;
    const line = lines.find(({ name }) => name === 'http.file_data')!;
    assert.equal(line.text, `File Data: ${body.length} bytes`);
  }
});

test('a long line of text is cut to 239 bytes of UTF-8, never within a character', () => {
  const line = (text: string): string => {
    const p = dissect(talk(80, [['<', response('text/plain', Buffer.from(text))]]));
    return treeOf(p).find(({ name }) => name === 'data-text-lines')!.children[0]!.text;
  };
  assert.equal(line('a'.repeat(239)), 'a'.repeat(239));
  assert.equal(line('a'.repeat(240)), ` [truncated]${'a'.repeat(226)}`);
  assert.equal(line('א'.repeat(119)), 'א'.repeat(119));
  assert.equal(line('א'.repeat(120)), ` [truncated]${'א'.repeat(113)}`);
  assert.equal(line(`a${'😀'.repeat(100)}`), ` [truncated]a${'😀'.repeat(56)}`);
});

test('chunked bodies, with an extension and a trailer, over segments', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n';
  const frames = talk(80, [
    ['>', GET],
    ['<', `${head}5;x=y\r\nhel`],
    ['<', 'lo\r\n'],
    ['<', '1\r\n!\r\n0\r\nT: v\r\n'],
    ['<', '\r\n'],
  ]);
  assert.equal(told(frames.slice(0, 4))[3]![1], 'TCP');
  const p = dissect(frames);
  assert.equal(framePath(p), `${TCP}:http:data-text-lines`);
  assert.deepEqual(fieldsOf(p, ['http.file_data', 'http.chunk_size', 'http.chunk_boundary']), {
    'http.file_data': 'hello!',
    'http.chunk_size': '5,1,0',
    'http.chunk_boundary': '0d0a,0d0a',
  });
});

test('without a length the body lasts until the server closes, with data or without', () => {
  const head = 'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n';
  for (const last of ['the end', '']) {
    const frames = talk(80, [
      ['>', GET],
      ['<', `${head}begin, `],
      ['<', last],
    ]);
    assert.equal(framePath(dissect(frames.slice(0, 2))), TCP);
    const p = dissect([...frames.slice(0, 2), closing(frames[2]!)]);
    assert.equal(framePath(p), `${TCP}:http:data-text-lines`);
    assert.equal(fieldsOf(p, ['http.file_data'])['http.file_data'], `begin, ${last}`);
  }
});

test('what has no body takes none: HEAD, 304, 100', () => {
  const bodiless = 'Content-Type: text/html\r\nContent-Length: 1000\r\n\r\n';
  const frames = talk(80, [
    ['>', 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['<', `HTTP/1.1 200 OK\r\n${bodiless}`],
    ['>', GET],
    ['<', `HTTP/1.1 304 Not Modified\r\n${bodiless}`],
    ['>', GET],
    ['<', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['<', response('text/plain', 'x')],
  ]);
  assert.deepEqual(
    told(frames).map(([path]) => path),
    [':http', ':http', ':http', ':http', ':http', ':http', ':http:data-text-lines'],
  );
});

test('compressed bodies are unpacked: for their reader, and for the fields', () => {
  const packed = gzipSync('{"a":1}');
  const p = dissect(talk(80, [['<', response('application/json', packed, 'Content-Encoding: gzip\r\n')]]));
  assert.equal(framePath(p), `${TCP}:http:json`);
  assert.equal(fieldsOf(p, ['http.file_data'])['http.file_data'], '{"a":1}');
  const html = dissect(
    talk(80, [['<', response('text/html', gzipSync('<b>x</b>'), 'Content-Encoding: gzip\r\n')]]),
  );
  assert.ok(
    treeOf(html)
      .at(-1)!
      .children.some((line) => line.text === '<b>x</b>'),
  );
  const unknown = dissect(talk(80, [['<', response('text/html', 'xyz', 'Content-Encoding: zstd\r\n')]]));
  assert.equal(framePath(unknown), `${TCP}:http:data`);
});

test('Brotli and Zstandard are taken off by who can: in HTTP/1.1, for the reader and for the fields', () => {
  for (const [coding, pack] of [
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const) {
    const asked: string[] = [];
    const unpack = (name: 'br' | 'zstd', packed: Uint8Array): Uint8Array => {
      asked.push(name);
      return name === 'br' ? brotliDecompressSync(packed) : zstdDecompressSync(packed);
    };
    const packed = pack('{"a":1}');
    const frames = talk(80, [['<', response('application/json', packed, `Content-Encoding: ${coding}\r\n`)]]);
    const p = dissect(frames, ETHERNET, new Dissector({ unpack }));
    assert.equal(framePath(p), `${TCP}:http:json`);
    assert.equal(fieldsOf(p, ['http.file_data'])['http.file_data'], '{"a":1}');
    assert.ok(asked.every((name) => name === coding));
    const refused = dissect(frames, ETHERNET, new Dissector({ unpack: () => null }));
    assert.equal(framePath(refused), `${TCP}:http:data`);
  }
});

test('readers by media type and by content', () => {
  const png = join(
    Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
    text('\0\0\0\rIHDR12345678'),
    new Uint8Array(9),
  );
  const cases: readonly (readonly [string, string | Uint8Array, string])[] = [
    ['text/css', 'a', ':data-text-lines'],
    ['TEXT/HTML ; a=b', 'a', ':data-text-lines'],
    ['application/javascript', 'a', ':media'],
    ['application/octet-stream', 'a', ':data'],
    ['application/soap+xml', '<a/>', ':xml'],
    ['image/svg+xml', '<a/>', ':xml'],
    ['application/x-www-form-urlencoded', 'a=b', ':urlencoded-form'],
    ['image/png', png, ':png'],
    ['application/foo', png, ':png'],
    ['image/gif', 'no image', ':media'],
    ['application/json', '{"a":1}\n', ':json'],
    ['application/json', '{"a":1} x', ':json:data-text-lines'],
    ['application/json', 'true', ':json:data-text-lines'],
    [
      'multipart/mixed; boundary=B',
      '--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B\r\n\r\ny\r\n--B--\r\n',
      ':mime_multipart:data-text-lines:data',
    ],
  ];
  for (const [type, body, path] of cases) {
    const p = dissect(talk(80, [['<', response(type, body)]]));
    assert.equal(framePath(p), `${TCP}:http${path}`, type);
  }
});

test('form items and basic credentials are decoded', () => {
  const body = 'user=a%20b&pass=x%2By+z';
  const head = `POST /f HTTP/1.1\r\nHost: a\r\nAuthorization: Basic dXNlcjpwYXNz\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n`;
  const p = dissect(talk(80, [['>', head + body]]));
  assert.deepEqual(fieldsOf(p, ['urlencoded-form.key', 'urlencoded-form.value', 'http.authbasic']), {
    'urlencoded-form.key': 'user,pass',
    'urlencoded-form.value': 'a b,x+y z',
    'http.authbasic': 'user:pass',
  });
});

test('on another port HTTP is known by its version; on its own, what is not HTTP stays TCP', () => {
  assert.equal(framePath(dissect(talk(12345, [['>', GET]]))), `${TCP}:http`);
  assert.equal(framePath(dissect(talk(80, [['>', Uint8Array.from([0, 1, 2, 3])]]))), TCP);
  assert.equal(
    framePath(
      dissect(
        talk(80, [
          ['>', GET],
          ['<', Uint8Array.from([200, 1, 2])],
        ]),
      ),
    ),
    `${TCP}:http:data`,
  );
  assert.equal(protocolColumn(dissect(talk(80, [['>', 'hello\r\n']]))), 'TCP');
});

test('a tunnel by CONNECT is read by the port it leads to', () => {
  const frames = talk(3128, [
    ['>', 'CONNECT x:25 HTTP/1.1\r\nHost: x:25\r\n\r\n'],
    ['<', 'HTTP/1.1 200 Connection established\r\n\r\n'],
    ['<', '220 mail ESMTP\r\n'],
  ]);
  const p = dissect(frames);
  assert.equal(framePath(p), `${TCP}:http:smtp`);
  assert.deepEqual(fieldsOf(p, ['http.proxy_connect_host', 'http.proxy_connect_port']), {
    'http.proxy_connect_host': 'x',
    'http.proxy_connect_port': '25',
  });
});

testCases('SSDP', [
  [
    udpFrame(50000, 1900, text('M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nST: ssdp:all\r\n\r\n')),
    'eth:ethertype:ip:udp:ssdp',
    'SSDP',
    'M-SEARCH * HTTP/1.1 ',
    { 'http.request.method': 'M-SEARCH', 'http.host': '239.255.255.250:1900' },
  ],
]);
