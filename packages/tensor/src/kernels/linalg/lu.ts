import type { CompositeKernel } from './index.js';
import { addScaled, overMatrices, sizesOf } from './matrices.js';

/** The row, from `from` on, whose element of the column is largest; NaN counts as largest. */
function pivotRow(a: Float64Array, rows: number, columns: number, column: number): number {
  let found = column;
  let largest = Math.abs(a[column * columns + column]!);
  for (let i = column + 1; i < rows && !Number.isNaN(largest); i++) {
    const size = Math.abs(a[i * columns + column]!);
    if (size > largest || Number.isNaN(size)) [found, largest] = [i, size];
  }
  return found;
}

function swapRows(a: Float64Array, columns: number, i: number, j: number): void {
  if (i === j) return;
  const row = a.slice(i * columns, (i + 1) * columns);
  a.copyWithin(i * columns, j * columns, (j + 1) * columns);
  a.set(row, j * columns);
}

/** Takes multiples of row `j` off the rows below it. Where the pivot is zero the column below it is zero too and stays. */
function eliminate(a: Float64Array, rows: number, columns: number, j: number): void {
  const pivot = a[j * columns + j]!;
  for (let i = j + 1; i < rows; i++) {
    const at = i * columns + j;
    if (pivot !== 0) a[at]! /= pivot;
    addScaled(a, at + 1, -a[at]!, a, j * columns + j + 1, columns - j - 1);
  }
}

/**
 * x (..., m, n) to L and U in one array, the row that each step swapped in (..., min(m, n)) and the order of the rows that results
 * (..., m): x[permutation] = L U.
 */
export const luKernel: CompositeKernel = ([x]) => {
  const { rows, columns } = sizesOf(x!);
  const steps = Math.min(rows, columns);
  const outputs = [
    { shape: [rows, columns], dtype: x!.dtype },
    { shape: [steps], dtype: 'int32' },
    { shape: [rows], dtype: 'int32' },
  ] as const;
  return overMatrices([x!], outputs, ([matrix], [lu, pivots, permutation]) => {
    lu!.set(matrix!);
    for (let i = 0; i < rows; i++) permutation![i] = i;
    for (let j = 0; j < steps; j++) {
      const found = pivotRow(lu!, rows, columns, j);
      pivots![j] = found;
      swapRows(lu!, columns, j, found);
      swapRows(permutation!, 1, j, found);
      eliminate(lu!, rows, columns, j);
    }
  });
};
