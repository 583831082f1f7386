import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { expectClose, numbersOf } from './differences.js';

const f64 = (value: number | readonly number[]): Tensor => fx.tensor(value as never, { dtype: 'float64' });

/** x to the power n, by n products. */
const power = (x: Tensor, n: Tensor): Tensor =>
  fx.whileLoop(
    ({ left }) => fx.greater(left, 0),
    ({ left, value }) => ({ left: fx.sub(left, 1), value: fx.mul(value, x) }),
    { left: n, value: fx.onesLike(x) },
  ).value;

describe('whileLoop', () => {
  it('runs as long as the condition holds, and not at all where it fails at once', () => {
    expect(power(f64(2), fx.tensor(5)).item()).toBe(32);
    expect(power(f64(2), fx.tensor(0)).item()).toBe(1);
  });
  it('gives each example its own number of steps under vmap', () => {
    const f = fx.vmap(power);
    expect(f(f64([2, 3, 5]), fx.tensor([3, 0, 2])).toArray()).toEqual([8, 1, 25]);
    expect(fx.vmap(power, { inAxes: [0, null] })(f64([2, 3]), fx.tensor(2)).toArray()).toEqual([4, 9]);
    expect(fx.vmap(power, { inAxes: [null, 0] })(f64(2), fx.tensor([1, 4])).toArray()).toEqual([2, 16]);
  });
  it('has forward derivatives of any order', () => {
    const f = (x: Tensor): Tensor => power(x, fx.tensor(4));
    const [value, tangent] = fx.jvp(f, [f64(3)], [f64(1)]);
    expect([value.item(), tangent.item()]).toEqual([81, 108]);
    expect(fx.jvp((x: Tensor) => fx.jvp(f, [x], [f64(1)])[1], [f64(3)], [f64(1)])[1].item()).toBe(108);
  });
  it('carries tangents of what it takes from outside', () => {
    const f = (x: Tensor): Tensor => fx.vmap((t: Tensor) => fx.jvp((u: Tensor) => power(fx.sin(u), fx.tensor(3)), [t], [f64(1)])[1])(x);
    expectClose(numbersOf(f(f64([0.3, 1]))), [0.3, 1].map((x) => 3 * Math.sin(x) ** 2 * Math.cos(x)), 1e-12);
  });
  it('refuses reverse mode with what to use instead', () => {
    expect(() => fx.grad((x: Tensor) => power(x, fx.tensor(3)))(f64(2))).toThrow(/whileLoop: does not exist, since the number of its steps is not known beforehand; use `scan` or `foriLoop`/);
  });
  it('lets values that have no tangent through under reverse mode', () => {
    const f = (x: Tensor): Tensor => fx.mul(x, fx.astype(fx.whileLoop((i) => fx.less(i, 5), (i: Tensor) => fx.add(i, 2), fx.tensor(0)), 'float64'));
    expect(fx.grad(f)(f64(2)).item()).toBe(6);
  });
  it('is one equation, with both programs in print and check', () => {
    const { program } = fx.trace((x) => [power(x!, fx.tensor(3))], [fx.spec('float64', [])]);
    expect(program.equations.map((equation) => equation.primitive)).toEqual(['whileLoop']);
    expect(fx.printProgram(program)).toMatch(/whileLoop[\s\S]*greater[\s\S]*mul/);
    fx.checkProgram(fx.simplify(program));
  });
  it('refuses a condition that is no bool scalar, and a carry that changes', () => {
    expect(() => fx.whileLoop((x: Tensor) => fx.greater(x, 0), (x: Tensor) => x, f64([1, 2]))).toThrow(/bool scalar; reduce it with `any` or `all`/);
    expect(() => fx.whileLoop((x: Tensor) => x, (x: Tensor) => x, fx.tensor(1))).toThrow(fx.DtypeError);
    expect(() => fx.whileLoop(() => fx.tensor(false), (x: Tensor) => fx.div(x, 2), fx.tensor(1))).toThrow(/whileLoop: the carry must keep its shape and dtype.*int32\[\] and comes out as float32\[\]/);
  });
});

describe('foriLoop', () => {
  const sumOfSquares = (n: number | Tensor) => (x: Tensor): Tensor => fx.foriLoop(0, n, (i: Tensor, total: Tensor) => fx.add(total, fx.mul(x, fx.astype(fx.mul(i, i), 'float64'))), f64(0));
  it('counts from lower to below upper, also with a traced bound', () => {
    expect(sumOfSquares(4)(f64(1)).item()).toBe(14);
    expect(sumOfSquares(fx.tensor(4))(f64(1)).item()).toBe(14);
    expect(fx.foriLoop(3, 1, (_: Tensor, c: Tensor) => fx.add(c, 1), f64(0)).item()).toBe(0);
  });
  it('has reverse mode with numbers as bounds', () => {
    expect(fx.grad(sumOfSquares(4))(f64(1)).item()).toBe(14);
  });
});
