import { describe, expect, it } from 'vitest';
import * as fx from '../../../src/index.js';
import type { Tensor } from '../../../src/index.js';
import { expectEqual, matrix, numbers, randomTensor, transposed } from './matrices.js';
import { bothWays } from './programs.js';

const symmetric = (shape: readonly number[], seed = 1): Tensor => fx.add(randomTensor(shape, seed), transposed(randomTensor(shape, seed)));
const identity = (size: number): Tensor => fx.eye(size, size, 0, 'float64');
const diagonal = (values: readonly number[]): Tensor => fx.diag(fx.tensor(values, { dtype: 'float64' }));

const matrices: readonly (readonly [string, Tensor])[] = [
  ...[1, 2, 3, 5, 8, 13].map((size) => [`a random one of size ${size}`, symmetric([size, size], size)] as const),
  ['zeros', fx.zeros([4, 4], 'float64')],
  ['the identity', identity(4)],
  ['a diagonal', diagonal([3, -1, 2, -5, 0])],
  ['an arrow', matrix([[1, 2, 3, 4], [2, 5, 0, 0], [3, 0, 6, 0], [4, 0, 0, 7]])],
  ['blocks', matrix([[2, 1, 0, 0], [1, 2, 0, 0], [0, 0, -1, 3], [0, 0, 3, -1]])],
  ['equal eigenvalues', fx.matmul(fx.matmul(fx.qr(randomTensor([6, 6]))[0], diagonal([1, 1, 1, 2, 2, -4])), transposed(fx.qr(randomTensor([6, 6]))[0]))],
  ['rank one', fx.outer(fx.tensor([1, 2, 3, 4], { dtype: 'float64' }), fx.tensor([1, 2, 3, 4], { dtype: 'float64' }))],
  ['very unequal elements', matrix([[1e10, 1, 1e-5], [1, 1, 1e-8], [1e-5, 1e-8, 1e-12]])],
];

describe('eigh', () => {
  it.each(matrices)('of %s: orthonormal vectors, ascending values, and the matrix again', (_, x) => {
    const [values, vectors] = fx.eigh(x);
    const scale = Math.max(1, ...numbers(fx.abs(x)));
    expectEqual(fx.matmul(fx.mul(vectors, values), transposed(vectors)), x, 1e-14 * Math.sqrt(scale));
    expectEqual(fx.matmul(transposed(vectors), vectors), identity(x.staticShape()[0]!), 1e-13);
    expectEqual(fx.sort(values), values, 0);
    expectEqual(fx.eigvalsh(x), values, 0);
  });

  it.each(matrices)('of %s has the same values by its kernel and by its program', (_, x) => {
    const { kernel, program } = bothWays((a) => fx.eigh(a), [x]);
    expectEqual(program[0]!, kernel[0]!, 1e-13);
    expectEqual(fx.matmul(fx.mul(program[1]!, program[0]!), transposed(program[1]!)), x, 1e-13);
  });

  it('has the same signs by its kernel and by its program, in a batch whose matrices take different ways', () => {
    const x = fx.stack([symmetric([9, 9], 3), symmetric([9, 9], 4), fx.mul(identity(9), 3), fx.mul(symmetric([9, 9], 5), 1e-3)]);
    const { kernel, program } = bothWays((a) => fx.eigh(a), [fx.reshape(x, [2, 2, 9, 9])]);
    kernel.forEach((found, i) => expectEqual(program[i]!, found, 1e-11));
  });

  it('takes the mean of both triangles, or without symmetrizing the one that UPLO names', () => {
    const x = matrix([[2, 5], [1, 3]]);
    const valuesOf = (options: fx.EighOptions): Tensor => fx.eigh(x, options)[0];
    expectEqual(valuesOf({}), fx.eigvalsh(matrix([[2, 3], [3, 3]])), 0);
    expectEqual(valuesOf({ UPLO: 'U' }), valuesOf({}), 0);
    expectEqual(valuesOf({ symmetrizeInput: false }), fx.eigvalsh(matrix([[2, 1], [1, 3]])), 0);
    expectEqual(valuesOf({ symmetrizeInput: false, UPLO: 'U' }), fx.eigvalsh(matrix([[2, 5], [5, 3]])), 0);
    expect(() => valuesOf({ UPLO: 'l' as 'L' })).toThrow("eigh: `UPLO` must be 'L' for the lower or 'U' for the upper triangle");
  });

  it('numbers far from one keep their digits', () => {
    const x = symmetric([6, 6]);
    for (const scale of [1e-200, 1e200]) expectEqual(fx.div(fx.eigvalsh(fx.mul(x, scale)), scale), fx.eigvalsh(x), 1e-13);
  });

  it('NaN gives NaN, and only where it stands in a batch', () => {
    const values = fx.eigvalsh(fx.stack([matrix([[1, NaN], [NaN, 1]]), identity(2)]));
    expect(values.toArray()).toEqual([[NaN, NaN], [1, 1]]);
    const { program } = bothWays((x) => [fx.eigvalsh(x)], [fx.stack([matrix([[1, NaN], [NaN, 1]]), identity(2)])]);
    expect(program[0]!.toArray()).toEqual([[NaN, NaN], [1, 1]]);
  });

  it('of empty matrices and integers', () => {
    expect(fx.eigh(fx.zeros([2, 0, 0])).map((x) => x.shape)).toEqual([[2, 0], [2, 0, 0]]);
    expect(fx.eigvalsh(matrix([[2, 0], [0, 1]], 'int32')).dtype).toBe('float32');
  });
});
