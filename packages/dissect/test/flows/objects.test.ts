import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Dissector } from '../../src/core/dissector.ts';
import { type ObjectKind, objectKinds } from '../../src/flows/objects/index.ts';
import { response, talk } from '../protocols/conversation.ts';
import { bytesOf, dissect, ETHERNET, join, udpFrame } from '../protocols/support.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);

/** `name host type: content` of each object in the frames. */
function objectsIn(kind: ObjectKind, frames: readonly Uint8Array[]): string[] {
  const found: string[] = [];
  const reader = objectKinds[kind](({ name, host, type, data }) => {
    found.push(`${name} ${host} ${type}: ${new TextDecoder().decode(data)}`);
  });
  const dissector = new Dissector();
  for (const frame of frames) reader.add(dissect([frame], ETHERNET, dissector));
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
