import { describe, expect, it } from 'vitest';
import * as fx from '../../../src/index.js';
import { expectEqual, matrix, randomTensor, transposed } from './matrices.js';
import { bothWays } from './programs.js';

const sizes = [[5, 5], [7, 4], [4, 7], [1, 3], [3, 1], [1, 1]] as const;
const identity = (size: number): fx.Tensor => fx.broadcastTo(fx.eye(size, size, 0, 'float64'), [2, size, size]);

describe('qr', () => {
  it.each(sizes)('of %i by %i matrices: orthonormal columns times a triangle is the matrix', (rows, columns) => {
    const x = randomTensor([2, rows, columns]);
    const steps = Math.min(rows, columns);
    const [q, r] = fx.qr(x);
    expect([q.shape, r.shape]).toEqual([[2, rows, steps], [2, steps, columns]]);
    expectEqual(fx.matmul(q, r), x);
    expectEqual(fx.matmul(transposed(q), q), identity(steps));
    expectEqual(fx.tril(r, -1), fx.zerosLike(r));
    expectEqual(fx.qr(x, { mode: 'r' }), r);
    const [whole, tall] = fx.qr(x, { mode: 'complete' });
    expect([whole.shape, tall.shape]).toEqual([[2, rows, rows], [2, rows, columns]]);
    expectEqual(fx.matmul(whole, tall), x);
    expectEqual(fx.matmul(transposed(whole), whole), identity(rows));
  });

  it.each(sizes)('of %i by %i matrices is the same by its kernel and by its program', (rows, columns) => {
    const { kernel, program } = bothWays((x) => [...fx.qr(x), ...fx.qr(x, { mode: 'complete' })], [randomTensor([3, rows, columns])]);
    kernel.forEach((found, i) => expectEqual(program[i]!, found, 1e-12));
  });

  // jnp.linalg.qr(jnp.array([[3., 1], [4, 2], [0, 5]])) and of [[1., 2], [0, -3]], JAX 0.10.2, float64
  it("has LAPACK's signs: a column that is zero below the diagonal is not reflected", () => {
    const [q, r] = fx.qr(matrix([[3, 1], [4, 2], [0, 5]]));
    expectEqual(q, matrix([[-0.6, 0.06379617782631204], [-0.8, -0.04784713336973403], [0, -0.9968152785361247]]), 1e-15);
    expectEqual(r, matrix([[-5, -2.2], [0, -5.015974481593782]]), 1e-15);
    expectEqual(fx.qr(matrix([[1, 2], [0, -3]]))[1], matrix([[1, 2], [0, -3]]));
  });

  // [[0.3, -1.2], [1.1, 0.4]] in float32 by LAPACK's sgeqr2 and sorg2r, each step worked out with one rounding in NumPy (a fused product and sum).
  it('rounds each step in float32', () => {
    const [q] = fx.qr(matrix([[0.3, -1.2], [1.1, 0.4]], 'float32'));
    expect(q.toArray()).toEqual([[-0.2631174325942993, -0.9647637605667114], [-0.9647637605667114, 0.2631174921989441]]);
  });

  it('of dependent columns is finite', () => {
    const x = matrix([[1, 2, 3], [2, 4, 6], [3, 6, 9]]);
    const [q, r] = fx.qr(x);
    expectEqual(fx.matmul(q, r), x);
    expectEqual(fx.matmul(transposed(q), q), fx.eye(3, 3, 0, 'float64'));
  });

  it('of matrices of zeros and of empty ones', () => {
    const [q, r] = fx.qr(fx.zeros([2, 2], 'float64'));
    expectEqual(q, fx.eye(2, 2, 0, 'float64'));
    expectEqual(r, fx.zeros([2, 2], 'float64'));
    expect(fx.qr(fx.zeros([0, 3])).map((x) => x.shape)).toEqual([[0, 0], [0, 3]]);
    expect(fx.qr(fx.zeros([3, 0]), { mode: 'complete' }).map((x) => x.shape)).toEqual([[3, 3], [3, 0]]);
  });

  it('the derivative of columns that are not determined is an error', () => {
    const total = (x: fx.Tensor): fx.Tensor => fx.sum(fx.qr(x, { mode: 'complete' })[0]);
    expect(() => fx.grad(total)(randomTensor([3, 2]))).toThrow('derivative of qr: of the mode `complete` is not determined');
    expect(fx.grad(total)(randomTensor([2, 3])).shape).toEqual([2, 3]);
  });

  it('names the modes', () => {
    expect(() => fx.qr(fx.zeros([2, 2]), { mode: 'full' as 'complete' })).toThrow("qr: `mode` must be 'reduced', 'complete', 'r', found \"full\"");
  });
});
