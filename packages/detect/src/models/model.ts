// The interface of all models. The higher the score, the more anomalous the row.
import type { Matrix } from './matrix.ts';

export interface Model {
  readonly kind: string;
  /** Features of a row. */
  readonly columns: number;
  /** One score per row, written to `out` if given. */
  score(rows: Matrix, out?: Float64Array): Float64Array;
  /**
   * The contribution of each feature to a row's score, in a unit of the model; that of normal features is zero or negative.
   */
  explain(row: ArrayLike<number>): Float64Array;
}

export interface Cause {
  readonly feature: string;
  readonly value: number;
  /** Share of the positive contributions, 0 to 1. */
  readonly share: number;
}

/** At most `max` features that contributed to a row's score, strongest first. */
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

/** @throws RangeError if the number of features is not the model's */
export function checkColumns(model: Model, columns: number): void {
  if (columns !== model.columns)
    throw new RangeError(`the model needs rows of ${model.columns} features, not ${columns}`);
}
