import { concatenate, grad, mul, sub, sum, tensor } from '@flaxon/tensor';
import type { Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';

import { conjugateDefaults, conjugatePoint } from '../src/index.js';

const points = (rows: number[][]): Tensor => tensor(rows, { dtype: 'float32' });
const wide = { low: -100, high: 100 };
const values = (x: Tensor): number[] => Array.from(x.data(), Number);

/** The gradient of x -> sum of scale * x^2 / 2: its inverse divides by the scale. */
const quadratic = (scale: readonly number[]) => (x: Tensor) => mul(x, tensor([...scale], { dtype: 'float32' }));

describe('conjugatePoint', () => {
  it('solves grad f(x) = y for a quadratic f', () => {
    const y = points([[2, 3], [-1, 0.5]]);
    const found = conjugatePoint(quadratic([2, 0.5]), y, points([[0, 0], [5, 5]]), { ...conjugateDefaults, iterations: 30, box: wide });
    [1, 6, -0.5, 1].forEach((expected, at) => expect(values(found)[at]).toBeCloseTo(expected, 4));
  });

  it('the first step has the given size', () => {
    const found = conjugatePoint(quadratic([1]), points([[10]]), points([[0]]), { ...conjugateDefaults, iterations: 1, box: wide });
    expect(values(found)[0]).toBeCloseTo(3, 6);
  });

  it('the second step of a quadratic in one dimension is exact', () => {
    const found = conjugatePoint(quadratic([4]), points([[10], [-2]]), points([[0], [1]]), { ...conjugateDefaults, iterations: 2, box: wide });
    expect(values(found)[0]).toBeCloseTo(2.5, 5);
    expect(values(found)[1]).toBeCloseTo(-0.5, 5);
  });

  it('a step is never longer than the greatest, also where f is flat', () => {
    const slope = conjugatePoint((x) => mul(x, 0), points([[1]]), points([[0]]), { ...conjugateDefaults, iterations: 2, box: wide });
    expect(values(slope)[0]).toBeCloseTo(0.3 + 2, 6);
  });

  it('a step is never shorter than the least', () => {
    // 1 / 100 would be the exact step.
    const steep = conjugatePoint(quadratic([100]), points([[0]]), points([[1]]), { ...conjugateDefaults, iterations: 2, box: { low: -1e6, high: 1e6 } });
    const first = 1 - 0.3 * 100;
    expect(values(steep)[0]).toBeCloseTo(first - 0.05 * 100 * first, 2);
  });

  it('points stay in the box', () => {
    const found = conjugatePoint(quadratic([0.1]), points([[5], [-5]]), points([[0], [0]]), { ...conjugateDefaults, box: { low: -2.5, high: 1.5 } });
    expect(values(found)).toEqual([1.5, -2.5]);
  });

  it('a start at the solution stays there: no 0 / 0', () => {
    const found = conjugatePoint(quadratic([1]), points([[0.75, -1]]), points([[0.75, -1]]), { ...conjugateDefaults, box: wide });
    expect(values(found)).toEqual([0.75, -1]);
  });

  it('each sample is solved as if it were alone', () => {
    const gradient = (x: Tensor) => mul(x, mul(x, x));
    const solve = (y: Tensor, start: Tensor) => conjugatePoint(gradient, y, start, { ...conjugateDefaults, box: wide });
    const [y1, y2] = [points([[1, 8]]), points([[-0.3, 2]])];
    const [x1, x2] = [points([[2, 1]]), points([[0.1, 3]])];
    const together = values(solve(concatenate([y1, y2]), concatenate([x1, x2])));
    expect(together).toEqual([...values(solve(y1, x1)), ...values(solve(y2, x2))]);
  });

  it('no derivative flows through the result', () => {
    const y = points([[2, 3]]);
    const through = grad((start: Tensor) => sum(sub(conjugatePoint(quadratic([2, 0.5]), y, start, { ...conjugateDefaults, box: wide }), start)));
    expect(values(through(points([[1, 1]])))).toEqual([-1, -1]);
  });
});
