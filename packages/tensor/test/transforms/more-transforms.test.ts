import { describe, expect, expectTypeOf, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Spec, Tensor } from '../../src/index.js';
import { checkDerivatives, expectClose, numbersOf } from './differences.js';

const f64 = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor => fx.tensor(Float64Array.from(values), { shape });
const one = (x: number): Tensor => fx.scalar(x, 'float64');

describe('evalShape', () => {
  it('gives specs for specs, with symbolic dimensions', () => {
    const found = fx.evalShape((x: Tensor, w: Tensor) => ({ y: fx.matmul(x, w), n: 3 }), fx.spec('float32', ['batch', 3]), fx.spec('float32', [3, 5]));
    expectTypeOf(found).toEqualTypeOf<{ y: Spec; n: number }>();
    expect([fx.formatSpec(found.y), found.n]).toEqual(['float32[batch,5]', 3]);
  });
  it('takes trees, tensors for their specs, and plain data as it is', () => {
    const found = fx.evalShape((p: { w: Tensor; parts: Tensor[] }, axis: number) => [fx.sum(p.w, { axis }), p.parts[0]!], { w: fx.spec('float64', [2, 3]), parts: [f64([1])] }, 1);
    expect(found.map(fx.formatSpec)).toEqual(['float64[2]', 'float64[1]']);
  });
  it('computes nothing', () => {
    expect(fx.evalShape((x: Tensor) => fx.matmul(x, x), fx.spec('float32', [1e6, 1e6])).shape).toEqual([1e6, 1e6]);
    expect(() => fx.evalShape((x: Tensor) => fx.add(x, x.item() as number), fx.tensor(1))).toThrow(fx.ConcretizationError);
  });
});

describe('linearTranspose', () => {
  // jax.linear_transpose in JAX 0.10.2.
  it('turns a linear function around', () => {
    const back = fx.linearTranspose((a: Tensor, b: Tensor) => fx.add(fx.mul(a, 2), fx.sum(b)), fx.spec('float64', [3]), fx.spec('float64', [2]));
    expect(back(f64([1, 2, 3])).map((x) => x.toArray())).toEqual([[2, 4, 6], [6, 6]]);
  });
  it('twice gives the function itself', () => {
    const f = (x: Tensor): Tensor => fx.cumsum(fx.pad(fx.flip(x, 0), [[1, 0]]), { axis: 0 });
    const back = fx.linearTranspose(f, fx.spec('float64', [3]));
    const again = fx.linearTranspose((y: Tensor) => back(y)[0], fx.spec('float64', [4]));
    const x = f64([1, -2, 5]);
    expect(again(x)[0].toArray()).toEqual(f(x).toArray());
  });
  it('gives zeros for what the result does not use, and takes what f captures as given', () => {
    const found = fx.grad((w: Tensor) => fx.sum(fx.linearTranspose((x: Tensor, _: Tensor) => fx.mul(x, w), fx.spec('float64', [2]), fx.spec('float64', [1]))(f64([3, 4]))[0]))(f64([1, 2]));
    expect(found.toArray()).toEqual([3, 4]);
    expect(fx.linearTranspose((x: Tensor, _: Tensor) => x, fx.spec('float64', [1]), fx.spec('float32', [2]))(f64([1]))[1].toArray()).toEqual([0, 0]);
  });
  it('refuses what is not linear, and a cotangent that is not like the result', () => {
    expect(() => fx.linearTranspose((x: Tensor) => fx.sin(x), fx.spec('float64', [1]))(f64([1]))).toThrow(/transposition of sin: is not linear/);
    expect(() => fx.linearTranspose((x: Tensor) => fx.mul(x, x), fx.spec('float64', [1]))(f64([1]))).toThrow(fx.TransformError);
    expect(() => fx.linearTranspose((x: Tensor) => x, fx.spec('float64', [1]))(f64([1, 2]))).toThrow(/must be like the result, float64\[1\]; found float64\[2\]/);
  });
});

describe('hvp', () => {
  it('is the Hessian times the vector', () => {
    const f = (x: Tensor): Tensor => fx.sum(fx.mul(fx.sin(x), fx.cumsum(x)));
    const [x, v] = [f64([0.3, -1.2, 2]), f64([1, 2, -1])];
    expectClose(numbersOf(fx.hvp(f, [x], [v])[0]!), numbersOf(fx.matmul(fx.hessian(f)(x), v)), 1e-12);
  });
  it('takes trees and several arguments', () => {
    const [found, other] = fx.hvp((p: { a: Tensor; b: Tensor }, c: Tensor) => fx.sum(fx.mul(fx.mul(p.a, p.b), c)), [{ a: one(2), b: one(3) }, one(5)], [{ a: one(1), b: one(0) }, one(1)]);
    expectTypeOf(found).toEqualTypeOf<{ a: Tensor; b: Tensor }>();
    expect([found.a.item(), found.b.item(), other.item()]).toEqual([3, 7, 3]);
  });
});

describe('arguments of derivatives', () => {
  const f = (a: Tensor, b: Tensor): [Tensor, { sum: Tensor }] => [fx.mul(a, b), { sum: fx.sum(a) }];
  const [a, b] = [f64([1, 1]), f64([0, 1])];
  // jax.jacfwd, jax.jacrev and jax.hessian with argnums and has_aux in JAX 0.10.2.
  it('of Jacobians may be several, with aux', () => {
    for (const jacobian of [fx.jacfwd, fx.jacrev]) {
      const [[byA, byB], aux] = jacobian(f, { argnums: [0, 1], hasAux: true })(a, b);
      expectTypeOf(byA).toEqualTypeOf<Tensor>();
      expectTypeOf(aux).toEqualTypeOf<{ sum: Tensor }>();
      expect([byA.toArray(), byB.toArray(), aux.sum.item()]).toEqual([[[0, 0], [0, 1]], [[1, 0], [0, 1]], 2]);
    }
    const second = fx.hessian((x: Tensor, y: Tensor) => fx.sum(fx.mul(x, y)), { argnums: [0, 1] })(a, b);
    expect(second.map((row) => row.map((block) => block.toArray()))).toEqual([[[[0, 0], [0, 0]], [[1, 0], [0, 1]]], [[[1, 0], [0, 1]], [[0, 0], [0, 0]]]]);
  });
  it('of a Jacobian are handed on where they are not differentiated', () => {
    expect(fx.jacrev((x: Tensor, power: number) => fx.integerPow(x, power))(f64([2]), 3).toArray()).toEqual([[12]]);
  });
  it('may be counted from the last', () => {
    expect(fx.grad((x: Tensor, y: Tensor) => fx.sum(fx.mul(x, fx.square(y))), { argnums: -1 })(f64([2]), f64([3])).toArray()).toEqual([12]);
    expect(() => fx.grad((x: Tensor) => fx.sum(x), { argnums: -2 })(f64([1]))).toThrow(/names argument -2 of 1/);
  });
  it('with hasAux must come from a pair', () => {
    expect(() => fx.jacrev((x: Tensor) => x as Tensor & readonly [Tensor, null], { hasAux: true })(f64([1]))).toThrow(/jacrev: `f` must return a pair, `\[value, aux\]`, with `hasAux`/);
  });
  it('jacfwd goes forward, through loops of any number of steps', () => {
    const power = (x: Tensor): Tensor => fx.whileLoop(({ n }: { n: Tensor; y: Tensor }) => fx.less(n, 3), ({ n, y }) => ({ n: fx.add(n, 1), y: fx.mul(y, x) }), { n: fx.tensor(0), y: x }).y;
    expect(fx.jacfwd(power)(f64([2, 3])).toArray()).toEqual([[32, 0], [0, 108]]);
  });
});

describe('customVjp and customJvp with arguments that are not differentiated', () => {
  it('hands them to the rules first, whatever they are', () => {
    const apply = fx.customVjp((g: (x: Tensor) => Tensor, x: Tensor, scale: number) => fx.mul(g(x), scale), {
      nondiffArgnums: [0, 2],
      forward: (g, x, scale) => [fx.mul(g(x), scale), x],
      backward: (g, scale, x, ct) => [fx.mul(ct, fx.mul(g(x), 100 * scale))],
    });
    expect(apply(fx.square, f64([3]), 2).toArray()).toEqual([18]);
    expect(fx.grad((x: Tensor) => fx.sum(apply(fx.square, x, 2)))(f64([3])).toArray()).toEqual([1800]);
  });
  it('in forward mode too', () => {
    const power = fx.customJvp((n: number, x: Tensor) => fx.integerPow(x, n), (n, [x], [t]) => [fx.integerPow(x, n), fx.mul(t, n)] as const, { nondiffArgnums: [0] });
    expect(fx.grad((x: Tensor) => fx.sum(power(3, x)))(f64([2])).toArray()).toEqual([3]);
    expect(() => fx.customJvp((x: Tensor) => x, (_, [x]: readonly Tensor[], [t]: readonly Tensor[]) => [x!, t!] as const, { nondiffArgnums: [4] })(f64([1]))).toThrow(/nondiffArgnums` names argument 4 of 1/);
  });
  it('customJvps adds the rules of the arguments', () => {
    const f = fx.customJvps((x: Tensor, y: Tensor, z: Tensor) => fx.mul(fx.mul(fx.sin(x), y), fx.exp(z)), [
      (t, _value, x, y, z) => fx.mul(fx.mul(t, fx.cos(x)), fx.mul(y, fx.exp(z))),
      (t, _value, x, _y, z) => fx.mul(t, fx.mul(fx.sin(x), fx.exp(z))),
      (t, value) => fx.mul(t, value),
    ]);
    checkDerivatives(f, [f64([0.3, 1]), f64([2, -1]), f64([0.1, 0.2])]);
    const still = fx.customJvps((x: Tensor, y: Tensor) => fx.mul(x, y), [(t, _value, _x, y) => fx.mul(t, y), null]);
    expect((fx.grad((x: Tensor, y: Tensor) => fx.sum(still(x, y)), { argnums: [0, 1] })(f64([2]), f64([3]))).map((x) => x.toArray())).toEqual([[3], [0]]);
  });
});

describe('closureConvert', () => {
  it('makes what is captured an argument, so that it has a derivative', () => {
    // A rule that knows nothing of captures: it doubles every cotangent.
    const doubled = (f: (x: Tensor, captures: readonly Tensor[]) => Tensor) =>
      fx.customVjp((x: Tensor, captures: readonly Tensor[]) => f(x, captures), {
        forward: (x: Tensor, captures: readonly Tensor[]) => [f(x, captures), { x, captures }],
        backward: ({ x, captures }: { x: Tensor; captures: readonly Tensor[] }, ct: Tensor) => fx.vjp(f, x, captures)[1](fx.mul(ct, 2)),
      });
    const loss = (w: Tensor): Tensor => {
      const [converted, captures] = fx.closureConvert((x: Tensor) => fx.sum(fx.mul(x, fx.sin(w))), f64([1, 2]));
      expect(captures).toHaveLength(1);
      return doubled(converted)(f64([1, 2]), captures);
    };
    expectClose([fx.grad(loss)(one(0.3)).item() as number], [6 * Math.cos(0.3)], 1e-12);
  });
});
