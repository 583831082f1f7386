import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { checkDerivatives } from './differences.js';

const f64 = (values: readonly number[]): Tensor => fx.tensor(Float64Array.from(values));

const branches = (w: Tensor) => [
  (x: Tensor): Tensor => fx.sin(fx.mul(x, w)),
  (x: Tensor): Tensor => fx.mul(fx.exp(x), fx.square(x)),
  (x: Tensor): Tensor => fx.onesLike(x),
];

describe('switchCase', () => {
  it('runs the branch at the index, clamped', () => {
    const run = (index: number): unknown => fx.switchCase(fx.tensor(index), [(x: Tensor) => fx.mul(x, 10), (x: Tensor) => fx.mul(x, 20)], f64([1, 2])).toArray();
    expect([run(-3), run(0), run(1), run(9)]).toEqual([[10, 20], [10, 20], [20, 40], [20, 40]]);
  });
  it('has both derivatives, with operands and captures', () => {
    for (const index of [0, 1, 2]) checkDerivatives((x, w) => fx.switchCase(fx.tensor(index), branches(w), x), [f64([0.3, -1]), f64([1.5, 0.5])]);
  });
  it('has them with a traced index too', () => {
    const f = (i: Tensor) => (x: Tensor, w: Tensor) => fx.switchCase(i, branches(w), x);
    const gradients = [0, 1, 2].map((i) => fx.vmap((index: Tensor) => fx.grad((x: Tensor) => fx.sum(f(index)(x, f64([2]))))(f64([0.7])))(fx.tensor([i])).toArray());
    expect(gradients.flat(2).map((value) => Number(value).toFixed(6))).toEqual([(2 * Math.cos(1.4)).toFixed(6), (Math.exp(0.7) * (0.49 + 1.4)).toFixed(6), '0.000000']);
  });
  it('gives each example its own branch under vmap', () => {
    const f = (i: Tensor, x: Tensor): Tensor => fx.switchCase(i, branches(fx.scalar(1, 'float64')), x);
    const out = fx.vmap(f)(fx.tensor([0, 2, 7]), f64([1, 1, 1])).toArray() as number[];
    expect(out).toEqual([Math.sin(1), 1, 1]);
  });
  it('takes and gives trees, and is one equation', () => {
    const { program } = fx.trace((i, x) => fx.tree.leaves<Tensor>(fx.switchCase(i!, [(t: { a: Tensor }) => ({ b: fx.exp(t.a) }), (t: { a: Tensor }) => ({ b: t.a })], { a: x! })), [fx.spec('int32', []), fx.spec('float32', [2])]);
    expect(program.equations.map((equation) => equation.primitive)).toEqual(['switchCase']);
    fx.checkProgram(fx.simplify(program));
  });
  it('names the branch whose result differs', () => {
    expect(() => fx.switchCase(fx.tensor(0), [(x: Tensor) => x, (x: Tensor) => fx.astype(x, 'float32')], f64([1]))).toThrow(/branch 0 gives float64\[1\] and branch 1 gives float32\[1\]/);
    expect(() => fx.switchCase(fx.tensor(0), [(x: Tensor): fx.Tree<Tensor> => x, (x: Tensor): fx.Tree<Tensor> => [x]], f64([1]))).toThrow(fx.TreeError);
  });
});

describe('cond', () => {
  it('takes the first branch where the condition holds, without computing the other', () => {
    const safeLog = (x: Tensor): Tensor => fx.cond(fx.greater(x, 0), (t: Tensor) => fx.log(t), (t: Tensor) => fx.mul(t, 0), x);
    expect(safeLog(fx.tensor(Math.E, { dtype: 'float64' })).item()).toBeCloseTo(1, 12);
    expect(fx.grad(safeLog)(fx.tensor(0, { dtype: 'float64' })).item()).toBe(0);
  });
});
