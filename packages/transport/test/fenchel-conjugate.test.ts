import { Module } from '@flaxon/core';
import { add, ArgumentError, concatenate, matmul, mul, ones, random, ShapeError, split, square, squeeze, sub, sum, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { fenchelConjugate, lbfgs } from '../src/index.js';

const numbers = (x: Tensor): number[] => Array.from(x.data(), Number);
const normal = (seed: number, shape: readonly number[]): Tensor => random.normal(random.key(seed), shape, { dtype: 'float64' });

/** x^T A x / 2, whose conjugate is y^T A^-1 y / 2 and whose maximiser A^-1 y. */
class Quadratic extends Module.define({}) {
  call(x: Tensor): Tensor {
    return mul(sum(mul(matmul(x, tensor([[2, 0.5], [0.5, 1]], { dtype: 'float64' })), x), { axis: -1 }), 0.5);
  }
}

describe('lbfgs', () => {
  it('finds the minimum of the Rosenbrock function from several starts at once', () => {
    const rosenbrock = (x: number, y: number): readonly [number, number, number] => [(1 - x) ** 2 + 100 * (y - x * x) ** 2, -2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)];
    const f = (points: Tensor): readonly [Tensor, Tensor] => {
      const [x, y] = split(points, 2, -1) as [Tensor, Tensor];
      const off = sub(y, square(x));
      const slopes = [sub(mul(sub(x, 1), 2), mul(mul(x, off), 400)), mul(off, 200)];
      return [squeeze(add(square(sub(1, x)), mul(square(off), 100)), -1), concatenate(slopes, -1)];
    };
    const start = tensor([[-1.2, 1], [0, 0], [2, 2]], { dtype: 'float64' });
    // The gradient that is handed in is the function's.
    const [value, gradient] = f(start);
    expect(numbers(value)).toEqual([[-1.2, 1], [0, 0], [2, 2]].map(([x, y]) => expect.closeTo(rosenbrock(x!, y!)[0], 10)));
    expect(numbers(gradient)).toEqual([[-1.2, 1], [0, 0], [2, 2]].flatMap(([x, y]) => rosenbrock(x!, y!).slice(1).map((slope) => expect.closeTo(slope, 10))));
    numbers(lbfgs(f, start, { gtol: 1e-8, maxIter: 200 })).forEach((coordinate) => expect(coordinate).toBeCloseTo(1, 6));
  });

  it('stays where the gradient is 0', () => {
    const f = (x: Tensor): readonly [Tensor, Tensor] => [mul(sum(square(x), { axis: -1 }), 0.5), x];
    expect(numbers(lbfgs(f, tensor([[0, 0]], { dtype: 'float64' })))).toEqual([0, 0]);
  });
});

describe('fenchelConjugate', () => {
  const y = normal(1, [5, 2]);
  const module = new Quadratic();

  it('is the conjugate of a quadratic function, and its gradient the maximiser', () => {
    const { val, grad } = fenchelConjugate({}, y, null, { module, solver: { gtol: 1e-10 } });
    const determinant = 2 * 1 - 0.5 * 0.5;
    const flat = numbers(y);
    const maximisers = [0, 1, 2, 3, 4].flatMap((i) => [(flat[2 * i]! - 0.5 * flat[2 * i + 1]!) / determinant, (2 * flat[2 * i + 1]! - 0.5 * flat[2 * i]!) / determinant]);
    numbers(grad).forEach((coordinate, i) => expect(coordinate).toBeCloseTo(maximisers[i]!, 9));
    numbers(val).forEach((value, i) => expect(value).toBeCloseTo((flat[2 * i]! * maximisers[2 * i]! + flat[2 * i + 1]! * maximisers[2 * i + 1]!) / 2, 9));
  });

  it('comes to the same from another start', () => {
    const solver = { gtol: 1e-10 };
    const [near, far] = [null, normal(2, [5, 2])].map((start) => numbers(fenchelConjugate({}, y, start, { module, solver }).grad));
    near!.forEach((coordinate, i) => expect(coordinate).toBeCloseTo(far![i]!, 8));
  });

  it('refuses another solver, and points that are not (n, d)', () => {
    expect(() => fenchelConjugate({}, y, null, { module, solver: { name: 'newton' as never } })).toThrow(ArgumentError);
    expect(() => fenchelConjugate({}, ones([2]), null, { module })).toThrow(ShapeError);
  });
});
