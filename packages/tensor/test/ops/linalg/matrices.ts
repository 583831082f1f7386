import { expect } from 'vitest';
import * as fx from '../../../src/index.js';
import type { Tensor } from '../../../src/index.js';
import { randomNumbers } from '../../transforms/differences.js';

/** Float64 numbers from -1 to 1 that repeat from run to run. */
export function randomTensor(shape: readonly number[], seed = 1): Tensor {
  const next = randomNumbers(seed);
  return fx.tensor(Float64Array.from({ length: fx.sizeOf(shape) }, () => 2 * next() - 1), { shape });
}

/** Square matrices far from singular. */
export const regular = (shape: readonly number[], seed = 1): Tensor => fx.add(randomTensor(shape, seed), fx.mul(fx.eye(shape.at(-1)!, shape.at(-1)!, 0, 'float64'), 2));

export const transposed = (x: Tensor): Tensor => fx.swapaxes(x, -1, -2);

/** Symmetric positive definite matrices. */
export function definite(shape: readonly number[], seed = 1): Tensor {
  const x = regular(shape, seed);
  return fx.matmul(x, transposed(x));
}

export const matrix = (rows: readonly (readonly number[])[], dtype: fx.Dtype = 'float64'): Tensor => fx.tensor(rows, { dtype });

export const numbers = (x: Tensor): number[] => Array.from(fx.astype(x, 'float64').data() as Float64Array);

/** Equal in shape and dtype, and each element within `tolerance` of the largest; NaN and infinities in the same places. */
export function expectEqual(found: Tensor, wanted: Tensor, tolerance = 1e-12): void {
  expect(fx.formatSpec(found)).toBe(fx.formatSpec(wanted));
  const expected = numbers(wanted);
  const scale = Math.max(1, ...expected.filter(Number.isFinite).map(Math.abs));
  numbers(found).forEach((value, i) => {
    if (Number.isFinite(expected[i]!)) expect(Math.abs(value - expected[i]!), `element ${i}: found ${value}, wanted ${expected[i]}`).toBeLessThanOrEqual(tolerance * scale);
    else expect(value).toBe(expected[i]);
  });
}

/** The matrices of a batch, one after the other. */
export const each = (x: Tensor): Tensor[] => [...fx.reshape(x, [-1, ...x.shape.slice(-2)])];
