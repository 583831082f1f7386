import { applyReflection, reflect, toDouble, type FloatArray, type Round } from './householder.js';
import type { CompositeKernel } from './index.js';
import { overMatrices, powerOfTwoNear, sizesOf } from './matrices.js';

/** Leaves R on and above the diagonal and the vectors of the reflections below it; gives their factors tau (LAPACK's dgeqr2). */
function reduce(work: FloatArray, rows: number, columns: number, round: Round): number[] {
  return Array.from({ length: Math.min(rows, columns) }, (_, j) => {
    const tau = reflect({ data: work, start: j * columns + j, stride: columns, length: rows - j }, round);
    applyReflection(work, columns, j + 1, tau, { data: work, columns, column: j, row: j, rows });
    return tau;
  });
}

/** The first `width` columns of the product of the reflections (LAPACK's dorg2r). */
function accumulate(work: FloatArray, taus: readonly number[], { rows, columns, width }: Readonly<Record<'rows' | 'columns' | 'width', number>>): FloatArray {
  const q = work instanceof Float32Array ? new Float32Array(rows * width) : new Float64Array(rows * width);
  for (let i = taus.length; i < width; i++) q[i * width + i] = 1;
  for (let j = taus.length - 1; j >= 0; j--) {
    const tau = taus[j]!;
    applyReflection(q, width, j + 1, tau, { data: work, columns, column: j, row: j, rows });
    q[j * width + j] = 1 - tau;
    for (let i = j + 1; i < rows; i++) q[i * width + j] = -tau * work[i * columns + j]!;
  }
  return q;
}

/**
 * x (..., m, n) to Q (..., m, k) with orthonormal columns and R (..., k, n), upper triangular, by Householder reflections; k is min(m, n), or m
 * with the attribute `complete`. In float32 all steps round to it, as LAPACK's do: small random orthogonal matrices are to have its bits.
 */
export const qrKernel: CompositeKernel = ([x], { complete }) => {
  const { rows, columns } = sizesOf(x!);
  const width = complete === true ? rows : Math.min(rows, columns);
  const outputs = [
    { shape: [rows, width], dtype: x!.dtype },
    { shape: [width, columns], dtype: x!.dtype },
  ];
  const isDouble = x!.dtype === 'float64';
  const round = isDouble ? toDouble : Math.fround;
  return overMatrices([x!], outputs, ([matrix], [q, r]) => {
    const scale = powerOfTwoNear(matrix!);
    const scaled = matrix!.map((number) => number / scale);
    const work = isDouble ? scaled : Float32Array.from(scaled);
    const taus = reduce(work, rows, columns, round);
    q!.set(accumulate(work, taus, { rows, columns, width }));
    for (let i = 0; i < Math.min(width, columns); i++) {
      for (let j = i; j < columns; j++) r![i * columns + j] = work[i * columns + j]! * scale;
    }
  });
};
