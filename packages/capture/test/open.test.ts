// Tests of opening captures: compression, damage, truncation, errors.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { newFrame } from '@eyrie/dissect/files';
import {
  CaptureError,
  type CaptureErrorCode,
  type CaptureSource,
  checkCapture,
  openCapture,
} from '../src/index.ts';
import { folderFor, pcapBytes, readFile, upTo } from './support.ts';

const text = (value: string) => new TextEncoder().encode(value);

test('a file of many chunks is read completely', async (t) => {
  const path = join(folderFor(t), 'many');
  const bytes = pcapBytes(10_000, 1500);
  writeFileSync(path, bytes);
  const { source, numbers, problem } = await readFile(path);
  assert.deepEqual(numbers, upTo(10_000));
  assert.equal(problem, null);
  assert.deepEqual([source.format, source.compression], ['pcap', null]);
  assert.deepEqual([source.size, source.bytesRead], [bytes.length, bytes.length]);
});

test('gzip and zstd are recognized by their first bytes, regardless of the name', async (t) => {
  const path = join(folderFor(t), 'capture.pcap');
  const bytes = pcapBytes(4000, 1500);
  for (const [compression, compressed] of [
    ['gzip', gzipSync(bytes)],
    ['zstd', zstdCompressSync(bytes)],
  ] as const) {
    writeFileSync(path, compressed);
    const { source, numbers, problem } = await readFile(path);
    assert.equal(source.compression, compression);
    assert.equal(problem, null);
    assert.equal(source.bytesRead, compressed.length);
    assert.deepEqual(numbers, upTo(4000));
  }
});

test('packets may span members of a compressed file', async (t) => {
  const path = join(folderFor(t), 'members');
  const bytes = pcapBytes(3000, 1000);
  const parts = [bytes.subarray(0, 10), bytes.subarray(10, 1_500_007), bytes.subarray(1_500_007)];
  for (const compress of [gzipSync, zstdCompressSync]) {
    writeFileSync(path, Buffer.concat(parts.map((part) => compress(part))));
    const { numbers, problem } = await readFile(path);
    assert.equal(problem, null);
    assert.deepEqual(numbers, upTo(3000));
  }
});

test('zeros after the last gzip member are ignored', async (t) => {
  const path = join(folderFor(t), 'padded');
  writeFileSync(path, Buffer.concat([gzipSync(pcapBytes(5)), Buffer.alloc(512)]));
  const { numbers, problem } = await readFile(path);
  assert.equal(problem, null);
  assert.deepEqual(numbers, upTo(5));
});

test('skippable zstd frames, as of pzstd, are skipped', async (t) => {
  const path = join(folderFor(t), 'skippable');
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
  writeFileSync(path, Buffer.concat([skippable, zstdCompressSync(pcapBytes(5))]));
  assert.deepEqual((await readFile(path)).numbers, upTo(5));
});

test('every packet before the end of a truncated compressed file is read', async (t) => {
  const path = join(folderFor(t), 'cut');
  for (const compress of [gzipSync, zstdCompressSync]) {
    const compressed = compress(pcapBytes(3000, 1000));
    writeFileSync(path, compressed.subarray(0, compressed.length >> 1));
    const { numbers, problem } = await readFile(path);
    assert.equal(problem?.code, 'truncated');
    assert.match(problem?.message ?? '', /(gzip|zstd) data ends early/);
    assert.ok(numbers.length > 0 && numbers.length < 3000);
    assert.deepEqual(numbers, upTo(numbers.length));
  }
});

test('a compressed file that is damaged at its end loses no packet', async (t) => {
  const path = join(folderFor(t), 'damaged');
  for (const compress of [gzipSync, zstdCompressSync]) {
    const garbage = text('this is no gzip or zstd member');
    writeFileSync(path, Buffer.concat([compress(pcapBytes(3000, 1000)), garbage]));
    const { numbers, problem } = await readFile(path);
    assert.equal(problem?.code, 'damaged');
    assert.deepEqual(numbers, upTo(3000));
  }
});

test('a wrong checksum is reported after all packets', async (t) => {
  const path = join(folderFor(t), 'checksum');
  const compressed = gzipSync(pcapBytes(3000, 1000));
  compressed[compressed.length - 6]! ^= 0xff;
  writeFileSync(path, compressed);
  const { numbers, problem } = await readFile(path);
  assert.match(problem?.message ?? '', /gzip data is damaged/);
  assert.deepEqual(numbers, upTo(3000));
});

test('a damaged capture delivers the packets before the damage and stops there', async (t) => {
  const path = join(folderFor(t), 'damaged');
  const bytes = pcapBytes(8000, 1000);
  bytes.fill(0xff, 24 + 10 * 1016, 24 + 11 * 1016);
  writeFileSync(path, bytes);
  const { source, numbers, problem } = await readFile(path);
  assert.deepEqual(numbers, upTo(10));
  assert.equal(problem?.offset, 24 + 10 * 1016);
  assert.ok(source.bytesRead < bytes.length);
});

test('reading can be stopped at any time', async (t) => {
  const path = join(folderFor(t), 'long');
  writeFileSync(path, gzipSync(pcapBytes(5000, 1000)));
  const source = await openCapture(path);
  const frame = newFrame();
  for await (const reader of source.chunks()) {
    assert.ok(reader.next(frame));
    break;
  }
  await source.close();
  const unread = await openCapture(path);
  await unread.close();
});

test('a source that is left early closes its file', {
  skip: !existsSync('/proc/self/fd') && 'needs /proc',
}, async (t) => {
  const path = join(folderFor(t), 'left');
  writeFileSync(path, pcapBytes(2000, 1500));
  const files = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(fd) === path).length;
  const leave: readonly ((source: CaptureSource) => Promise<void>)[] = [
    async (source) => source.close(),
    async (source) => {
      for await (const _ of source.chunks()) break;
    },
    async (source) => {
      const chunks = source.chunks();
      await chunks.next();
      await source.close();
    },
  ];
  for (const each of leave) {
    await each(await openCapture(path));
    assert.equal(files(), 0);
  }
});

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

test('unread packets survive the reuse of their buffer', async (t) => {
  const path = join(folderFor(t), 'slow');
  writeFileSync(path, pcapBytes(6000, 1000));
  const source = await openCapture(path);
  const frame = newFrame();
  const seen: number[] = [];
  const look = () => seen.push(new DataView(frame.data.buffer, frame.data.byteOffset).getUint32(frame.start));
  for await (const reader of source.chunks()) if (reader.next(frame)) look();
  while (source.reader.next(frame)) look();
  assert.deepEqual(seen, upTo(6000));
});

test('a file that cannot be opened is a one-line error that says what to do', async (t) => {
  const folder = folderFor(t);
  const made = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    return name;
  };
  symlinkSync('nowhere', join(folder, 'dangling'));
  const cases: [name: string, code: CaptureErrorCode, message: RegExp][] = [
    ['missing', 'ERR_CAPTURE_NOT_FOUND', /no such file/],
    ['dangling', 'ERR_CAPTURE_NOT_FOUND', /no such file/],
    ['.', 'ERR_CAPTURE_IS_DIRECTORY', /is a directory/],
    [made('empty', new Uint8Array(0)), 'ERR_CAPTURE_EMPTY', /is empty/],
    [made('empty.gz', gzipSync('')), 'ERR_CAPTURE_EMPTY', /is empty inside its gzip/],
    [made('text', text('hello, world\n')), 'ERR_CAPTURE_UNKNOWN_FORMAT', /pcap, pcapng and snoop.*text2pcap/],
    [made('text.gz', gzipSync('hello\n')), 'ERR_CAPTURE_UNKNOWN_FORMAT', /inside its gzip.*text/],
    [made('twice', gzipSync(gzipSync('a'))), 'ERR_CAPTURE_UNKNOWN_FORMAT', /compressed twice/],
    [made('zip', text('PK\x03\x04...')), 'ERR_CAPTURE_UNKNOWN_FORMAT', /ZIP archive: unpack/],
    [made('netmon', text('GMBU\x00\x01')), 'ERR_CAPTURE_UNKNOWN_FORMAT', /Network Monitor.*editcap/],
    [made('noise', Uint8Array.of(0, 1, 2, 3, 4)), 'ERR_CAPTURE_UNKNOWN_FORMAT', /\.zst\.$/],
    [made('cut.gz', gzipSync('a').subarray(0, 9)), 'ERR_CAPTURE_UNKNOWN_FORMAT', /ends early; copy/],
    [made('half', pcapBytes(0).subarray(0, 3)), 'ERR_CAPTURE_UNKNOWN_FORMAT', /not a capture file/],
  ];
  for (const [name, code, message] of cases) {
    await assert.rejects(openCapture(join(folder, name)), (error) => {
      assert.ok(error instanceof CaptureError, name);
      assert.equal(error.code, code, name);
      assert.match(error.message, message, name);
      assert.ok(!error.message.includes('\n'), name);
      return true;
    });
  }
});

test('a file without read permission is an error', {
  skip: process.getuid?.() === 0 && 'root may read all',
}, async (t) => {
  const path = join(folderFor(t), 'secret');
  writeFileSync(path, pcapBytes(1));
  chmodSync(path, 0);
  await assert.rejects(openCapture(path), { code: 'ERR_CAPTURE_NOT_READABLE' });
});

test('a truncated header is a capture with a problem', async (t) => {
  const path = join(folderFor(t), 'short');
  writeFileSync(path, pcapBytes(0).subarray(0, 20));
  const { numbers, problem } = await readFile(path);
  assert.deepEqual(numbers, []);
  assert.equal(problem?.code, 'truncated');
});

test('a check of the first bytes refuses what opening would, and nothing else', async (t) => {
  const folder = folderFor(t);
  const bytes = pcapBytes(10, 100);
  for (const [name, content, code] of [
    ['plain', bytes, null],
    ['packed', gzipSync(bytes), null],
    ['text', text('no capture '.repeat(100)), 'ERR_CAPTURE_UNKNOWN_FORMAT'],
    ['packed-text', gzipSync(text('no capture '.repeat(100))), 'ERR_CAPTURE_UNKNOWN_FORMAT'],
    ['empty', new Uint8Array(0), 'ERR_CAPTURE_EMPTY'],
  ] as const) {
    const path = join(folder, name);
    writeFileSync(path, content);
    if (code === null) await checkCapture(path);
    else await assert.rejects(checkCapture(path), { code });
  }
  await assert.rejects(checkCapture(join(folder, 'none')), { code: 'ERR_CAPTURE_NOT_FOUND' });
});
