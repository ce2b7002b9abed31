// Isolation Forest (Liu, Ting, Zhou 2008, https://doi.org/10.1109/ICDM.2008.17): anomalies are isolated by fewer random
// cuts. Trees are grown on small samples and kept in typed arrays; forest-walk.ts scores with them.
import { type Random, randomFrom, sample } from '../math/random.ts';
import { type Forest, scoreForest } from './forest-walk.ts';
import { type ChooseCut, growTree } from './grow-tree.ts';
import { checkTraining, type Matrix } from './matrix.ts';
import { checkColumns, type Model } from './model.ts';

export interface ForestOptions {
  /** More trees give steadier scores, at proportional cost. */
  readonly trees?: number;
  /** Sample size per tree; small samples reduce swamping and masking (§4 of the paper). */
  readonly samples?: number;
  readonly seed?: number;
}

export class IsolationForest implements Model {
  readonly kind = 'isolation-forest';
  readonly columns: number;
  readonly forest: Forest;

  constructor(columns: number, forest: Forest) {
    this.columns = columns;
    this.forest = forest;
  }

  /** @throws RangeError for no rows, or numbers that are not finite */
  static fit(rows: Matrix, { trees = 100, samples = 256, seed = 1 }: ForestOptions = {}): IsolationForest {
    checkTraining(rows);
    const random = randomFrom(seed);
    const size = Math.min(samples, rows.rows);
    const depthMax = Math.ceil(Math.log2(Math.max(2, size)));
    const stride = 2 * size - 1;
    const forest: Forest = {
      trees,
      samples: size,
      depthMax,
      stride,
      feature: new Uint16Array(trees * stride),
      threshold: new Float64Array(trees * stride),
      left: new Int32Array(trees * stride),
      path: new Float64Array(trees * stride),
    };
    const { choose } = new AxisCuts(rows, forest, random);
    for (let tree = 0; tree < trees; tree++) growTree(forest, tree, sample(rows.rows, size, random), choose);
    return new IsolationForest(rows.columns, forest);
  }

  /** 2^(−E[h(x)] / c(ψ)) (§2 of the paper): near 1 anomalous, well below 0.5 normal. */
  score(rows: Matrix, out: Float64Array = new Float64Array(rows.rows)): Float64Array {
    checkColumns(this, rows.columns);
    scoreForest(this.forest, rows, out);
    return out;
  }

  /**
   * How much each feature shortened the path: the expected path length before each cut less that after it, summed over the
   * cuts on the feature and averaged over the trees. Over all features this sums to the expected path length of a training
   * row less that of this row.
   */
  explain(row: ArrayLike<number>): Float64Array {
    const { trees, stride, feature, threshold, left, path } = this.forest;
    const parts = new Float64Array(this.columns);
    for (let tree = 0; tree < trees; tree++) {
      let node = tree * stride;
      while (left[node] !== node) {
        const by = feature[node]!;
        const next = left[node]! + +(row[by]! >= threshold[node]!);
        parts[by]! += (path[node]! - path[next]!) / trees;
        node = next;
      }
    }
    return parts;
  }
}

/** Cuts along one feature, chosen at random among those that vary. */
class AxisCuts {
  readonly #rows: Matrix;
  readonly #forest: Forest;
  readonly #random: Random;
  readonly #features: Uint16Array;

  constructor(rows: Matrix, forest: Forest, random: Random) {
    this.#rows = rows;
    this.#forest = forest;
    this.#random = random;
    this.#features = Uint16Array.from({ length: rows.columns }, (_, i) => i);
  }

  readonly choose: ChooseCut = (node, order, from, to, values) => {
    const by = this.#chooseFeature(order, from, to, values);
    if (by < 0) return false;
    const at = this.#low + this.#random.next() * (this.#high - this.#low);
    this.#forest.feature[node] = by;
    // Values equal to the cut go right, so a cut rounded down to the minimum would leave the left side empty.
    this.#forest.threshold[node] = at > this.#low ? at : this.#high;
    return true;
  };

  #low = 0;
  #high = 0;

  /** A random feature that varies among these rows, with its values, and their range in #low and #high; -1 if none does. */
  #chooseFeature(order: Int32Array, from: number, to: number, values: Float64Array): number {
    const features = this.#features;
    for (let left = features.length; left > 0; left--) {
      const i = this.#random.below(left);
      const by = features[i]!;
      features[i] = features[left - 1]!;
      features[left - 1] = by;
      this.#measure(by, order, from, to, values);
      if (this.#high > this.#low) return by;
    }
    return -1;
  }

  #measure(by: number, order: Int32Array, from: number, to: number, values: Float64Array): void {
    const { data, columns } = this.#rows;
    let low = Infinity;
    let high = -Infinity;
    for (let i = from; i < to; i++) {
      const value = data[order[i]! * columns + by]!;
      values[i] = value;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    this.#low = low;
    this.#high = high;
  }
}
