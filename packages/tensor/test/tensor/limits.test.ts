import { describe, expect, it } from 'vitest';
import { astype, DtypeError, finfo, iinfo, tensor, type Dtype } from '../../src/index.js';

const rounded = (value: number, dtype: Dtype): number => Number(astype(tensor(new Float64Array([value])), dtype).item());

describe('limits of element types', () => {
  it.each(['float16', 'bfloat16', 'float32', 'float64'] as const)('%s has its largest, smallest and next numbers', (dtype) => {
    const { eps, epsneg, max, min, tiny, smallestSubnormal } = finfo(dtype);
    expect(rounded(max, dtype)).toBe(max);
    expect(min).toBe(-max);
    // Half a step beyond the largest number is infinite.
    if (dtype !== 'float64') expect(rounded(max * (1 + eps / 4) + max * eps, dtype)).toBe(Infinity);
    expect(rounded(1 + eps, dtype)).toBe(1 + eps);
    expect(rounded(1 + eps / 2, dtype)).toBe(1);
    expect(rounded(1 - epsneg, dtype)).toBe(1 - epsneg);
    expect(rounded(1 - epsneg / 4, dtype)).toBe(1);
    expect([tiny, smallestSubnormal].map((value) => rounded(value, dtype))).toEqual([tiny, smallestSubnormal]);
    expect(rounded(smallestSubnormal / 4, dtype)).toBe(0);
  });

  // numpy.finfo and ml_dtypes.finfo.
  it.each([['float16', 65504, 2 ** -14], ['bfloat16', 3.3895313892515355e38, 2 ** -126], ['float32', 3.4028234663852886e38, 2 ** -126], ['float64', Number.MAX_VALUE, 2 ** -1022]] as const)('%s has NumPy\'s', (dtype, max, tiny) => {
    expect(finfo(dtype)).toMatchObject({ max, tiny });
  });

  it('integers wrap to their smallest number after the largest', () => {
    expect(iinfo('int8')).toEqual({ bits: 8, min: -128n, max: 127n });
    expect(iinfo('uint16')).toEqual({ bits: 16, min: 0n, max: 65_535n });
    expect(iinfo('int64')).toEqual({ bits: 64, min: -(2n ** 63n), max: 2n ** 63n - 1n });
  });

  it('other types are refused, with the function that has them', () => {
    expect(() => finfo('int8')).toThrow(DtypeError);
    expect(() => finfo('int8')).toThrow(/iinfo/);
    expect(() => iinfo('float32')).toThrow(/finfo/);
    expect(() => iinfo('bool')).toThrow(DtypeError);
  });
});
