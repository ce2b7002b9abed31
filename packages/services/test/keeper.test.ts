import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import type { Retention, Store } from '@eyrie/store';
import type { Log } from '../src/log/index.ts';
import { Keeper, limitsOf } from '../src/persistor/index.ts';

const MINUTE = 60_000;

/** A store that notes what it is asked to keep, and fails when told. */
function parts() {
  const asked: Retention[] = [];
  const said: string[] = [];
  let failure: string | null = null;
  const store = {
    retain: async (limits: Retention) => {
      asked.push(limits);
      if (failure !== null) throw new Error(failure);
      return { packets: 7, flows: 0, names: 0, findings: 0 };
    },
  } as unknown as Store;
  const say = (text: string): void => void said.push(text);
  const log = { info: say, warn: say } as unknown as Log;
  const fail = (why: string | null): void => {
    failure = why;
  };
  return { asked, said, log, store, fail };
}

/** The clock goes on, and all that it began has its turn. */
async function pass(ms: number): Promise<void> {
  mock.timers.tick(ms);
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

describe('the keeper of a store', () => {
  it('reads its limits as they are written', () => {
    const none = { keep_age: '0', keep_packets: 0, keep_bytes: '0' };
    assert.equal(limitsOf(none), null);
    assert.deepEqual(limitsOf({ keep_age: '30d', keep_packets: 5, keep_bytes: '1.5GB' }), {
      ...{ ageSeconds: 2_592_000, rows: 5, bytes: 1.5e9 },
    });
    assert.deepEqual(limitsOf({ ...none, keep_age: '90s' }), { ageSeconds: 90 });
    assert.deepEqual(limitsOf({ ...none, keep_bytes: '800' }), { bytes: 800 });
    assert.deepEqual(limitsOf({ ...none, keep_bytes: '3k' }), { bytes: 3000 });
  });

  it('works by itself, again and again, until it is stopped', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const { asked, said, log, store, fail } = parts();
    const keeper = new Keeper(store, { rows: 5 }, log);
    try {
      keeper.start();
      await pass(MINUTE);
      assert.deepEqual(asked, [{ rows: 5 }]);
      assert.match(said[0]!, /^7 packets were deleted/);
      fail('the disk is full');
      for (let i = 0; i < 3; i++) await pass(10 * MINUTE);
      assert.equal(asked.length, 4);
      assert.deepEqual(said.slice(1), ["the store can't be kept to its limits: the disk is full"]);
      fail(null);
      await pass(10 * MINUTE);
      assert.equal(said.length, 3);
      await keeper.stop();
      await pass(60 * MINUTE);
      assert.equal(asked.length, 5);
    } finally {
      mock.timers.reset();
    }
  });

  it('keeps to other limits from the next time on, also from none and to none', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const { asked, log, store } = parts();
    const keeper = new Keeper(store, null, log);
    try {
      keeper.start();
      await pass(MINUTE);
      assert.deepEqual(asked, []);
      keeper.keepTo({ rows: 9 });
      await pass(10 * MINUTE);
      assert.deepEqual(asked, [{ rows: 9 }]);
      keeper.keepTo(null);
      await pass(10 * MINUTE);
      assert.equal(asked.length, 1);
    } finally {
      await keeper.stop();
      mock.timers.reset();
    }
  });
});
