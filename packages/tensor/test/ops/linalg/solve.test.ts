import { describe, expect, it } from 'vitest';
import * as fx from '../../../src/index.js';
import { definite, expectEqual, matrix, numbers, randomTensor, regular, transposed } from './matrices.js';
import { bothWays } from './programs.js';

describe('cholesky', () => {
  it('the factor times its transpose is the matrix, in a batch', () => {
    const x = definite([2, 3, 6, 6]);
    const lower = fx.cholesky(x);
    expectEqual(fx.matmul(lower, transposed(lower)), x);
    expectEqual(fx.triu(lower, 1), fx.zerosLike(x));
    expectEqual(fx.cholesky(x, { upper: true }), transposed(lower));
  });

  it('is NaN in the whole triangle of a matrix that is not positive definite, and of no other', () => {
    const x = fx.stack([matrix([[1, 2], [2, 1]]), matrix([[4, 0], [0, 9]])]);
    expect(fx.cholesky(x).toArray()).toEqual([[[NaN, 0], [NaN, NaN]], [[2, 0], [0, 3]]]);
  });

  it('reads the lower triangle alone where it does not symmetrize', () => {
    expectEqual(fx.cholesky(matrix([[4, 99], [2, 5]]), { symmetrizeInput: false }), matrix([[2, 0], [1, 2]]));
  });
});

describe('solveTriangular', () => {
  const a = regular([4, 4]);
  const b = randomTensor([4, 3], 2);
  const triangles = [true, false].flatMap((lower) => [true, false].flatMap((unitDiagonal) => ([0, 1] as const).map((trans) => ({ lower, unitDiagonal, trans }))));

  it.each(triangles)('solves with the triangle that the options name: %o', ({ lower, unitDiagonal, trans }) => {
    const triangle = lower ? fx.tril(a, unitDiagonal ? -1 : 0) : fx.triu(a, unitDiagonal ? 1 : 0);
    const whole = unitDiagonal ? fx.add(triangle, fx.eye(4, 4, 0, 'float64')) : triangle;
    const x = fx.solveTriangular(a, b, { lower, unitDiagonal, trans });
    expectEqual(fx.matmul(trans === 1 ? transposed(whole) : whole, x), b);
  });

  it('takes names for the transpose, and refuses others', () => {
    expect(numbers(fx.solveTriangular(a, b, { trans: 'T' }))).toEqual(numbers(fx.solveTriangular(a, b, { trans: 1 })));
    expect(() => fx.solveTriangular(a, b, { trans: 'X' as 'T' })).toThrow("solveTriangular: `trans` must be 0 ('N') for the matrix or 1 ('T') for its transpose, found \"X\"");
  });

  it('is infinite where an element of the diagonal is zero', () => {
    expect(numbers(fx.solveTriangular(matrix([[1, 1], [0, 0]]), fx.tensor([1, 1], { dtype: 'float64' })))).toEqual([-Infinity, Infinity]);
  });
});

describe('solve', () => {
  it('leading axes broadcast', () => {
    const a = regular([3, 1, 4, 4]);
    const b = randomTensor([2, 4, 5], 3);
    const x = fx.solve(a, b);
    expect(x.shape).toEqual([3, 2, 4, 5]);
    expectEqual(fx.matmul(a, x), fx.broadcastTo(b, [3, 2, 4, 5]));
  });

  it('one vector is solved with every matrix', () => {
    const a = regular([3, 4, 4]);
    const b = randomTensor([4], 3);
    expectEqual(fx.sum(fx.mul(a, fx.expandDims(fx.solve(a, b), 1)), { axis: -1 }), fx.broadcastTo(b, [3, 4]));
  });

  it('exchanges rows where the first pivot is zero', () => {
    expectEqual(fx.solve(matrix([[0, 2], [1, 0]]), fx.tensor([4, 3], { dtype: 'float64' })), fx.tensor([3, 2], { dtype: 'float64' }));
  });

  it('names the function, the shapes and the fix where the right side does not fit', () => {
    expect(() => fx.solve(regular([2, 3, 3]), randomTensor([2, 4]))).toThrow(fx.ShapeError);
    expect(() => fx.solve(regular([2, 3, 3]), randomTensor([2, 2]))).toThrow(
      'solve: matrices (..., 3, 3) need a right side (3,) or (..., 3, k); make a batch of vectors columns with `expandDims(b, -1)`; found shapes (2, 3, 3), (2, 2)',
    );
    expect(() => fx.solve(regular([2, 3, 3]), randomTensor([4, 3, 1]))).toThrow('solve: the axes before the last two do not broadcast');
  });

  it('factors that were made before solve too', () => {
    const a = definite([2, 4, 4]);
    const b = randomTensor([2, 4, 3], 5);
    const wanted = fx.solve(a, b);
    expectEqual(fx.choSolve([fx.cholesky(a), true], b), wanted, 1e-11);
    expectEqual(fx.choSolve([fx.cholesky(a, { upper: true }), false], b), wanted, 1e-11);
    const general = regular([2, 4, 4]);
    expectEqual(fx.luSolve(fx.luFactor(general), b), fx.solve(general, b));
    expectEqual(fx.luSolve(fx.luFactor(general), b, { trans: 1 }), fx.solve(transposed(general), b));
  });
});

describe('inv', () => {
  it('times the matrix is the identity', () => {
    const x = regular([2, 5, 5]);
    expectEqual(fx.matmul(fx.inv(x), x), fx.broadcastTo(fx.eye(5, 5, 0, 'float64'), [2, 5, 5]));
  });

  it('integers become floats, half floats stay what they are', () => {
    expectEqual(fx.inv(matrix([[2, 0], [0, 4]], 'int32')), matrix([[0.5, 0], [0, 0.25]], 'float32'));
    expectEqual(fx.inv(matrix([[2, 0], [0, 4]], 'bfloat16')), matrix([[0.5, 0], [0, 0.25]], 'bfloat16'));
  });

  it('programs take empty matrices as kernels do', () => {
    const shapes = (x: fx.Tensor): fx.Tensor[] => [fx.inv(x), fx.cholesky(x), ...fx.luFactor(x), ...fx.lu(x), ...fx.qr(x), ...fx.eigh(x), ...fx.svd(x), fx.det(x), ...fx.slogdet(x)];
    const { kernel, program } = bothWays(shapes, [fx.zeros([2, 0, 0])]);
    kernel.forEach((found, i) => expectEqual(program[i]!, found));
  });

  it('empty matrices and empty batches stay empty', () => {
    for (const shape of [[0, 0], [0, 3, 3], [2, 0, 0]]) expect(fx.inv(fx.zeros(shape)).shape).toEqual(shape);
  });

  it('refuses what is not square', () => {
    expect(() => fx.inv(fx.zeros([2, 3]))).toThrow('inv: needs square matrices (..., n, n); found shape (2, 3)');
    expect(() => fx.inv(fx.zeros([3]))).toThrow(fx.ShapeError);
  });
});

describe('lu', () => {
  it.each([[5, 5], [7, 4], [4, 7], [1, 3], [3, 1]])('the product of the factors of %i by %i matrices is the matrix', (rows, columns) => {
    const x = randomTensor([2, rows, columns]);
    const [permutation, lower, upper] = fx.lu(x) as [fx.Tensor, fx.Tensor, fx.Tensor];
    expectEqual(fx.matmul(permutation, fx.matmul(lower, upper)), x);
    expectEqual(fx.triu(lower, 1), fx.zerosLike(lower));
    expectEqual(fx.tril(upper, -1), fx.zerosLike(upper));
    expect(Math.max(...numbers(fx.abs(lower)))).toBe(1);
    const [permuted, same] = fx.lu(x, { permuteL: true });
    expectEqual(permuted!, fx.matmul(permutation, lower));
    expectEqual(same!, upper);
  });

  it('pivots exchange rows one after the other', () => {
    const [factors, pivots] = fx.luFactor(matrix([[0, 1, 2], [3, 4, 5], [6, 7, 9]]));
    expect(pivots.dtype).toBe('int32');
    // jax.scipy.linalg.lu_factor(jnp.array([[0, 1, 2], [3, 4, 5], [6, 7, 9.]])), JAX 0.10.2
    expect(pivots.toArray()).toEqual([2, 2, 2]);
    expectEqual(factors, matrix([[6, 7, 9], [0, 1, 2], [0.5, 0.5, -0.5]]));
    expect(fx.luPivotsToPermutation(pivots, 3).toArray()).toEqual([2, 0, 1]);
  });

  it('a column of zeros is no division', () => {
    const [, lower, upper] = fx.lu(matrix([[0, 1], [0, 2]])) as [fx.Tensor, fx.Tensor, fx.Tensor];
    expectEqual(lower, matrix([[1, 0], [0, 1]]));
    expectEqual(upper, matrix([[0, 1], [0, 2]]));
  });
});
