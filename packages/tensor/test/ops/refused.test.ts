import { describe, expect, it } from 'vitest';
import { ArgumentError, DtypeError, neg, round, rsqrt, sign, tensor } from '../../src/index.js';

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

  it('rounding to a fraction of a decimal', () => {
    expect(() => round(1.5, { decimals: 0.5 })).toThrow(ArgumentError);
  });
});
