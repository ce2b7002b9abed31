import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Dissector } from '../../src/core/dissector.ts';
import { type ObjectKind, objectKinds } from '../../src/flows/objects/index.ts';
import type { ObjectReader } from '../../src/flows/objects/object.ts';
import { SparseObjects } from '../../src/flows/objects/sparse.ts';
import { response, talk } from '../protocols/conversation.ts';
import { seen } from '../protocols/quic-recordings.ts';
import { bytesOf, dissect, ETHERNET, join, tcpFrame, udpFrame } from '../protocols/support.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);

/** `name host type: content` of each object in the frames. */
function objectsIn(kind: ObjectKind, frames: readonly Uint8Array[]): string[] {
  const found: string[] = [];
  const reader: ObjectReader = objectKinds[kind](({ name, host, type, data }) => {
    found.push(`${name} ${host} ${type}: ${new TextDecoder().decode(data)}`);
  });
  const dissector = new Dissector();
  for (const frame of frames) reader.add(dissect([frame], ETHERNET, dissector));
  reader.finish?.();
  return found;
}

test('HTTP: bodies of requests and responses, named by the target, without their codings', () => {
  const packed = gzipSync('a page');
  const frames = talk(80, [
    ['>', 'POST /in/form?x=/1 HTTP/1.1\r\nHost: www.example\r\nContent-Length: 3\r\n\r\na=b'],
    ['<', response('Text/HTML; charset=utf-8', packed, 'Content-Encoding: gzip\r\n').subarray(0, 90)],
    ['<', response('Text/HTML; charset=utf-8', packed, 'Content-Encoding: gzip\r\n').subarray(90)],
    ['>', 'GET / HTTP/1.1\r\nHost: www.example\r\n\r\n'],
    ['<', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n4\r\n two\r\n0\r\n\r\n'],
  ]);
  assert.deepEqual(objectsIn('http', frames), [
    'form www.example : a=b',
    'form www.example text/html: a page',
    ' www.example : one two',
  ]);
});

test('HTTP/2: the DATA frames of a stream, in several frames and packets', () => {
  const frame = (type: number, flags: number, payload: Uint8Array): Uint8Array =>
    join(new Uint8Array([0, 0, payload.length, type, flags, 0, 0, 0, 1]), payload);
  const frames = talk(80, [
    ['>', join(text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), bytesOf('000000 04 00 00000000'))],
    ['>', frame(1, 5, join(bytesOf('8286 44 06'), text('/a.txt'), bytesOf('41 07'), text('example')))],
    ['<', join(frame(1, 4, join(bytesOf('88 5f 0a'), text('text/plain'))), frame(0, 0, text('abc')))],
    ['<', frame(0, 1, text('def'))],
  ]);
  assert.deepEqual(objectsIn('http', frames), ['a.txt example text/plain: abcdef']);
});

test('HTTP/3: bodies of requests and responses, over QUIC that its secrets open', () => {
  const found: string[] = [];
  const reader = objectKinds.http(({ name, host, type, data }) => {
    found.push(`${name} ${host} ${type} ${data.length}`);
  });
  seen('quic-v2', true, (p) => reader.add(p));
  const once = [
    'secret 127.0.0.1:4433 text/plain 1396',
    'form 127.0.0.1:4433 application/json 13',
    'form 127.0.0.1:4433 text/plain 1396',
  ];
  assert.deepEqual(found, [...once, ...once]);
});

test('TFTP: blocks in order, one that came twice counts once, the short one ends the file', () => {
  const block = (number: number, length: number): Uint8Array =>
    udpFrame(4000, 3000, join(new Uint8Array([0, 3, 0, number]), new Uint8Array(length).fill(0x61)), true);
  const ask = udpFrame(3000, 69, join(bytesOf('0001'), text('boot/x.img\0octet\0')));
  const found = objectsIn('tftp', [ask, block(1, 512), block(1, 512), block(2, 3)]);
  assert.deepEqual(found, [`x.img  : ${'a'.repeat(515)}`]);
  assert.deepEqual(objectsIn('tftp', [ask, block(1, 512), block(3, 3)]), []);
});

test('Mails: named by subject, from the host of their sender; a line as long as it may be takes no time', () => {
  const mailsOf = (header: string): string[] =>
    objectsIn(
      'imf',
      talk(25, [
        ['<', '220 mail.example ESMTP\r\n'],
        ['>', 'DATA\r\n'],
        ['<', '354 go on\r\n'],
        ['>', `${header}\r\n\r\nHello\r\n.\r\n`],
      ]),
    );
  const header = 'From: A. B. <a.b@office.example>\r\nSubject:  the plan';
  assert.deepEqual(mailsOf(header), [
    `the plan.eml office.example message/rfc822: ${header}\r\n\r\nHello\r\n`,
  ]);
  assert.match(mailsOf(`From: ${'a'.repeat(60_000)}`)[0] ?? '', /^mail\.eml {2}message/);
});

test('FTP: the bytes of a data connection by sequence number, named by RETR; listings are no files', () => {
  const control = (command: string): Uint8Array[] =>
    talk(21, [
      ['>', 'PASV\r\n'],
      ['<', '227 Entering Passive Mode (10,0,0,2,195,80)\r\n'],
      ['>', `${command}\r\n`],
    ]);
  const data = (at: number, body: string): Uint8Array => tcpFrame(50000, 40001, text(body), at, true);
  const handshake = tcpFrame(50000, 40001, new Uint8Array(), 0, true);
  handshake[14 + 20 + 13] = 0x12;
  const parts = [handshake, data(1, 'one '), data(10, 'three'), data(5, 'two, ')];
  assert.deepEqual(objectsIn('ftp-data', [...control('RETR /pub/a.txt'), ...parts]), [
    'a.txt 10.0.0.2 : one two, three',
  ]);
  assert.deepEqual(objectsIn('ftp-data', [...control('LIST'), ...parts]), []);
  const keepAlive = data(14, '\0');
  assert.deepEqual(objectsIn('ftp-data', [...control('RETR a.txt'), ...parts, keepAlive]), [
    'a.txt 10.0.0.2 : one two, three',
  ]);
  // After 4 GiB the sequence numbers start again: what comes then is beyond the largest object.
  const later = [data(2 ** 31 - 10, 'x'), data(2 ** 32 - 100, 'x'), data(2, 'XX')];
  assert.deepEqual(objectsIn('ftp-data', [...control('RETR a.txt'), handshake, data(1, 'one'), ...later]), [
    'a.txt 10.0.0.2 : one',
  ]);
});

/** An SMB2 message in a NetBIOS session message: command, flags, message ID, body. */
function smb2Message(command: number, isReply: boolean, id: number, body: Uint8Array): Uint8Array {
  const message = new Uint8Array(4 + 64 + body.length);
  const view = new DataView(message.buffer);
  view.setUint32(0, 64 + body.length);
  message.set([0xfe, 0x53, 0x4d, 0x42, 64], 4);
  view.setUint16(4 + 12, command, true);
  view.setUint32(4 + 16, isReply ? 1 : 0, true);
  view.setUint32(4 + 24, id, true);
  view.setUint32(4 + 36, 7, true);
  view.setUint32(4 + 40, 9, true);
  message.set(body, 4 + 64);
  return message;
}

/** A body with numbers of 16, 32 or 64 bits at offsets, and bytes at its end. */
function smb2Body(
  length: number,
  numbers: readonly (readonly [number, 16 | 32, number])[],
  rest: Uint8Array = new Uint8Array(),
) {
  const body = new Uint8Array(length + rest.length);
  const view = new DataView(body.buffer);
  for (const [at, bits, value] of numbers)
    if (bits === 16) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  body.set(rest, length);
  return body;
}

test('SMB2: what was written to and read from an opened file, at its offsets; not what went through a pipe', () => {
  const wide = (s: string): Uint8Array => Uint8Array.from([...s].flatMap((c) => [c.charCodeAt(0), 0]));
  const frames = (shareType: number, close: boolean): Uint8Array[] =>
    talk(445, [
      [
        '>',
        smb2Message(
          3,
          false,
          1,
          smb2Body(
            8,
            [
              [0, 16, 9],
              [4, 16, 72],
              [6, 16, 14],
            ],
            wide('\\\\h\\pub'),
          ),
        ),
      ],
      [
        '<',
        smb2Message(
          3,
          true,
          1,
          smb2Body(16, [
            [0, 16, 16],
            [2, 16, shareType],
          ]),
        ),
      ],
      [
        '>',
        smb2Message(
          5,
          false,
          2,
          smb2Body(
            56,
            [
              [0, 16, 57],
              [44, 16, 120],
              [46, 16, 14],
            ],
            wide('d\\a.txt'),
          ),
        ),
      ],
      [
        '<',
        smb2Message(
          5,
          true,
          2,
          smb2Body(88, [
            [0, 16, 89],
            [64, 32, 5],
          ]),
        ),
      ],
      [
        '>',
        smb2Message(
          9,
          false,
          3,
          smb2Body(
            48,
            [
              [0, 16, 49],
              [2, 16, 112],
              [4, 32, 3],
              [8, 32, 4],
              [16, 32, 5],
            ],
            text('new'),
          ),
        ),
      ],
      [
        '>',
        smb2Message(
          8,
          false,
          4,
          smb2Body(49, [
            [0, 16, 49],
            [4, 32, 9],
            [16, 32, 5],
          ]),
        ),
      ],
      [
        '<',
        smb2Message(
          8,
          true,
          4,
          smb2Body(
            16,
            [
              [0, 16, 17],
              [2, 16, 80],
              [4, 32, 3],
            ],
            text('old'),
          ),
        ),
      ],
      ...(close
        ? [
            [
              '>',
              smb2Message(
                6,
                false,
                5,
                smb2Body(24, [
                  [0, 16, 24],
                  [8, 32, 5],
                ]),
              ),
            ] as const,
          ]
        : []),
    ]);
  for (const close of [true, false])
    assert.deepEqual(objectsIn('smb', frames(1, close)), ['\\d\\a.txt \\\\h\\pub : old\0new']);
  assert.deepEqual(objectsIn('smb', frames(2, true)), []);
});

test('Parts that leave a hole larger than anybody would send are dropped; nothing is handed over twice', () => {
  const found: string[] = [];
  const files = new SparseObjects<string>(({ name, data }) => found.push(`${name} ${data.length}`));
  const describe = () => ({ host: '', type: '', name: 'x' });
  files.write('a', 1, 0, new Uint8Array(3), describe);
  files.write('a', 2, 1 << 30, new Uint8Array(3), describe);
  files.write('b', 3, 100, new Uint8Array(1), () => null);
  files.finish('a');
  files.finish('a');
  files.finishAll();
  assert.deepEqual(found, ['x 3']);
});

test('Holes of all objects together are bounded, unless as many bytes came', () => {
  let bytes = 0;
  const files = new SparseObjects<number>(({ data }) => {
    bytes += data.length;
  });
  const describe = () => ({ host: '', type: '', name: 'x' });
  for (let key = 0; key < 40; key++) {
    files.write(key, 1, 64 << 20, Uint8Array.of(1), describe);
    files.finish(key);
  }
  assert.ok(bytes >= 1 << 30 && bytes < 1.1 * (1 << 30), String(bytes));
});

test('SMB 1: a FID belongs to its connection, also where a later one takes the place of a forgotten flow', () => {
  const write = (client: number, body: string): Uint8Array => {
    const message = new Uint8Array(4 + 32 + 1 + 24 + 2 + body.length);
    message.set([0, 0, 0, message.length - 4, 0xff, 0x53, 0x4d, 0x42, 0x2f]);
    message[4 + 32] = 12;
    const words = 4 + 33;
    message.set([0xff, 0, 0, 0, 7], words);
    message.set([body.length, 0, 59, 0], words + 20);
    message.set([body.length, 0], words + 24);
    message.set(text(body), 4 + 59);
    return tcpFrame(client, 445, message, 1);
  };
  const found: string[] = [];
  const reader = objectKinds.smb(({ data }) => found.push(new TextDecoder().decode(data)));
  const dissector = new Dissector({ maxFlows: 1 });
  for (const frame of [write(40001, 'first'), write(40002, 'ab')])
    reader.add(dissect([frame], ETHERNET, dissector));
  reader.finish?.();
  assert.deepEqual(found, ['first', 'ab']);
});
