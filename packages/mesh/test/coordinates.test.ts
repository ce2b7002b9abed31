// Network coordinates: estimates approach the true latencies, and false measurements have bounded effect.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Coordinate, isKnown, latencyBetween, moved, unknownPlace } from '../src/skyeye/coordinates.ts';
import { SeededRandom } from '../src/virtual/index.ts';

test('hosts on a plane behind access links: measurements to a few near and far peers suffice to estimate all latencies', () => {
  const random = new SeededRandom(7);
  const count = 60;
  const truth = Array.from({ length: count }, () => ({
    x: random.fraction() * 100,
    y: random.fraction() * 60,
    height: 1 + random.fraction() * 10,
  }));
  const places: Coordinate[] = truth.map(() => unknownPlace);
  // The parent, two children and a random peer: with neighbours alone, the coordinates would fold over.
  const neighbours = truth.map((_, i) => [1, 2, 3].map((step) => (i + step * step * 7 + 1) % count));
  for (let round = 0; round < 1000; round++)
    for (let i = 0; i < count; i++) {
      const stranger = Math.floor(random.fraction() * count);
      const other = round % 2 === 1 ? stranger : neighbours[i]![round % 3]!;
      if (other === i) continue;
      const measuredMs = latencyBetween(truth[i]!, truth[other]!) * (1 + random.fraction() * 0.1);
      places[i] = moved(places[i]!, places[other]!, measuredMs, random.fraction());
    }
  const errors: number[] = [];
  for (let i = 0; i < count; i++)
    for (let j = 0; j < i; j++) {
      const trueMs = latencyBetween(truth[i]!, truth[j]!);
      errors.push(Math.abs(latencyBetween(places[i]!, places[j]!) - trueMs) / trueMs);
    }
  errors.sort((a, b) => a - b);
  const median = errors[errors.length >> 1]!;
  assert.ok(median < 0.15, `median error ${(median * 100).toFixed(1)} %`);
});

test('implausible measurements and coordinates do not change a coordinate', () => {
  const own: Coordinate = { x: 1, y: 2, height: 3, error: 0.3 };
  for (const other of [
    { x: Number.NaN, y: 0, height: 1, error: 0.1 },
    { x: 1e9, y: 0, height: 1, error: 0.1 },
    { x: 0, y: 0, height: -5, error: 0.1 },
    { x: 0, y: 0, height: 1, error: -1 },
  ])
    assert.deepEqual(moved(own, other, 20, 0.5), own);
  const sane: Coordinate = { x: 0, y: 0, height: 1, error: 0.2 };
  for (const measuredMs of [Number.NaN, -1, 0, Number.POSITIVE_INFINITY, 1e9])
    assert.deepEqual(moved(own, sane, measuredMs, 0.5), own);
});

test('a peer with any measurement has a known coordinate, even if its error is large', () => {
  let own = unknownPlace;
  for (const measuredMs of [0.5, 40, 0.3, 25, 0.2, 0.1]) {
    own = moved(own, { x: 0, y: 0, height: 5, error: 0.1 }, measuredMs, 0.5);
    assert.ok(isKnown(own), JSON.stringify(own));
  }
});

test('two peers at the same coordinate move apart', () => {
  const a = moved(unknownPlace, unknownPlace, 40, 0.25);
  assert.ok(latencyBetween(a, unknownPlace) > latencyBetween(unknownPlace, unknownPlace));
});

test('two peers with a constant latency converge to a stable coordinate with a small error', () => {
  let [a, b] = [unknownPlace, unknownPlace];
  for (let i = 0; i < 20_000; i++) {
    a = moved(a, b, 40, 0.5);
    b = moved(b, a, 40, 0.5);
  }
  assert.ok(Math.abs(latencyBetween(a, b) - 40) < 0.01, JSON.stringify([a, b]));
  const sure = moved({ ...a, error: 0 }, { ...b, error: 0 }, 40, 0.5);
  assert.ok(Math.abs(latencyBetween(sure, b) - 40) < 0.01, JSON.stringify(sure));
});
