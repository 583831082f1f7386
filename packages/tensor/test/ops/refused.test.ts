import { describe, expect, it } from 'vitest';
import { ArgumentError, DtypeError, eye, integerPow, linspace, moveaxis, neg, pow, repeat, reshape, round, rsqrt, ShapeError, sign, slice, split, tensor, tile } from '../../src/index.js';

const bools = tensor([true, false]);
const integers = tensor([1, 4], { dtype: 'int32' });

describe('what JAX refuses is refused', () => {
  it('bools have no sign', () => {
    expect(() => neg(bools)).toThrow(DtypeError);
    expect(() => sign(bools)).toThrow(DtypeError);
  });

  it('rsqrt of a tensor of integers', () => {
    expect(() => rsqrt(integers)).toThrow(DtypeError);
    expect(() => rsqrt(bools)).toThrow(/astype/);
  });

  it('rounding integers to tens', () => {
    expect(() => round(integers, { decimals: -1 })).toThrow(ArgumentError);
    expect(round(integers, { decimals: 1 }).toString()).toBe(integers.toString());
  });

  it('negative powers of integers', () => {
    expect(() => pow(integers, -1)).toThrow(/pow: `exponent` must not be negative for int32, found -1/);
    expect(() => integerPow(integers, -2)).toThrow(ArgumentError);
    expect(pow(tensor([2, 4], { dtype: 'float32' }), -1).data()).toEqual(Float32Array.of(0.5, 0.25));
  });

  it('rounding to a fraction of a decimal', () => {
    expect(() => round(1.5, { decimals: 0.5 })).toThrow(ArgumentError);
  });

  it('shapes with two unknown or with negative sizes', () => {
    const six = tensor([1, 2, 3, 4, 5, 6]);
    expect(() => reshape(six, [-1, -1])).toThrow(/at most one -1/);
    expect(() => reshape(six, [-2, -3])).toThrow(ArgumentError);
  });

  it('cutting beyond the end or backwards', () => {
    const six = tensor([1, 2, 3, 4, 5, 6]);
    expect(() => split(six, [8])).toThrow(ArgumentError);
    expect(() => split(six, [4, 2])).toThrow(/must ascend/);
    expect(split(six, [0, 6]).map((part) => part.shape)).toEqual([[0], [6], [0]]);
  });

  it('repeating less than not at all', () => {
    expect(() => tile(integers, [-1])).toThrow(ArgumentError);
    expect(() => repeat(integers, -1)).toThrow(ArgumentError);
    expect(() => repeat(integers, [1, -1])).toThrow(ArgumentError);
  });

  it('moving axes that are named twice', () => {
    const x = tensor([[[1]]]);
    expect(() => moveaxis(x, [0, 1], [0, 0])).toThrow(/destination.*twice/);
    expect(() => moveaxis(x, [1, 1], [0, 1])).toThrow(/source.*twice/);
  });

  it('matrices and lines of a negative size', () => {
    expect(() => eye(-1)).toThrow(ArgumentError);
    expect(() => linspace(0, 1, -1)).toThrow(ArgumentError);
  });

  it('slices that begin before the first element', () => {
    expect(() => slice(integers, [-1], [1])).toThrow(ShapeError);
  });
});
