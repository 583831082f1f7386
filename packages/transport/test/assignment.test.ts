import { ones, random, ShapeError, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { assignment, assignmentW2Squared } from '../src/index.js';

const numbers = (x: Tensor): number[] => Array.from(x.data(), Number);
const uniform = (seed: number, shape: readonly number[]): Tensor => random.uniform(random.key(seed), shape, { dtype: 'float64' });

/** All orders of 0 to n - 1. */
function orders(n: number): number[][] {
  if (n === 0) return [[]];
  return orders(n - 1).flatMap((order) => Array.from({ length: n }, (_, at) => order.toSpliced(at, 0, n - 1)));
}

describe('assignment', () => {
  it.each([1, 2, 3, 4, 5, 6])('is the best of all orders of %i', (n) => {
    for (const seed of [1, 2, 3]) {
      const costs = uniform(seed, [n, n]);
      const cost = numbers(costs);
      const costOf = (columns: readonly number[]): number => columns.reduce((total, column, row) => total + cost[row * n + column]!, 0);
      const found = numbers(assignment(costs));
      expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      expect(costOf(found)).toBeCloseTo(Math.min(...orders(n).map(costOf)), 12);
    }
  });

  it('takes costs that are equal, and negative ones', () => {
    expect(numbers(assignment(ones([3, 3], 'float64'))).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
    expect(numbers(assignment(tensor([[0, -1], [-5, 0]], { dtype: 'float64' })))).toEqual([1, 0]);
  });

  it('refuses costs that are not square', () => {
    expect(() => assignment(ones([2, 3]))).toThrow(ShapeError);
  });
});

describe('assignmentW2Squared', () => {
  it('is 0 between a cloud and itself in another order', () => {
    expect(assignmentW2Squared(tensor([[0, 1], [2, 3], [4, 5]], { dtype: 'float32' }), tensor([[4, 5], [0, 1], [2, 3]], { dtype: 'float32' })).item()).toBe(0);
  });

  it('is the squared length of a shift', () => {
    const cloud = uniform(1, [10, 2]);
    const shifted = tensor(numbers(cloud).map((value, i) => value + (i % 2 === 0 ? 3 : 4)), { dtype: 'float64', shape: [10, 2] });
    expect(assignmentW2Squared(cloud, shifted).item()).toBeCloseTo(25, 10);
  });

  it('refuses clouds that differ in size', () => {
    expect(() => assignmentW2Squared(ones([2, 2]), ones([3, 2]))).toThrow(ShapeError);
  });
});
