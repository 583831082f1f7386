import { describe, expect, it } from 'vitest';
import * as fx from '../../../src/index.js';
import { expectEqual, matrix, numbers, randomTensor, regular } from './matrices.js';

const whole = (values: readonly number[]): fx.Tensor => fx.tensor(values, { dtype: 'int32' });

// Expected numbers from jnp.cross, jnp.kron, jnp.vecdot and jnp.linalg.matrix_power, JAX 0.10.2.
describe('products', () => {
  it('cross is orthogonal to both, of vectors of two a number, mixed with a third component of zero', () => {
    expect(numbers(fx.cross(whole([1, 2, 3]), whole([4, 5, 7])))).toEqual([-1, 5, -3]);
    expect(fx.cross(whole([1, 2]), whole([3, 4])).item()).toBe(-2);
    expect(numbers(fx.cross(whole([1, 2]), whole([4, 5, 6])))).toEqual([12, -6, -3]);
    const [x, y] = [randomTensor([3, 4]), randomTensor([2, 3, 1])];
    const product = fx.cross(x, y, { axis: -2 });
    expect(product.shape).toEqual([2, 3, 4]);
    expectEqual(fx.sum(fx.mul(product, y), { axis: -2 }), fx.zeros([2, 4], 'float64'));
    expect(() => fx.cross(x, randomTensor([4, 3]))).toThrow('cross: needs vectors of size 2 or 3 along the axis; found shapes (3, 4), (4, 3)');
  });

  it('kron puts a block for each element, ranks filled up in front', () => {
    expect(fx.kron(matrix([[1, 2], [3, 4]], 'int32'), matrix([[0, 1]], 'int32')).toArray()).toEqual([[0, 1, 0, 2], [0, 3, 0, 4]]);
    expect(fx.kron(whole([1, 10]), matrix([[1, 2]], 'int32')).toArray()).toEqual([[1, 2, 10, 20]]);
  });

  it('vecdot sums products along the axis, the others broadcast', () => {
    const [x, y] = [randomTensor([2, 1, 5]), randomTensor([3, 5])];
    expectEqual(fx.vecdot(x, y), fx.sum(fx.mul(x, y), { axis: -1 }));
    expectEqual(fx.vecdot(randomTensor([5, 2]), randomTensor([5, 2], 2), { axis: 0 }), fx.sum(fx.mul(randomTensor([5, 2]), randomTensor([5, 2], 2)), { axis: 0 }));
    expect(() => fx.vecdot(x, randomTensor([3, 4]))).toThrow('vecdot: the sizes of the axis differ');
  });

  it('matrixPower multiplies the matrix with itself, or its inverse', () => {
    const x = regular([2, 3, 3]);
    const inverse = fx.inv(x);
    let [product, back] = [fx.matrixPower(x, 0), fx.matrixPower(x, 0)];
    for (let n = 1; n <= 7; n++) {
      product = fx.matmul(product, x);
      back = fx.matmul(back, inverse);
      expectEqual(fx.matrixPower(x, n), product, 1e-12);
      expectEqual(fx.matrixPower(x, -n), back, 1e-12);
    }
    expect(fx.matrixPower(matrix([[1, 1], [1, 0]], 'int32'), 10).toArray()).toEqual([[89, 55], [55, 34]]);
    expect(() => fx.matrixPower(x, 0.5)).toThrow('matrixPower: `exponent` must be a whole number, found 0.5');
  });

  it('multiDot is the product whatever the order, of vectors at the ends too', () => {
    const sizes = [3, 30, 2, 25, 1, 7];
    const factors = sizes.slice(1).map((size, i) => randomTensor([sizes[i]!, size], i));
    const product = factors.reduce((a, b) => fx.matmul(a, b));
    expectEqual(fx.multiDot(factors), product);
    const [row, column] = [randomTensor([3], 8), randomTensor([7], 9)];
    expectEqual(fx.multiDot([row, ...factors, column]), fx.dot(fx.dot(row, product), column));
    expect(() => fx.multiDot([row])).toThrow('multiDot: `matrices` must be two or more, found 1');
    expect(() => fx.multiDot([factors[0]!, factors[0]!])).toThrow(fx.ShapeError);
  });

  it('multiDot takes the order of fewest multiplications', () => {
    const { program } = fx.trace((...x) => [fx.multiDot(x)], [[10, 100], [100, 5], [5, 50]].map((shape) => fx.spec('float32', shape)));
    const shapes = program.equations.filter(({ primitive }) => primitive === 'dot').map(({ outputs }) => outputs[0]!.shape);
    expect(shapes).toEqual([[10, 5], [10, 50]]);
  });
});

describe('expm', () => {
  it('of a generator of rotations is the rotation', () => {
    for (const angle of [1e-6, 1, 50]) {
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      expectEqual(fx.expm(matrix([[0, -angle], [angle, 0]])), matrix([[c, -s], [s, c]]), 1e-13);
      expectEqual(fx.expm(matrix([[0, -angle], [angle, 0]], 'float32')), matrix([[c, -s], [s, c]], 'float32'), 1e-5);
    }
  });

  it('of a nilpotent matrix is a polynomial, of a diagonal one the exponentials, each matrix of a batch with its own scale', () => {
    const x = fx.stack([matrix([[0, 2, 3], [0, 0, 4], [0, 0, 0]]), fx.diag(fx.tensor([-1, 0.5, 20], { dtype: 'float64' }))]);
    const found = [...fx.expm(x)];
    expectEqual(found[0]!, matrix([[1, 2, 7], [0, 1, 4], [0, 0, 1]]));
    expectEqual(fx.div(found[1]!, Math.exp(20)), fx.diag(fx.tensor([Math.exp(-21), Math.exp(-19.5), 1], { dtype: 'float64' })), 1e-13);
  });

  it('is NaN where it would take too many squarings, 1 and empty where there is nothing', () => {
    expect(numbers(fx.expm(matrix([[1e6]])))).toEqual([NaN]);
    expectEqual(fx.expm(fx.zeros([2, 2], 'float64')), fx.eye(2, 2, 0, 'float64'));
    expect(fx.expm(fx.zeros([0, 0])).shape).toEqual([0, 0]);
  });
});

describe('norm of matrices', () => {
  const x = randomTensor([2, 3, 4]);
  const values = fx.svdvals(x);

  it('by singular values: their sum, the largest, the smallest', () => {
    expectEqual(fx.norm(x, { ord: 'nuc', axis: [1, 2] }), fx.sum(values, { axis: -1 }));
    expectEqual(fx.norm(x, { ord: 2, axis: [-2, -1] }), fx.max(values, { axis: -1 }));
    expectEqual(fx.norm(x, { ord: -2, axis: [-2, -1], keepdims: true }), fx.expandDims(fx.min(values, { axis: -1 }), [1, 2]));
    expectEqual(fx.norm(x, { ord: 2, axis: [0, 2] }), fx.max(fx.svdvals(fx.moveaxis(x, 1, 0)), { axis: -1 }));
  });

  it('the first of the axes is that of the rows', () => {
    const y = matrix([[1, 2], [3, 40]]);
    expect(fx.norm(y, { ord: 1, axis: [0, 1] }).item()).toBe(42);
    expect(fx.norm(y, { ord: 1, axis: [1, 0] }).item()).toBe(43);
    expect(fx.norm(y, { ord: Infinity, axis: [1, 0] }).item()).toBe(42);
  });

  it('refuses norms that do not fit', () => {
    expect(() => fx.norm(x, { ord: 'nuc', axis: 1 })).toThrow("norm: `ord` 'nuc' is a norm of matrices; name two axes");
    expect(() => fx.norm(x, { ord: 3, axis: [0, 1] })).toThrow("must be 'fro', 'nuc', 1, -1, 2, -2, Infinity or -Infinity, found 3");
  });
});
