import type { Matrix, MatmulSizes } from './matmul.js';
import type { BigArray, IntArray } from './number-class.js';

/** The product of integers of at most 32 bits, exact modulo their width. */
export function multiplyIntegers({ rows, inner, columns }: MatmulSizes, a: Matrix<IntArray>, b: Matrix<IntArray>, out: Matrix<IntArray>): void {
  for (let row = 0; row < rows; row++) {
    const aStart = a.offset + row * a.rowStride;
    for (let column = 0, to = out.offset + row * out.rowStride; column < columns; column++, to += out.columnStride) {
      let sum = 0;
      for (let k = 0, at = aStart, from = b.offset + column * b.columnStride; k < inner; k++, at += a.columnStride, from += b.rowStride) {
        sum = (sum + Math.imul(a.data[at]!, b.data[from]!)) | 0;
      }
      out.data[to] = sum;
    }
  }
}

/** The product of 64-bit integers, exact modulo 2^64. */
export function multiplyBigIntegers({ rows, inner, columns }: MatmulSizes, a: Matrix<BigArray>, b: Matrix<BigArray>, out: Matrix<BigArray>): void {
  for (let row = 0; row < rows; row++) {
    const aStart = a.offset + row * a.rowStride;
    for (let column = 0, to = out.offset + row * out.rowStride; column < columns; column++, to += out.columnStride) {
      let sum = 0n;
      for (let k = 0, at = aStart, from = b.offset + column * b.columnStride; k < inner; k++, at += a.columnStride, from += b.rowStride) {
        sum = BigInt.asIntN(64, sum + a.data[at]! * b.data[from]!);
      }
      out.data[to] = sum;
    }
  }
}
