import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { checkDerivatives } from '../transforms/differences.js';

const f64 = (values: fx.NestedArray): Tensor => fx.tensor(values, { dtype: 'float64' });
const x = f64([[1, -2, 3, 0.5, 4], [2, 2, -1, 3, 0]]);

describe('reduce', () => {
  const multiply = (a: Tensor, b: Tensor): Tensor => fx.mul(a, b);
  it('combines all elements along the axes, an odd number of them too', () => {
    for (const axes of [[0], [1], [0, 1], [-1]]) expect(fx.reduce(x, f64(1), multiply, axes).toArray()).toEqual(fx.prod(x, { axis: axes }).toArray());
    expect(fx.reduce(x, f64(1), multiply, []).toArray()).toEqual(x.toArray());
  });
  it('gives the initial values of nothing', () => expect(fx.reduce(fx.zeros([0, 2], 'float64'), f64(1), multiply, [0]).toArray()).toEqual([1, 1]));
  it('combines trees of scalars: a mean and variance in one pass (Chan, Golub, LeVeque, 1979)', () => {
    interface Moments {
      readonly [name: string]: Tensor;
      readonly n: Tensor;
      readonly mean: Tensor;
      readonly m2: Tensor;
    }
    const join = (a: Moments, b: Moments): Moments => {
      const n = fx.add(a.n, b.n);
      const safe = fx.where(fx.equal(n, 0), 1, n);
      const delta = fx.sub(b.mean, a.mean);
      return { n, mean: fx.add(a.mean, fx.div(fx.mul(delta, b.n), safe)), m2: fx.add(fx.add(a.m2, b.m2), fx.div(fx.mul(fx.square(delta), fx.mul(a.n, b.n)), safe)) };
    };
    const { mean, m2 } = fx.reduce<Moments>({ n: fx.onesLike(x), mean: x, m2: fx.zerosLike(x) }, { n: f64(0), mean: f64(0), m2: f64(0) }, join, [1]);
    expect(fx.allclose(mean, fx.mean(x, { axis: 1 })).item()).toBe(true);
    expect(fx.allclose(fx.div(m2, 5), fx.variance(x, { axis: 1 })).item()).toBe(true);
  });
  it('has derivatives', () => {
    checkDerivatives((t) => fx.reduce(t, f64(1), (a, b) => fx.sub(fx.add(a, b), fx.mul(a, fx.sub(b, 1))), [1]), [x]);
  });
  it('along a symbolic axis is a loop', () => {
    const { equations, outputs } = fx.trace((t) => [fx.reduce(t!, f64(1), multiply, [0])], [fx.spec('float64', ['n', 2])]).program;
    expect([equations.filter(({ primitive }) => primitive === 'scan').length, outputs[0]!.shape]).toEqual([1, [2]]);
  });
  it('takes fewer calls than elements: about log2 of them', () => {
    let calls = 0;
    fx.reduce(fx.zeros([1000]), fx.scalar(0, 'float32'), (a, b) => (calls++, fx.add(a, b)), [0]);
    expect(calls).toBeLessThan(20);
  });
  it('refuses tensors of several shapes, and initial values that do not fit', () => {
    expect(() => fx.reduce({ a: x, b: f64([1]) }, { a: f64(0), b: f64(0) }, (a) => a, [0])).toThrow(/reduce: `operands` must have one shape/);
    expect(() => fx.reduce(x, fx.scalar(0, 'float32'), multiply, [0])).toThrow(/reduce: `initValues` must be scalars of the dtypes of the operands, found float32\[\]/);
    expect(() => fx.reduce(null, null, () => null, [0])).toThrow(/must have at least one tensor/);
  });
});
