// The detectors under test: each is fitted to a set and scores it.
import {
  Ecod,
  Ensemble,
  ExtendedForest,
  HalfSpaceTrees,
  IsolationForest,
  Mahalanobis,
  type Matrix,
  type Random,
  randomFrom,
} from '@eyrie/detect';
import type { DataSet } from './datasets.ts';

type Timed = <T>(work: () => T) => [T, number];
type Run = readonly [scores: Float64Array, fitSeconds: number, scoreSeconds: number];

export interface Detector {
  readonly name: string;
  readonly isSeeded: boolean;
  readonly run: (set: DataSet, seed: number, timed: Timed) => Run;
}

function fitted(
  name: string,
  isSeeded: boolean,
  fit: (set: DataSet, seed: number) => { score(rows: DataSet['test']): Float64Array },
): Detector {
  return {
    name,
    isSeeded,
    run(set, seed, timed) {
      const [model, fitSeconds] = timed(() => fit(set, seed));
      const [scores, scoreSeconds] = timed(() => model.score(set.test));
      return [scores, fitSeconds, scoreSeconds];
    },
  };
}

export const DETECTORS: readonly Detector[] = [
  fitted('isolation forest', true, (set, seed) => IsolationForest.fit(set.train, { seed })),
  fitted('extended forest', true, (set, seed) => ExtendedForest.fit(set.train, { seed })),
  fitted('ECOD', false, (set) => Ecod.fit(set.train)),
  fitted('Mahalanobis', false, (set) => Mahalanobis.fit(set.train)),
  fitted('ensemble', true, (set, seed) =>
    Ensemble.of(
      [IsolationForest.fit(set.train, { seed }), Ecod.fit(set.train), Mahalanobis.fit(set.train)],
      set.train,
    ),
  ),
  {
    name: 'half-space trees',
    isSeeded: true,
    run(set, seed, timed) {
      const trees = HalfSpaceTrees.over(set.train.columns, { seed });
      const random = randomFrom(seed);
      const row = ({ data, columns }: Matrix, i: number) => data.subarray(i * columns, (i + 1) * columns);
      const [, fitSeconds] = timed(() => {
        // Without a training part, the stream itself is learned.
        if (set.train !== set.test)
          for (const i of shuffled(set.train.rows, random)) trees.learn(row(set.train, i));
      });
      // The sets have their anomalies in one block, which a streaming model would learn as normal: shuffle.
      const order = shuffled(set.test.rows, random);
      const scores = new Float64Array(set.test.rows);
      const [, scoreSeconds] = timed(() => {
        for (const i of order) scores[i] = trees.learn(row(set.test, i));
      });
      return [scores, fitSeconds, scoreSeconds];
    },
  },
];

function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = random.below(i + 1);
    const held = order[i]!;
    order[i] = order[other]!;
    order[other] = held;
  }
  return order;
}
