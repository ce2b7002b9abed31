// Comments on one packet of a pcapng file, found from the place of its data.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { commentsIn, PACKET_BLOCK_HEAD, packetOptionsAt } from '../../src/files/packet-comments.ts';
import { PcapngWriter } from '../../src/files/pcapng-writer.ts';
import { newFrame } from '../../src/index.ts';

/** What is read for the packet whose data begins at `at` in the file. */
function comments(file: Uint8Array, at: number, captured: number): string[] | null {
  const options = packetOptionsAt(file.subarray(at - PACKET_BLOCK_HEAD, at), captured);
  if (options === null) return null;
  const from = at + options.from;
  return commentsIn(file.subarray(from, from + options.length), options.isLittle);
}

test('comments that were written are read again, whatever the length of the packet', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      fc.array(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' }), { maxLength: 4 }),
      (data, texts) => {
        const frame = newFrame();
        Object.assign(frame, { data, start: 0, end: data.length, wireLength: data.length, linkType: 1 });
        const writer = new PcapngWriter();
        writer.write(frame);
        writer.take();
        writer.write(frame, undefined, texts);
        const block = writer.take();
        assert.deepEqual(comments(block, PACKET_BLOCK_HEAD, data.length) ?? [], texts);
      },
    ),
  );
});

test('bytes that are no such block have no comments, and damaged options end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(80), fc.uint8Array(), (head, captured, options) => {
      const found = packetOptionsAt(head, captured);
      if (found !== null) assert.ok(found.length >= 4 && found.from >= captured);
      for (const isLittle of [true, false])
        assert.ok(commentsIn(options, isLittle).join('').length <= options.length);
    }),
  );
});
