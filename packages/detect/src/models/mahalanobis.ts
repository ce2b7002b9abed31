// Mahalanobis distance: distance from the mean relative to the covariance of the features.
import { invert } from '../math/symmetric.ts';
import { checkTraining, type Matrix } from './matrix.ts';
import { checkColumns, type Model } from './model.ts';

/**
 * Shrinkage of the correlation matrix towards the identity (as Ledoit and Wolf, with a fixed weight), so that constant or
 * linearly dependent features do not make the matrix singular.
 */
const SHRINKAGE = 0.01;

export class Mahalanobis implements Model {
  readonly kind = 'mahalanobis';
  readonly columns: number;
  readonly mean: Float64Array;
  /** Standard deviations. */
  readonly spread: Float64Array;
  /** Inverse correlation matrix, row by row. */
  readonly inverse: Float64Array;

  constructor(mean: Float64Array, spread: Float64Array, inverse: Float64Array) {
    this.columns = mean.length;
    this.mean = mean;
    this.spread = spread;
    this.inverse = inverse;
  }

  /** @throws RangeError for no rows, or numbers that are not finite */
  static fit(rows: Matrix): Mahalanobis {
    checkTraining(rows);
    const { columns } = rows;
    const { mean, spread } = momentsOf(rows);
    const matrix = correlations(rows, mean, spread);
    for (let i = 0; i < matrix.length; i++) {
      const isDiagonal = i % (columns + 1) === 0;
      matrix[i] = matrix[i]! * (1 - SHRINKAGE) + (isDiagonal ? SHRINKAGE : 0);
    }
    return new Mahalanobis(mean, spread, invert(matrix, columns));
  }

  /** Squared Mahalanobis distances. */
  score(rows: Matrix, out: Float64Array = new Float64Array(rows.rows)): Float64Array {
    checkColumns(this, rows.columns);
    const { columns, inverse } = this;
    const z = new Float64Array(columns);
    for (let row = 0; row < rows.rows; row++) {
      this.#standardize(rows.data, row * columns, z);
      let sum = 0;
      for (let i = 0; i < columns; i++) {
        // The matrix is symmetric: half of it suffices.
        let part = inverse[i * columns + i]! * z[i]!;
        for (let j = 0; j < i; j++) part += 2 * inverse[i * columns + j]! * z[j]!;
        sum += part * z[i]!;
      }
      out[row] = sum;
    }
    return out;
  }

  /** The terms z_i · (Σ⁻¹ z)_i, which sum to the squared distance. */
  explain(row: ArrayLike<number>): Float64Array {
    const { columns, inverse } = this;
    const z = new Float64Array(columns);
    this.#standardize(row, 0, z);
    return z.map((value, i) => {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += inverse[i * columns + j]! * z[j]!;
      return value * sum;
    });
  }

  #standardize(data: ArrayLike<number>, at: number, z: Float64Array): void {
    for (let i = 0; i < this.columns; i++) z[i] = (data[at + i]! - this.mean[i]!) / this.spread[i]!;
  }
}

function momentsOf({ rows, columns, data }: Matrix): { mean: Float64Array; spread: Float64Array } {
  const mean = new Float64Array(columns);
  const spread = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) mean[i % columns]! += data[i]! / rows;
  for (let i = 0; i < data.length; i++) spread[i % columns]! += (data[i]! - mean[i % columns]!) ** 2 / rows;
  // A constant feature is left unscaled.
  return { mean, spread: spread.map((variance) => (variance > 0 ? Math.sqrt(variance) : 1)) };
}

function correlations(
  { rows, columns, data }: Matrix,
  mean: Float64Array,
  spread: Float64Array,
): Float64Array {
  const matrix = new Float64Array(columns * columns);
  const z = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) z[i] = (data[row * columns + i]! - mean[i]!) / spread[i]!;
    for (let i = 0; i < columns; i++)
      for (let j = 0; j <= i; j++) matrix[i * columns + j]! += (z[i]! * z[j]!) / rows;
  }
  for (let i = 0; i < columns; i++)
    for (let j = 0; j < i; j++) matrix[j * columns + i] = matrix[i * columns + j]!;
  return matrix;
}
