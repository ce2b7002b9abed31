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

test('Turns, work that takes long: lets those that wait go first once its slice is over, and comes back', async (t) => {
  const turns = new Turns(1, 4);
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const order: string[] = [];
  const other = (name: string) => turns.take(STAYS, async () => void order.push(name));
  await turns.take(STAYS, async ({ share }) => {
    await share();
    const waiting = [other('first'), other('second')];
    await share();
    order.push('within its slice');
    now = 600;
    await share();
    order.push('long');
    await Promise.all(waiting);
    // Nobody waits.
    now = 6000;
    await share();
  });
  assert.deepEqual(order, ['within its slice', 'first', 'second', 'long']);
  assert.equal(await turns.take(STAYS, async () => 'again'), 'again');
});

test('Turns, a client that goes away while its work lets others go first: neither place stays taken', async (t) => {
  const turns = new Turns(1, 4);
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const left = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const long = turns.take(left.signal, async ({ share }) => {
    await asked.promise;
    now = 600;
    await share();
  });
  const other = turns.take(STAYS, () => promise);
  asked.resolve();
  await asked.promise;
  left.abort(new Error('gone'));
  await assert.rejects(long, { message: 'gone' });
  resolve();
  await other;
  assert.equal(await turns.take(STAYS, async () => 'again'), 'again');
});

test('leftBy, a connection that was closed before it was asked: is aborted already', () => {
  const raw = Object.assign(new EventEmitter(), { closed: true });
  assert.ok(leftBy({ raw } as never).aborted);
});
