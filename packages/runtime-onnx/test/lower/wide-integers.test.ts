import { argmax, argmin, clip, cummax, cummin, max, maximum, min, minimum, reshape, sign, sort, tensor, type Tensor } from '@flaxon/tensor';
import { describe, expect, it } from 'vitest';
import { hasKernel } from '../../src/lower/kernel-support.js';
import { expectAgreement, type TensorFunction } from '../agreement.js';

const limits = { int32: [-(2n ** 31n), 2n ** 31n - 1n], uint32: [0n, 2n ** 32n - 1n], int64: [-(2n ** 63n), 2n ** 63n - 1n], uint64: [0n, 2n ** 64n - 1n] } as const;
type Wide = keyof typeof limits;

/** 36 numbers, all over the dtype and close to the borders of 32 bits, in no order. */
function wideNumbers(dtype: Wide, seed: number): Tensor {
  const [low, high] = limits[dtype];
  const borders = [0n, 1n, 100n, 2n ** 31n, 2n ** 32n, 2n ** 33n, 2n ** 40n].flatMap((border) => [border - 1n, border, -border, border + BigInt(seed)]);
  const all = [...borders, low, high, low + 1n, high - 1n, high / 3n, high / 5n, low / 7n, high / 11n].map((n) => (n < low ? low : n > high ? high : n));
  const mixed = all.map((_, i) => all[(i * 17 + seed * 5) % all.length]!);
  return tensor(dtype.endsWith('64') ? mixed : mixed.map(Number), { dtype });
}

const squared = (f: (x: Tensor) => Tensor): TensorFunction => (x) => f(reshape(x, [6, 6]));
const functions: Readonly<Record<string, TensorFunction>> = {
  'max of all': (x) => max(x!),
  'min of all': (x) => min(x!),
  'max along the last axis': squared((x) => max(x, { axis: -1 })),
  'min along the first axis, kept': squared((x) => min(x, { axis: 0, keepdims: true })),
  'max along two of three axes': (x) => max(reshape(x!, [2, 6, 3]), { axis: [0, 2] }),
  'maximum': (x, y) => maximum(x!, y!),
  'minimum': (x, y) => minimum(x!, y!),
  'maximum of rows and a column': (x, y) => maximum(reshape(x!, [6, 6]), max(reshape(y!, [6, 6]), { axis: 1, keepdims: true })),
  'clip': (x, y) => clip(x!, { min: y!.at(3).get(), max: max(y!) }),
  'sign': (x) => sign(x!),
  'places': (x) => [argmax(x!), argmin(x!)],
  'running extremes': (x) => [cummax(x!), cummin(x!)],
  'sort': (x) => sort(x!),
};

describe.each(['int32', 'uint32', 'int64', 'uint64'] as const)('%s beyond 32 bits', (dtype) => {
  it.each(Object.entries(functions))('%s', async (_, f) => {
    for (const seed of [1, 2]) await expectAgreement(f, [wideNumbers(dtype, seed), wideNumbers(dtype, seed + 2)].slice(0, Math.max(1, f.length)), { tolerance: 0 });
  });
});

it('kernels that are wrong on int64 are not counted', () => {
  expect((['Max', 'Min', 'ReduceMax', 'ReduceMin', 'Clip', 'Sign'] as const).filter((kernel) => hasKernel(kernel, 'int64'))).toEqual([]);
});
