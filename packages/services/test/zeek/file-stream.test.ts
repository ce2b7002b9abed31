// Files that come in parts, for files.log: in any order, again, overlapping, or not at all.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Conn } from '../../src/zeek/conn/conn.ts';
import { Uids } from '../../src/zeek/conn/uid.ts';
import { FileStream } from '../../src/zeek/records/file-stream.ts';
import type { Transferred } from '../../src/zeek/records/files.ts';

type Part = readonly [offset: number, bytes: Uint8Array];

function logged(parts: readonly Part[]): Transferred {
  const rows: unknown[] = [];
  const logs = { uids: new Uids(), write: (_: unknown, row: unknown) => void rows.push(row) };
  const seen = { conn: {} as Conn, time: 10, isOrig: true };
  const stream = new FileStream(logs, seen, { source: 'SMB', filename: null });
  for (const [i, [offset, bytes]] of parts.entries()) {
    const borrowed = new Uint8Array(bytes);
    stream.add(offset, borrowed, 10 + i);
    borrowed.fill(0);
  }
  stream.end();
  assert.equal(rows.length, 1);
  return rows[0] as Transferred;
}

test('a file has its hashes, however its parts are cut, repeated and mixed', () => {
  const content = fc.uint8Array({ minLength: 1, maxLength: 3000 });
  const cuts = fc.array(fc.tuple(fc.nat(2999), fc.integer({ min: 1, max: 900 })), { maxLength: 12 });
  fc.assert(
    fc.property(content, cuts, fc.array(fc.nat(99)), (whole, extra, order) => {
      const parts: Part[] = [];
      for (let at = 0; at < whole.length; at += 250) parts.push([at, whole.subarray(at, at + 250)]);
      for (const [at, length] of extra)
        if (at < whole.length) parts.push([at, whole.subarray(at, at + length)]);
      for (const [i, by] of order.entries()) {
        const [a, b] = [i % parts.length, by % parts.length];
        [parts[a], parts[b]] = [parts[b]!, parts[a]!];
      }
      const { bytes, missingBytes, hashes, duration } = logged(parts);
      assert.deepEqual([bytes, missingBytes, duration], [whole.length, 0, parts.length - 1]);
      assert.deepEqual(hashes, {
        md5: hash('md5', whole),
        sha1: hash('sha1', whole),
        sha256: hash('sha256', whole),
      });
    }),
  );
});

test('of a file with a hole there is no hash, and the bytes that are missing are told', () => {
  const part = new Uint8Array(100).fill(7);
  const { bytes, missingBytes, hashes } = logged([
    [0, part],
    [300, part],
    [150, part],
  ]);
  assert.deepEqual([bytes, missingBytes, hashes], [300, 100, null]);
});

test('what waits for a part that never comes is given up at a mebibyte', () => {
  const part = new Uint8Array(1 << 16);
  const parts = Array.from({ length: 40 }, (_, i): Part => [(i + 1) << 16, part]);
  const { bytes, missingBytes, hashes } = logged([...parts, [0, part]]);
  assert.deepEqual([bytes, missingBytes, hashes], [40 << 16, 1 << 16, null]);
});

test('the media type is that of the first bytes, also if they come one by one', () => {
  const [a, b] = [Buffer.from('%PD'), Buffer.from('F-1.7 and so on')];
  assert.equal(
    logged([
      [3, b],
      [0, a],
    ]).mimeType,
    'application/pdf',
  );
  assert.equal(logged([[3, Buffer.from('%PDF-1.7')]]).mimeType, null);
});

test('what waits is bounded by its memory as well: small parts are given up sooner, and empty ones do not wait', () => {
  const byte = new Uint8Array(1);
  const small = Array.from({ length: 10_000 }, (_, i): Part => [i + 1, byte]);
  const { bytes, missingBytes, hashes } = logged([...small, [0, byte]]);
  assert.deepEqual([bytes, missingBytes, hashes], [10_000, 1, null]);
  const empty = Array.from({ length: 10_000 }, (): Part => [5, new Uint8Array(0)]);
  const whole = logged([...empty, [1, byte], [0, byte]]);
  assert.deepEqual([whole.bytes, whole.missingBytes, whole.hashes === null], [2, 0, false]);
});
