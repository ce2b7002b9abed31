// Values of chosen fields, and lines of chosen protocols, of one packet.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Collector } from '../src/core/collect.ts';
import { columnNamed } from '../src/core/registry.ts';
import { dissect, udpFrame } from './protocols/support.ts';

/** A DNS question for the address of a.example. */
const QUESTION = '0001010000010000000000000161076578616d706c650000010001';

test('the line of a protocol is collected once, alone and beside fields of any kind', () => {
  const p = dissect([udpFrame(1000, 53, QUESTION)]);
  const line = 'Domain Name System (query)';
  for (const [others, values] of [
    [[], []],
    [['dns.id'], [[1]]],
    [['dns.qry.name'], [['a.example']]],
  ] as const) {
    const collector = new Collector(['dns', ...others].map((name) => columnNamed(name)!));
    collector.collect(p);
    assert.deepEqual(collector.values, [[line], ...values], others.join());
  }
});
