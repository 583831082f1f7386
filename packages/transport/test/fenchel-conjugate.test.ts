import { Module } from '@flaxon/core';
import { ArgumentError, grad as gradientOf, matmul, mul, ones, random, ShapeError, sum, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { fenchelConjugate } from '../src/index.js';

const numbers = (x: Tensor): number[] => Array.from(x.data(), Number);
const normal = (seed: number, shape: readonly number[]): Tensor => random.normal(random.key(seed), shape, { dtype: 'float64' });

/** x^T A x / 2, whose conjugate is y^T A^-1 y / 2 and whose maximiser A^-1 y. */
class Quadratic extends Module.define({}) {
  call(x: Tensor): Tensor {
    return mul(sum(mul(matmul(x, tensor([[2, 0.5], [0.5, 1]], { dtype: 'float64' })), x), { axis: -1 }), 0.5);
  }
}

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

  it('solves each point as if it were alone', () => {
    const solver = { gtol: 1e-6, maxIter: 4 };
    const together = numbers(fenchelConjugate({}, y, null, { module, solver }).grad);
    const alone = [0, 1, 2, 3, 4].flatMap((i) => numbers(fenchelConjugate({}, tensor([numbers(y).slice(2 * i, 2 * i + 2)], { dtype: 'float64' }), null, { module, solver }).grad));
    together.forEach((coordinate, i) => expect(coordinate).toBeCloseTo(alone[i]!, 12));
  });

  it('has the maximiser as the derivative of its values, none of which flows through the search', () => {
    const { grad } = fenchelConjugate({}, y, null, { module, solver: { gtol: 1e-10 } });
    const derivative = gradientOf((points: Tensor) => sum(fenchelConjugate({}, points, null, { module, solver: { gtol: 1e-10 } }).val))(y);
    numbers(derivative).forEach((coordinate, i) => expect(coordinate).toBeCloseTo(numbers(grad)[i]!, 8));
  });

  it('refuses another solver, and points that are not (n, d)', () => {
    expect(() => fenchelConjugate({}, y, null, { module, solver: { name: 'newton' as never } })).toThrow(ArgumentError);
    expect(() => fenchelConjugate({}, ones([2]), null, { module })).toThrow(ShapeError);
  });
});
