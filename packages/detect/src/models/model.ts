// What all models have in common. The higher a score, the more unusual the row.
import type { Matrix } from './matrix.ts';

export interface Model {
  readonly kind: string;
  /** Features of a row. */
  readonly columns: number;
  /** One score a row, into `out` if it is given. */
  score(rows: Matrix, out?: Float64Array): Float64Array;
  /**
   * How much each feature of one row adds to what makes it unusual, in the model's own unit; what is usual adds
   * nothing or less. Sorted by it, the features are the causes of the score.
   */
  explain(row: ArrayLike<number>): Float64Array;
}

export interface Cause {
  readonly feature: string;
  readonly value: number;
  /** Of all that speaks for unusual, 0 to 1. */
  readonly share: number;
}

/** The features that made a row's score, the strongest first. */
export function causesOf(model: Model, row: ArrayLike<number>, names: readonly string[], max = 3): Cause[] {
  const parts = model.explain(row);
  let sum = 0;
  for (const part of parts) sum += Math.max(0, part);
  if (sum === 0) return [];
  return Array.from(parts, (part, i) => ({
    feature: names[i] ?? `feature ${i}`,
    value: row[i]!,
    share: Math.max(0, part) / sum,
  }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, max);
}

/** @throws RangeError when rows have another number of features than the model learnt */
export function checkColumns(model: Model, columns: number): void {
  if (columns !== model.columns)
    throw new RangeError(`the model knows ${model.columns} features, the rows have ${columns}`);
}
