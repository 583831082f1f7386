import { reflect, toDouble } from './householder.js';

/** A symmetric tridiagonal matrix T with the orthogonal matrix that leads to it, its columns stored as rows: A = Q T transpose(Q). */
export interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** One element less than the diagonal, and one more that is not used. */
  readonly offDiagonal: Float64Array;
  /** Row j is column j of Q. */
  readonly basis: Float64Array;
}

/** v times the symmetric matrix in the lower triangle of `a` from row `first` on. */
function symmetricProduct(a: Float64Array, size: number, first: number, v: Float64Array): Float64Array {
  const result = new Float64Array(size);
  for (let i = first; i < size; i++) {
    let total = 0;
    for (let j = first; j < i; j++) {
      total += a[i * size + j]! * v[j]!;
      result[j]! += a[i * size + j]! * v[i]!;
    }
    result[i]! += total + a[i * size + i]! * v[i]!;
  }
  return result;
}

/** A - v transpose(w) - w transpose(v), of which the lower triangle from row `first` on is kept. */
function rankTwoUpdate(a: Float64Array, size: number, first: number, v: Float64Array, w: Float64Array): void {
  for (let i = first; i < size; i++) {
    for (let j = first; j <= i; j++) a[i * size + j]! -= v[i]! * w[j]! + w[i]! * v[j]!;
  }
}

/** Reduces the symmetric matrix in the lower triangle of `matrix`, column by column (LAPACK's dsytd2 and dorg2l with uplo L). */
export function tridiagonalize(matrix: Float64Array, size: number): Tridiagonal {
  const a = matrix.slice();
  const diagonal = new Float64Array(size);
  const offDiagonal = new Float64Array(size);
  const reflections: { readonly tau: number; readonly v: Float64Array }[] = [];
  for (let j = 0; j < size - 1; j++) {
    const tau = reflect({ data: a, start: (j + 1) * size + j, stride: size, length: size - j - 1 }, toDouble);
    offDiagonal[j] = a[(j + 1) * size + j]!;
    const v = Float64Array.from({ length: size }, (_, i) => (i <= j ? 0 : i === j + 1 ? 1 : a[i * size + j]!));
    reflections.push({ tau, v });
    if (tau !== 0) {
      const p = symmetricProduct(a, size, j + 1, v).map((x) => tau * x);
      const along = p.reduce((total, x, i) => total + x * v[i]!, 0) * (tau / 2);
      rankTwoUpdate(a, size, j + 1, v, p.map((x, i) => x - along * v[i]!));
    }
  }
  for (let i = 0; i < size; i++) diagonal[i] = a[i * size + i]!;
  return { diagonal, offDiagonal, basis: accumulate(reflections, size) };
}

/** H_0 H_1 ..., transposed: since each H is symmetric, row j of the result is column j of the product. */
function accumulate(reflections: readonly { readonly tau: number; readonly v: Float64Array }[], size: number): Float64Array {
  const basis = new Float64Array(size * size);
  for (let i = 0; i < size; i++) basis[i * size + i] = 1;
  for (let k = reflections.length - 1; k >= 0; k--) {
    const { tau, v } = reflections[k]!;
    if (tau === 0) continue;
    // Of transpose(H B) = transpose(B) H: row r loses tau (row r . v) v.
    for (let r = 0; r < size; r++) {
      let along = 0;
      for (let i = k + 1; i < size; i++) along += basis[r * size + i]! * v[i]!;
      for (let i = k + 1; i < size; i++) basis[r * size + i]! -= tau * along * v[i]!;
    }
  }
  return basis;
}
