import type { CompositeKernel } from './index.js';
import { addScaled, dotRows, overMatrices, sizesOf } from './matrices.js';

/** (a: (..., n, n), b: (..., n, k)) to x with a x = b; of `a` one triangle is read. Attributes `lower` and `unitDiagonal`. */
export const triangularSolveKernel: CompositeKernel = ([a, b], { lower, unitDiagonal }) => {
  const { rows: size, columns: count } = sizesOf(b!);
  const hasUnitDiagonal = unitDiagonal === true;
  const solve = lower === true ? forward : backward;
  return overMatrices([a!, b!], [{ shape: [size, count], dtype: b!.dtype }], ([matrix, right], [x]) => {
    x!.set(right!);
    solve(matrix!, x!, size, count, hasUnitDiagonal);
  });
};

function forward(a: Float64Array, x: Float64Array, size: number, count: number, unit: boolean): void {
  for (let i = 0; i < size; i++) {
    takeOff(a, x, size, count, i, 0, i);
    if (!unit) divideRow(x, i * count, count, a[i * size + i]!);
  }
}

function backward(a: Float64Array, x: Float64Array, size: number, count: number, unit: boolean): void {
  for (let i = size - 1; i >= 0; i--) {
    takeOff(a, x, size, count, i, i + 1, size);
    if (!unit) divideRow(x, i * count, count, a[i * size + i]!);
  }
}

/** x[i] -= sum of a[i, j] x[j] over j from `from` to below `to`. */
function takeOff(a: Float64Array, x: Float64Array, size: number, count: number, i: number, from: number, to: number): void {
  if (count === 1) x[i]! -= dotRows(a, i * size + from, x, from, to - from);
  else for (let j = from; j < to; j++) addScaled(x, i * count, -a[i * size + j]!, x, j * count, count);
}

function divideRow(x: Float64Array, start: number, count: number, divisor: number): void {
  for (let k = 0; k < count; k++) x[start + k]! /= divisor;
}
