import type { CompositeKernel } from './index.js';
import { dotRows, overMatrices, powerOfTwoNear, sizesOf } from './matrices.js';

const precision = 2 ** -52;
const mostSweeps = 40;

/** (row p, row q) to (c p - s q, s p + c q). */
function turn(rows: Float64Array, length: number, p: number, q: number, c: number, s: number): void {
  const [first, second] = [p * length, q * length];
  for (let i = 0; i < length; i++) {
    const [x, y] = [rows[first + i]!, rows[second + i]!];
    rows[first + i] = c * x - s * y;
    rows[second + i] = s * x + c * y;
  }
}

/** One pass over all pairs of rows; whether it turned any. `norms` holds the rows' squared lengths, and follows. */
function sweep(rows: Float64Array, basis: Float64Array, norms: Float64Array, size: number, tolerance: number): boolean {
  let turned = false;
  for (let p = 0; p < size - 1; p++) {
    for (let q = p + 1; q < size; q++) {
      const along = dotRows(rows, p * size, rows, q * size, size);
      if (!(Math.abs(along) > tolerance * Math.sqrt(norms[p]!) * Math.sqrt(norms[q]!))) continue;
      const zeta = (norms[q]! - norms[p]!) / (2 * along);
      const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
      const c = 1 / Math.hypot(1, t);
      turn(rows, size, p, q, c, c * t);
      turn(basis, size, p, q, c, c * t);
      norms[p] = Math.max(0, norms[p]! - t * along);
      norms[q]! += t * along;
      turned = true;
    }
  }
  return turned;
}

const squaredLengths = (rows: Float64Array, size: number): Float64Array => Float64Array.from({ length: size }, (_, i) => dotRows(rows, i * size, rows, i * size, size));

/**
 * Square x (..., n, n) to x V, whose columns are orthogonal and descend in length, and the orthogonal V: one-sided Jacobi rotations
 * (M. Hestenes, "Inversion of matrices by biorthogonalization and related results", 1958).
 */
export const jacobiKernel: CompositeKernel = ([x]) => {
  const { rows: size } = sizesOf(x!);
  const tolerance = precision * Math.sqrt(size);
  const output = { shape: [size, size], dtype: x!.dtype };
  return overMatrices([x!], [output, output], ([matrix], [product, rotation]) => {
    const scale = powerOfTwoNear(matrix!);
    const columns = Float64Array.from(matrix!, (_, at) => matrix![(at % size) * size + Math.floor(at / size)]! / scale);
    const basis = new Float64Array(size * size);
    for (let i = 0; i < size; i++) basis[i * size + i] = 1;
    let norms = squaredLengths(columns, size);
    for (let count = 0; count < mostSweeps && sweep(columns, basis, norms, size, tolerance); count++) norms = squaredLengths(columns, size);
    const order = Array.from(norms.keys()).sort((i, j) => norms[j]! - norms[i]!);
    order.forEach((from, to) => {
      for (let i = 0; i < size; i++) {
        product![i * size + to] = columns[from * size + i]! * scale;
        rotation![i * size + to] = basis[from * size + i]!;
      }
    });
  });
};
