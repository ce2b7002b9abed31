// ECOD (Li, Zhao, Hu, Botta, Ionescu, Chen 2022, https://doi.org/10.1109/TKDE.2022.3159580): tail probabilities of each
// feature under its empirical distribution. It has no parameters.
import { randomFrom, sample } from '../math/random.ts';
import { checkTraining, type Matrix, pick } from './matrix.ts';
import { checkColumns, type Model } from './model.ts';

export interface EcodOptions {
  /** Training rows kept, at 8 bytes per feature; of more, a random sample. */
  readonly rowsMax?: number;
  readonly seed?: number;
}

export class Ecod implements Model {
  readonly kind = 'ecod';
  readonly columns: number;
  readonly rows: number;
  /** Column by column, each in ascending order. */
  readonly sorted: Float64Array;
  /** By column: the skewness, whose sign selects the longer tail. */
  readonly skew: Float64Array;

  constructor(columns: number, sorted: Float64Array, skew: Float64Array) {
    this.columns = columns;
    this.rows = sorted.length / columns;
    this.sorted = sorted;
    this.skew = skew;
  }

  /** @throws RangeError for no rows, or numbers that are not finite */
  static fit(all: Matrix, { rowsMax = 65_536, seed = 1 }: EcodOptions = {}): Ecod {
    checkTraining(all);
    const rows = all.rows <= rowsMax ? all : pick(all, sample(all.rows, rowsMax, randomFrom(seed)));
    const sorted = new Float64Array(rows.rows * rows.columns);
    const skew = new Float64Array(rows.columns);
    for (let column = 0; column < rows.columns; column++) {
      const values = sorted.subarray(column * rows.rows, (column + 1) * rows.rows);
      for (let row = 0; row < rows.rows; row++) values[row] = rows.data[row * rows.columns + column]!;
      values.sort();
      skew[column] = skewness(values);
    }
    return new Ecod(rows.columns, sorted, skew);
  }

  /** The greatest of three sums of −log tail probabilities: left tails, right tails, and the longer tail of each. */
  score(rows: Matrix, out: Float64Array = new Float64Array(rows.rows)): Float64Array {
    checkColumns(this, rows.columns);
    for (let row = 0; row < rows.rows; row++) {
      let left = 0;
      let right = 0;
      let auto = 0;
      for (let column = 0; column < this.columns; column++) {
        const value = rows.data[row * this.columns + column]!;
        const below = this.#surprise(column, value, false);
        const above = this.#surprise(column, value, true);
        left += below;
        right += above;
        auto += this.#byTail(column, below, above);
      }
      out[row] = Math.max(left, right, auto);
    }
    return out;
  }

  /** −log of each feature's tail probability, of the tail that its distribution's skewness points to (Fig. 4). */
  explain(row: ArrayLike<number>): Float64Array {
    return Float64Array.from({ length: this.columns }, (_, column) =>
      Math.max(this.#surprise(column, row[column]!, false), this.#surprise(column, row[column]!, true)),
    );
  }

  #byTail(column: number, below: number, above: number): number {
    const skew = this.skew[column]!;
    return skew < 0 ? below : skew > 0 ? above : below + above;
  }

  /** −log of the share of training values (including this one) at least as far out. */
  #surprise(column: number, value: number, isRight: boolean): number {
    const before = this.#rank(column, value, !isRight);
    const count = isRight ? this.rows - before : before;
    return -Math.log((count + 1) / (this.rows + 1));
  }

  /** Number of a column's values less than this one, or, `withEqual`, less or equal. */
  #rank(column: number, value: number, withEqual: boolean): number {
    const { sorted } = this;
    const start = column * this.rows;
    let low = start;
    let high = start + this.rows;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const known = sorted[middle]!;
      if (known < value || (withEqual && known === value)) low = middle + 1;
      else high = middle;
    }
    return low - start;
  }
}

function skewness(values: Float64Array): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let second = 0;
  let third = 0;
  for (const value of values) {
    const delta = value - mean;
    second += delta * delta;
    third += delta * delta * delta;
  }
  const spread = Math.sqrt(second / values.length);
  return spread === 0 ? 0 : third / values.length / spread ** 3;
}
