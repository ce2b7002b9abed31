// Bytes that wait at a relay.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { peerId } from '../src/identity/names.ts';
import { ByteQueue } from '../src/link/byte-queue.ts';
import type { Stream } from '../src/link/stream.ts';
import { VirtualMesh } from '../src/virtual/index.ts';
import { streamKinds } from '../src/wire/kinds.ts';
import { encode } from '../src/wire/schema.ts';

test('bytes leave in the order in which they came, whatever the pieces, and pieces once taken do not change', () => {
  const step = fc.oneof(
    fc.record({ put: fc.uint8Array({ maxLength: 40_000 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 50_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new ByteQueue();
      const [put, taken]: [Uint8Array[], Buffer[]] = [[], []];
      for (const each of steps)
        if ('put' in each) {
          queue.push(each.put);
          put.push(each.put);
        } else {
          const piece = queue.take(each.take);
          assert.ok(piece.length <= each.take && (piece.length > 0 || queue.length === 0));
          taken.push(piece);
        }
      while (queue.length > 0) taken.push(queue.take(1 << 20));
      assert.deepEqual(Buffer.concat(taken), Buffer.concat(put));
    }),
    { numRuns: 200 },
  );
});

test('what a peer sends byte by byte to one that does not read costs a relay blocks, not an object a byte', async () => {
  const mesh = await VirtualMesh.create({ peers: 3, seed: 2 });
  await mesh.startAll();
  mesh.clock.run(5_000);
  const relay = mesh.peers.find((peer) => peer!.directory.tree.root === peer!.id)!;
  const [from, to] = mesh.peers.filter((peer) => peer !== relay);
  let received: Stream | null = null;
  to!.switchboard.handleStream(streamKinds.relayed, (_session, _payload, stream) => {
    received = stream;
  });
  const stream = from!.switchboard.sessionOf(relay.id)!.openStream(streamKinds.relay, encode(peerId, to!.id));
  mesh.clock.run(100);
  stream.write(Buffer.alloc(1 << 20));
  mesh.clock.run(1_000);
  assert.ok(received !== null);
  assert.ok(stream.writableBytes > 700_000, 'it has passed on what the receiver has room for');
  const pieces = 5_000;
  const sent = Buffer.from(Array.from({ length: pieces }, (_, i) => i % 251));
  for (let i = 0; i < pieces; i++) stream.write(sent.subarray(i, i + 1));
  mesh.clock.run(1_000);
  const all: Buffer[] = [];
  let frames = 0;
  (received as Stream).listen((data) => {
    frames++;
    all.push(Buffer.from(data));
    (received as Stream).consumed(data.length);
  });
  mesh.clock.run(5_000);
  const whole = Buffer.concat(all);
  assert.equal(whole.length, (1 << 20) + pieces);
  assert.ok(whole.subarray(1 << 20).equals(sent));
  assert.ok(frames < 100, `${frames} frames`);
});
