// A row-major matrix in a typed array.

export interface Matrix {
  readonly rows: number;
  /** Features. */
  readonly columns: number;
  /** `rows * columns` numbers, row by row. */
  readonly data: Float64Array;
}

/** @throws RangeError if the rows differ in length */
export function matrixOf(rows: readonly ArrayLike<number>[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const data = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    if (row.length !== columns)
      throw new RangeError(`row ${i} has ${row.length} numbers, the first has ${columns}`);
    data.set(row, i * columns);
  });
  return { rows: rows.length, columns, data };
}

/** The chosen rows, in that order. */
export function pick(matrix: Matrix, rows: ArrayLike<number>): Matrix {
  const { columns } = matrix;
  const data = new Float64Array(rows.length * columns);
  for (let i = 0; i < rows.length; i++)
    data.set(matrix.data.subarray(rows[i]! * columns, (rows[i]! + 1) * columns), i * columns);
  return { rows: rows.length, columns, data };
}

/** @throws RangeError unless there is a row and a column, and every number is finite */
export function checkTraining(matrix: Matrix): void {
  if (matrix.rows < 1 || matrix.columns < 1)
    throw new RangeError('a model needs at least one row to train on');
  if (matrix.data.length !== matrix.rows * matrix.columns)
    throw new RangeError(
      `${matrix.rows} rows of ${matrix.columns} need ${matrix.rows * matrix.columns} numbers, not ${matrix.data.length}`,
    );
  const { data, columns } = matrix;
  for (let i = 0; i < data.length; i++)
    // x - x is 0 for finite numbers only; calling Number.isFinite would cost more than fitting.
    if (data[i]! - data[i]! !== 0)
      throw new RangeError(`row ${Math.floor(i / columns)} has a number that is not finite`);
}
