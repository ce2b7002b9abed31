// Who is turned away is told once a second, however many there are.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toEcs } from '../../src/honeypot/event.ts';
import { Refusals } from '../../src/honeypot/refusals.ts';

describe('refused connections', () => {
  it('are counted per address and port, beyond a thousand pairs together', () => {
    const refusals = new Refusals();
    for (let i = 0; i < 3000; i++) refusals.add(`10.0.${i >> 8}.${i & 255}`, 9999);
    refusals.add('10.0.0.0', 9999);
    const taken = refusals.take();
    assert.equal(taken.length, 1001);
    assert.deepEqual(taken[0], { address: '10.0.0.0', port: 9999, visits: 2 });
    assert.deepEqual(taken.at(-1), { address: '', port: 0, visits: 2000 });
    assert.deepEqual(refusals.take(), []);
  });

  it('are logged without fields that are unknown', () => {
    const facts = { session: 's', sourceAddress: '', sourcePort: 0, address: '0.0.0.0', port: 0 };
    const when = { time: Date.UTC(2026, 10, 22), meshTime: null };
    const event = {
      type: 'refused',
      visits: 7,
      reason: 'no room',
      protocol: 'tcp',
      ...facts,
      ...when,
    } as const;
    assert.deepEqual(toEcs(event), {
      '@timestamp': '2026-11-22T00:00:00.000Z',
      'event.category': ['network'],
      'event.type': ['denied'],
      'event.action': 'refused',
      'event.reason': 'no room',
      'network.protocol': 'tcp',
      'eyrie.visits': 7,
      'ecs.version': '8.17.0',
      'event.kind': 'event',
      'event.dataset': 'eyrie.honeypot',
      'network.transport': 'tcp',
      'destination.ip': '0.0.0.0',
      'eyrie.session': 's',
    });
  });
});
