// Inbox and outbox on disk: the state of senders and receivers survives compaction and reload.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INBOX_MAX, Inbox } from '../src/messages/inbox.ts';
import { Outbox, WAITING_BYTES_MAX } from '../src/messages/outbox.ts';
import { MemoryStorage } from '../src/peer/storage.ts';
import { SeededRandom } from '../src/virtual/index.ts';

const rest = { sentMs: 0, receivedMs: 0, topic: 'message', isBroadcast: false };
const stream = Buffer.alloc(8, 1);
const body = Buffer.of(7);

test('an inbox that is compacted and reloaded keeps the last number of each sender, and the read mark', () => {
  const storage = new MemoryStorage();
  const inbox = new Inbox(storage);
  const slack = INBOX_MAX * 1.25;
  for (let sequence = 1; sequence <= slack; sequence++) {
    inbox.add({ ...rest, from: 'a', stream, sequence, body });
    if (sequence === slack - 500) inbox.markRead();
  }
  inbox.skip('a', stream, slack + 1);
  inbox.add({ ...rest, from: 'b', stream, sequence: 1, body });
  assert.equal(inbox.messages.length, INBOX_MAX, 'that was one too many');
  for (const each of [inbox, new Inbox(storage)]) {
    assert.equal(each.lastOf('a', stream), slack + 1, 'the one that was not taken counts');
    assert.equal(each.lastOf('b', stream), 1);
    assert.equal(each.unread.length, 501);
    assert.equal(each.unread[0]!.sequence, slack - 499);
  }
});

test('an inbox keeps the 16 most recent streams of a sender', () => {
  const inbox = new Inbox(new MemoryStorage());
  const streams = Array.from({ length: 17 }, (_, i) => Buffer.alloc(8, i + 1));
  for (const each of streams.slice(0, 16)) inbox.skip('a', each, 5);
  inbox.skip('a', streams[0]!, 6);
  inbox.skip('a', streams[16]!, 5);
  assert.deepEqual(
    streams.map((each) => inbox.lastOf('a', each)),
    [6, 0, ...new Array(15).fill(5)],
  );
});

test('a compacted outbox continues its numbering and keeps undelivered messages', () => {
  const storage = new MemoryStorage();
  const outbox = new Outbox(storage, new SeededRandom(1));
  const nextOf = (each: Outbox) => each.queueOf('b')!.next;
  // Each delivered message leaves two obsolete entries; more than 2,000 of them trigger compaction.
  const deliver = (from: number, to: number) => {
    for (let i = from; i <= to; i++) {
      if (nextOf(outbox) === i) assert.equal(outbox.add('b', 'message', body, i), i);
      outbox.done('b', i);
    }
  };
  assert.equal(outbox.add('b', 'message', body, 1), 1);
  deliver(1, 1_001);
  assert.equal(storage.readLog('outbox.log').length, 2, 'tidied up');
  assert.equal(
    nextOf(new Outbox(storage, new SeededRandom(2))),
    1_002,
    'no number is given twice, or left out',
  );
  deliver(1_002, 2_001);
  assert.equal(outbox.add('b', 'message', body, 5), 2_002);
  assert.equal(outbox.add('b', 'message', body, 5, 'client'), 2_003);
  outbox.done('b', 2_002);
  assert.equal(storage.readLog('outbox.log').length, 4, 'tidied up again');
  for (const each of [outbox, new Outbox(storage, new SeededRandom(3))]) {
    const { waiting, stream: own } = each.queueOf('b')!;
    assert.deepEqual(
      waiting.map(({ sequence, by }) => [sequence, by]),
      [[2_003, 'client']],
    );
    assert.equal(nextOf(each), 2_004);
    assert.deepEqual(Buffer.from(own), Buffer.from(outbox.queueOf('b')!.stream));
  }
});

test('an outbox is bounded in bytes per receiver; delivery frees room and is reported once', () => {
  const storage = new MemoryStorage();
  const outbox = new Outbox(storage, new SeededRandom(1));
  const large = Buffer.alloc(128 << 10);
  const count = WAITING_BYTES_MAX / large.length;
  for (let i = 1; i <= count; i++) assert.equal(outbox.add('b', 'message', large, 0), i);
  assert.equal(outbox.add('b', 'message', body, 0), `${count} messages wait for b already`);
  assert.equal(outbox.add('c', 'message', body, 0), 1, 'another is another matter');
  outbox.done('b', 1);
  const entries = storage.readLog('outbox.log').length;
  outbox.done('b', 1);
  assert.equal(storage.readLog('outbox.log').length, entries);
  assert.equal(outbox.add('b', 'message', large, 0), count + 1);
});
