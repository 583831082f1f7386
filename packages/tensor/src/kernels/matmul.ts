import type { TypedArray } from '../dtype/dtype.js';
import type { BigArray, FloatArray, IntArray } from './number-class.js';
import { multiplyFew } from './matmul-few.js';
import { multiplyBigIntegers, multiplyIntegers } from './matmul-integer.js';
import { multiplyPacked } from './matmul-packed.js';
import { multiplyVectors } from './matmul-vectors.js';

/** Part of an array seen as a matrix. */
export interface Matrix<Data = TypedArray> {
  readonly data: Data;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** The sizes of (rows, inner) times (inner, columns). */
export interface MatmulSizes {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** Below this many multiplications, or this many rows, columns or terms of a sum, packing costs more than it gains. */
const fewProducts = 5000;
const fewRows = 7;
const fewTerms = 6;

/** Writes a times b to `out`. Small products of floats add up in float64, larger ones in vectors of their dtype; integers wrap as their array does. */
export function matmul(sizes: MatmulSizes, a: Matrix, b: Matrix, out: Matrix): void {
  if (out.data instanceof BigInt64Array || out.data instanceof BigUint64Array) {
    multiplyBigIntegers(sizes, a as Matrix<BigArray>, b as Matrix<BigArray>, out as Matrix<BigArray>);
  } else if (out.data instanceof Float32Array || out.data instanceof Float64Array) {
    multiplyFloats(sizes, a as Matrix<FloatArray>, b as Matrix<FloatArray>, out as Matrix<FloatArray>);
  } else {
    multiplyIntegers(sizes, a as Matrix<IntArray>, b as Matrix<IntArray>, out as Matrix<IntArray>);
  }
}

function multiplyFloats(sizes: MatmulSizes, a: Matrix<FloatArray>, b: Matrix<FloatArray>, out: Matrix<FloatArray>): void {
  const { rows, inner, columns } = sizes;
  const isSmall = rows * inner * columns < fewProducts || Math.min(rows, columns) < fewRows || inner < fewTerms;
  if (!isSmall) {
    if (!multiplyVectors(sizes, a, b, out)) multiplyPacked(sizes, a, b, out);
  } else if (rows <= columns) multiplyFew(sizes, a, b, out);
  else multiplyFew({ rows: columns, inner, columns: rows }, transposed(b), transposed(a), transposed(out));
}

function transposed<Data>({ data, offset, rowStride, columnStride }: Matrix<Data>): Matrix<Data> {
  return { data, offset, rowStride: columnStride, columnStride: rowStride };
}
