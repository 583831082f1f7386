import { expect, it } from 'vitest';
import { disagreement, median, ratio } from '../src/measure/statistics.js';

it('the median is the middle value, or the mean of the middle two', () => {
  expect(median([9, 1, 4])).toBe(4);
  expect(median([9, 1, 4, 6])).toBe(5);
});

it('a median of nothing is refused', () => {
  expect(() => median([])).toThrow('give at least one');
});

it('a ratio compares the same rounds, so a slow round of the machine cancels', () => {
  expect(ratio([2, 20, 2.2], [1, 10, 1])).toBe(2);
});

it('a ratio counts the rounds that both took part in', () => {
  expect(ratio([30], [10, 1, 1])).toBe(3);
  expect(ratio([30, 1, 1], [10])).toBe(3);
});

it('results agree within the tolerance of the largest number', () => {
  expect(disagreement([100, 0.5], [100, 0.6], 1e-3)).toBeUndefined();
  expect(disagreement([100, 0.5], [100, 0.8], 1e-3)).toEqual({ index: 1, got: 0.5, want: 0.8 });
});

it('a result that is not a number, or is missing, disagrees', () => {
  expect(disagreement([Number.NaN], [1], 1)).toEqual({ index: 0, got: Number.NaN, want: 1 });
  expect(disagreement([1], [1, 2], 1)).toEqual({ index: 1, got: undefined, want: 2 });
});
