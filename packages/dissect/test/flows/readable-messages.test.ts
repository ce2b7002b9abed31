// Messages of HTTP/2 and HTTP/3 as a person reads them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Packet } from '../../src/core/packet.ts';
import { FollowQuic } from '../../src/flows/follow-quic.ts';
import { ReadableMessages } from '../../src/flows/readable-messages.ts';
import { seen } from '../protocols/quic-recordings.ts';

/** A packet, as far as it is looked at. */
function packet(number: number): Packet {
  const unpack = (_coding: 'br' | 'zstd', packed: Uint8Array) => brotliDecompressSync(packed);
  return { number, seconds: number, nanoseconds: 0, session: { unpack } } as unknown as Packet;
}

function reading() {
  const pieces: [side: number, frame: number, text: string][] = [];
  const messages = new ReadableMessages(({ side, frame, data }) => {
    pieces.push([side, frame, Buffer.from(data).toString('latin1')]);
  });
  return { pieces, messages };
}

const field = (name: string, value: string) => ({ name, value }) as never;
const status = field(':status', '200');

for (const [coding, packed] of [
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
] as const)
  test(`a body in ${coding}, however it is cut: one piece, decoded, of the packet that ended it`, () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 500 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        (text, cuts) => {
          const { pieces, messages } = reading();
          const body = packed(Buffer.from(text, 'latin1'));
          messages.fields(packet(1), 1, [status, field('content-encoding', coding)]);
          const at = [0, ...cuts.map((cut) => cut % body.length).sort((a, b) => a - b), body.length];
          for (let i = 1; i < at.length; i++)
            messages.part(packet(1 + i), 1, body.subarray(at[i - 1], at[i]));
          messages.end(packet(99), 1);
          messages.flush();
          assert.deepEqual(pieces, [
            [1, 1, `:status: 200\ncontent-encoding: ${coding}\n\n`],
            [1, 99, Buffer.from(text, 'latin1').toString('latin1')],
          ]);
        },
      ),
    );
  });

test('a body without a coding, or with an unknown one: each part as it comes', () => {
  for (const fields of [[status], [status, field('content-encoding', 'aes128gcm')]]) {
    const { pieces, messages } = reading();
    messages.fields(packet(1), 1, fields);
    messages.part(packet(2), 1, Buffer.from('one'));
    messages.part(packet(3), 1, Buffer.from('two'));
    messages.end(packet(4), 1);
    assert.deepEqual(pieces.slice(1), [
      [1, 2, 'one'],
      [1, 3, 'two'],
    ]);
  }
});

test('a coded body whose end was not captured is given as far as it goes; one that is damaged as it was sent', () => {
  const { pieces, messages } = reading();
  const body = gzipSync(Buffer.alloc(100_000, 'eyrie '), { level: 0 });
  messages.fields(packet(1), 0, [field('content-encoding', 'gzip')]);
  messages.part(packet(2), 0, body.subarray(0, 5000));
  messages.fields(packet(3), 1, [field('content-encoding', 'gzip')]);
  messages.part(packet(3), 1, Buffer.from('no gzip'));
  messages.flush();
  assert.match(pieces[2]![2], /^(eyrie )+/);
  assert.equal(pieces[3]![2], 'no gzip');
});

test('trailers come after the body that they follow', () => {
  const { pieces, messages } = reading();
  messages.fields(packet(1), 1, [status, field('content-encoding', 'gzip')]);
  messages.part(packet(2), 1, gzipSync('body'));
  messages.fields(packet(3), 1, [field('grpc-status', '0')]);
  assert.deepEqual(
    pieces.map(([, , text]) => text),
    [':status: 200\ncontent-encoding: gzip\n\n', 'body', 'grpc-status: 0\n\n'],
  );
});

test('a request on a QUIC stream: header fields of HTTP/3 as lines, bodies without frames', () => {
  const texts = ['', ''];
  const follow = new FollowQuic(
    0,
    4,
    ({ side, data }) => {
      texts[side] += Buffer.from(data).toString('latin1');
    },
    true,
  );
  seen('quic-v1', true, (p) => follow.add(p));
  follow.end();
  assert.match(texts[0]!, /^:authority: 127\.0\.0\.1:4433\n:method: POST\n(.+: .*\n)+\n\{"kite":true\}$/);
  assert.match(
    texts[1]!,
    /^:status: 200\n(.+: .*\n)*\nPOST \/form: 13 bytes\n(what nobody else may see\n){55}$/,
  );
});
