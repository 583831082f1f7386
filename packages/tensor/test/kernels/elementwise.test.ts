import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BinaryPrimitive, ComparisonPrimitive, UnaryPrimitive } from '../../src/primitives/params.js';
import { broadcastShapes } from '../../src/shape/shape.js';
import { bytesPerElement, isFloating, type Dtype } from '../../src/dtype/dtype.js';
import { DtypeError } from '../../src/errors/errors.js';
import { allDtypes, array, arrays, broadcastable, elements, flat, floats, indicesOf, integers, numbers, rounded, run, shapes, valuesOf, type Value } from './arrays.js';

type Integer = (x: bigint, y: bigint, dtype: Dtype) => bigint;

const width = (dtype: Dtype): bigint => BigInt(8 * bytesPerElement(dtype));
const unsigned = (x: bigint, dtype: Dtype): bigint => BigInt.asUintN(8 * bytesPerElement(dtype), x);
const signed = (x: bigint, dtype: Dtype): bigint => BigInt.asIntN(8 * bytesPerElement(dtype), x);
const outOfRange = (shift: bigint, dtype: Dtype): boolean => unsigned(shift, dtype) >= width(dtype);

/** Exact integer arithmetic; storing the result wraps it. */
const integerReference: { readonly [P in Exclude<BinaryPrimitive, 'atan2'>]: Integer } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => (y === 0n ? -1n : x / y),
  rem: (x, y) => (y === 0n ? x : x % y),
  pow: (x, y) => (x === 0n ? (y === 0n ? 1n : 0n) : x ** (y & 63n)),
  max: (x, y) => (x > y ? x : y),
  min: (x, y) => (x < y ? x : y),
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
  shiftLeft: (x, y, dtype) => (outOfRange(y, dtype) ? 0n : x << y),
  shiftRightLogical: (x, y, dtype) => (outOfRange(y, dtype) ? 0n : unsigned(x, dtype) >> y),
  shiftRightArithmetic: (x, y, dtype) => signed(x, dtype) >> (outOfRange(y, dtype) ? width(dtype) : y),
};

const larger = (x: number, y: number): number => (x !== x || y !== y ? NaN : x > y || (x === y && Object.is(y, -0)) ? x : y);

/** The function in float64; storing the result rounds it. */
const floatReference = {
  add: (x: number, y: number) => x + y,
  sub: (x: number, y: number) => x - y,
  mul: (x: number, y: number) => x * y,
  div: (x: number, y: number) => x / y,
  rem: (x: number, y: number) => x % y,
  max: larger,
  min: (x: number, y: number) => -larger(-x, -y),
};

const comparisons: { readonly [P in ComparisonPrimitive]: (x: Value, y: Value) => boolean } = {
  equal: (x, y) => x === y,
  notEqual: (x, y) => x !== y,
  less: (x, y) => x < y,
  lessEqual: (x, y) => x <= y,
  greater: (x, y) => x > y,
  greaterEqual: (x, y) => x >= y,
};

/** Two operands that broadcast against each other; the result has the shape of neither, of one or of both. */
const pairs = (dtype: Dtype, values = elements(dtype)) =>
  shapes().chain((shape) => fc.tuple(broadcastable(shape), broadcastable(shape))).chain(([a, b]) => fc.tuple(arrays(dtype, a, values), arrays(dtype, b, values)));

function expectBinary(primitive: BinaryPrimitive | ComparisonPrimitive, dtype: Dtype, result: Dtype, reference: (x: Value, y: Value) => Value): void {
  fc.assert(
    fc.property(pairs(dtype), ([a, b]) => {
      const shape = broadcastShapes([a.shape, b.shape]) as number[];
      const x = valuesOf(a.data, dtype);
      const y = valuesOf(b.data, dtype);
      const expected = indicesOf(shape).map((index) => rounded(reference(x[flat(a.shape, index)]!, y[flat(b.shape, index)]!), result));
      expect(run(primitive, [a, b], {}, { shape, dtype: result })).toEqual(expected);
    }),
    { numRuns: 30 },
  );
}

const integerPrimitives = Object.keys(integerReference) as (keyof typeof integerReference)[];

describe.each(integers)('%s', (dtype) => {
  it.each(integerPrimitives)('%s is exact modulo the width, for operands that broadcast', (primitive) => {
    expectBinary(primitive, dtype, dtype, (x, y) => integerReference[primitive](x as bigint, y as bigint, dtype));
  });

  it('neg, abs, sign and not are exact modulo the width', () => {
    fc.assert(
      fc.property(arrays(dtype, [6]), (x) => {
        const values = valuesOf(x.data, dtype) as bigint[];
        const expectUnary = (primitive: UnaryPrimitive, reference: (x: bigint) => bigint): void =>
          expect(run(primitive, [x], {}, x)).toEqual(values.map((value) => rounded(reference(value), dtype)));
        expectUnary('neg', (value) => -value);
        expectUnary('abs', (value) => (value < 0n ? -value : value));
        expectUnary('sign', (value) => (value > 0n ? 1n : value < 0n ? -1n : 0n));
        expectUnary('not', (value) => -value - 1n);
      }),
    );
  });
});

describe.each(floats)('%s', (dtype) => {
  it.each(Object.keys(floatReference) as (keyof typeof floatReference)[])('%s rounds the exact result once, for operands that broadcast', (primitive) => {
    expectBinary(primitive, dtype, dtype, (x, y) => {
      const exact = floatReference[primitive](x as number, y as number);
      return dtype === 'float64' ? exact : Math.fround(exact);
    });
  });
});

describe.each(allDtypes)('%s', (dtype) => {
  it.each(Object.keys(comparisons) as ComparisonPrimitive[])('%s is 0 or 1, for operands that broadcast', (primitive) => {
    expectBinary(primitive, dtype, 'bool', (x, y) => (comparisons[primitive](x, y) ? 1n : 0n));
  });

  it('where chooses elements, for three operands that broadcast', () => {
    const operands = shapes().chain((shape) =>
      fc.tuple(broadcastable(shape), broadcastable(shape), broadcastable(shape)).chain(([a, b, c]) => fc.tuple(arrays('bool', a), arrays(dtype, b), arrays(dtype, c))));
    fc.assert(
      fc.property(operands, ([condition, a, b]) => {
        const shape = broadcastShapes([condition.shape, a.shape, b.shape]) as number[];
        const [x, y] = [valuesOf(a.data, dtype), valuesOf(b.data, dtype)];
        const expected = indicesOf(shape).map((index) => (condition.data[flat(condition.shape, index)] ? x[flat(a.shape, index)] : y[flat(b.shape, index)]));
        expect(run('where', [condition, a, b], {}, { shape, dtype })).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});

describe('bool', () => {
  it.each(['max', 'min', 'and', 'or', 'xor'] as const)('%s stays 0 or 1', (primitive) => {
    expectBinary(primitive, 'bool', 'bool', (x, y) => integerReference[primitive](x as bigint, y as bigint, 'bool'));
  });

  it('not negates', () => {
    expect(run('not', [array('bool', [2], [0n, 1n])], {}, { shape: [2], dtype: 'bool' })).toEqual([1n, 0n]);
  });
});

describe.each(numbers)('integerPow of %s', (dtype) => {
  it.each([0, 1, 2, 3, 5, 8])('to the power %i', (exponent) => {
    fc.assert(
      fc.property(arrays(dtype, [5]), (x) => {
        const values = valuesOf(x.data, dtype);
        const found = run('integerPow', [x], { exponent }, x);
        values.forEach((value, i) => {
          if (!isFloating(dtype)) expect(found[i]).toBe(rounded((value as bigint) ** BigInt(exponent), dtype));
          else expectClose(found[i] as number, rounded(value as number ** exponent, dtype) as number, tolerances[dtype as keyof typeof tolerances]);
        });
      }),
    );
  });

  it('to a negative power is the reciprocal', () => {
    const values: Value[] = isFloating(dtype) ? [2, -2, 0.5, 4] : [1n, 2n, 5n, 9n];
    const expected = isFloating(dtype) ? [1 / 8, -1 / 8, 8, 1 / 64] : [1n, 0n, 0n, 0n];
    expect(run('integerPow', [array(dtype, [4], values)], { exponent: -3 }, { shape: [4], dtype })).toEqual(expected);
  });
});

const tolerances = { float16: 2e-3, bfloat16: 2e-2, float32: 1e-6, float64: 1e-14 };

function expectClose(found: number, expected: number, tolerance: number): void {
  if (!Number.isFinite(expected) || !Number.isFinite(found)) expect(found).toBe(expected);
  else expect(Math.abs(found - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected));
}

it('an elementwise function keeps a signed zero, infinities and bits of a 6-d array in order', () => {
  const x = array('float32', [2, 1, 2, 1, 1, 2], [-0, 1, 2, 3, 4, 5, 6, Infinity]);
  const y = array('float32', [1, 2, 1, 1, 1, 2], [-0, 10, 20, 30]);
  const shape = [2, 2, 2, 1, 1, 2];
  expect(run('add', [x, y], {}, { shape, dtype: 'float32' })).toEqual([-0, 11, 2, 13, 20, 31, 22, 33, 4, 15, 6, Infinity, 24, 35, 26, Infinity]);
});

it('a primitive that a dtype does not have is an error that names both', () => {
  const x = array('int32', [1], [1n]);
  expect(() => run('exp', [x], {}, x)).toThrow(DtypeError);
  expect(() => run('exp', [x], {}, x)).toThrow(/exp.*int32/);
});
