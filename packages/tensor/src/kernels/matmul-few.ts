import type { Matrix, MatmulSizes } from './matmul.js';
import type { FloatArray } from './number-class.js';

/** The product where there are few rows, or few of everything: straight from the operands. */
export function multiplyFew(sizes: MatmulSizes, a: Matrix<FloatArray>, b: Matrix<FloatArray>, out: Matrix<FloatArray>): void {
  const isLong = b.columnStride === 1 && sizes.columns >= 16 && sizes.inner >= 8;
  if (isLong) addScaledRows(sizes, a, b, out);
  else innerProducts(sizes, a, b, out);
}

/** Rows of the result as sums of rows of b, four of them at a time; b is read in order. */
function addScaledRows({ rows, inner, columns }: MatmulSizes, a: Matrix<FloatArray>, b: Matrix<FloatArray>, out: Matrix<FloatArray>): void {
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    let k = 0;
    for (; k + 4 <= inner; k += 4) addFourRows(sums, a, a.offset + row * a.rowStride + k * a.columnStride, b.data, b.offset + k * b.rowStride, b.rowStride);
    for (; k < inner; k++) addRow(sums, a.data[a.offset + row * a.rowStride + k * a.columnStride]!, b.data, b.offset + k * b.rowStride);
    writeRow(sums, out, out.offset + row * out.rowStride);
  }
}

function addFourRows(sums: Float64Array, a: Matrix<FloatArray>, aAt: number, b: FloatArray, bAt: number, bRow: number): void {
  const { data, columnStride } = a;
  const a0 = data[aAt]!;
  const a1 = data[aAt + columnStride]!;
  const a2 = data[aAt + 2 * columnStride]!;
  const a3 = data[aAt + 3 * columnStride]!;
  for (let column = 0, b0 = bAt, b1 = bAt + bRow, b2 = bAt + 2 * bRow, b3 = bAt + 3 * bRow; column < sums.length; column++, b0++, b1++, b2++, b3++) {
    sums[column]! += a0 * b[b0]! + a1 * b[b1]! + (a2 * b[b2]! + a3 * b[b3]!);
  }
}

function addRow(sums: Float64Array, factor: number, b: FloatArray, bAt: number): void {
  for (let column = 0, at = bAt; column < sums.length; column++, at++) sums[column]! += factor * b[at]!;
}

function writeRow(sums: Float64Array, { data, columnStride }: Matrix<FloatArray>, start: number): void {
  for (let column = 0, at = start; column < sums.length; column++, at += columnStride) data[at] = sums[column]!;
}

/** Each element as a sum over the inner axis, four columns at a time; the strides may be any. */
function innerProducts({ rows, inner, columns }: MatmulSizes, a: Matrix<FloatArray>, b: Matrix<FloatArray>, out: Matrix<FloatArray>): void {
  const step = a.columnStride;
  const { rowStride, columnStride } = b;
  for (let row = 0; row < rows; row++) {
    const aStart = a.offset + row * a.rowStride;
    let to = out.offset + row * out.rowStride;
    let column = 0;
    for (; column + 4 <= columns; column += 4) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let at = aStart;
      let b0 = b.offset + column * columnStride;
      let b1 = b0 + columnStride;
      let b2 = b1 + columnStride;
      let b3 = b2 + columnStride;
      for (let k = 0; k < inner; k++) {
        const x = a.data[at]!;
        s0 += x * b.data[b0]!;
        s1 += x * b.data[b1]!;
        s2 += x * b.data[b2]!;
        s3 += x * b.data[b3]!;
        at += step;
        b0 += rowStride;
        b1 += rowStride;
        b2 += rowStride;
        b3 += rowStride;
      }
      out.data[to] = s0;
      out.data[to + out.columnStride] = s1;
      out.data[to + 2 * out.columnStride] = s2;
      out.data[to + 3 * out.columnStride] = s3;
      to += 4 * out.columnStride;
    }
    for (; column < columns; column++, to += out.columnStride) {
      let sum = 0;
      for (let k = 0, at = aStart, from = b.offset + column * columnStride; k < inner; k++, at += step, from += rowStride) {
        sum += a.data[at]! * b.data[from]!;
      }
      out.data[to] = sum;
    }
  }
}
