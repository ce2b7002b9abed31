// Streaming Half-Space Trees (Tan, Ting, Liu 2011, https://www.ijcai.org/Proceedings/11/Papers/254.pdf): fixed random
// trees whose nodes count the rows of the last window. Constant time per row, constant memory.
import { randomFrom } from '../math/random.ts';
import type { Matrix } from './matrix.ts';
import { checkColumns, type Model } from './model.ts';

export interface HalfSpaceOptions {
  readonly trees?: number;
  /** Depth of the trees: 2^(depth+1) nodes per tree, 10 bytes each. */
  readonly depth?: number;
  /** Rows per window, at most 65,535, after which the current counts become the reference. */
  readonly window?: number;
  readonly seed?: number;
}

/** The model's state, which `saveModel` writes. */
export interface HalfSpaceState {
  readonly trees: number;
  readonly depth: number;
  readonly window: number;
  readonly seed: number;
  readonly columns: number;
  seen: number;
  /** Rows of the first window, whose ranges define the trees. */
  first: Float64Array;
  /** By node: the feature it splits, and the split value; nodes of a tree are numbered as in a binary heap, from 1. */
  feature: Uint16Array;
  middle: Float64Array;
  /** Rows per node in the last window (reference) and in the current one. */
  reference: Uint16Array;
  latest: Uint16Array;
  /** By feature: the mean in the last window, and the sum in the current one. */
  centre: Float64Array;
  sum: Float64Array;
}

/** Share of the window below which a node ends the walk (sizeLimit, §3.4 of the paper). */
const SPARSE = 0.1;

export class HalfSpaceTrees implements Model {
  readonly kind = 'half-space-trees';
  readonly columns: number;
  readonly state: HalfSpaceState;

  constructor(state: HalfSpaceState) {
    this.columns = state.columns;
    this.state = state;
  }

  static over(columns: number, options: HalfSpaceOptions = {}): HalfSpaceTrees {
    const { trees = 25, depth = 15, window = 250, seed = 1 } = options;
    if (window < 1 || window > 0xffff) throw new RangeError('window must be 1 to 65535 rows');
    const nodes = trees * 2 ** (depth + 1);
    return new HalfSpaceTrees({
      trees,
      depth,
      window,
      seed,
      columns,
      seen: 0,
      first: new Float64Array(window * columns),
      feature: new Uint16Array(nodes),
      middle: new Float64Array(nodes),
      reference: new Uint16Array(nodes),
      latest: new Uint16Array(nodes),
      centre: new Float64Array(columns),
      sum: new Float64Array(columns),
    });
  }

  /** False until the first window is full; until then nothing is anomalous. */
  get isReady(): boolean {
    return this.state.seen >= this.state.window;
  }

  /** Scores a row against the last window, then counts it; 0 while the first window fills. */
  learn(row: ArrayLike<number>): number {
    const s = this.state;
    const score = this.isReady ? this.scoreOne(row) : 0;
    for (let i = 0; i < s.columns; i++) s.sum[i]! += row[i]!;
    if (this.isReady) this.#count(row);
    else for (let i = 0; i < s.columns; i++) s.first[s.seen * s.columns + i] = row[i]!;
    s.seen++;
    if (s.seen === s.window) this.#buildTrees();
    if (s.seen % s.window === 0) this.#endWindow();
    return score;
  }

  /** Scores rows without counting them. */
  score(rows: Matrix, out: Float64Array = new Float64Array(rows.rows)): Float64Array {
    checkColumns(this, rows.columns);
    for (let row = 0; row < rows.rows; row++)
      out[row] = this.scoreOne(rows.data.subarray(row * rows.columns, (row + 1) * rows.columns));
    return out;
  }

  /** 1 in empty regions, 1/2 at the density of a uniform distribution, near 0 where the last window is dense. */
  scoreOne(row: ArrayLike<number>): number {
    const { trees, window } = this.state;
    let mass = 0;
    for (let tree = 0; tree < trees; tree++) mass += this.#mass(tree, row);
    return 1 / (1 + mass / (trees * window));
  }

  /** For each feature, how much the score drops when it is set to its mean in the last window. */
  explain(row: ArrayLike<number>): Float64Array {
    const own = this.scoreOne(row);
    return Float64Array.from({ length: this.columns }, (_, i) => {
      const changed = Float64Array.from(row);
      changed[i] = this.state.centre[i]!;
      return own - this.scoreOne(changed);
    });
  }

  /** Mass of the node where the walk ends: its rows times 2^depth. */
  #mass(tree: number, row: ArrayLike<number>): number {
    const { depth, feature, middle, reference, window } = this.state;
    const base = tree * 2 ** (depth + 1);
    let node = 1;
    for (let level = 0; ; level++) {
      const count = reference[base + node]!;
      if (level === depth || count < SPARSE * window) return count * 2 ** level;
      node = 2 * node + +(row[feature[base + node]!]! >= middle[base + node]!);
    }
  }

  #count(row: ArrayLike<number>): void {
    const { trees, depth, feature, middle, latest } = this.state;
    for (let tree = 0; tree < trees; tree++) {
      const base = tree * 2 ** (depth + 1);
      let node = 1;
      for (let level = 0; level <= depth; level++) {
        latest[base + node]! += 1;
        node = 2 * node + +(row[feature[base + node]!]! >= middle[base + node]!);
      }
    }
  }

  /** Builds the trees from the ranges of the full first window, and counts its rows. */
  #buildTrees(): void {
    const s = this.state;
    const random = randomFrom(s.seed);
    const low = new Float64Array(s.columns).fill(Infinity);
    const high = new Float64Array(s.columns).fill(-Infinity);
    s.first.forEach((value, i) => {
      low[i % s.columns] = Math.min(low[i % s.columns]!, value);
      high[i % s.columns] = Math.max(high[i % s.columns]!, value);
    });
    for (let tree = 0; tree < s.trees; tree++) {
      // Work range (§3.1 of the paper): a random point ± twice its distance to the farther end of the range.
      const from = new Float64Array(s.columns);
      const to = new Float64Array(s.columns);
      for (let i = 0; i < s.columns; i++) {
        const range = high[i]! - low[i]! || 1;
        const point = random.next();
        const reach = 2 * Math.max(point, 1 - point);
        from[i] = low[i]! + (point - reach) * range;
        to[i] = low[i]! + (point + reach) * range;
      }
      this.#splitNode(tree * 2 ** (s.depth + 1), 1, 0, from, to, () => random.below(s.columns));
    }
    for (let row = 0; row < s.window; row++)
      this.#count(s.first.subarray(row * s.columns, (row + 1) * s.columns));
    s.first = new Float64Array(0);
  }

  #splitNode(
    base: number,
    node: number,
    level: number,
    from: Float64Array,
    to: Float64Array,
    choose: () => number,
  ): void {
    const { depth, feature, middle } = this.state;
    if (level === depth) return;
    const by = choose();
    const [low, high] = [from[by]!, to[by]!];
    const half = (low + high) / 2;
    feature[base + node] = by;
    middle[base + node] = half;
    to[by] = half;
    this.#splitNode(base, 2 * node, level + 1, from, to, choose);
    to[by] = high;
    from[by] = half;
    this.#splitNode(base, 2 * node + 1, level + 1, from, to, choose);
    from[by] = low;
  }

  /** Ends a window: its counts become the reference. */
  #endWindow(): void {
    const s = this.state;
    [s.reference, s.latest] = [s.latest, s.reference];
    s.latest.fill(0);
    for (let i = 0; i < s.columns; i++) s.centre[i] = s.sum[i]! / s.window;
    s.sum.fill(0);
  }
}
