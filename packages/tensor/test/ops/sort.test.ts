import { describe, expect, it } from 'vitest';
import * as fx from '../../src/index.js';

describe('results whose number depends on values', () => {
  const x = fx.tensor([[0, 3, 0], [5, 0, 3]]);

  it('have that number where the values are known', () => {
    expect(fx.nonzero(x).map((places) => places.toArray())).toEqual([[0, 1, 1], [1, 0, 2]]);
    expect(fx.argwhere(x).toArray()).toEqual([[0, 1], [1, 0], [1, 2]]);
    expect(fx.flatnonzero(x).toArray()).toEqual([1, 3, 5]);
    expect(fx.unique(x).toArray()).toEqual([0, 3, 5]);
    expect(fx.uniqueAll(x).counts.toArray()).toEqual([3, 2, 1]);
    expect(fx.compress(fx.tensor([true, false, true]), x, { axis: 1 }).toArray()).toEqual([[0, 0], [5, 3]]);
    expect(fx.extract(fx.greater(x, 2), x).toArray()).toEqual([3, 5, 3]);
    expect(fx.union1d(fx.tensor([3, 1]), fx.tensor([2, 1])).toArray()).toEqual([1, 2, 3]);
    expect(fx.setdiff1d(fx.tensor([3, 1, 2]), fx.tensor([2])).toArray()).toEqual([1, 3]);
    expect(fx.intersect1d(fx.tensor([3, 1, 2]), fx.tensor([2, 9])).toArray()).toEqual([2]);
    expect(fx.setxor1d(fx.tensor([3, 1, 2]), fx.tensor([2, 9])).toArray()).toEqual([1, 3, 9]);
    expect(fx.bincount(fx.tensor([1, 4, 1])).toArray()).toEqual([0, 2, 0, 0, 1]);
    expect(fx.unique(fx.zeros([0])).shape).toEqual([0]);
  });

  it.each<[string, (t: fx.Tensor) => fx.Tensor]>([
    ['nonzero', (t) => fx.nonzero(t)[0]!],
    ['unique', (t) => fx.unique(t)],
    ['bincount', (t) => fx.bincount(t)],
    ['compress', (t) => fx.compress(t, x, { axis: 1 })],
    ['choose', (t) => fx.choose(t, [1, 2])],
  ])('%s of a traced tensor names what it needs', (_, f) => {
    expect(() => fx.trace((t) => [f(t)], [fx.spec('int32', [3])])).toThrow(fx.ConcretizationError);
  });
});

describe('arguments that do not fit', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['a matrix to search', () => fx.searchsorted(fx.zeros([2, 2]), 1), /must be a vector/],
    ['a place behind the axis', () => fx.partition(fx.zeros([3]), 3), /from -3 to 2, found 3/],
    ['fewer choices than conditions', () => fx.select([true, false], [1]), /found 1 for 2/],
    ['an index without a choice', () => fx.choose(fx.tensor([2]), [1, 2]), /from 0 to 1, found 2/],
    ['more than there are', () => fx.topK(fx.zeros([3]), 4), /from 0 to the size of the axis, 3, found 4/],
    ['keys of two shapes', () => fx.lexsort([fx.zeros([2]), fx.zeros([3])]), /must have one shape/],
    ['no bins', () => fx.histogram(fx.zeros([3]), 0), /from 1 on/],
  ])('%s', (_, f, message) => expect(f).toThrow(message));
});
