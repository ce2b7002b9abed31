import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DamagedModel,
  Ecod,
  Ensemble,
  ExtendedForest,
  HalfSpaceTrees,
  IsolationForest,
  loadModel,
  Mahalanobis,
  type Model,
  randomFrom,
  saveModel,
} from '@eyrie/detect';
import fc from 'fast-check';

const random = randomFrom(4);
const rows = { rows: 200, columns: 3, data: Float64Array.from({ length: 600 }, () => random.normal()) };
const stream = HalfSpaceTrees.over(3, { window: 50, depth: 6, trees: 4 });
for (let i = 0; i < 130; i++) stream.learn(rows.data.subarray(i * 3, i * 3 + 3));
const forest = IsolationForest.fit(rows, { trees: 10, samples: 64 });

const MODELS: readonly Model[] = [
  forest,
  ExtendedForest.fit(rows, { trees: 5, samples: 32 }),
  Ecod.fit(rows),
  Mahalanobis.fit(rows),
  Ensemble.of([forest, Ecod.fit(rows)], rows),
  stream,
];

for (const model of MODELS) {
  describe(`a saved ${model.kind}`, () => {
    const text = saveModel(model);

    it('scores as before', () => {
      const loaded = loadModel(text);
      assert.equal(loaded.kind, model.kind);
      assert.deepEqual(loaded.score(rows), model.score(rows));
    });

    it('is an error, never a failure, when damaged', () => {
      fc.assert(
        fc.property(
          fc.nat(text.length - 1),
          fc.constantFrom('', '0', '9', 'A', '"', '-1', '{'),
          (at, put) => {
            const damaged = text.slice(0, at) + put + text.slice(at + 1);
            try {
              loadModel(damaged).score(rows);
            } catch (error) {
              assert.ok(error instanceof DamagedModel, String(error));
              assert.ok(!error.message.includes('\n'));
            }
          },
        ),
        { numRuns: 200 },
      );
    });
  });
}

describe('loading', () => {
  it('says what is wrong', () => {
    assert.throws(() => loadModel('hello'), /not JSON/);
    assert.throws(() => loadModel('{}'), /this is not a saved model/);
    assert.throws(() => loadModel(saveModel(forest).replace('"version":1', '"version":9')), /version 9/);
    assert.throws(
      () => loadModel(saveModel(forest).replace(/"left":"[^"]*"/, '"left":"AAAAAA=="')),
      /model.left: 1 numbers, not/,
    );
  });

  it('refuses trees that would be walked without an end', () => {
    const { left, stride } = forest.forest;
    const kept = left[0]!;
    left[kept] = 0;
    const looped = saveModel(forest);
    left[kept] = kept;
    assert.ok(stride > 2);
    assert.throws(() => loadModel(looped), DamagedModel);
  });
});
