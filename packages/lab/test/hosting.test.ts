// Remote calls to hosts: outcomes, errors, and hosts that are gone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LabError } from '../src/errors.ts';
import { answer, Caller } from '../src/hosting/calls.ts';

class Adder {
  #sum = 0;
  async add(value: number): Promise<number> {
    if (Number.isNaN(value)) throw new Error('no number');
    this.#sum += value;
    return this.#sum;
  }
}

/** Both ends, with messages that are copied as between threads. */
function pair() {
  const adder = new Adder();
  const caller: Caller = new Caller('host 7', (call) =>
    answer(adder, structuredClone(call), (outcome) => caller.settle(structuredClone(outcome))),
  );
  return { caller, calls: caller.calls<Adder>() };
}

test('each call gets its own outcome, in any order of completion', async () => {
  const { calls } = pair();
  assert.deepEqual(await Promise.all([calls.add(1), calls.add(2), calls.add(3)]), [1, 3, 6]);
});

test('an error in a host fails the call, naming the host; later calls work', async () => {
  const { calls } = pair();
  await assert.rejects(calls.add(Number.NaN), new LabError('host 7: no number'));
  assert.equal(await calls.add(5), 5);
});

test('only methods of the host can be called', async () => {
  const { caller } = pair();
  const other = caller.calls<{ missing(): Promise<void> }>();
  await assert.rejects(other.missing(), new LabError('host 7: no method missing'));
});

test('a host that is gone fails waiting calls and later ones', async () => {
  const caller = new Caller('host 7', () => {});
  const calls = caller.calls<Adder>();
  const waiting = calls.add(1);
  caller.fail('ended: 1');
  await assert.rejects(waiting, new LabError('host 7 ended: 1'));
  await assert.rejects(calls.add(2), new LabError('host 7 ended: 1'));
});
