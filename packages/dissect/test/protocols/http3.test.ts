// HTTP/3 and QPACK: the examples of RFC 9204, the recordings of quic-decryption.test.ts, and bytes of any kind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { infoColumn, protocolColumn } from '../../src/core/columns.ts';
import { framePath } from '../../src/core/path.ts';
import { treeOf } from '../../src/core/tree.ts';
import { Http3Connection, LOST } from '../../src/protocols/http3/connection.ts';
import { HeldBytes } from '../../src/protocols/http3/held-bytes.ts';
import { readHttp3 } from '../../src/protocols/http3/http3.ts';
import { QpackDecoder } from '../../src/protocols/http3/qpack.ts';
import { FrameCutter, frameLength } from '../../src/protocols/http3/stream.ts';
import { seen } from './quic-recordings.ts';
import { bytesOf, dissect, fieldsOf, udpFrame } from './support.ts';

function sectionOf(decoder: QpackDecoder, hex: string): string[] {
  const bytes = bytesOf(hex);
  return decoder.section(bytes, 0, bytes.length).map(({ name, value }) => `${name} ${value}`);
}

function instruct(decoder: QpackDecoder, hex: string): void {
  const bytes = bytesOf(hex);
  assert.equal(decoder.instruct(bytes, 0, bytes.length), bytes.length);
}

test('QPACK: the examples of RFC 9204 Appendix B', () => {
  const decoder = new QpackDecoder();
  assert.deepEqual(sectionOf(decoder, '0000 510b 2f69 6e64 6578 2e68 746d 6c'), [':path /index.html']);
  instruct(decoder, '3fbd01 c00f 7777772e6578616d706c652e636f6d c10c 2f73616d706c652f70617468');
  assert.deepEqual(sectionOf(decoder, '0381 10 11'), [':authority www.example.com', ':path /sample/path']);
  instruct(decoder, '4a 637573746f6d2d6b6579 0c 637573746f6d2d76616c7565');
  instruct(decoder, '02');
  assert.deepEqual(sectionOf(decoder, '0500 80 c1 81'), [
    ':authority www.example.com',
    ':path /',
    'custom-key custom-value',
  ]);
  instruct(decoder, '810d 637573746f6d2d76616c756532');
});

test('QPACK: a section that refers to what was not seen is left out, an instruction that is cut waits', () => {
  const decoder = new QpackDecoder();
  assert.deepEqual(sectionOf(decoder, '0381 10 11'), []);
  const cut = bytesOf('3fbd01 c00f 777777');
  assert.equal(decoder.instruct(cut, 0, cut.length), 3);
});

test('QPACK: an index that is cut names nothing', () => {
  const decoder = new QpackDecoder();
  instruct(decoder, '3fbd01 c00f 7777772e6578616d706c652e636f6d c10c 2f73616d706c652f70617468');
  assert.deepEqual(sectionOf(decoder, '0300 1f'), []);
});

test('QPACK: entries are counted by what SETTINGS allow, though the encoder uses less', () => {
  const decoder = new QpackDecoder();
  decoder.allow(4096);
  instruct(decoder, '3f21');
  for (let i = 0; i < 10; i++) instruct(decoder, '41 61 01 62');
  assert.deepEqual(sectionOf(decoder, '0b00 80'), ['a b']);
});

test('HTTP/3: what one side allows holds for what the other encodes', () => {
  const connection = new Http3Connection();
  const allowed: number[] = [];
  connection.decoders[1].allow = (bytes) => void allowed.push(bytes);
  const p = dissect([udpFrame(50011, 9, '00')]);
  const control = bytesOf('00 04 05 01 5000 0700');
  p.within('Test', control, 0, control.length, control.length, () =>
    readHttp3(p, connection, 0, { id: 2, offset: 0, at: 0, end: control.length, isLast: false }),
  );
  assert.deepEqual(allowed, [4096]);
});

test('QPACK: any bytes are survived, and the table stays within its bounds', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (parts) => {
      const decoder = new QpackDecoder();
      for (const part of parts) {
        assert.ok(decoder.instruct(part, 0, part.length) <= part.length);
        for (const { start, length } of decoder.section(part, 0, part.length))
          assert.ok(start >= 0 && start + length <= part.length);
      }
    }),
  );
});

const DATA = (bytes: number): string => `00${(0x4000 | bytes).toString(16)}${'ab'.repeat(bytes)}`;

test('HTTP/3: frames come out whole, however their bytes were cut', () => {
  const bytes = bytesOf(`${DATA(100) + DATA(0) + DATA(300)}0100`);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 30 }), (cuts) => {
      const cutter = new FrameCutter();
      const lengths: number[] = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const end = Math.min(bytes.length, at + (cuts[i] ?? 7));
        const whole = cutter.add(bytes.subarray(at, end));
        at = end;
        if (whole === null) continue;
        let from = 0;
        let length = frameLength(whole, from, whole.length);
        for (
          ;
          from < whole.length && from + length <= whole.length;
          length = frameLength(whole, from, whole.length)
        ) {
          lengths.push(length);
          from += length;
        }
        cutter.keep(whole, from, length);
      }
      assert.deepEqual(lengths, [103, 3, 303, 2]);
    }),
  );
});

test('HTTP/3: a frame too long to be kept is passed over', () => {
  const cutter = new FrameCutter();
  const long = bytesOf('0080a00000');
  assert.deepEqual([...cutter.add(long)!], [...long]);
  cutter.keep(long, 0, frameLength(long, 0, long.length));
  const body = new Uint8Array(0xa00000);
  // Not assert.equal: it would print all ten million bytes.
  assert.ok(cutter.add(body) === null);
  const next = bytesOf('0100');
  assert.deepEqual([...cutter.add(next)!], [...next]);
});

test('HTTP/3: what all streams hold is bounded, and those that waited longest are given up', () => {
  const held = new HeldBytes();
  const connection = new Http3Connection();
  const [half, beginning] = [new Uint8Array(1 << 17), bytesOf('008003ffff')];
  const streams = Array.from({ length: 300 }, (_, i) => {
    const stream = connection.stream(i * 4, 0);
    stream.cutter.keep(stream.cutter.add(beginning)!, 0, 1 << 18);
    stream.cutter.add(half);
    held.update(stream);
    return stream;
  });
  const lost = streams.filter(({ type }) => type === LOST).length;
  assert.ok(lost > 300 - 256 && lost < 60, String(lost));
  assert.ok(streams.slice(0, lost).every(({ type, cutter }) => type === LOST && cutter.held === 0));
});

test('HTTP/3: a body is read with its last byte, however it was cut', () => {
  // QPACK: content-type: application/json (RFC 9204 Appendix A, 46).
  const bytes = Uint8Array.of(
    ...bytesOf('01030000ee 000a'),
    ...new TextEncoder().encode('{"kite": 1'),
    ...bytesOf('0001'),
    0x7d,
  );
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 8 }), fc.boolean(), (cuts, isLate) => {
      const connection = new Http3Connection();
      const see = (at: number, end: number, isLast: boolean): string => {
        const p = dissect([udpFrame(50011, 9, '00')]);
        p.within('Test', bytes, 0, bytes.length, bytes.length, () =>
          readHttp3(p, connection, 1, { id: 0, offset: at, at, end, isLast }),
        );
        return framePath(p);
      };
      const paths: string[] = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const end = Math.min(bytes.length, at + (cuts[i] ?? 5));
        paths.push(see(at, end, end === bytes.length && !isLate));
        at = end;
      }
      if (isLate) paths.push(see(bytes.length, bytes.length, true));
      assert.ok(paths.pop()!.endsWith(':http3:json'));
      assert.ok(paths.every((path) => !path.includes('json')));
    }),
  );
});

test('HTTP/3: any bytes on any stream are survived', () => {
  const part = fc.tuple(fc.nat(7), fc.nat(50), fc.uint8Array({ maxLength: 60 }), fc.boolean(), fc.boolean());
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const connection = new Http3Connection();
      for (const [id, offset, bytes, isServer, isLast] of parts) {
        const p = dissect([udpFrame(50011, 9, '00')]);
        p.within('Test', bytes, 0, bytes.length, bytes.length, () =>
          readHttp3(p, connection, isServer ? 1 : 0, { id, offset, at: 0, end: bytes.length, isLast }),
        );
        assert.ok(treeOf(p).length > 0);
      }
    }),
  );
});

for (const name of ['quic-v1', 'quic-v2', 'quic-chacha'] as const)
  test(`${name}: requests and responses of both connections`, () => {
    const messages = seen(name, true, (p) => {
      const { method, path, status } = Object.fromEntries(
        Object.entries(
          fieldsOf(p, ['http3.headers.method', 'http3.headers.path', 'http3.headers.status']),
        ).map(([field, value]) => [field.slice('http3.headers.'.length), value]),
      );
      return [
        framePath(p).includes(':http3'),
        protocolColumn(p),
        `${method} ${path}${status}`.trim(),
      ] as const;
    }).filter(([isHttp]) => isHttp);
    assert.ok(messages.every(([, column]) => column.startsWith('HTTP3')));
    const said = messages.map(([, , text]) => text).filter((text) => text !== '');
    for (const text of ['GET /secret', 'POST /form'])
      assert.equal(said.filter((other) => other === text).length, 2, said.join('\n'));
    assert.equal(said.filter((text) => text === '200').length, said.length / 2);
    const infos = seen(name, true, infoColumn);
    assert.ok(
      infos.some((info) =>
        info.endsWith('STREAM(4), HEADERS, DATA, JavaScript Object Notation (application/json)'),
      ),
    );
    assert.ok(infos.some((info) => info.endsWith('DATA (text/plain)')));
    assert.ok(infos.some((info) => info.includes('STREAM(3), SETTINGS')));
  });
