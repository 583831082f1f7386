import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFloating, type Dtype } from '../../src/dtype/dtype.js';
import { DtypeError } from '../../src/errors/errors.js';
import { allDtypes, array, arrays, elements, flat, indicesOf, numbers, rounded, run, shapes, valuesOf, wrap, type Value } from './arrays.js';

type Reduction = 'reduceSum' | 'reduceProd' | 'reduceMax' | 'reduceMin';

const isNan = (x: Value): boolean => x !== x;

const joinFloats: { readonly [R in Reduction]: (a: number, x: number) => number } = {
  reduceSum: (a, x) => a + x,
  reduceProd: (a, x) => a * x,
  reduceMax: (a, x) => (isNan(a) || isNan(x) ? NaN : a > x ? a : x),
  reduceMin: (a, x) => (isNan(a) || isNan(x) ? NaN : a < x ? a : x),
};
const joinIntegers: { readonly [R in Reduction]: (a: bigint, x: bigint) => bigint } = {
  reduceSum: (a, x) => a + x,
  reduceProd: (a, x) => a * x,
  reduceMax: (a, x) => (a > x ? a : x),
  reduceMin: (a, x) => (a < x ? a : x),
};

function ofNothing(reduction: Reduction, dtype: Dtype): Value {
  if (isFloating(dtype)) return { reduceSum: 0, reduceProd: 1, reduceMax: -Infinity, reduceMin: Infinity }[reduction];
  const lowest = dtype === 'bool' ? 0n : dtype.startsWith('u') ? 0n : -(2n ** BigInt(Number(dtype.slice(3)) - 1));
  const highest = dtype === 'bool' ? 1n : wrap(-1n, dtype) === -1n ? -lowest - 1n : wrap(-1n, dtype);
  return { reduceSum: 0n, reduceProd: 1n, reduceMax: lowest, reduceMin: highest }[reduction];
}

function join(reduction: Reduction, dtype: Dtype, values: readonly Value[]): Value {
  if (isFloating(dtype)) return (values as number[]).reduce(joinFloats[reduction], ofNothing(reduction, dtype) as number);
  return (values as bigint[]).reduce(joinIntegers[reduction], ofNothing(reduction, dtype) as bigint);
}

/** Halves and their sums are exact in every order, so that a reference in one order serves for all. */
const addable = (dtype: Dtype): fc.Arbitrary<Value> => (isFloating(dtype) ? fc.constantFrom<Value>(0.5, 1, -2, 3, 0, -1.5, Infinity, NaN) : elements(dtype));
const multipliable = (dtype: Dtype): fc.Arbitrary<Value> => (isFloating(dtype) ? fc.constantFrom<Value>(0.5, 1, -2, 1, -1) : elements(dtype));

function expectReduction(reduction: Reduction, dtype: Dtype): void {
  const values = reduction === 'reduceSum' ? addable(dtype) : reduction === 'reduceProd' ? multipliable(dtype) : elements(dtype);
  const cases = shapes(4, 6).chain((shape) => fc.record({ x: arrays(dtype, shape, values), axes: fc.subarray(shape.map((_, axis) => axis)), keepDims: fc.boolean() }));
  fc.assert(
    fc.property(cases, ({ x, axes, keepDims }) => {
      const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
      const shape = keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
      const groups = indicesOf(kept).map((): Value[] => []);
      const all = valuesOf(x.data, dtype);
      indicesOf(x.shape).forEach((index, i) => groups[flat(kept, index)]!.push(all[i]!));
      const expected = groups.map((group) => rounded(join(reduction, dtype, group), dtype));
      const found = run(reduction, [x], { axes, keepDims }, { shape, dtype });
      expect(found.map((value) => (value === 0 ? 0 : value))).toEqual(expected.map((value) => (value === 0 ? 0 : value)));
    }),
    { numRuns: 40 },
  );
}

describe.each(numbers)('%s', (dtype) => {
  it.each(['reduceSum', 'reduceProd', 'reduceMax', 'reduceMin'] as const)('%s over any axes', (reduction) => expectReduction(reduction, dtype));

  it.each(['cumSum', 'cumProd'] as const)('%s adds up along an axis, forwards and backwards', (primitive) => {
    const values = primitive === 'cumSum' ? addable(dtype) : multipliable(dtype);
    const cases = shapes(3, 5).filter((shape) => shape.length > 0).chain((shape) => fc.record({ x: arrays(dtype, shape, values), at: fc.nat(2), reverse: fc.boolean() }));
    fc.assert(
      fc.property(cases, ({ x, at, reverse }) => {
        const axis = at % x.shape.length;
        const all = valuesOf(x.data, dtype);
        const expected = indicesOf(x.shape).map((index) => {
          const upTo = Array.from({ length: x.shape[axis]! }, (_, i) => i).filter((i) => (reverse ? i >= index[axis]! : i <= index[axis]!));
          const group = upTo.map((i) => all[flat(x.shape, index.map((own, a) => (a === axis ? i : own)))]!);
          return rounded(join(primitive === 'cumSum' ? 'reduceSum' : 'reduceProd', dtype, group), dtype);
        });
        expect(run(primitive, [x], { axis, reverse }, x)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});

describe('bool', () => {
  it.each(['reduceMax', 'reduceMin'] as const)('%s is any or all', (reduction) => expectReduction(reduction, 'bool'));

  it.each(['reduceSum', 'reduceProd'] as const)('%s is not defined', (reduction) => {
    const x = array('bool', [2], [0n, 1n]);
    expect(() => run(reduction, [x], { axes: [0], keepDims: false }, { shape: [], dtype: 'bool' })).toThrow(DtypeError);
  });
});

describe.each(allDtypes)('argMax and argMin of %s', (dtype) => {
  it('give the first extreme element, where a NaN is the most extreme', () => {
    const cases = shapes(3, 5).filter((shape) => shape.length > 0).chain((shape) => fc.record({ x: arrays(dtype, shape), at: fc.nat(2), keepDims: fc.boolean() }));
    fc.assert(
      fc.property(cases, ({ x, at, keepDims }) => {
        const axis = at % x.shape.length;
        fc.pre(x.shape[axis]! > 0);
        const kept = x.shape.map((size, i) => (i === axis ? 1 : size));
        const shape = keepDims ? kept : x.shape.filter((_, i) => i !== axis);
        const all = valuesOf(x.data, dtype);
        const expected = (isBetter: (x: Value, best: Value) => boolean): bigint[] =>
          indicesOf(kept).map((index) => {
            const lane = Array.from({ length: x.shape[axis]! }, (_, i) => all[flat(x.shape, index.map((own, a) => (a === axis ? i : own)))]!);
            const firstNan = lane.findIndex(isNan);
            return BigInt(firstNan >= 0 ? firstNan : lane.findIndex((value) => !lane.some((other) => isBetter(other, value))));
          });
        expect(run('argMax', [x], { axis, keepDims }, { shape, dtype: 'int32' })).toEqual(expected((a, b) => a > b));
        expect(run('argMin', [x], { axis, keepDims }, { shape, dtype: 'int32' })).toEqual(expected((a, b) => a < b));
      }),
      { numRuns: 40 },
    );
  });
});

describe('the digits of sums', () => {
  const count = 100_000;

  it('a float32 sum is the exact sum rounded once', () => {
    const x = array('float32', [count], Array.from({ length: count }, () => 0.1));
    expect(run('reduceSum', [x], { axes: [0], keepDims: false }, { shape: [], dtype: 'float32' })).toEqual([Math.fround(count * Math.fround(0.1))]);
  });

  it.each([
    ['along rows', [1, count], [1]],
    ['over few columns', [count, 2], [0]],
    ['over many columns', [count / 10, 20], [0]],
  ] as const)('a float64 sum %s loses no more than a few last places', (_, shape, axes) => {
    const size = shape[0] * shape[1];
    const x = array('float64', shape, Array.from({ length: size }, () => 0.1));
    const result = shape.filter((_size, axis) => !axes.includes(axis as never));
    const found = run('reduceSum', [x], { axes, keepDims: false }, { shape: result, dtype: 'float64' }) as number[];
    const exact = (size / found.length) * 0.1;
    for (const sum of found) expect(Math.abs(sum - exact) / exact).toBeLessThan(4e-15);
  });
});
