// Tests of the clock filter, and of selecting and combining sources.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { PHI } from '../src/ntp/sample.ts';
import { ClockFilter } from '../src/select/clock-filter.ts';
import { intersection, select } from '../src/select/select.ts';

function source(offset: number, rootDistance = 0.01, jitter = 0.0001) {
  return { offset, rootDistance, jitter };
}

describe('the clock filter', () => {
  test('takes the sample with the least delay; dispersion grows with age', () => {
    const filter = new ClockFilter();
    assert.equal(filter.estimate(0, 1e-6), null);
    filter.add({ offset: 0.5, delay: 0.9, dispersion: 1e-5, at: 1 });
    filter.add({ offset: 0.1, delay: 0.1, dispersion: 1e-5, at: 2 });
    filter.add({ offset: 0.3, delay: 0.5, dispersion: 1e-5, at: 3 });
    const now = filter.estimate(3, 1e-6)!;
    assert.equal(now.offset, 0.1);
    assert.ok(Math.abs(now.jitter - Math.sqrt((0.4 ** 2 + 0.2 ** 2) / 2)) < 1e-12);
    // Weights halve with each sample in order of delay (RFC 5905 §10); the ages are 1, 0 and 2 s.
    const expected = (1e-5 + PHI) / 2 + 1e-5 / 4 + (1e-5 + 2 * PHI) / 8;
    assert.ok(Math.abs(now.dispersion - expected) < 1e-15, `${now.dispersion}`);
    assert.ok(filter.estimate(1003, 1e-6)!.dispersion > now.dispersion + 0.01);
  });

  test('keeps eight samples', () => {
    const filter = new ClockFilter();
    filter.add({ offset: 9, delay: 0.001, dispersion: 0, at: 0 });
    for (let i = 1; i <= 8; i++) filter.add({ offset: i, delay: i, dispersion: 0, at: i });
    assert.equal(filter.estimate(8, 1e-6)!.offset, 1);
  });
});

describe('selection', () => {
  test('intersection finds the interval of the most agreement (Marzullo’s example)', () => {
    const truth = intersection([source(10, 2), source(12, 1), source(11.5, 0.5)]);
    assert.deepEqual(truth, { low: 11, high: 12 });
  });

  test('if midpoints lie outside of the common intersection, a falseticker is assumed', () => {
    const truth = intersection([source(0, 10), source(9, 10), source(18, 10)]);
    assert.deepEqual(truth, { low: -1, high: 19 }, 'where two agree, not 8 to 10');
  });

  test('one falseticker of four is found; three sources that disagree have no majority', () => {
    const three = [source(0.001), source(0.0012), source(0.0008)];
    const liar = source(3600);
    const found = select([...three, liar])!;
    assert.deepEqual(found.falsetickers, [liar]);
    assert.ok(Math.abs(found.offset - 0.001) < 1e-4);
    assert.equal(select([source(0), source(100), source(200)]), null);
    assert.equal(select([]), null);
  });

  test('any minority of falsetickers is found', () => {
    const honest = fc.array(fc.double({ min: -0.004, max: 0.004, noNaN: true }), {
      minLength: 4,
      maxLength: 9,
    });
    const lies = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { maxLength: 3 });
    fc.assert(
      fc.property(honest, lies, fc.boolean(), (good, bad, isNegative) => {
        const liars = bad.map((offset) => source(isNegative ? -offset : offset));
        const found = select([...liars, ...good.map((offset) => source(offset))])!;
        for (const liar of liars) assert.ok(found.falsetickers.includes(liar));
        assert.ok(Math.abs(found.offset) <= 0.004 + 1e-9, `${found.offset}`);
      }),
    );
  });

  test('clustering discards the survivor with the most selection jitter', () => {
    const close = [0, 0.0001, -0.0001, 0.00005].map((offset) => source(offset, 0.1, 0.00001));
    const far = source(0.05, 0.1, 0.00001);
    const found = select([far, ...close])!;
    assert.ok(!found.survivors.includes(far));
    assert.ok(!found.falsetickers.includes(far), 'it does not lie, it is only worse');
  });
});
