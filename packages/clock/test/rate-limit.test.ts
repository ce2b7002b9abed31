// Tests of the server's rate limit.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RateLimit } from '../src/server/rate-limit.ts';

const options = { burst: 3, perSecond: 1, clientsMax: 2 };

describe('the rate limit', () => {
  test('a burst is answered, then one notice is sent, then requests are dropped; tokens refill', () => {
    const limit = new RateLimit(options);
    const verdicts = Array.from({ length: 6 }, () => limit.judge('192.0.2.1', 0));
    assert.deepEqual(verdicts, ['answer', 'answer', 'answer', 'notify', 'drop', 'drop']);
    assert.equal(limit.judge('192.0.2.1', 1), 'answer');
    assert.equal(limit.judge('192.0.2.1', 1), 'notify');
  });

  test('clients are limited separately, but a /64 counts as one', () => {
    const limit = new RateLimit(options);
    for (let i = 0; i < 4; i++) limit.judge(`2001:db8::${i + 1}`, 0);
    assert.equal(limit.judge('2001:db8::9', 0), 'drop');
    assert.equal(limit.judge('2001:db8:0:1::9', 0), 'answer');
  });

  test('the least recently seen address is evicted at the limit', () => {
    const limit = new RateLimit(options);
    for (let i = 0; i < 4; i++) limit.judge('192.0.2.1', 0);
    limit.judge('192.0.2.2', 0);
    limit.judge('192.0.2.3', 0);
    assert.equal(limit.judge('192.0.2.1', 0), 'answer', 'forgotten, so new');
  });
});
