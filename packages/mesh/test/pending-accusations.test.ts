// Accusations by a peer that was away itself, all at once: half of a large mesh calls the other half dead.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Accusation, Directory } from '../src/members/directory.ts';
import { PendingAccusations } from '../src/members/pending-accusations.ts';
import { VirtualClock } from '../src/virtual/index.ts';

test('each accusation has a second to be refuted, however many there are', () => {
  const clock = new VirtualClock();
  const resolved: string[] = [];
  const directory = {
    onChange: [] as Directory['onChange'],
    dead: new Set<string>(),
    isNews: () => true,
    isStrained: () => false,
    resolvePending: ({ id }: Accusation) => resolved.push(`${id} ${clock.elapsedMs()}`),
  };
  const pending = new PendingAccusations(clock, directory as unknown as Directory);
  const accusation = (id: string): Accusation => ({
    ...{ kind: 'accusation', id, incarnation: 1, accuser: 'laptop' },
    signature: Buffer.alloc(64),
  });
  assert.equal(pending.mustWait(accusation('a')), false);
  for (const listener of directory.onChange) listener('laptop', 'alive', 'dead');
  assert.equal(pending.mustWait(accusation('a')), true);
  for (let i = 0; i < 2_000; i++) assert.equal(pending.take(accusation(`peer-${i}`)), true);
  assert.equal(pending.take(accusation('peer-0')), false, 'it is pending already');
  clock.run(400);
  assert.equal(pending.take(accusation('late')), true);
  clock.run(599);
  assert.deepEqual([resolved.length, pending.has('peer-7')], [0, true]);
  clock.run(1);
  assert.deepEqual(
    [resolved.length, resolved[1_999], pending.has('peer-7')],
    [2_000, 'peer-1999 1000', false],
  );
  clock.run(400);
  assert.equal(resolved[2_000], 'late 1400');
  // Ten seconds after its return it is trusted like any peer.
  clock.run(9_000);
  assert.equal(pending.mustWait(accusation('a')), false);
  assert.equal(pending.take(accusation('b')), true);
  pending.stop();
  clock.run(2_000);
  assert.equal(resolved.length, 2_001);
});
