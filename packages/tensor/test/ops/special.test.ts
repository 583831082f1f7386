import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';

const f64 = (values: readonly number[]): fx.Tensor => fx.tensor(Float64Array.from(values));

describe('bernoulli', () => {
  it('gives the fractions of the tables', () => {
    expect(fx.bernoulli(8, 'float64').toArray()).toEqual([1, -1 / 2, 1 / 6, 0, -1 / 30, 0, 1 / 42, 0, -1 / 30]);
    expect((fx.bernoulli(30, 'float64').toArray() as number[])[30]).toBe(8615841276005 / 14322);
    expect(fx.bernoulli(0).toArray()).toEqual([1]);
  });
  it('needs a whole number', () => expect(() => fx.bernoulli(-1)).toThrow(/bernoulli: `n` must be a whole number/));
});

describe('besselJn', () => {
  it('has the values and slopes of the functions at zero and beside it, where the recurrence has none', () => {
    expect(fx.besselJn(f64([0, 1e-200]), { v: 2 }).toArray()).toEqual([[1, 1], [0, 5e-201], [0, 0]]);
    const slopes = fx.jvp((z: fx.Tensor) => fx.besselJn(z, { v: 2 }), [f64([0])], [f64([1])])[1];
    expect(slopes.toArray()).toEqual([[-0], [0.5], [0]]);
  });
  it('needs an order that the steps reach', () => expect(() => fx.besselJn(1, { v: 60 })).toThrow(/besselJn: `v` must be a whole number from 0 to `nIter`, 50, found 60/));
});

describe('spence', () => {
  it('has its slope everywhere, at 1 too', () => {
    const slopes = fx.grad((x: fx.Tensor) => fx.sum(fx.spence(x)))(f64([1, 1.2, 3])).toArray() as number[];
    [-1, Math.log(1.2) / -0.2, Math.log(3) / -2].forEach((wanted, i) => expect(slopes[i]).toBeCloseTo(wanted, 14));
  });
});

describe('expn', () => {
  it('has no derivative by its order', () => {
    expect(() => fx.grad((n: fx.Tensor) => fx.expn(n, 1))(fx.scalar(2, 'float64'))).toThrow(/expn.*with respect to n is not defined/);
  });
});
