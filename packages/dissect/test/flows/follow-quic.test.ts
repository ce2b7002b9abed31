// One stream of a QUIC connection, of the recordings beside the tests of protocols.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FollowQuic } from '../../src/flows/follow-quic.ts';
import { Substreams } from '../../src/flows/substreams.ts';
import { seen } from '../protocols/quic-recordings.ts';

function followed(connection: number, stream: number): { texts: string[]; follow: FollowQuic } {
  const texts = ['', ''];
  const follow = new FollowQuic(connection, stream, ({ side, data }) => {
    texts[side] += Buffer.from(data).toString('latin1');
  });
  seen('quic-v1', true, (p) => follow.add(p));
  return { texts, follow };
}

test('a stream of QUIC is followed, each side in order', () => {
  for (const connection of [0, 1]) {
    const { texts, follow } = followed(connection, 4);
    assert.ok(texts[0]!.endsWith('{"kite":true}'));
    assert.match(texts[1]!, /POST \/form: 13 bytes\n(what nobody else may see\n){55}$/);
    assert.equal(follow.sides![1].port, 4433);
  }
});

test('a stream that is not there says nothing', () => {
  assert.deepEqual(followed(0, 400).texts, ['', '']);
  assert.equal(followed(7, 4).follow.sides, null);
});

test('the streams of each connection are listed by their first packets, up to a bound', () => {
  const listed = (most: number): Substreams => {
    const found = new Substreams('quic', most);
    seen('quic-v1', true, (p) => found.add(p));
    return found;
  };
  const { items, isFull } = listed(100);
  for (const wanted of [0, 1])
    assert.ok(items.some(({ connection, stream }) => connection === wanted && stream === 4));
  const frames = items.map(({ frame }) => frame);
  assert.deepEqual(
    frames,
    frames.toSorted((a, b) => a - b),
  );
  assert.equal(isFull, false);
  assert.deepEqual(listed(2).items, items.slice(0, 2));
  assert.equal(listed(2).isFull, true);
});
