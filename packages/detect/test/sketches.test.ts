import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CountMin, HyperLogLog, Quantiles } from '@eyrie/detect';
import fc from 'fast-check';

describe('Count-Min', () => {
  it('never underestimates, and seldom exceeds its error', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 1, maxLength: 2000 }), fc.nat(1000), (items, seed) => {
        const sketch = new CountMin({ error: 0.01, doubt: 0.01, seed });
        const counts = new Map<number, number>();
        for (const item of items) {
          sketch.add(String(item));
          counts.set(item, (counts.get(item) ?? 0) + 1);
        }
        let wrong = 0;
        for (const [item, count] of counts) {
          const estimate = sketch.estimate(String(item));
          assert.ok(estimate >= count);
          if (estimate > count + 0.01 * items.length) wrong++;
        }
        assert.ok(wrong <= Math.max(1, 0.05 * counts.size));
      }),
      { numRuns: 30 },
    );
  });

  it('has the size that error and doubt require', () => {
    const sketch = new CountMin({ error: 0.001, doubt: 0.01 });
    assert.equal(sketch.width, 2719);
    assert.equal(sketch.depth, 5);
  });
});

describe('HyperLogLog', () => {
  for (const count of [10, 1000, 20_000, 200_000])
    it(`estimates ${count} distinct items within four standard errors`, () => {
      const sketch = new HyperLogLog(12, count);
      for (let i = 0; i < count; i++) {
        sketch.add(`host ${i}`);
        sketch.add(`host ${i}`);
      }
      assert.ok(Math.abs(sketch.estimate() - count) <= Math.max(1, (4 * 1.04 * count) / 64));
    });

  it('merged, equals one sketch of both inputs', () => {
    const [a, b, both] = [new HyperLogLog(10), new HyperLogLog(10), new HyperLogLog(10)];
    for (let i = 0; i < 3000; i++) {
      (i % 2 === 0 ? a : b).add(`${i}`);
      both.add(`${i}`);
    }
    a.merge(b);
    assert.equal(a.estimate(), both.estimate());
    assert.throws(() => a.merge(new HyperLogLog(11)), RangeError);
  });
});

describe('quantiles', () => {
  it('are within the relative error of the value at that rank', () => {
    const value = fc.oneof(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.integer({ min: -5, max: 5 }));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 300 }),
        fc.double({ noNaN: true, min: 0, max: 1 }),
        (values, q) => {
          const sketch = new Quantiles(0.01);
          for (const each of values) sketch.add(each);
          const sorted = [...values].sort((a, b) => a - b);
          const rank = q * (sorted.length - 1);
          const near = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!];
          const found = sketch.at(q);
          assert.ok(
            near.some((each) => Math.abs(found - each) <= 0.0101 * Math.abs(each) + 1e-290),
            `${found} for ${near}`,
          );
        },
      ),
    );
  });

  it('beyond 2,048 buckets per sign: the smallest values are merged, the largest stay exact', () => {
    const exact = new Quantiles(0.01);
    const [count, crowded] = [2_048, 2_049];
    const gamma = 1.01 / 0.99;
    const value = (i: number) => gamma ** (i - 1_000 + 0.5);
    for (let i = 0; i < count; i++) exact.add(value(i));
    assert.ok(Math.abs(exact.at(0) / value(0) - 1) < 0.011, 'each has its own');
    exact.add(value(crowded));
    // A quarter of the buckets is now one, named by its largest value.
    assert.ok(Math.abs(exact.at(0) / value(511) - 1) < 0.011, `${exact.at(0)}, not ${value(511)}`);
    assert.ok(Math.abs(exact.at(0.5) / value(1_024) - 1) < 0.021);
    assert.ok(Math.abs(exact.at(1) / value(crowded) - 1) < 0.011);
    assert.equal(exact.count, count + 1);
    assert.ok(Number.isNaN(new Quantiles().at(0.5)));
  });
});
