import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { leftBy, Turns } from '../../src/analyzer/bytes/turns.ts';

const STAYS = new AbortController().signal;

test('Turns, a client that waits and goes away: its place in the queue is free at once', async () => {
  const turns = new Turns(1, 1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = turns.take(STAYS, () => promise);
  const left = new AbortController();
  let ran = 0;
  const gone = turns.take(left.signal, async () => ran++);
  await assert.rejects(
    turns.take(STAYS, async () => ran++),
    { code: 'too_many_requests' },
  );
  left.abort(new Error('gone'));
  await assert.rejects(gone, { message: 'gone' });
  const next = turns.take(STAYS, async () => 'next');
  resolve();
  await first;
  assert.equal(await next, 'next');
  assert.equal(ran, 0);
  // All places are free again.
  assert.equal(await turns.take(STAYS, async () => 'again'), 'again');
});

test('leftBy, a connection that was closed before it was asked: is aborted already', () => {
  const raw = Object.assign(new EventEmitter(), { closed: true });
  assert.ok(leftBy({ raw } as never).aborted);
});
