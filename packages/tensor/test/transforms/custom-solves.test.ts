import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';
import type { Tensor } from '../../src/index.js';
import { checkDerivatives } from './differences.js';

const f64 = (values: fx.NestedArray): Tensor => fx.tensor(values, { dtype: 'float64' });
const one = f64(1);
const numbersOf = (x: Tensor): number[] => Array.from(x.data() as Float64Array);

/** Newton's method, which reverse mode could not go through: a loop without a known number of steps. */
const newton = (f: (x: Tensor) => Tensor, guess: Tensor): Tensor =>
  fx.whileLoop((x: Tensor) => fx.greater(fx.abs(f(x)), 1e-14), (x: Tensor) => fx.sub(x, fx.div(f(x), fx.jvp(f, [x], [fx.onesLike(x)])[1])), guess);
const divide = (g: (x: Tensor) => Tensor, y: Tensor): Tensor => fx.div(y, g(fx.onesLike(y)));

describe('customRoot', () => {
  const squareRoot = (a: Tensor): Tensor => fx.customRoot((x: Tensor) => fx.sub(fx.square(x), a), f64(2), newton, divide);

  it('is what the solver finds', () => expect(squareRoot(f64(9)).item()).toBeCloseTo(3, 12));
  it('has the derivatives of the root in both modes, of first and second order', () => {
    expect(fx.grad(squareRoot)(f64(9)).item()).toBeCloseTo(1 / 6, 12);
    expect(fx.grad(fx.grad(squareRoot))(f64(9)).item()).toBeCloseTo(-1 / 108, 12);
    expect(fx.jvp(squareRoot, [f64(9)], [one])[1].item()).toBeCloseTo(1 / 6, 12);
  });
  it('works under vmap, outside and inside a gradient', () => {
    const roots = [2, 3, 5].map(Math.sqrt);
    const each = fx.vmap(fx.grad(squareRoot))(f64([2, 3, 5]));
    const all = fx.grad((a: Tensor) => fx.sum(fx.vmap(squareRoot)(a)))(f64([2, 3, 5]));
    for (const found of [each, all]) numbersOf(found).forEach((value, i) => expect(value).toBeCloseTo(0.5 / roots[i]!, 12));
  });
  it('solves for trees, with tangents solved by the Jacobian', () => {
    const root = (a: Tensor, b: Tensor): Tensor => {
      const f = ({ x, y }: { x: Tensor; y: Tensor }): { x: Tensor; y: Tensor } => ({ x: fx.sub(fx.add(fx.mul(x, 2), y), a), y: fx.sub(fx.add(x, fx.mul(y, 3)), b) });
      const linear = (g: typeof f, right: { x: Tensor; y: Tensor }): { x: Tensor; y: Tensor } => {
        const columns = [g({ x: one, y: f64(0) }), g({ x: f64(0), y: one })].map((column) => fx.stack([column.x, column.y]));
        const found = fx.solve(fx.stack(columns, 1), fx.stack([right.x, right.y]));
        return { x: fx.index(found, [0]), y: fx.index(found, [1]) };
      };
      const { x, y } = fx.customRoot(f, { x: f64(0), y: f64(0) }, (g, guess) => {
        const shift = linear((t) => ({ x: fx.sub(g(t).x, g(guess).x), y: fx.sub(g(t).y, g(guess).y) }), g(guess));
        return { x: fx.sub(guess.x, shift.x), y: fx.sub(guess.y, shift.y) };
      }, linear);
      return fx.mul(x, y);
    };
    expect(root(f64(5), f64(10)).item()).toBeCloseTo(3, 12);
    checkDerivatives(root, [f64(5), f64(10)]);
  });
  it('hands on what the solver says of itself, without a derivative', () => {
    const counted = (a: Tensor): [Tensor, { steps: Tensor }] =>
      fx.customRoot((x: Tensor) => fx.sub(fx.square(x), a), f64(2), (f, guess) => [newton(f, guess), { steps: fx.mul(a, 2) }] as const, divide, { hasAux: true });
    expect(counted(f64(4))[1].steps.item()).toBe(8);
    expect(fx.grad((a: Tensor) => { const [x, { steps }] = counted(a); return fx.add(x, steps); })(f64(4)).item()).toBeCloseTo(0.25, 12);
  });
  it('has no derivative by the guess', () => {
    expect(fx.grad((guess: Tensor) => fx.customRoot((x: Tensor) => fx.sub(x, 3), guess, (_, g) => fx.add(fx.mul(g, 0), 3), divide))(one).item()).toBe(0);
  });
  it('refuses functions that give something unlike the guess', () => {
    expect(() => fx.customRoot((x: Tensor) => fx.stack([x, x]), one, newton, divide)).toThrow(/customRoot: `f` must give what has the shapes of its argument, found \(2,\) for \(\)/);
  });
});

describe('customLinearSolve', () => {
  const matrix = f64([[4, 1, 0], [-1, 3, 1], [0.5, 0, 5]]);
  const b = f64([1, -2, 3]);
  /** Richardson's iteration, with a loop without a known number of steps. */
  const iterate = (matvec: (x: Tensor) => Tensor, right: Tensor): Tensor =>
    fx.whileLoop((x: Tensor) => fx.greater(fx.max(fx.abs(fx.sub(right, matvec(x)))), 1e-13), (x: Tensor) => fx.add(x, fx.mul(fx.sub(right, matvec(x)), 0.2)), fx.zerosLike(right));
  const solve = (a: Tensor, right: Tensor): Tensor => fx.customLinearSolve((x: Tensor) => fx.matmul(a, x), right, iterate, { transposeSolve: iterate });
  const expectNear = (found: Tensor, wanted: Tensor): void => {
    expect(found.shape).toEqual(wanted.shape);
    numbersOf(found).forEach((value, i) => expect(value).toBeCloseTo(numbersOf(wanted)[i]!, 10));
  };

  it('is what the solver finds', () => expectNear(solve(matrix, b), fx.solve(matrix, b)));
  it('has the derivatives of a solve by the function and by the right side, in both modes and orders', () => {
    checkDerivatives(solve, [matrix, b], { tolerance: 1e-5 });
    const both = (f: typeof solve): readonly Tensor[] => fx.grad((a: Tensor, right: Tensor) => fx.sum(fx.square(f(a, right))), { argnums: [0, 1] })(matrix, b);
    both(solve).forEach((gradient, i) => expectNear(gradient, both(fx.solve)[i]!));
  });
  it('works under vmap, of both operands or one, outside and inside a gradient', () => {
    const loss = (a: Tensor, right: Tensor): Tensor => fx.sum(fx.square(solve(a, right)));
    const wanted = (a: Tensor, right: Tensor): Tensor => fx.sum(fx.square(fx.solve(a, right)));
    const many = fx.stack([b, fx.neg(b), fx.mul(b, f64([1, 2, 3]))]);
    expectNear(fx.vmap(fx.grad(loss), { inAxes: [null, 0] })(matrix, many), fx.vmap(fx.grad(wanted), { inAxes: [null, 0] })(matrix, many));
    const total = (f: typeof loss) => (a: Tensor, right: Tensor): Tensor => fx.sum(fx.vmap(f, { inAxes: [null, 0] })(a, right));
    expectNear(fx.grad(total(loss))(matrix, many), fx.grad(total(wanted))(matrix, many));
    expectNear(fx.grad((right: Tensor) => total(loss)(matrix, right))(many), fx.grad((right: Tensor) => total(wanted)(matrix, right))(many));
    const matrices = fx.stack([matrix, fx.mul(matrix, 0.8)]);
    expectNear(fx.grad((a: Tensor) => fx.sum(fx.vmap(loss, { inAxes: [0, null] })(a, b)))(matrices), fx.grad((a: Tensor) => fx.sum(fx.vmap(wanted, { inAxes: [0, null] })(a, b)))(matrices));
  });
  it('of a symmetric function needs no other solver for reverse mode', () => {
    const symmetric = (diagonal: Tensor): Tensor => fx.customLinearSolve((x: Tensor) => fx.mul(diagonal, x), b, iterate, { symmetric: true });
    expectNear(fx.grad((d: Tensor) => fx.sum(symmetric(d)))(f64([2, 4, 5])), f64([-1 / 4, 2 / 16, -3 / 25]));
  });
  it('without another solver has forward mode alone', () => {
    const forward = (a: Tensor): Tensor => fx.customLinearSolve((x: Tensor) => fx.matmul(a, x), b, iterate);
    expectNear(fx.jvp(forward, [matrix], [matrix])[1], fx.neg(fx.solve(matrix, b)));
    expect(() => fx.grad((a: Tensor) => fx.sum(forward(a)))(matrix)).toThrow(/customLinearSolve needs `transposeSolve`|customLinearSolve.*needs `transposeSolve`/);
  });
  it('solves for trees, and hands on what the solver says of itself', () => {
    const f = (scale: Tensor): [{ x: Tensor; y: Tensor }, Tensor] => {
      const divideAll = (_: unknown, { x, y }: { x: Tensor; y: Tensor }): readonly [{ x: Tensor; y: Tensor }, Tensor] => [{ x: fx.div(x, scale), y: fx.div(y, fx.mul(scale, 2)) }, fx.tensor(7)];
      return fx.customLinearSolve(({ x, y }: { x: Tensor; y: Tensor }) => ({ x: fx.mul(x, scale), y: fx.mul(y, fx.mul(scale, 2)) }), { x: one, y: f64(4) }, divideAll, { symmetric: true, hasAux: true });
    };
    expect(f(f64(2))[1].item()).toBe(7);
    expect(fx.grad((scale: Tensor) => { const [{ x, y }] = f(scale); return fx.add(x, y); })(f64(2)).item()).toBeCloseTo(-0.75, 12);
  });
});
