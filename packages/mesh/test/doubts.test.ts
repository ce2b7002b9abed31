// Accusations by a peer that was away itself, all at once: half of a large mesh calls the other half dead.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Accusation, Directory } from '../src/members/directory.ts';
import { Doubts } from '../src/members/doubts.ts';
import { VirtualClock } from '../src/virtual/index.ts';

test('each accusation has its second to be contradicted, however many there are', () => {
  const clock = new VirtualClock();
  const judged: string[] = [];
  const directory = {
    onChange: [] as Directory['onChange'],
    dead: new Set<string>(),
    isNews: () => true,
    isStrained: () => false,
    takeDoubted: ({ id }: Accusation) => judged.push(`${id} ${clock.elapsedMs()}`),
  };
  const doubts = new Doubts(clock, directory as unknown as Directory);
  const said = (id: string): Accusation => ({
    ...{ kind: 'accusation', id, incarnation: 1, accuser: 'laptop' },
    signature: Buffer.alloc(64),
  });
  assert.equal(doubts.isDoubtful(said('a')), false);
  for (const listener of directory.onChange) listener('laptop', 'alive', 'dead');
  assert.equal(doubts.isDoubtful(said('a')), true);
  for (let i = 0; i < 2_000; i++) assert.equal(doubts.take(said(`peer-${i}`)), true);
  assert.equal(doubts.take(said('peer-0')), false, 'it is doubted already');
  clock.run(400);
  assert.equal(doubts.take(said('late')), true);
  clock.run(599);
  assert.deepEqual([judged.length, doubts.has('peer-7')], [0, true]);
  clock.run(1);
  assert.deepEqual([judged.length, judged[1_999], doubts.has('peer-7')], [2_000, 'peer-1999 1000', false]);
  clock.run(400);
  assert.equal(judged[2_000], 'late 1400');
  // After ten seconds it is believed as anybody is.
  clock.run(9_000);
  assert.equal(doubts.isDoubtful(said('a')), false);
  assert.equal(doubts.take(said('b')), true);
  doubts.stop();
  clock.run(2_000);
  assert.equal(judged.length, 2_001);
});
