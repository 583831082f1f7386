import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFloating, type Dtype } from '../../src/dtype/dtype.js';
import type { ConvParams } from '../../src/primitives/params.js';
import type { ArrayView } from '../../src/kernels/kernel.js';
import { array, arrays, elements, flat, indicesOf, run, valuesOf, rounded, type Value } from './arrays.js';

function resultShape(x: readonly number[], kernel: readonly number[], params: ConvParams): number[] {
  const spatial = params.strides.map((stride, axis) => {
    const size = Math.max(0, (x[axis + 2]! - 1) * params.lhsDilation[axis]! + 1) + params.padding[axis]![0] + params.padding[axis]![1];
    const window = (kernel[axis + 2]! - 1) * params.rhsDilation[axis]! + 1;
    return size < window ? 0 : Math.floor((size - window) / stride) + 1;
  });
  return [x[0]! / params.batchGroupCount, kernel[0]!, ...spatial];
}

/** XLA's definition: every element of the result is a sum over channels and taps. */
function reference(x: ArrayView, kernel: ArrayView, params: ConvParams, shape: readonly number[]): Value[] {
  const [data, weights] = [valuesOf(x.data, x.dtype), valuesOf(kernel.data, kernel.dtype)];
  const { featureGroupCount, batchGroupCount } = params;
  const features = shape[1]!;
  const taps = indicesOf(kernel.shape.slice(1));
  return indicesOf(shape).map(([example, feature, ...place]) => {
    const featureGroup = Math.floor(feature! / (features / featureGroupCount));
    const batchGroup = Math.floor(feature! / (features / batchGroupCount));
    const from = batchGroup * shape[0]! + example!;
    const products = taps.flatMap(([channel, ...tap]) => {
      const positions = tap.map((t, axis) => (place[axis]! * params.strides[axis]! + t * params.rhsDilation[axis]! - params.padding[axis]![0]) / params.lhsDilation[axis]!);
      const isInside = positions.every((position, axis) => Number.isInteger(position) && position >= 0 && position < x.shape[axis + 2]!);
      if (!isInside) return [];
      const element = data[indexOf(x.shape, [from, featureGroup * kernel.shape[1]! + channel!, ...positions])]!;
      return [[element, weights[indexOf(kernel.shape, [feature!, channel!, ...tap])]!] as const];
    });
    if (isFloating(x.dtype)) return rounded(products.reduce((sum, [a, b]) => sum + (a as number) * (b as number), 0), x.dtype);
    return rounded(products.reduce((sum, [a, b]) => sum + (a as bigint) * (b as bigint), 0n), x.dtype);
  });
}

const indexOf = (shape: readonly number[], index: readonly number[]): number => shape.reduce((at, size, axis) => at * size + index[axis]!, 0);

const exactly = (dtype: Dtype): fc.Arbitrary<Value> => (isFloating(dtype) ? fc.integer({ min: -4, max: 4 }).map((n) => n / 2) : elements(dtype));
const perAxis = (rank: number, min: number, max: number): fc.Arbitrary<number[]> => fc.array(fc.integer({ min, max }), { minLength: rank, maxLength: rank });

const problems = (dtype: Dtype) =>
  fc
    .record({ rank: fc.nat(3), featureGroups: fc.integer({ min: 1, max: 3 }), batchGroups: fc.integer({ min: 1, max: 3 }), isBatchGrouped: fc.boolean(), batch: fc.nat(2), channels: fc.nat(3), features: fc.integer({ min: 1, max: 3 }) })
    .chain(({ rank, featureGroups, batchGroups, isBatchGrouped, batch, channels, features }) => {
      const [featureGroupCount, batchGroupCount] = isBatchGrouped ? [1, batchGroups] : [featureGroups, 1];
      return fc
        .record({ size: perAxis(rank, 0, 6), taps: perAxis(rank, 1, 3), strides: perAxis(rank, 1, 3), lhsDilation: perAxis(rank, 1, 3), rhsDilation: perAxis(rank, 1, 3), low: perAxis(rank, -2, 3), high: perAxis(rank, -2, 3) })
        .map(({ size, taps, low, high, ...rest }) => ({
          x: [batch * batchGroupCount, channels * featureGroupCount, ...size],
          kernel: [features * featureGroupCount * batchGroupCount, channels, ...taps],
          params: { ...rest, padding: low.map((pad, axis) => [pad, high[axis]!] as const), featureGroupCount, batchGroupCount } satisfies ConvParams,
        }));
    })
    .chain(({ x, kernel, params }) => fc.tuple(arrays(dtype, x, exactly(dtype)), arrays(dtype, kernel, exactly(dtype)), fc.constant(params)));

const unsignedZero = (value: Value): Value => (value === 0 ? 0 : value);

function expectConv(x: ArrayView, kernel: ArrayView, params: ConvParams): void {
  const shape = resultShape(x.shape, kernel.shape, params);
  expect(run('conv', [x, kernel], params, { shape, dtype: x.dtype }).map(unsignedZero)).toEqual(reference(x, kernel, params, shape).map(unsignedZero));
}

it.each(['float32', 'float64', 'bfloat16', 'int8', 'int32', 'uint64'] as const)('%s of any rank, stride, dilation, padding and groups', (dtype) => {
  fc.assert(fc.property(problems(dtype), ([x, kernel, params]) => expectConv(x, kernel, params)), { numRuns: 150 });
});

const everywhere = <T>(rank: number, value: T): T[] => Array.from({ length: rank }, () => value);
const plain = (rank: number): ConvParams => ({
  strides: everywhere(rank, 1),
  padding: everywhere(rank, [1, 1] as const),
  lhsDilation: everywhere(rank, 1),
  rhsDilation: everywhere(rank, 1),
  featureGroupCount: 1,
  batchGroupCount: 1,
});
const filled = (shape: readonly number[]): ArrayView => array('float32', shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7919) % 17) / 8 - 1));

it('an image large enough for packed products', () => {
  expectConv(filled([1, 8, 20, 18]), filled([9, 8, 3, 3]), plain(2));
});

it('an image whose patches are made in several parts', () => {
  const params = { ...plain(2), padding: [[1, 0], [0, 1]] as const };
  const x = filled([1, 64, 40, 33]);
  const kernel = filled([2, 64, 3, 3]);
  const shape = resultShape(x.shape, kernel.shape, params);
  const all = run('conv', [x, kernel], params, { shape, dtype: 'float32' });
  const part = { ...params, padding: [[1, -20], [0, 1]] as const };
  const upper = run('conv', [x, kernel], part, { shape: [1, 2, 19, 32], dtype: 'float32' });
  expect(shape).toEqual([1, 2, 39, 32]);
  expect(upper).toEqual(indicesOf([1, 2, 19, 32]).map((index) => all[flat(shape, index)]));
});

// Numbers of JAX 0.10.2: jax.lax.conv_general_dilated of aranges.
describe('as JAX', () => {
  const counting = (shape: readonly number[]): ArrayView => array('float32', shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i));

  it('batch groups', () => {
    const params = { ...plain(1), padding: [[0, 0]] as const, batchGroupCount: 2 };
    expect(run('conv', [counting([4, 2, 3]), counting([4, 2, 2])], params, { shape: [2, 4, 2], dtype: 'float32' })).toEqual([19, 25, 51, 73, 539, 577, 763, 817, 55, 61, 183, 205, 767, 805, 1087, 1141]);
  });

  it('feature groups, dilation of both sides and negative padding', () => {
    const params: ConvParams = { strides: [2], padding: [[-1, 3]], lhsDilation: [3], rhsDilation: [2], featureGroupCount: 2, batchGroupCount: 1 };
    expect(run('conv', [counting([1, 4, 4]), counting([2, 2, 2])], params, { shape: [1, 2, 5], dtype: 'float32' })).toEqual([16, 10, 0, 24, 14, 136, 114, 0, 160, 134]);
  });
});

/** Of one feature, without padding: the sums in plain loops, for windows with many taps. */
function withoutPadding(x: ArrayView, kernel: ArrayView, [rows, columns]: readonly [number, number]): number[] {
  const [examples, channels, height, width] = x.shape as readonly [number, number, number, number];
  const [down, across] = kernel.shape.slice(2) as [number, number];
  const [data, weights] = [x.data as Float32Array, kernel.data as Float32Array];
  return indicesOf([examples, 1, rows, columns]).map(([example, , row, column]) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      for (let i = 0; i < down; i++) {
        for (let j = 0; j < across; j++) sum += data[((example! * channels + channel) * height + row! + i) * width + column! + j]! * weights[(channel * down + i) * across + j]!;
      }
    }
    return sum;
  });
}

it.each([
  ['in several parts', [2, 32, 64, 64], [62, 62]],
  ['for several examples at a time', [5, 8, 18, 20], [16, 17]],
] as const)('a window with more taps than the result has places, whose patches are made %s', (_, size, window) => {
  const x = array('float32', size, Array.from({ length: size.reduce((a, b) => a * b, 1) }, (__, i) => ((i * 7919) % 5) - 2));
  const kernelShape = [1, size[1], ...window];
  const kernel = array('float32', kernelShape, Array.from({ length: kernelShape.reduce((a, b) => a * b, 1) }, (__, i) => ((i * 104_729) % 3) - 1));
  const places = [size[2] - window[0] + 1, size[3] - window[1] + 1] as const;
  const found = run('conv', [x, kernel], { ...plain(2), padding: [[0, 0], [0, 0]] }, { shape: [size[0], 1, ...places], dtype: 'float32' });
  expect(found).toEqual(withoutPadding(x, kernel, places));
});
