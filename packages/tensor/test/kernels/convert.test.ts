import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesPerElement, dtypeKind, isFloating, type Dtype } from '../../src/dtype/dtype.js';
import { allDtypes, array, elements, integers, rounded, run, valuesOf, wrap, type Value } from './arrays.js';

const convert = (from: Dtype, to: Dtype, values: readonly Value[]): Value[] => run('convert', [array(from, [values.length], values)], { dtype: to }, { shape: [values.length], dtype: to });

function saturated(value: number, to: Dtype): bigint {
  if (value !== value) return 0n;
  const bits = BigInt(8 * bytesPerElement(to));
  const low = dtypeKind(to) === 'int' ? -(1n << (bits - 1n)) : 0n;
  const high = low + (1n << bits) - 1n;
  if (value === Infinity) return high;
  if (value === -Infinity) return low;
  const whole = BigInt(Math.trunc(value));
  return whole < low ? low : whole > high ? high : whole;
}

function expected(value: Value, from: Dtype, to: Dtype): Value {
  if (to === 'bool') return Number(value) === 0 ? 0n : 1n;
  if (!isFloating(to)) return isFloating(from) ? saturated(value as number, to) : wrap(value as bigint, to);
  return rounded(to === 'float64' ? Number(value) : Math.fround(Number(value)), to);
}

describe.each(allDtypes)('from %s', (from) => {
  it.each(allDtypes)('to %s', (to) => {
    const wide = isFloating(from) ? fc.double().map((x) => rounded(x, from)) : elements(from);
    fc.assert(
      fc.property(fc.array(fc.oneof(elements(from), wide), { maxLength: 12 }), (values) => {
        // Integers beyond 2^53 round once in the kernel and twice in this reference: they have a test of their own.
        const exact = values.filter((value) => typeof value === 'number' || !isFloating(to) || BigInt(Number(value)) === value);
        expect(convert(from, to, exact)).toEqual(exact.map((value) => expected(value, from, to)));
      }),
      { numRuns: 40 },
    );
  });
});

// The numbers that JAX 0.10.2 gives on a CPU.
describe('as JAX', () => {
  const points = [NaN, Infinity, -Infinity, 1e30, -1e30, 1.9, -1.9, -0.5, 255.7, 256, 300, 2147483648, 4294967296, -2147483648, 2 ** 63, -(2 ** 63), 2 ** 64];

  it('a float beyond the range of an integer becomes its bound, NaN zero', () => {
    expect(convert('float64', 'int8', points).map(Number)).toEqual([0, 127, -128, 127, -128, 1, -1, 0, 127, 127, 127, 127, 127, -128, 127, -128, 127]);
    expect(convert('float32', 'uint8', points).map(Number)).toEqual([0, 255, 0, 255, 0, 1, 0, 0, 255, 255, 255, 255, 255, 0, 255, 0, 255]);
    expect(convert('float32', 'uint32', points).map(Number)).toEqual([0, 4294967295, 0, 4294967295, 0, 1, 0, 0, 255, 256, 300, 2147483648, 4294967295, 0, 4294967295, 0, 4294967295]);
    expect(convert('float64', 'uint64', points)).toEqual([0n, 2n ** 64n - 1n, 0n, 2n ** 64n - 1n, 0n, 1n, 0n, 0n, 255n, 256n, 300n, 2147483648n, 4294967296n, 0n, 2n ** 63n, 0n, 2n ** 64n - 1n]);
  });

  it('a 64-bit integer is rounded to float32 once', () => {
    const values = [2n ** 53n + 1n, 2n ** 62n + 3n, -(2n ** 63n), 16777217n, 2n ** 54n + 2n ** 30n + 1n];
    expect(convert('int64', 'float32', values)).toEqual([9007199254740992, 4611686018427387904, -9223372036854775808, 16777216, 18014400656965632]);
  });

  it('float64 reaches the half floats by way of float32', () => {
    expect(convert('float64', 'float16', [1 + 2 ** -11, 1 + 2 ** -11 + 2 ** -30, 65519.99, 1e-8])).toEqual([1, 1, 65504, 0]);
    expect(convert('float64', 'bfloat16', [1 + 2 ** -8 + 2 ** -40, 1 + 2 ** -8, 1 + 3 * 2 ** -8 - 2 ** -40, 3.4e38])).toEqual([1, 1, 1.015625, Infinity]);
  });

  it('integers wrap when they become narrower', () => {
    expect(convert('int64', 'int8', [-1n, 300n, 2n ** 40n + 5n, -(2n ** 63n)])).toEqual([-1n, 44n, 5n, 0n]);
    expect(convert('uint64', 'int32', [2n ** 64n - 1n, 300n, 2n ** 63n])).toEqual([-1n, 300n, 0n]);
  });
});

it('bits of the operand do not change where the dtype is the same', () => {
  for (const dtype of integers) expect(valuesOf(array(dtype, [2], [1n, 7n]).data, dtype)).toEqual(convert(dtype, dtype, [1n, 7n]));
});
