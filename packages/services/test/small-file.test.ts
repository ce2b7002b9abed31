// Which files are parsed without a thread: those that hold up the event loop for no longer than a request may wait.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { isSmallFile } from '../src/parser/thread/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'eyrie-small-'));
after(() => rmSync(folder, { recursive: true }));

/** A pcap file of this length; its packets are zeros. */
function pcap(bytes: number): Buffer {
  const file = Buffer.alloc(bytes);
  file.writeUInt32LE(0xa1b2c3d4);
  return file;
}

function fileOf(name: string, data: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, data);
  return path;
}

describe('isSmallFile', () => {
  it('of pcap and pcapng of at most 128 KiB is true', () => {
    assert.equal(isSmallFile(fileOf('a.pcap', pcap(1000))), true);
    assert.equal(isSmallFile(fileOf('edge.pcap', pcap(128 << 10))), true);
    assert.equal(isSmallFile(fileOf('a.pcapng', Buffer.from('0a0d0d0a1c000000', 'hex'))), true);
  });

  it('of a longer file is false', () => {
    assert.equal(isSmallFile(fileOf('long.pcap', pcap((128 << 10) + 1))), false);
  });

  it('of a compressed file is false: a few bytes may be a gigabyte of packets', () => {
    const much = pcap(50 << 20);
    const [gzip, zstd] = [gzipSync(much), zstdCompressSync(much)];
    assert.ok(gzip.length < 128 << 10 && zstd.length < 128 << 10);
    assert.equal(isSmallFile(fileOf('much.pcap.gz', gzip)), false);
    assert.equal(isSmallFile(fileOf('much.pcap.zst', zstd)), false);
  });

  it('of an empty file, a folder, standard input and what is not there is false', () => {
    mkdirSync(join(folder, 'folder'));
    assert.equal(isSmallFile(fileOf('empty.pcap', Buffer.alloc(0))), false);
    assert.equal(isSmallFile(join(folder, 'folder')), false);
    assert.equal(isSmallFile('-'), false);
    assert.equal(isSmallFile(join(folder, 'missing')), false);
  });
});
