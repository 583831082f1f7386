import { applyReflection, reflect } from './householder.js';
import type { CompositeKernel } from './index.js';
import { overMatrices, powerOfTwoNear, sizesOf } from './matrices.js';

/** Leaves R on and above the diagonal and the vectors of the reflections below it; gives their factors tau (LAPACK's dgeqr2). */
function reduce(work: Float64Array, rows: number, columns: number): Float64Array {
  const taus = new Float64Array(Math.min(rows, columns));
  for (let j = 0; j < taus.length; j++) {
    const tau = reflect({ data: work, start: j * columns + j, stride: columns, length: rows - j });
    taus[j] = tau;
    applyReflection(work, columns, { row: j, from: j + 1, tau }, { data: work, columns, column: j, rows });
  }
  return taus;
}

/** The product of the reflections, its first `width` columns (LAPACK's dorg2r). */
function accumulate(q: Float64Array, width: number, work: Float64Array, taus: Float64Array, rows: number, columns: number): void {
  for (let i = 0; i < width; i++) q[i * width + i] = 1;
  for (let j = taus.length - 1; j >= 0; j--) applyReflection(q, width, { row: j, from: j, tau: taus[j]! }, { data: work, columns, column: j, rows });
}

/**
 * x (..., m, n) to Q (..., m, k) with orthonormal columns and R (..., k, n), upper triangular, by Householder reflections; k is min(m, n), or m
 * with the attribute `complete`.
 */
export const qrKernel: CompositeKernel = ([x], { complete }) => {
  const { rows, columns } = sizesOf(x!);
  const width = complete === true ? rows : Math.min(rows, columns);
  const outputs = [
    { shape: [rows, width], dtype: x!.dtype },
    { shape: [width, columns], dtype: x!.dtype },
  ];
  return overMatrices([x!], outputs, ([matrix], [q, r]) => {
    const scale = powerOfTwoNear(matrix!);
    const work = matrix!.map((number) => number / scale);
    const taus = reduce(work, rows, columns);
    accumulate(q!, width, work, taus, rows, columns);
    for (let i = 0; i < Math.min(width, columns); i++) for (let j = i; j < columns; j++) r![i * columns + j] = work[i * columns + j]! * scale;
  });
};
