import type { CompositeKernel } from './index.js';
import { dotRows, overMatrices, powerOfTwoNear, sizesOf } from './matrices.js';

const precision = 2 ** -52;
const mostSweeps = 40;

/** (x, y) to (c x - s y, s x + c y). */
function turn(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let i = 0; i < x.length; i++) {
    const a = x[i]!;
    const b = y[i]!;
    x[i] = c * a - s * b;
    y[i] = s * a + c * b;
  }
}

function exchange<T>(list: { [place: number]: T }, i: number, j: number): void {
  const held = list[i]!;
  list[i] = list[j]!;
  list[j] = held;
}

/** The longest of the rows from `from` on comes there: with it first, fewer sweeps do (P. de Rijk, 1989). */
function bringLongest(rows: Float64Array[], norms: Float64Array, from: number): void {
  let longest = from;
  for (let i = from + 1; i < norms.length; i++) if (norms[i]! > norms[longest]!) longest = i;
  exchange(rows, from, longest);
  exchange(norms, from, longest);
}

/** One pass over all pairs of rows, of whose first `size` numbers the products count; whether it turned any. */
function sweep(rows: Float64Array[], size: number, tolerance: number): boolean {
  let turned = false;
  const norms = Float64Array.from(rows, (row) => dotRows(row, 0, row, 0, size));
  for (let p = 0; p < size - 1; p++) {
    bringLongest(rows, norms, p);
    for (let q = p + 1; q < size; q++) {
      const along = dotRows(rows[p]!, 0, rows[q]!, 0, size);
      if (!(Math.abs(along) > tolerance * Math.sqrt(norms[p]!) * Math.sqrt(norms[q]!))) continue;
      const zeta = (norms[q]! - norms[p]!) / (2 * along);
      const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
      const c = 1 / Math.sqrt(1 + t * t);
      turn(rows[p]!, rows[q]!, c, c * t);
      norms[p] = Math.max(0, norms[p]! - t * along);
      norms[q]! += t * along;
      turned = true;
    }
  }
  return turned;
}

/** The columns of x, each with a row of the identity behind it. */
function columnsWithIdentity(x: Float64Array, size: number, scale: number): Float64Array[] {
  return Array.from({ length: size }, (_, j) => {
    const row = new Float64Array(2 * size);
    for (let i = 0; i < size; i++) row[i] = x[i * size + j]! / scale;
    row[size + j] = 1;
    return row;
  });
}

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
    const rows = columnsWithIdentity(matrix!, size, scale);
    for (let count = 0; count < mostSweeps && sweep(rows, size, tolerance); count++);
    const lengths = new Map(rows.map((row) => [row, dotRows(row, 0, row, 0, size)]));
    rows.sort((a, b) => lengths.get(b)! - lengths.get(a)!);
    rows.forEach((row, j) => {
      for (let i = 0; i < size; i++) {
        product![i * size + j] = row[i]! * scale;
        rotation![i * size + j] = row[size + i]!;
      }
    });
  });
};
