// Outer addresses are the same whether they are read anew or found again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OuterReader, outerText } from '../src/batch/outer.ts';
import { OuterTexts } from '../src/batch/outer-texts.ts';
import { shapeOf } from '../src/batch/shapes.ts';
import { Dissector, newFrame } from '../src/index.ts';

const ETHERNET = 1;
const [IP_IN_IP, UDP, ROUTING] = [4, 17, 43];

/** UDP in IPv4 in IPv4, or in IPv6, with these last bytes of their addresses; cut bytes at the end are missing. */
function tunnelled(
  [from, to, innerFrom, innerTo]: readonly number[],
  isIpv6: boolean,
  next: number,
): Uint8Array {
  const outer = isIpv6 ? new Uint8Array(40) : new Uint8Array(20);
  if (isIpv6) {
    outer.set([0x60, 0, 0, 0, 0, 28, next, 64]);
    outer[23] = from!;
    outer[39] = to!;
  } else outer.set([0x45, 0, 0, 48, 0, 0, 0, 0, 64, next, 0, 0, 10, 0, 0, from!, 10, 0, 0, to!]);
  const inner = [0x45, 0, 0, 28, 0, 0, 0, 0, 64, UDP, 0, 0, 192, 0, 2, innerFrom!, 192, 0, 2, innerTo!];
  const type = isIpv6 ? [0x86, 0xdd] : [8, 0];
  return Uint8Array.from([...new Array(12).fill(2), ...type, ...outer, ...inner, 4, 0, 4, 1, 0, 8, 0, 0]);
}

test('outer addresses found again are those that the bytes say', () => {
  const reader = new OuterReader();
  const texts = new OuterTexts();
  const dissector = new Dissector();
  const packet = fc.tuple(
    fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 4, maxLength: 4 }),
    fc.boolean(),
    fc.constantFrom(IP_IN_IP, IP_IN_IP, IP_IN_IP, ROUTING),
    fc.integer({ min: 0, max: 40 }),
  );
  const told = new Set<string>();
  fc.assert(
    fc.property(fc.array(packet, { minLength: 1, maxLength: 30 }), (packets) => {
      for (const [ends, isIpv6, next, cut] of packets) {
        const whole = tunnelled(ends, isIpv6, next);
        const data = whole.subarray(0, whole.length - Math.max(0, cut - 30));
        const place = { start: 0, end: data.length, wireLength: whole.length, linkType: ETHERNET };
        const p = dissector.dissect(Object.assign(newFrame(), { data, ...place }));
        const expected = reader.of(p);
        const text = texts.of(p, shapeOf(p).id);
        assert.equal(text, expected === null ? null : outerText(expected));
        if (text !== null) told.add(text);
      }
    }),
    { seed: 7, numRuns: 100 },
  );
  assert.ok(told.has('10.0.0.1>10.0.0.2') && told.has('::1>::2'), [...told].join('; '));
});
