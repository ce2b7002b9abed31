// A body that HTTP packed is the same to who stores packets and to who looks at them again.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, zstdCompressSync } from 'node:zlib';
import { type Frame, framePath, newFrame, PcapWriter } from '@eyrie/dissect';
import { Walk } from '../src/analyzer/bytes/walk.ts';
import { PacketParser } from '../src/parser/packet-parser.ts';

/** A response from port 80 in one segment, with such a body in JSON. */
function response(coding: string, body: Uint8Array): Frame {
  const head =
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n' +
    `Content-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`;
  const said = Buffer.concat([Buffer.from(head), body]);
  const data = new Uint8Array(54 + said.length);
  const ipLength = 40 + said.length;
  data.set([8, 0, 0x45, 0, ipLength >> 8, ipLength & 255], 12);
  data.set([64, 6, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1], 22);
  data.set([0, 80, 0x9c, 0x40, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 1, 0], 34);
  data.set(said, 54);
  const place = { start: 0, end: data.length, wireLength: data.length, linkType: 1, fileOffset: 0 };
  return Object.assign(newFrame(), {
    data,
    number: 1,
    ...place,
    seconds: 1e9,
    nanoseconds: 0,
    hasTime: true,
  });
}

function pathInStore(frame: Frame): string {
  const parser = new PacketParser({ batchPackets: 1 });
  parser.begin();
  parser.add(frame);
  const { packets } = parser.take();
  return packets.texts[packets.path[0]!]!;
}

for (const [coding, pack] of [
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
] as const)
  test(`${coding}: JSON is JSON in the store and in the tree`, async (t) => {
    const frame = response(coding, pack('{"a":1}'));
    assert.equal(pathInStore(frame), 'eth:ethertype:ip:tcp:http:json');

    const folder = mkdtempSync(join(tmpdir(), 'eyrie-coded-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const writer = new PcapWriter({ linkType: 1 });
    writer.write(frame);
    writeFileSync(join(folder, 'one.pcap'), writer.take());
    const walk = await Walk.open(join(folder, 'one.pcap'), null);
    const seen: string[] = [];
    await walk.visit([1], (p) => seen.push(framePath(p)));
    await walk.close();
    assert.deepEqual(seen, ['eth:ethertype:ip:tcp:http:json']);
  });

test('a few bytes that claim megabytes stay what they are', () => {
  const spaces = Buffer.alloc(4 << 20, ' ');
  for (const [coding, body] of [
    ['br', brotliCompressSync(spaces)],
    ['zstd', zstdCompressSync(spaces)],
  ] as const)
    assert.equal(pathInStore(response(coding, body)), 'eth:ethertype:ip:tcp:http:data');
});
