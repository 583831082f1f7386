import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFloating, type Dtype } from '../../src/dtype/dtype.js';
import { ArgumentError } from '../../src/errors/errors.js';
import { allDtypes, array, arrays, elements, flat, indicesOf, numbers, rounded, run, shapes, valuesOf, type Value } from './arrays.js';

const dtypes = fc.constantFrom(...allDtypes);
const scalars = (values: readonly number[]) => values.map((value) => array('int32', [], [BigInt(value)]));
const indices = (shape: readonly number[], low: number, high: number) => arrays('int32', shape, fc.integer({ min: low, max: high }).map(BigInt));
const clampedStarts = (starts: readonly number[], shape: readonly number[], sizes: readonly number[]): number[] =>
  starts.map((start, axis) => Math.min(Math.max(start, 0), shape[axis]! - sizes[axis]!));

const blocks = fc.tuple(dtypes, shapes(3, 6)).chain(([dtype, shape]) =>
  fc.record({
    x: arrays(dtype, shape),
    sizes: fc.tuple(...shape.map((size) => fc.nat(size))),
    starts: fc.tuple(...shape.map((size) => fc.integer({ min: -size - 2, max: size + 2 }))),
  }));

it('dynamicSlice moves its start so that the slice fits', () => {
  fc.assert(
    fc.property(blocks, ({ x, sizes, starts }) => {
      const values = valuesOf(x.data, x.dtype);
      const first = clampedStarts(starts, x.shape, sizes);
      const expected = indicesOf(sizes).map((index) => values[flat(x.shape, index.map((i, axis) => i + first[axis]!))]);
      expect(run('dynamicSlice', [x, ...scalars(starts)], { sizes }, { shape: sizes, dtype: x.dtype })).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

it('dynamicUpdateSlice moves its start so that the update fits', () => {
  const cases = blocks.chain(({ x, sizes, starts }) => arrays(x.dtype, sizes).map((update) => ({ x, update, starts })));
  fc.assert(
    fc.property(cases, ({ x, update, starts }) => {
      const expected = valuesOf(x.data, x.dtype);
      const values = valuesOf(update.data, x.dtype);
      const first = clampedStarts(starts, x.shape, update.shape);
      indicesOf(update.shape).forEach((index, i) => (expected[flat(x.shape, index.map((at, axis) => at + first[axis]!))] = values[i]!));
      expect(run('dynamicUpdateSlice', [x, update, ...scalars(starts)], {}, x)).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

describe('gather', () => {
  it('replaces the axis by the axes of the indices', () => {
    const cases = fc
      .tuple(dtypes, shapes(3, 4).filter((shape) => shape.length > 0), fc.nat(2), shapes(2, 4), fc.boolean())
      .map(([dtype, shape, at, indexShape, wide]) => ({ dtype, shape: wide ? [...shape, 50] : shape, axis: at % shape.length, indexShape }))
      .filter(({ shape, axis }) => shape[axis]! > 0)
      .chain(({ dtype, shape, axis, indexShape }) => fc.record({ x: arrays(dtype, shape), places: indices(indexShape, 0, shape[axis]! - 1), axis: fc.constant(axis) }));
    fc.assert(
      fc.property(cases, ({ x, places, axis }) => {
        const shape = [...x.shape.slice(0, axis), ...places.shape, ...x.shape.slice(axis + 1)];
        const values = valuesOf(x.data, x.dtype);
        const expected = indicesOf(shape).map((index) => {
          const place = places.data[flat(places.shape, index.slice(axis, axis + places.shape.length))] as number;
          return values[flat(x.shape, [...index.slice(0, axis), place, ...index.slice(axis + places.shape.length)])];
        });
        expect(run('gather', [x, places], { axis }, { shape, dtype: x.dtype })).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it.each([-1, 3])('refuses index %i of 3', (index) => {
    const x = array('float32', [3], [1, 2, 3]);
    expect(() => run('gather', [x, array('int32', [1], [BigInt(index)])], { axis: 0 }, { shape: [1], dtype: 'float32' })).toThrow(ArgumentError);
  });
});

type Mode = 'set' | 'add' | 'mul' | 'min' | 'max';

const combineFloats: { readonly [M in Mode]: (x: number, y: number) => number } = {
  set: (_, y) => y,
  add: (x, y) => x + y,
  mul: (x, y) => x * y,
  min: (x, y) => (x !== x || y !== y ? NaN : x < y ? x : y),
  max: (x, y) => (x !== x || y !== y ? NaN : x > y ? x : y),
};
const combineIntegers: { readonly [M in Mode]: (x: bigint, y: bigint) => bigint } = {
  set: (_, y) => y,
  add: (x, y) => x + y,
  mul: (x, y) => x * y,
  min: (x, y) => (x < y ? x : y),
  max: (x, y) => (x > y ? x : y),
};
const combine = (mode: Mode, dtype: Dtype, x: Value, y: Value): Value =>
  rounded(isFloating(dtype) ? combineFloats[mode](x as number, y as number) : combineIntegers[mode](x as bigint, y as bigint), dtype);

describe.each(numbers)('scatter into %s', (dtype) => {
  it.each(['set', 'add', 'mul', 'min', 'max'] as const)('%s combines equal indices in order and drops those out of range', (mode) => {
    // Small powers of two: their sums and products are exact in every dtype.
    const values: fc.Arbitrary<Value> = isFloating(dtype) ? fc.constantFrom<Value>(0.5, 1, 2, -1, -0.5, NaN) : elements(dtype);
    const cases = fc
      .tuple(shapes(3, 3).filter((shape) => shape.length > 0), fc.nat(2), fc.nat(5))
      .map(([shape, at, count]) => ({ shape, axis: at % shape.length, count }))
      .chain(({ shape, axis, count }) =>
        fc.record({
          x: arrays(dtype, shape, values),
          places: indices([count], -2, shape[axis]! + 1),
          updates: arrays(dtype, shape.map((size, i) => (i === axis ? count : size)), values),
          axis: fc.constant(axis),
        }));
    fc.assert(
      fc.property(cases, ({ x, places, updates, axis }) => {
        const expected = valuesOf(x.data, dtype);
        const news = valuesOf(updates.data, dtype);
        indicesOf(updates.shape).forEach((index, i) => {
          const place = places.data[index[axis]!] as number;
          if (place < 0 || place >= x.shape[axis]!) return;
          const to = flat(x.shape, index.map((own, a) => (a === axis ? place : own)));
          expected[to] = combine(mode, dtype, expected[to]!, news[i]!);
        });
        const found = run('scatter', [x, places, updates], { axis, mode }, x);
        expect(found).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});
