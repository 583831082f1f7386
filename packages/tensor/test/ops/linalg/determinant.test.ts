import { describe, expect, it } from 'vitest';
import * as fx from '../../../src/index.js';
import type { Tensor } from '../../../src/index.js';
import { expectEqual, matrix, numbers, randomTensor, regular } from './matrices.js';

/** By expansion along the first row. */
function expansion(rows: readonly (readonly number[])[]): number {
  if (rows.length === 0) return 1;
  return rows[0]!.reduce((total, x, j) => total + (j % 2 === 0 ? x : -x) * expansion(rows.slice(1).map((row) => row.filter((_, k) => k !== j))), 0);
}

const cofactorsOf = (rows: readonly (readonly number[])[]): number[][] =>
  rows.map((row, i) => row.map((_, j) => (-1) ** (i + j) * expansion(rows.filter((_r, k) => k !== i).map((other) => other.filter((_x, k) => k !== j)))));

const slope = (rows: readonly (readonly number[])[]): Tensor => fx.grad((x: Tensor) => fx.det(x))(matrix(rows));

describe('det', () => {
  it.each([1, 2, 3, 4, 5, 6])('is the expansion along a row, and its derivative the cofactors, for size %i', (size) => {
    const x = regular([size, size]);
    const rows = x.toArray() as number[][];
    expect(fx.det(x).item()).toBeCloseTo(expansion(rows), 10);
    expectEqual(slope(rows), matrix(cofactorsOf(rows)), 1e-12);
  });

  const singular = [
    [[1, 2], [2, 4]],
    [[1, 2, 3], [2, 4, 6], [1, 0, 1]],
    [[1, 2, 3, 4], [2, 4, 6, 8], [1, 0, 1, 2], [3, 1, 4, 1]],
    [[1, 2, 3, 4], [5, 6, 7, 8], [6, 8, 10, 12], [2, 1, 4, 0]],
  ];
  it.each(singular.map((rows) => [rows.length, rows] as const))('of a singular matrix is 0 with the cofactors as derivative, size %i', (_, rows) => {
    expect(fx.det(matrix(rows)).item()).toBeCloseTo(0, 10);
    expectEqual(slope(rows), matrix(cofactorsOf(rows)), 1e-10);
  });

  it('the derivative at a matrix of rank n - 2 is zero', () => {
    const rows = [[1, 2, 3, 4], [2, 4, 6, 8], [3, 6, 9, 12], [1, 0, 0, 0]];
    expectEqual(slope(rows), fx.zeros([4, 4], 'float64'));
    expectEqual(slope([[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]), fx.zeros([4, 4], 'float64'));
  });

  it('has the shape of the batch, 1 for empty matrices', () => {
    expectEqual(fx.det(fx.zeros([2, 0, 0])), fx.ones([2]));
    expect(fx.det(fx.zeros([0, 4, 4])).shape).toEqual([0]);
    const x = randomTensor([2, 3, 5, 5]);
    const found = fx.det(x);
    expect(found.shape).toEqual([2, 3]);
    const rows = x.toArray() as number[][][][];
    expect(numbers(found)[4]).toBeCloseTo(expansion(rows[1]![1]!), 10);
  });

  it('refuses what is not square', () => {
    expect(() => fx.det(fx.zeros([2, 3]))).toThrow('det: needs square matrices (..., n, n); found shape (2, 3)');
  });
});

describe('slogdet', () => {
  it.each([1, 2, 3, 5])('is the sign and the logarithm of the determinant, size %i', (size) => {
    const x = randomTensor([4, size, size], size);
    const [sign, logarithm] = fx.slogdet(x);
    expectEqual(fx.mul(sign, fx.exp(logarithm)), fx.det(x));
  });

  it('does not overflow', () => {
    const [sign, logarithm] = fx.slogdet(fx.mul(fx.eye(400, 400, 0, 'float64'), -1e3));
    expect(sign.item()).toBe(1);
    expect(logarithm.item()).toBeCloseTo(400 * Math.log(1e3), 9);
  });

  it.each([1, 2, 4])('of a singular matrix is 0 and -Infinity, size %i', (size) => {
    const [sign, logarithm] = fx.slogdet(fx.zeros([size, size]));
    expect([sign.item(), logarithm.item()]).toEqual([0, -Infinity]);
  });

  it('of an empty matrix is 1 and 0', () => {
    expect(fx.slogdet(fx.zeros([0, 0])).map((x) => x.item())).toEqual([1, 0]);
  });
});
