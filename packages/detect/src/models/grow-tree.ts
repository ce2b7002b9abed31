// Grows an isolation tree into the arrays of a forest: nodes are cut in two until their rows are identical or the depth
// limit is reached (algorithm 2 of the paper). The kind of forest decides how a cut is chosen.
import { averagePath, type Forest } from './forest-walk.ts';

/**
 * Chooses the cut of a node with the rows order[from, to): writes the cut into the forest, and into values[i] the number of
 * row order[i] that is compared with its threshold. Returns false if the rows are identical, which makes the node a leaf.
 */
export type ChooseCut = (
  node: number,
  order: Int32Array,
  from: number,
  to: number,
  values: Float64Array,
) => boolean;

type Arrays = Pick<Forest, 'stride' | 'depthMax' | 'threshold' | 'left' | 'path'>;

/** Grows tree number `tree` from the rows in `order`, which is reordered in place. */
export function growTree(forest: Arrays, tree: number, order: Int32Array, chooseCut: ChooseCut): void {
  const { stride, depthMax, threshold, left, path } = forest;
  const values = new Float64Array(order.length);
  const root = tree * stride;
  let used = root + 1;

  /** Returns the sum of the rows' path lengths from the root. */
  const split = (node: number, from: number, to: number, depth: number): number => {
    const size = to - from;
    if (depth >= depthMax || size <= 1 || !chooseCut(node, order, from, to, values)) {
      // A leaf refers to itself, so that the walk stays there.
      left[node] = node;
      threshold[node] = Number.NaN;
      path[node] = depth + averagePath(size);
      return path[node]! * size;
    }
    const middle = partition(order, values, threshold[node]!, from, to);
    const first = used;
    used += 2;
    left[node] = first;
    const sum = split(first, from, middle, depth + 1) + split(first + 1, middle, to, depth + 1);
    path[node] = sum / size;
    return sum;
  };
  split(root, 0, order.length, 0);
}

/** Moves rows whose value is below the cut to the front; returns the index of the first of the others. */
function partition(order: Int32Array, values: Float64Array, cut: number, from: number, to: number): number {
  let middle = from;
  for (let i = from; i < to; i++) {
    if (values[i]! >= cut) continue;
    const row = order[i]!;
    order[i] = order[middle]!;
    // values[] need not be swapped: entries before i are not read again.
    order[middle++] = row;
  }
  return middle;
}
