import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  causesOf,
  Ecod,
  Ensemble,
  ExtendedForest,
  HalfSpaceTrees,
  IsolationForest,
  Mahalanobis,
  type Matrix,
  type Model,
  matrixOf,
  randomFrom,
} from '@eyrie/detect';
import fc from 'fast-check';
import { averagePath } from '../src/models/forest-walk.ts';

/** A cloud around 0, and in the last row one point at its edge, and far out in feature 1. */
function cloud(rows = 400, columns = 4, seed = 5): Matrix {
  const random = randomFrom(seed);
  const data = Float64Array.from({ length: rows * columns }, () => random.normal());
  data.fill(2, (rows - 1) * columns);
  data[(rows - 1) * columns + 1] = 40;
  return { rows, columns, data };
}

const last = ({ rows, columns, data }: Matrix): Float64Array => data.subarray((rows - 1) * columns);

const FITTED: readonly ((rows: Matrix, seed: number) => Model)[] = [
  (rows, seed) => IsolationForest.fit(rows, { seed }),
  (rows, seed) => ExtendedForest.fit(rows, { seed }),
  (rows) => Ecod.fit(rows),
  (rows) => Mahalanobis.fit(rows),
  (rows, seed) =>
    Ensemble.of([IsolationForest.fit(rows, { seed }), Ecod.fit(rows), Mahalanobis.fit(rows)], rows),
];

for (const fit of FITTED) {
  const rows = cloud();
  const model = fit(rows, 1);
  describe(model.kind, () => {
    it('scores an outlier highest, and names the feature responsible', () => {
      const scores = model.score(rows);
      assert.equal(scores.indexOf(Math.max(...scores)), rows.rows - 1);
      const [cause] = causesOf(model, last(rows), ['a', 'b', 'c', 'd']);
      assert.equal(cause?.feature, 'b');
      assert.equal(cause?.value, 40);
      assert.ok(cause !== undefined && cause.share > 0.3);
    });

    it('gives equal scores for equal seeds', () => {
      assert.deepEqual(fit(rows, 1).score(rows), model.score(rows));
    });

    it('scores a row alone as in a batch', () => {
      const all = model.score(rows);
      const row = { rows: 1, columns: 4, data: rows.data.slice(4 * 7, 4 * 8) };
      assert.ok(Math.abs(model.score(row)[0]! - all[7]!) < 1e-12);
    });

    it('throws RangeError for no rows, NaN, and another number of features', () => {
      assert.throws(() => fit({ rows: 0, columns: 0, data: new Float64Array(0) }, 1), RangeError);
      assert.throws(() => fit(matrixOf([[1, Number.NaN]]), 1), /row 0 has a number that is not finite/);
      assert.throws(() => model.score(matrixOf([[1, 2]])), /rows of 4 features, not 2/);
    });

    it('trains on identical rows, and on a single row', () => {
      for (const same of [
        matrixOf([[1, 2]]),
        matrixOf([
          [3, 3],
          [3, 3],
          [3, 3],
        ]),
      ])
        assert.ok(fit(same, 1).score(same).every(Number.isFinite));
    });

    it('scores rows with infinite and extreme values', () => {
      const odd = matrixOf([
        [Infinity, -Infinity, 0, 1e300],
        [1e-300, 0, 0, 0],
      ]);
      assert.equal(model.score(odd).length, 2);
    });
  });
}

describe('isolation forest', () => {
  it('has the average path length c(n) of the paper', () => {
    assert.equal(averagePath(1), 0);
    assert.equal(averagePath(2), 1);
    // 2 (ln 255 + γ) − 2 · 255 / 256
    assert.ok(Math.abs(averagePath(256) - 10.2448) < 1e-3);
  });

  it('scores normal rows below 0.5; the contributions of features sum to the path difference', () => {
    const rows = cloud();
    const model = IsolationForest.fit(rows);
    const scores = model.score(rows);
    const middle = [...scores].sort((a, b) => a - b)[200]!;
    assert.ok(middle < 0.5 && scores[399]! > 0.6);
    const { forest } = model;
    const roots = Array.from({ length: forest.trees }, (_, tree) => forest.path[tree * forest.stride]!);
    const expected = roots.reduce((sum, path) => sum + path, 0) / forest.trees;
    const path = -Math.log2(scores[399]!) * averagePath(forest.samples);
    const parts = model.explain(last(rows)).reduce((sum, part) => sum + part, 0);
    assert.ok(Math.abs(parts - (expected - path)) < 1e-9);
  });

  it('gives blocks of four rows the same scores as single rows', () => {
    const model = IsolationForest.fit(cloud(300, 3));
    const value = fc.double({ noNaN: true, min: -50, max: 50 });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 9 }), (rows) => {
        const together = model.score(matrixOf(rows));
        rows.forEach((row, i) => {
          assert.ok(Math.abs(together[i]! - model.score(matrixOf([row]))[0]!) < 1e-12);
        });
      }),
    );
  });

  it('never cuts on a constant feature', () => {
    const rows = matrixOf(Array.from({ length: 300 }, (_, i) => [7, i, 7]));
    const { feature, left } = IsolationForest.fit(rows).forest;
    left.forEach((next, node) => {
      if (next > node) assert.equal(feature[node], 1);
    });
  });
});

describe('ECOD', () => {
  it('scores the greatest sum of −log tail probabilities', () => {
    const model = Ecod.fit(matrixOf([[1], [2], [3], [4]]));
    // Above all: no value as high, so 1 of 5.
    assert.ok(Math.abs(model.score(matrixOf([[9]]))[0]! - Math.log(5)) < 1e-12);
  });
});

describe('Mahalanobis', () => {
  it('scores a point off the line of correlated features above a distant one on it', () => {
    const random = randomFrom(2);
    const rows = matrixOf(
      Array.from({ length: 500 }, () => {
        const x = random.normal();
        return [x, x + random.normal() / 10];
      }),
    );
    const [along, off] = Mahalanobis.fit(rows).score(
      matrixOf([
        [3, 3],
        [1, -1],
      ]),
    );
    assert.ok(off! > along! * 2);
  });
});

describe('half-space trees', () => {
  it('score nothing in the first window, then outliers, and adapt to new rows', () => {
    const trees = HalfSpaceTrees.over(2, { window: 200, depth: 10, trees: 20 });
    const random = randomFrom(9);
    const usual = () => [random.normal(), random.normal()];
    for (let i = 0; i < 200; i++) {
      assert.equal(trees.isReady, false);
      assert.equal(trees.learn(usual()), 0);
    }
    for (let i = 0; i < 400; i++) trees.learn(usual());
    const before = trees.scoreOne([12, 0]);
    assert.ok(before > 3 * trees.scoreOne([0, 0]));
    const parts = trees.explain([12, 0]);
    assert.ok(parts[0]! > parts[1]!);
    for (let i = 0; i < 600; i++) trees.learn([12 + random.normal() / 10, random.normal() / 10]);
    assert.ok(trees.scoreOne([12, 0]) < before / 2);
  });
});
