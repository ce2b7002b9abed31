// Requests for the whole list of members: to which peers, and how often.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../src/link/session.ts';
import { WholeList } from '../src/link/whole-list.ts';
import { VirtualClock } from '../src/virtual/index.ts';

function link(id: string) {
  const answers: ((error: string | null) => void)[] = [];
  const request = (_kind: number, _payload: unknown, _ms: number, done: (error: string | null) => void) =>
    void answers.push(done);
  return { session: { id, isOpen: true, request } as unknown as Session, answers };
}

test('a doubtful list of members makes a peer ask a neighbour, and the next if that link closes', () => {
  const clock = new VirtualClock();
  const list = new WholeList(clock);
  list.refetch();
  const [first, second, third] = [link('a'), link('b'), link('c')];
  list.opened(first.session);
  list.opened(second.session);
  assert.deepEqual([first.answers.length, second.answers.length], [1, 0]);
  first.answers[0]!('there is a newer link');
  list.opened(third.session);
  assert.equal(third.answers.length, 1);
  third.answers[0]!(null);
  const later = link('d');
  list.opened(later.session);
  assert.equal(later.answers.length, 0, 'it has been answered');
  list.refetch();
  list.opened(later.session);
  assert.equal(later.answers.length, 0, 'a minute has not gone by');
  clock.run(60_000);
  list.refetch();
  list.opened(later.session);
  assert.equal(later.answers.length, 1);
});

test('a sender of a discontinuous list is asked once per link; non-members never', () => {
  const list = new WholeList(new VirtualClock());
  const { session, answers } = link('a');
  assert.deepEqual([list.request(session), list.request(session)], [true, false]);
  assert.equal(answers.length, 1);
  assert.equal(list.request(link('').session), false);
  assert.deepEqual([list.give(session), list.give(session)], [true, false]);
});
