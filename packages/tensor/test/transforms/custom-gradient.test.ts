import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';

const f64 = (values: fx.NestedArray): Tensor => fx.tensor(values, { dtype: 'float64' });

describe('customGradient', () => {
  /** x^2 with three times its derivative, so that it is seen which one is taken. */
  const tripled = fx.customGradient((x: Tensor) => [fx.square(x), (cotangent: Tensor) => fx.mul(cotangent, fx.mul(6, x))]);

  it('takes the gradient that the function gives, under a jit-like trace and under vmap too', () => {
    expect(tripled(f64(3)).item()).toBe(9);
    expect(fx.grad(tripled)(f64(3)).item()).toBe(18);
    expect(fx.vmap(fx.grad(tripled))(f64([1, 2])).toArray()).toEqual([6, 12]);
    expect(fx.grad((x: Tensor) => fx.sum(fx.vmap(tripled)(x)))(f64([1, 2])).toArray()).toEqual([6, 12]);
    const { program } = fx.trace((x) => [fx.grad(tripled)(x!)], [fx.spec('float64', [])]);
    expect(fx.evaluateProgram(program, [f64(3)])[0]!.item()).toBe(18);
  });
  it('takes several arguments and trees', () => {
    const f = fx.customGradient((x: Tensor, { y }: { y: Tensor }) => [{ product: fx.mul(x, y) }, ({ product }: { product: Tensor }) => [fx.mul(product, y), { y: fx.mul(product, fx.neg(x)) }]]);
    const [dx, { y }] = fx.grad((x: Tensor, other: { y: Tensor }) => f(x, other).product, { argnums: [0, 1] })(f64(2), { y: f64(5) });
    expect([dx.item(), y.item()]).toEqual([5, -2]);
  });
  it('needs a cotangent for each argument', () => {
    const f = fx.customGradient((x: Tensor, y: Tensor) => [fx.mul(x, y), (cotangent: Tensor) => cotangent]);
    expect(() => fx.grad(f)(f64(2), f64(3))).toThrow(/customGradient: `pull` must return a list of 2 cotangents/);
  });
});
