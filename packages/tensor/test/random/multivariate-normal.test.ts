import { describe, expect, it } from 'vitest';
import { cholesky } from '../../src/ops/linalg/cholesky.js';
import { grad, matmul, ShapeError, sum, swapaxes } from '../../src/index.js';
import * as random from '../../src/random/index.js';
import { tensor } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';

const key = random.key(42);
const matrix = (rows: readonly (readonly number[])[]): Tensor => tensor(rows, { dtype: 'float64' });

describe('cholesky', () => {
  it('the factor times its transpose is the matrix, in a batch', () => {
    const noise = random.normal(key, [3, 5, 5], { dtype: 'float64' });
    const positive = matmul(noise, swapaxes(noise, -1, -2));
    const lower = cholesky(positive);
    const product = matmul(lower, swapaxes(lower, -1, -2)).data() as Float64Array;
    (positive.data() as Float64Array).forEach((x, i) => expect(product[i]).toBeCloseTo(x, 12));
    const [first] = lower.toArray() as number[][][];
    expect(first!.every((row, i) => row.every((x, j) => j <= i || x === 0))).toBe(true);
    expect(cholesky(positive, { upper: true }).toArray()).toEqual(swapaxes(lower, -1, -2).toArray());
  });

  // jnp.linalg.cholesky([[4, 2], [1, 5]])
  it('takes the mean of the matrix and its transpose', () => {
    expect((cholesky(matrix([[4, 2], [1, 5]])).data() as Float64Array)[3]).toBeCloseTo(2.1065374432940898, 14);
  });

  it('is NaN below the diagonal where the matrix is not positive definite', () => {
    expect(cholesky(matrix([[1, 2], [2, 1]])).toArray()).toEqual([[NaN, 0], [NaN, NaN]]);
  });

  it('refuses matrices that are not square', () => {
    expect(() => cholesky(matrix([[1, 2, 3], [2, 1, 3]]))).toThrow(ShapeError);
  });
});

describe('multivariate normal', () => {
  // jax.grad(lambda c: jax.random.multivariate_normal(jax.random.key(42), jnp.zeros(2), c, (5,)).sum()), float64, JAX 0.10.2
  it('samples flow derivatives to the covariance', () => {
    const mean = tensor([0, 0], { dtype: 'float64' });
    const slope = grad((cov: Tensor) => sum(random.multivariateNormal(key, mean, cov, [5])))(matrix([[2, 0.5], [0.5, 1]]));
    const expected = [-0.014378832510243031, 0.2637424051228588, 0.2637424051228588, -0.8487425454095486];
    (slope.data() as Float64Array).forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 12));
  });

  it('refuses a covariance that does not fit the mean', () => {
    const draw = () => random.multivariateNormal(key, tensor([0.5, 1]), tensor([[1.5]]));
    expect(draw).toThrow('`mean` must be of shape (..., n) and `cov` of shape (..., n, n)');
  });
});
