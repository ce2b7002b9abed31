// Extended Isolation Forest (Hariri, Carrasco Kind, Brunner 2019, https://doi.org/10.1109/TKDE.2019.2947676): cuts are
// hyperplanes of any slope, so that regions between clusters along an axis do not pass for normal.
import { type Random, randomFrom, sample } from '../math/random.ts';
import { averagePath } from './forest-walk.ts';
import { type ChooseCut, growTree } from './grow-tree.ts';
import { checkTraining, type Matrix } from './matrix.ts';
import { checkColumns, type Model } from './model.ts';

export interface ExtendedForestOptions {
  readonly trees?: number;
  readonly samples?: number;
  /** Extension level: features per cut less one. 0 is the plain forest; the default `columns - 1` uses all of them. */
  readonly extension?: number;
  readonly seed?: number;
}

/** Nodes of all trees; a node's cut has its features and weights at `node * terms`. */
export interface SlantedForest {
  readonly trees: number;
  readonly samples: number;
  readonly depthMax: number;
  readonly stride: number;
  /** Features per cut. */
  readonly terms: number;
  readonly feature: Uint16Array;
  readonly weight: Float64Array;
  /** Rows with a smaller weighted sum go to `left`, others to the node after it. */
  readonly threshold: Float64Array;
  /** A leaf refers to itself. */
  readonly left: Int32Array;
  readonly path: Float64Array;
}

export class ExtendedForest implements Model {
  readonly kind = 'extended-forest';
  readonly columns: number;
  readonly forest: SlantedForest;

  constructor(columns: number, forest: SlantedForest) {
    this.columns = columns;
    this.forest = forest;
  }

  /** @throws RangeError for no rows, or numbers that are not finite */
  static fit(rows: Matrix, options: ExtendedForestOptions = {}): ExtendedForest {
    checkTraining(rows);
    const { trees = 100, samples = 256, extension = rows.columns - 1, seed = 1 } = options;
    const random = randomFrom(seed);
    const size = Math.min(samples, rows.rows);
    const depthMax = Math.ceil(Math.log2(Math.max(2, size)));
    // A cut may leave one side empty, so that only the depth bounds the number of nodes.
    const stride = 2 ** (depthMax + 1) - 1;
    const terms = Math.max(1, Math.min(rows.columns, extension + 1));
    const forest: SlantedForest = {
      trees,
      samples: size,
      depthMax,
      stride,
      terms,
      feature: new Uint16Array(trees * stride * terms),
      weight: new Float64Array(trees * stride * terms),
      threshold: new Float64Array(trees * stride),
      left: new Int32Array(trees * stride),
      path: new Float64Array(trees * stride),
    };
    const { choose } = new SlantedCuts(rows, forest, random);
    for (let tree = 0; tree < trees; tree++) growTree(forest, tree, sample(rows.rows, size, random), choose);
    return new ExtendedForest(rows.columns, forest);
  }

  score(rows: Matrix, out: Float64Array = new Float64Array(rows.rows)): Float64Array {
    checkColumns(this, rows.columns);
    const { trees, stride, samples, left, path } = this.forest;
    const scale = -1 / (trees * (averagePath(samples) || 1));
    for (let row = 0; row < rows.rows; row++) {
      const at = row * rows.columns;
      let sum = 0;
      for (let tree = 0; tree < trees; tree++) {
        let node = tree * stride;
        while (left[node] !== node) node = this.#next(node, rows.data, at);
        sum += path[node]!;
      }
      out[row] = 2 ** (sum * scale);
    }
    return out;
  }

  #next(node: number, data: ArrayLike<number>, at: number): number {
    const { terms, feature, weight, threshold, left } = this.forest;
    const end = (node + 1) * terms;
    let sum = 0;
    for (let i = node * terms; i < end; i++) sum += weight[i]! * data[at + feature[i]!]!;
    return left[node]! + +(sum >= threshold[node]!);
  }

  /** As in the plain forest; the contribution of a cut is divided among its features by their weight in the sum. */
  explain(row: ArrayLike<number>): Float64Array {
    const { trees, stride, terms, feature, weight, left, path } = this.forest;
    const parts = new Float64Array(this.columns);
    for (let tree = 0; tree < trees; tree++) {
      let node = tree * stride;
      while (left[node] !== node) {
        const next = this.#next(node, row, 0);
        const gain = (path[node]! - path[next]!) / trees;
        let whole = 0;
        for (let i = node * terms; i < (node + 1) * terms; i++)
          whole += Math.abs(weight[i]! * row[feature[i]!]!);
        for (let i = node * terms; whole > 0 && i < (node + 1) * terms; i++)
          parts[feature[i]!]! += (gain * Math.abs(weight[i]! * row[feature[i]!]!)) / whole;
        node = next;
      }
    }
    return parts;
  }
}

/** Cuts by planes: a normal vector of random direction, through a random point of the box around the rows (§3 of the paper). */
class SlantedCuts {
  readonly #rows: Matrix;
  readonly #forest: SlantedForest;
  readonly #random: Random;
  readonly #spread: Float64Array;

  constructor(rows: Matrix, forest: SlantedForest, random: Random) {
    this.#rows = rows;
    this.#forest = forest;
    this.#random = random;
    this.#spread = spreads(rows);
  }

  readonly choose: ChooseCut = (node, order, from, to, values) => {
    const { terms, feature, weight, threshold } = this.#forest;
    const { data, columns } = this.#rows;
    const chosen = sample(columns, terms, this.#random);
    threshold[node] = 0;
    values.fill(0, from, to);
    for (let i = 0; i < terms; i++) {
      const by = chosen[i]!;
      const { low, high } = this.#range(by, order, from, to);
      const slope = this.#spread[by]! > 0 ? this.#random.normal() / this.#spread[by]! : 0;
      feature[node * terms + i] = by;
      weight[node * terms + i] = slope;
      threshold[node]! += slope * (low + this.#random.next() * (high - low));
      for (let k = from; k < to; k++) values[k]! += slope * data[order[k]! * columns + by]!;
    }
    return true;
  };

  #range(by: number, order: Int32Array, from: number, to: number): { low: number; high: number } {
    const { data, columns } = this.#rows;
    let low = Infinity;
    let high = -Infinity;
    for (let i = from; i < to; i++) {
      const value = data[order[i]! * columns + by]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return { low, high };
  }
}

/** Standard deviations; unscaled, a feature in bytes would outweigh one in seconds in every cut. */
function spreads({ rows, columns, data }: Matrix): Float64Array {
  const spread = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    let mean = 0;
    let squares = 0;
    for (let row = 0; row < rows; row++) {
      const delta = data[row * columns + column]! - mean;
      mean += delta / (row + 1);
      squares += delta * (data[row * columns + column]! - mean);
    }
    spread[column] = Math.sqrt(squares / rows);
  }
  return spread;
}
