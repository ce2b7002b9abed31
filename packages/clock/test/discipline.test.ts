// The regression that estimates offset and frequency: outliers, weights, and dropped samples.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Comparison, Discipline, SAMPLES_MAX } from '../src/mesh/discipline.ts';

const OFFSET = 0.25;
const SKEW = 20e-6;
const NOISE = 20e-6;

/** The other clock runs ahead by OFFSET at time 0 and gains SKEW; noise changes its sign from sample to sample. */
function sample(i: number, more: Partial<Comparison> = {}): Comparison {
  const at = i * 8;
  const noise = (i % 2 === 0 ? 1 : -1) * NOISE;
  return { at, offset: OFFSET + SKEW * at + noise, delay: 0.0002, sourceError: 0, ...more };
}

function disciplined(samples: readonly Comparison[]): Discipline {
  const discipline = new Discipline();
  for (const each of samples) discipline.add(each);
  return discipline;
}

const range = (count: number) => Array.from({ length: count }, (_, i) => sample(i));

test('offset and frequency are those of the line through the samples', () => {
  const { offset, skew, offsetError, asymmetry } = disciplined(range(32)).estimate(248)!;
  assert.ok(Math.abs(offset - (OFFSET + SKEW * 248)) < NOISE, `${offset}`);
  assert.ok(Math.abs(skew - SKEW) < 1e-6, `${skew}`);
  assert.ok(offsetError < NOISE);
  assert.equal(asymmetry, 0.0001);
  assert.equal(new Discipline().estimate(0), null);
});

test('a single outlier does not move the estimate', () => {
  const samples = range(32);
  const clean = disciplined(samples).estimate(248)!;
  const spoilt = [...samples];
  spoilt[20] = sample(20, { offset: OFFSET + 0.05 });
  const { offset, skew } = disciplined(spoilt).estimate(248)!;
  assert.ok(Math.abs(offset - clean.offset) < NOISE / 2, `${offset - clean.offset} s off`);
  assert.ok(Math.abs(skew - clean.skew) < 0.5e-6, `${skew - clean.skew}`);
});

test('among too few samples to identify outliers, all count', () => {
  const few = [...range(4).slice(0, 3), sample(3, { offset: OFFSET + 0.05 })];
  const { offset } = disciplined(few).estimate(24)!;
  assert.ok(offset > OFFSET + 0.01, `${offset}`);
});

test('a sample with a long delay has less weight, but is no outlier', () => {
  const samples = range(32);
  samples[31] = sample(31, { offset: OFFSET + SKEW * 248 + 0.004, delay: 0.0102 });
  const { offset } = disciplined(samples).estimate(248)!;
  assert.ok(Math.abs(offset - (OFFSET + SKEW * 248)) < NOISE, `${offset}`);
});

test('samples beyond the newest 64, or older than 20 minutes, are dropped', () => {
  assert.equal(disciplined(range(SAMPLES_MAX + 9)).length, SAMPLES_MAX);
  const discipline = disciplined([sample(0), sample(1), { ...sample(2), at: 1_200 }]);
  assert.equal(discipline.length, 3, 'exactly 20 minutes old');
  discipline.add({ ...sample(3), at: 1_208.5 });
  assert.equal(discipline.length, 2);
});

test('after a frequency change, earlier samples are dropped', () => {
  const bend = 20;
  const samples = Array.from({ length: 40 }, (_, i) => {
    const past = Math.max(0, i - bend) * 8;
    return sample(i, { offset: OFFSET + 200e-6 * past + (i % 2 === 0 ? 1 : -1) * NOISE });
  });
  const discipline = disciplined(samples);
  const { skew } = discipline.estimate(39 * 8)!;
  assert.ok(discipline.length < 30, `${discipline.length} samples left`);
  assert.ok(Math.abs(skew - 200e-6) < 30e-6, `${skew}`);
});

test('an implausible frequency is bounded', () => {
  const { skew } = disciplined(Array.from({ length: 8 }, (_, i) => sample(i, { offset: i * 8 }))).estimate(
    56,
  )!;
  assert.equal(skew, 1e-3);
});

test('a change of reference drops the samples, and keeps the frequency with its error', () => {
  const discipline = disciplined(range(32));
  discipline.clear({ skew: SKEW, skewError: 1 });
  assert.equal(discipline.length, 0);
  discipline.add(sample(0, { offset: 5 }));
  const { offset, skew, skewError } = discipline.estimate(0)!;
  assert.ok(Math.abs(offset - 5) < 1e-9);
  assert.ok(Math.abs(skew - SKEW) < 1e-9, 'one sample says nothing of the frequency');
  assert.ok(Math.abs(skewError - 100e-6) < 1e-9, 'no more doubt than without any');
});
