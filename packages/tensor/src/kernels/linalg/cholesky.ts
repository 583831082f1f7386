import type { CompositeKernel } from './index.js';
import { dotRows, overMatrices, sizesOf } from './matrices.js';

/** Row by row: L[i, j] = (A[i, j] - L[i] L[j]) / L[j, j]. Whether the matrix is positive definite. */
function factor(a: Float64Array, lower: Float64Array, size: number): boolean {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = a[i * size + j]! - dotRows(lower, i * size, lower, j * size, j);
      if (i === j && !(rest > 0)) return false;
      lower[i * size + j] = i === j ? Math.sqrt(rest) : rest / lower[j * size + j]!;
    }
  }
  return true;
}

function fillLowerWithNaN(lower: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) lower.fill(NaN, i * size, i * size + i + 1);
}

/** x (..., n, n) to the lower triangular factor (..., n, n); NaN where a matrix is not positive definite. */
export const choleskyKernel: CompositeKernel = ([x]) => {
  const { rows: size } = sizesOf(x!);
  return overMatrices([x!], [{ shape: [size, size], dtype: x!.dtype }], ([a], [lower]) => {
    if (!factor(a!, lower!, size)) fillLowerWithNaN(lower!, size);
  });
};
