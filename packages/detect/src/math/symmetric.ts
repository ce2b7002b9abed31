// Inverse of a symmetric positive definite matrix by its Cholesky factor.

/** `matrix` row by row, `size` × `size`. @throws RangeError when it is not positive definite */
export function invert(matrix: Float64Array, size: number): Float64Array {
  const factor = cholesky(matrix, size);
  const inverse = new Float64Array(size * size);
  const column = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    // Solves L y = e_k, then Lᵀ x = y.
    for (let i = 0; i < size; i++) {
      let sum = i === k ? 1 : 0;
      for (let j = 0; j < i; j++) sum -= factor[i * size + j]! * column[j]!;
      column[i] = sum / factor[i * size + i]!;
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = column[i]!;
      for (let j = i + 1; j < size; j++) sum -= factor[j * size + i]! * inverse[j * size + k]!;
      inverse[i * size + k] = sum / factor[i * size + i]!;
    }
  }
  return inverse;
}

/** The lower factor: L Lᵀ = matrix. */
function cholesky(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!;
      if (i !== j) factor[i * size + j] = sum / factor[j * size + j]!;
      else if (sum > 0) factor[i * size + i] = Math.sqrt(sum);
      else throw new RangeError('the matrix is not positive definite');
    }
  }
  return factor;
}
