import { describe, expect, it } from 'vitest';
import * as fx from '../../../src/index.js';
import type { Tensor } from '../../../src/index.js';
import { expectEqual, matrix, numbers, randomTensor, transposed } from './matrices.js';
import { bothWays } from './programs.js';

const identity = (size: number): Tensor => fx.eye(size, size, 0, 'float64');
const vector = (values: readonly number[]): Tensor => fx.tensor(values, { dtype: 'float64' });

const matrices: readonly (readonly [string, Tensor])[] = [
  ...[[1, 1], [2, 2], [5, 5], [7, 4], [4, 7], [1, 4], [4, 1], [9, 9]].map((shape, i) => [`a random one of ${shape.join(' by ')}`, randomTensor(shape, i + 1)] as const),
  ['zeros', fx.zeros([3, 4], 'float64')],
  ['the identity', identity(4)],
  ['equal columns', matrix([[1, 1, 2], [1, 1, 3], [1, 1, 4], [1, 1, 5]])],
  ['rank one', fx.outer(vector([1, 2, 3, 4]), vector([1, -1, 2]))],
  ['a rotation and a reflection', matrix([[0, 1, 0], [0, 0, -1], [1, 0, 0]])],
  ['a singular triangle', matrix([[1, 1, 1], [0, 0, 1], [0, 0, 1]])],
  ['graded columns', matrix([[1, 1e-8, 1e-16], [2, 1e-8, 3e-16], [3, -1e-8, 1e-16]])],
];

describe('svd', () => {
  it.each(matrices)('of %s: orthonormal vectors, descending values, and the matrix again', (_, x) => {
    const [rows, columns] = x.staticShape() as [number, number];
    const steps = Math.min(rows, columns);
    const [u, s, vh] = fx.svd(x, { fullMatrices: false });
    expect([u.shape, s.shape, vh.shape]).toEqual([[rows, steps], [steps], [steps, columns]]);
    expectEqual(fx.matmul(fx.mul(u, s), vh), x, 1e-14);
    expectEqual(fx.matmul(transposed(u), u), identity(steps), 1e-13);
    expectEqual(fx.matmul(vh, transposed(vh)), identity(steps), 1e-13);
    expectEqual(fx.flip(fx.sort(s), 0), s, 0);
    expect(Math.min(...numbers(s))).toBeGreaterThanOrEqual(0);
    const [whole, same, wholeRight] = fx.svd(x);
    expectEqual(same, s, 1e-15);
    expectEqual(fx.matmul(transposed(whole), whole), identity(rows), 1e-13);
    expectEqual(fx.matmul(wholeRight, transposed(wholeRight)), identity(columns), 1e-13);
    expectEqual(fx.slice(whole, [0, 0], [rows, steps]), u, 1e-13);
    expectEqual(fx.svdvals(x), s, 1e-15);
  });

  it.each(matrices)('of %s has the same values by its kernels and by its program', (_, x) => {
    const { kernel, program } = bothWays((a) => fx.svd(a, { fullMatrices: false }), [x]);
    expectEqual(program[1]!, kernel[1]!, 1e-14);
    expectEqual(fx.matmul(fx.mul(program[0]!, program[1]!), program[2]!), x, 1e-13);
  });

  it('has the same vectors by its kernels and by its program, in a batch', () => {
    const { kernel, program } = bothWays((a) => fx.svd(a), [randomTensor([2, 3, 5, 4])]);
    kernel.slice(1).forEach((found, i) => expectEqual(program[i + 1]!, found, 1e-12));
    expectEqual(fx.abs(program[0]!), fx.abs(kernel[0]!), 1e-12);
  });

  // jnp.linalg.svdvals(jnp.array([[1., 2], [3, 4], [5, 6]])), JAX 0.10.2, float64
  it("has jnp's singular values", () => {
    expectEqual(fx.svdvals(matrix([[1, 2], [3, 4], [5, 6]])), vector([9.525518091565107, 0.514300580658644]), 1e-15);
  });

  it('keeps small singular values to their last digits where columns are graded', () => {
    const x = fx.mul(randomTensor([4, 3]), vector([1, 1e-40, 1e-80]));
    const scaled = fx.div(fx.svdvals(x), vector([1, 1e-40, 1e-80]));
    // The product of the singular values is the root of the Gram determinant, whatever the scales.
    const plain = fx.prod(fx.svdvals(randomTensor([4, 3]))).item() as number;
    expect(Math.abs((fx.prod(scaled).item() as number) / plain - 1)).toBeLessThan(1e-13);
  });

  it('the decisive component of each left vector is positive', () => {
    for (const shape of [[5, 3], [3, 5]]) {
      const [u] = fx.svd(randomTensor(shape, 7), { fullMatrices: false });
      for (const column of transposed(u).toArray() as number[][]) {
        const largest = Math.max(...column.map(Math.abs));
        expect(column.find((x) => Math.abs(x) >= 0.7 * largest)).toBeGreaterThan(0);
      }
    }
  });

  it('of empty matrices and of NaN', () => {
    expect(fx.svd(fx.zeros([0, 3])).map((x) => x.shape)).toEqual([[0, 0], [0], [3, 3]]);
    expect(fx.svd(fx.zeros([2, 3, 0]), { fullMatrices: false }).map((x) => x.shape)).toEqual([[2, 3, 0], [2, 0], [2, 0, 0]]);
    expect(numbers(fx.svdvals(matrix([[1, NaN], [0, 1]])))).toEqual([NaN, NaN]);
  });

  it('the derivative of vectors that are not determined is an error, that of the values is not', () => {
    const x = randomTensor([3, 2]);
    expect(() => fx.grad((a: Tensor) => fx.sum(fx.svd(a)[0]))(x)).toThrow('derivative of svd: with `fullMatrices` is not determined');
    expect(fx.grad((a: Tensor) => fx.sum(fx.svdvals(a)))(x).shape).toEqual([3, 2]);
  });

  it('the derivative of equal singular values is finite', () => {
    // jax.grad(lambda x: jnp.linalg.svdvals(x).sum())(2 * jnp.eye(3)), JAX 0.10.2
    expectEqual(fx.grad((a: Tensor) => fx.sum(fx.svdvals(a)))(fx.mul(identity(3), 2)), identity(3));
  });
});

describe('pinv', () => {
  it.each(matrices)('of %s keeps the conditions of Penrose', (_, x) => {
    const p = fx.pinv(x);
    const [left, right] = [fx.matmul(x, p), fx.matmul(p, x)];
    expectEqual(fx.matmul(left, x), x, 1e-12);
    expectEqual(fx.matmul(right, p), p, 1e-11);
    expectEqual(transposed(left), left, 1e-7);
    expectEqual(transposed(right), right, 1e-7);
  });

  it('counts singular values up to `rtol` times the largest as zero', () => {
    const x = fx.diag(vector([4, 1]));
    expectEqual(fx.pinv(x, { rtol: 0.1 }), fx.diag(vector([0.25, 1])));
    expectEqual(fx.pinv(x, { rtol: 0.25 }), fx.diag(vector([0.25, 0])));
    expect(fx.pinv(fx.zeros([2, 0])).shape).toEqual([0, 2]);
  });
});

describe('matrixRank', () => {
  it('is the number of independent columns', () => {
    const ranks = matrices.slice(0, 14).map(([, x]) => fx.matrixRank(x).item());
    expect(ranks).toEqual([1, 2, 5, 4, 4, 1, 1, 9, 0, 4, 2, 1, 3, 2]);
    expect(fx.matrixRank(fx.stack([identity(2), fx.zeros([2, 2], 'float64')])).toArray()).toEqual([2, 0]);
    expect([fx.matrixRank(vector([0, 1])).item(), fx.matrixRank(vector([0, 0])).item()]).toEqual([1, 0]);
  });
});

describe('lstsq', () => {
  it('residuals are orthogonal to the columns, and given with rank and singular values', () => {
    const [a, b] = [randomTensor([6, 3]), randomTensor([6, 2], 2)];
    const [x, residuals, rank, values] = fx.lstsq(a, b);
    const missed = fx.sub(b, fx.matmul(a, x));
    expectEqual(fx.matmul(transposed(a), missed), fx.zeros([3, 2], 'float64'), 1e-13);
    expectEqual(residuals, fx.sum(fx.square(missed), { axis: 0 }));
    expect([rank.dtype, rank.item()]).toEqual(['int32', 3]);
    expectEqual(values, fx.svdvals(a));
  });

  it('of fewer equations than unknowns is the shortest solution', () => {
    const [a, b] = [randomTensor([2, 4]), vector([1, 2])];
    const [x] = fx.lstsq(a, b);
    expectEqual(x, fx.matmul(transposed(a), fx.solve(fx.matmul(a, transposed(a)), b)), 1e-12);
  });

  it('names the shapes that do not fit', () => {
    expect(() => fx.lstsq(randomTensor([3, 2]), randomTensor([2]))).toThrow('lstsq: matrices (..., 3, 2) need a right side (3,) or (..., 3, k); found shapes (3, 2), (2,)');
  });
});
