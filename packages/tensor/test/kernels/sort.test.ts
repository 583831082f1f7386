import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dtype } from '../../src/dtype/dtype.js';
import { kernels } from '../../src/kernels/index.js';
import type { ArrayView } from '../../src/kernels/kernel.js';
import { allDtypes, array, arrays, flat, indicesOf, shapes, valuesOf, type Value } from './arrays.js';

const sort = (inputs: readonly ArrayView[], axis: number, keys: number): Value[][] =>
  kernels.sort(inputs, { axis, keys }, inputs).map((data, i) => valuesOf(data, inputs[i]!.dtype));

/** Below zero where a comes first: NaN last, the two zeros equal. */
function order(a: Value, b: Value): number {
  if (a !== a || b !== b) return Number(a !== a) - Number(b !== b);
  return a < b ? -1 : a > b ? 1 : 0;
}

const lanes = (dtypes: readonly Dtype[]) =>
  shapes(3, 30).filter((shape) => shape.length > 0 && shape.reduce((a, b) => a * b, 1) <= 200).chain((shape) =>
    fc.record({ inputs: fc.tuple(...dtypes.map((dtype) => arrays(dtype, shape))), at: fc.nat(2), keys: fc.integer({ min: 1, max: dtypes.length }) }));

function expectSorted(dtypes: readonly Dtype[], numRuns: number): void {
  fc.assert(
    fc.property(lanes(dtypes), ({ inputs, at, keys }) => {
      const { shape } = inputs[0]!;
      const axis = at % shape.length;
      const values = inputs.map((input) => valuesOf(input.data, input.dtype));
      const expected = values.map((list) => [...list]);
      for (const start of indicesOf(shape.map((size, i) => (i === axis ? Math.min(size, 1) : size)))) {
        const places = Array.from({ length: shape[axis]! }, (_, i) => flat(shape, start.map((own, a) => (a === axis ? i : own))));
        const sorted = places.toSorted((a, b) => values.slice(0, keys).reduce((result, key) => result || order(key[a]!, key[b]!), 0));
        values.forEach((list, i) => places.forEach((place, rank) => (expected[i]![place] = list[sorted[rank]!]!)));
      }
      expect(sort(inputs, axis, keys)).toEqual(expected);
    }),
    { numRuns },
  );
}

it.each(allDtypes)('%s sorts ascending along an axis, stable, NaN last', (dtype) => expectSorted([dtype], 60));

describe('operands together', () => {
  it('follow the first keys in order of importance', () => expectSorted(['bool', 'int8', 'float32'], 100));

  it('may be 64-bit integers and half floats', () => expectSorted(['float16', 'int64', 'uint64', 'bfloat16'], 60));

  // What JAX 0.10.2 gives.
  it('keep the order of equal keys, among which are the two zeros and all NaNs', () => {
    const keys = array('float32', [8], [0, -0, NaN, NaN, 1, -0, 0, NaN]);
    const counts = array('int32', [8], [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n]);
    expect(sort([keys, counts], 0, 1)).toEqual([
      [0, -0, -0, 0, 1, NaN, NaN, NaN],
      [0n, 1n, 5n, 6n, 4n, 2n, 3n, 7n],
    ]);
  });
});

it('a lane of thousands is sorted and keeps the order of equals', () => {
  const count = 5000;
  const counts = Array.from({ length: count }, (_, i) => i);
  const keys = counts.map((i) => (i * 7919) % 97);
  const [sorted, places] = sort([array('float32', [count], keys), array('float32', [count], counts)], 0, 1);
  const expected = counts.toSorted((a, b) => keys[a]! - keys[b]! || a - b);
  expect(sorted).toEqual(expected.map((place) => keys[place]));
  expect(places).toEqual(expected);
});
