import { diagonalize, type Precision } from './implicit-ql.js';
import type { CompositeKernel } from './index.js';
import { overMatrices, powerOfTwoNear, sizesOf } from './matrices.js';
import { tridiagonalize } from './tridiagonal.js';

/**
 * The numbers are float64 whatever the dtype; but float32 stops when LAPACK's float32 does, since the number of steps decides the signs of
 * the eigenvectors. What is left then is below the rounding of float32.
 */
const precisions = {
  float32: { epsilon: 2 ** -24, safeMinimum: 2 ** -126 },
  float64: { epsilon: 2 ** -53, safeMinimum: 2 ** -1022 },
} as const satisfies Readonly<Record<string, Precision>>;

/** Symmetric x (..., n, n), of which the lower triangle is read, to eigenvalues (..., n), ascending, and eigenvectors in columns; NaN where x is not finite. */
export const eighKernel: CompositeKernel = ([x]) => {
  const { rows: size } = sizesOf(x!);
  const precision = x!.dtype === 'float64' ? precisions.float64 : precisions.float32;
  const outputs = [
    { shape: [size], dtype: x!.dtype },
    { shape: [size, size], dtype: x!.dtype },
  ];
  return overMatrices([x!], outputs, ([matrix], [values, vectors]) => {
    const scale = powerOfTwoNear(matrix!);
    const t = tridiagonalize(matrix!.map((number) => number / scale), size);
    if (!matrix!.every(Number.isFinite) || !diagonalize(t, precision)) {
      values!.fill(NaN);
      vectors!.fill(NaN);
      return;
    }
    values!.set(t.diagonal.map((value) => value * scale));
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) vectors![i * size + j] = t.basis[j * size + i]!;
  });
};
