import { describe, expect, it } from 'vitest';
import * as random from '../../src/random/index.js';
import { tensor } from '../../src/tensor/create.js';

const key = random.key(42);

// Expected numbers: JAX 0.10.2.
describe('counts', () => {
  it('poisson draws of small and large rates side by side what JAX draws', () => {
    const lam = tensor([0, 0.5, 3, 9.99, 10, 25, 1000, NaN]);
    expect(random.poisson(key, lam, [4, 8]).toArray()).toEqual([[0, 1, 2, 7, 5, 22, 975, -1], [0, 0, 2, 10, 16, 25, 971, -1], [0, 1, 2, 7, 7, 26, 977, -1], [0, 0, 6, 6, 14, 24, 1020, -1]]);
  });

  it('poisson counts many as JAX does', () => {
    const drawn = random.poisson(key, 3, [2 ** 14]).data() as Int32Array;
    expect(drawn.reduce((total, count) => total + count, 0)).toBe(49123);
    expect(drawn.reduce((total, count, i) => (total + count * i) % 2 ** 32, 0)).toBe(401895230);
  });

  it('poisson counts in small integers', () => {
    expect(random.poisson(key, 20, [6], { dtype: 'int8' }).toArray()).toEqual([23, 24, 15, 17, 13, 16]);
    expect(random.poisson(key, 2, [6], { dtype: 'uint8' }).toArray()).toEqual([2, 1, 1, 1, 0, 1]);
  });

  it('binomial draws what JAX draws, also where a parameter makes no sense', () => {
    const n = tensor([0, 1, 10, 10, 100, 1000, 1e5, -1, NaN, Infinity]);
    const p = tensor([0.5, 0.3, 0.9, 0, 0.4, 0.001, 0.7, 0.5, 0.5, 0.5]);
    expect(random.binomial(key, n, p, [3, 10]).toArray()).toEqual([
      [0, 0, 8, 0, 33, 1, 70115, NaN, NaN, Infinity],
      [0, 0, 9, 0, 35, 0, 69889, NaN, NaN, Infinity],
      [0, 0, 10, 0, 40, 1, 69953, NaN, NaN, Infinity],
    ]);
    expect(random.binomial(key, 50, tensor([0, 1, -0.1, 1.5, NaN, 0.5])).toArray()).toEqual([0, 50, NaN, NaN, NaN, 28]);
  });

  it('binomial computes in float64 where its samples are', () => {
    expect(random.binomial(key, 50, 0.5, [6], { dtype: 'float64' }).toArray()).toEqual([23, 28, 32, 21, 28, 28]);
  });

  it('multinomial draws what JAX draws', () => {
    const p = tensor([[0.2, 0.3, 0.5], [0, 0.9, 0.1]]);
    expect(random.multinomial(key, tensor([20, 300], { dtype: 'float32' }), p).toArray()).toEqual([[4, 4, 12], [0, 267, 33]]);
    expect(random.multinomial(key, 20, tensor([0.2, 0.3, 0.5]), { shape: [2, 3] }).toArray()).toEqual([[4, 4, 12], [3, 7, 10]]);
  });
});
