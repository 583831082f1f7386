import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernels } from '../../src/kernels/index.js';
import { allDtypes, array, arrays, broadcastable, elements, flat, indicesOf, run, shapes, valuesOf, type Value } from './arrays.js';

const someDtypes = fc.constantFrom(...allDtypes);
const anyArray = (minRank = 0, maxSize = 5) => fc.tuple(someDtypes, shapes(4, maxSize).filter((shape) => shape.length >= minRank)).chain(([dtype, shape]) => arrays(dtype, shape));
const permutations = (count: number): fc.Arbitrary<number[]> => fc.shuffledSubarray(Array.from({ length: count }, (_, i) => i), { minLength: count });
const integersUpTo = (count: number, low: number, high: number): fc.Arbitrary<number[]> => fc.array(fc.integer({ min: low, max: high }), { minLength: count, maxLength: count });

it('reshape and stopGradient give the operand\'s own data', () => {
  const x = array('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
  expect(kernels.reshape([x], { shape: [6] }, [{ shape: [6], dtype: 'float32' }])[0]).toBe(x.data);
  expect(kernels.stopGradient([x], {}, [x])[0]).toBe(x.data);
});

it('transpose puts axis permutation[i] of the operand at i', () => {
  const cases = anyArray().chain((x) => permutations(x.shape.length).map((permutation) => ({ x, permutation })));
  fc.assert(
    fc.property(cases, ({ x, permutation }) => {
      const shape = permutation.map((axis) => x.shape[axis]!);
      const values = valuesOf(x.data, x.dtype);
      const expected = indicesOf(shape).map((index) => {
        const source: number[] = [];
        permutation.forEach((axis, i) => (source[axis] = index[i]!));
        return values[flat(x.shape, source)];
      });
      expect(run('transpose', [x], { permutation }, { shape, dtype: x.dtype })).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

it.each(['uint8', 'float16', 'float32', 'float64', 'int64'] as const)('transpose of %s matrices larger than a block', (dtype) => {
  const [rows, columns] = [70, 45];
  const x = array(dtype, [rows, columns], Array.from({ length: rows * columns }, (_, i) => (dtype.startsWith('float') ? i % 1000 : BigInt(i % 200))));
  const values = valuesOf(x.data, dtype);
  const expected = indicesOf([columns, rows]).map(([column, row]) => values[row! * columns + column!]);
  expect(run('transpose', [x], { permutation: [1, 0] }, { shape: [columns, rows], dtype })).toEqual(expected);
});

it('broadcastTo repeats axes of size 1 and adds leading ones', () => {
  const cases = fc.tuple(someDtypes, shapes()).chain(([dtype, shape]) => broadcastable(shape).chain((from) => arrays(dtype, from)).map((x) => ({ x, shape })));
  fc.assert(
    fc.property(cases, ({ x, shape }) => {
      const values = valuesOf(x.data, x.dtype);
      expect(run('broadcastTo', [x], { shape }, { shape, dtype: x.dtype })).toEqual(indicesOf(shape).map((index) => values[flat(x.shape, index)]));
    }),
    { numRuns: 200 },
  );
});

it('concatenate lays its operands after each other along the axis', () => {
  const cases = fc
    .tuple(someDtypes, shapes().filter((shape) => shape.length > 0), fc.nat(3), fc.array(fc.nat(60), { minLength: 1, maxLength: 4 }))
    .chain(([dtype, shape, axis, sizes]) => {
      const at = axis % shape.length;
      return fc.tuple(...sizes.map((size) => arrays(dtype, shape.map((dim, i) => (i === at ? size : dim))))).map((inputs) => ({ inputs, axis: at }));
    });
  fc.assert(
    fc.property(cases, ({ inputs, axis }) => {
      const { dtype } = inputs[0]!;
      const shape = inputs[0]!.shape.map((dim, i) => (i === axis ? inputs.reduce((sum, input) => sum + input.shape[axis]!, 0) : dim));
      const values = inputs.map((input) => valuesOf(input.data, dtype));
      const expected = indicesOf(shape).map((index) => {
        let [which, place] = [0, index[axis]!];
        while (place >= inputs[which]!.shape[axis]!) place -= inputs[which++]!.shape[axis]!;
        return values[which]![flat(inputs[which]!.shape, index.map((i, at) => (at === axis ? place : i)))];
      });
      expect(run('concatenate', inputs, { axis }, { shape, dtype })).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

it('slice takes every stride-th element from start below limit', () => {
  const cases = anyArray(0, 7).chain((x) =>
    fc.tuple(...x.shape.map((size) => fc.tuple(fc.nat(size), fc.nat(size), fc.integer({ min: 1, max: 3 })))).map((axes) => ({
      x,
      starts: axes.map(([a, b]) => Math.min(a, b)),
      limits: axes.map(([a, b]) => Math.max(a, b)),
      strides: axes.map(([, , stride]) => stride),
    })));
  fc.assert(
    fc.property(cases, ({ x, starts, limits, strides }) => {
      const shape = starts.map((start, axis) => Math.ceil((limits[axis]! - start) / strides[axis]!));
      const values = valuesOf(x.data, x.dtype);
      const expected = indicesOf(shape).map((index) => values[flat(x.shape, index.map((i, axis) => starts[axis]! + i * strides[axis]!))]);
      expect(run('slice', [x], { starts, limits, strides }, { shape, dtype: x.dtype })).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

it('reverse counts the axes backwards', () => {
  const cases = anyArray().chain((x) => fc.subarray(x.shape.map((_, axis) => axis)).map((axes) => ({ x, axes })));
  fc.assert(
    fc.property(cases, ({ x, axes }) => {
      const values = valuesOf(x.data, x.dtype);
      const expected = indicesOf(x.shape).map((index) => values[flat(x.shape, index.map((i, axis) => (axes.includes(axis) ? x.shape[axis]! - 1 - i : i)))]);
      expect(run('reverse', [x], { axes }, x)).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

describe('pad', () => {
  it('puts interior elements between, then adds or crops at both ends', () => {
    const cases = anyArray(0, 4).chain((x) => {
      const rank = x.shape.length;
      return fc.record({ x: fc.constant(x), value: elements(x.dtype), low: integersUpTo(rank, -3, 3), high: integersUpTo(rank, -3, 3), interior: integersUpTo(rank, 0, 2) });
    });
    fc.assert(
      fc.property(cases, ({ x, value, low, high, interior }) => {
        const spread = x.shape.map((size, axis) => (size === 0 ? 0 : size + (size - 1) * interior[axis]!));
        const shape = spread.map((size, axis) => size + low[axis]! + high[axis]!);
        fc.pre(shape.every((size) => size >= 0));
        const values = valuesOf(x.data, x.dtype);
        const expected = indicesOf(shape).map((index): Value => {
          const places = index.map((i, axis) => (i - low[axis]!) / (interior[axis]! + 1));
          const isInside = places.every((place, axis) => Number.isInteger(place) && place >= 0 && place < x.shape[axis]!);
          return isInside ? values[flat(x.shape, places)]! : value;
        });
        expect(run('pad', [x, array(x.dtype, [], [value])], { low, high, interior }, { shape, dtype: x.dtype })).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });
});

describe('iota', () => {
  it('wraps beyond the range of an integer and rounds in half floats', () => {
    const counted = (dtype: 'int8' | 'bfloat16'): Value => run('iota', [], { shape: [260], dtype, axis: 0 }, { shape: [260], dtype })[259]!;
    expect(counted('int8')).toBe(3n);
    expect(counted('bfloat16')).toBe(260);
  });

  it.each(allDtypes.filter((dtype) => dtype !== 'bool'))('counts along an axis in %s', (dtype) => {
    fc.assert(
      fc.property(shapes().filter((shape) => shape.length > 0), fc.nat(3), (shape, at) => {
        const axis = at % shape.length;
        const expected = indicesOf(shape).map((index) => (dtype.includes('float') ? index[axis]! : BigInt(index[axis]!)));
        expect(run('iota', [], { shape, dtype, axis }, { shape, dtype })).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });
});

it('dimension gives the size as a scalar', () => {
  expect(run('dimension', [], { size: 7, dtype: 'int64' }, { shape: [], dtype: 'int64' })).toEqual([7n]);
  expect(run('dimension', [], { size: 7, dtype: 'bfloat16' }, { shape: [], dtype: 'bfloat16' })).toEqual([7]);
});

it('copies keep the bits of NaNs and of 64-bit integers that look like them', () => {
  const data = BigInt64Array.of(0x7ff0000000000001n, -1n, 0x7ff8000000000000n, 5n);
  const turned = kernels.transpose([{ data, shape: [2, 2], dtype: 'int64' }], { permutation: [1, 0] }, [{ shape: [2, 2], dtype: 'int64' }])[0];
  expect(turned).toEqual(BigInt64Array.of(0x7ff0000000000001n, 0x7ff8000000000000n, -1n, 5n));
});
