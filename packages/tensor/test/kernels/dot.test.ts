import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFloating, type Dtype } from '../../src/dtype/dtype.js';
import type { DotParams } from '../../src/primitives/params.js';
import type { ArrayView } from '../../src/kernels/kernel.js';
import { array, arrays, elements, indicesOf, integers, numbers, rounded, run, valuesOf, type Value } from './arrays.js';

/** The definition of the contraction, index by index. */
function reference(lhs: ArrayView, rhs: ArrayView, { lhsContract, rhsContract, lhsBatch, rhsBatch }: DotParams): { readonly shape: number[]; readonly values: Value[] } {
  const freeAxes = (x: ArrayView, used: readonly number[]): number[] => x.shape.map((_, axis) => axis).filter((axis) => !used.includes(axis));
  const lhsFree = freeAxes(lhs, [...lhsBatch, ...lhsContract]);
  const rhsFree = freeAxes(rhs, [...rhsBatch, ...rhsContract]);
  const shape = [...lhsBatch.map((axis) => lhs.shape[axis]!), ...lhsFree.map((axis) => lhs.shape[axis]!), ...rhsFree.map((axis) => rhs.shape[axis]!)];
  const inner = indicesOf(lhsContract.map((axis) => lhs.shape[axis]!));
  const x = valuesOf(lhs.data, lhs.dtype);
  const y = valuesOf(rhs.data, rhs.dtype);
  const place = (operand: ArrayView, groups: readonly (readonly [readonly number[], readonly number[]])[]): number => {
    const index: number[] = [];
    for (const [axes, values] of groups) axes.forEach((axis, i) => (index[axis] = values[i]!));
    return operand.shape.reduce((at, size, axis) => at * size + index[axis]!, 0);
  };
  const values = indicesOf(shape).map((index) => {
    const batch = index.slice(0, lhsBatch.length);
    const left = index.slice(lhsBatch.length, lhsBatch.length + lhsFree.length);
    const right = index.slice(lhsBatch.length + lhsFree.length);
    const products = inner.map((k) => [x[place(lhs, [[lhsBatch, batch], [lhsFree, left], [lhsContract, k]])]!, y[place(rhs, [[rhsBatch, batch], [rhsFree, right], [rhsContract, k]])]!] as const);
    if (isFloating(lhs.dtype)) return rounded(products.reduce((sum, [a, b]) => sum + (a as number) * (b as number), 0), lhs.dtype);
    return rounded(products.reduce((sum, [a, b]) => sum + (a as bigint) * (b as bigint), 0n), lhs.dtype);
  });
  return { shape, values };
}

// Multiples of a half: sums of their products are exact, in any order.
const exactly = (dtype: Dtype): fc.Arbitrary<Value> => (isFloating(dtype) ? fc.integer({ min: -4, max: 4 }).map((n) => n / 2) : elements(dtype));

const expectDot = (lhs: ArrayView, rhs: ArrayView, params: DotParams): void => {
  const { shape, values } = reference(lhs, rhs, params);
  const unsignedZero = (value: Value): Value => (value === 0 ? 0 : value);
  expect(run('dot', [lhs, rhs], params, { shape, dtype: lhs.dtype }).map(unsignedZero)).toEqual(values.map(unsignedZero));
};

type Role = 'batch' | 'contract' | 'free';

/** Axes of every role in any order on both sides, so that operands come transposed in every way. */
const contractions = fc
  .record({ roles: fc.array(fc.constantFrom<Role>('batch', 'contract', 'free'), { maxLength: 3 }), rhsFree: fc.nat(2), sizes: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 6, maxLength: 6 }) })
  .chain(({ roles, rhsFree, sizes }) => {
    const shared = roles.map((role, i) => ({ role, size: sizes[i]! || 1, id: i })).filter(({ role }) => role !== 'free');
    const lhsAxes = roles.map((role, i) => ({ role, size: sizes[i]! || (role === 'free' ? 0 : 1), id: i }));
    const rhsAxes = [...shared, ...Array.from({ length: rhsFree }, (_, i) => ({ role: 'free' as Role, size: sizes[3 + i]!, id: 100 + i }))];
    return fc.tuple(fc.shuffledSubarray(lhsAxes, { minLength: lhsAxes.length }), fc.shuffledSubarray(rhsAxes, { minLength: rhsAxes.length }));
  })
  .map(([lhs, rhs]) => {
    const of = (role: Role) => lhs.filter((axis) => axis.role === role);
    const at = (axes: typeof lhs, wanted: typeof lhs) => wanted.map(({ id }) => axes.findIndex((axis) => axis.id === id));
    const params: DotParams = { lhsBatch: at(lhs, of('batch')), rhsBatch: at(rhs, of('batch')), lhsContract: at(lhs, of('contract')), rhsContract: at(rhs, of('contract')) };
    return { lhsShape: lhs.map(({ size }) => size), rhsShape: rhs.map(({ size }) => size), params };
  });

it.each(numbers)('contracts any axes of %s in any order', (dtype) => {
  const cases = contractions.chain(({ lhsShape, rhsShape, params }) => fc.tuple(arrays(dtype, lhsShape, exactly(dtype)), arrays(dtype, rhsShape, exactly(dtype)), fc.constant(params)));
  fc.assert(fc.property(cases, ([lhs, rhs, params]) => expectDot(lhs, rhs, params)), { numRuns: 80 });
});

/** Multiples of 1/8 that repeat in no simple pattern. */
const filled = (dtype: Dtype, shape: readonly number[], seed: number): ArrayView =>
  array(dtype, shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (((i + seed) * 7919) % 61) / 8 - 3));

const matrix: DotParams = { lhsContract: [1], rhsContract: [0], lhsBatch: [], rhsBatch: [] };
const bothTransposed: DotParams = { lhsContract: [0], rhsContract: [1], lhsBatch: [], rhsBatch: [] };

/** The product of matrices by the three loops of its definition, each operand given by its strides. */
function expectProduct(lhs: ArrayView, rhs: ArrayView, params: DotParams, rows: number, inner: number, columns: number): void {
  const isTransposed = params === bothTransposed;
  const expected: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) {
        const x = lhs.data[isTransposed ? k * rows + row : row * inner + k] as number;
        const y = rhs.data[isTransposed ? column * inner + k : k * columns + column] as number;
        sum += x * y;
      }
      expected.push(sum);
    }
  }
  const found = run('dot', [lhs, rhs], params, { shape: [rows, columns], dtype: lhs.dtype });
  expect(found.filter((value, i) => value !== expected[i])).toEqual([]);
}

describe.each(['float32', 'float64'] as const)('%s products of every size', (dtype) => {
  it.each([
    ['one row', 1, 70, 33],
    ['one column', 33, 70, 1],
    ['few rows', 5, 19, 40],
    ['few columns', 40, 19, 3],
    ['no inner axis to speak of', 37, 1, 41],
    ['one tile and a bit', 37, 29, 42],
    ['more than one block of every axis', 133, 263, 262],
  ])('%s', (_, rows, inner, columns) => {
    expectProduct(filled(dtype, [rows, inner], 1), filled(dtype, [inner, columns], 2), matrix, rows, inner, columns);
    expectProduct(filled(dtype, [inner, rows], 3), filled(dtype, [columns, inner], 4), bothTransposed, rows, inner, columns);
  });
});

it('a stack of matrices larger than a tile', () => {
  const params: DotParams = { lhsContract: [2], rhsContract: [2], lhsBatch: [0], rhsBatch: [1] };
  expectDot(filled('float32', [3, 34, 30], 1), filled('float32', [35, 3, 30], 2), params);
});

it('nothing contracted is zero', () => {
  expect(run('dot', [filled('float32', [2, 0], 1), filled('float32', [0, 3], 1)], matrix, { shape: [2, 3], dtype: 'float32' })).toEqual([0, 0, 0, 0, 0, 0]);
});

it('infinities and NaN stay in their rows and columns', () => {
  const size = 41;
  const lhs = filled('float32', [size, size], 1);
  lhs.data[5 * size + 7] = NaN;
  const found = run('dot', [lhs, filled('float32', [size, size], 2)], matrix, { shape: [size, size], dtype: 'float32' }) as number[];
  expect(found.map((value, i) => (Number.isNaN(value) ? Math.floor(i / size) : -1)).filter((row) => row >= 0)).toEqual(new Array(size).fill(5));
});

it('float32 products add up in float64', () => {
  const lhs = array('float32', [1, 3], [2 ** 24, 1, -(2 ** 24)]);
  expect(run('dot', [lhs, array('float32', [3, 1], [1, 1, 1])], matrix, { shape: [1, 1], dtype: 'float32' })).toEqual([1]);
});

it.each(integers)('%s wraps', (dtype) => {
  const largest = dtype.startsWith('u') ? -1n : 2n ** BigInt(Number(dtype.slice(3)) - 1) - 1n;
  expectDot(array(dtype, [1, 3], [largest, largest, largest]), array(dtype, [3, 1], [largest, 3n, 2n]), matrix);
});
