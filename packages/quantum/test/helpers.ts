import { random, tensor, type Dtype, type Tensor } from '@flaxon/tensor';
import { expect } from 'vitest';

export const key = random.key(0);

/** The elements in order. */
export const elements = (x: Tensor): number[] => Array.from(x.data(), Number);

/** Normal numbers that are the same in every run. */
export const sample = (seed: number, shape: readonly number[], dtype: Dtype = 'float64'): Tensor => random.normal(random.key(seed), shape, { dtype });

/** Asserts that the elements are those wanted, up to `tolerance` times the larger of 1 and their size. */
export function expectClose(got: Tensor, want: readonly number[], tolerance: number): void {
  const found = elements(got);
  expect(found.length).toBe(want.length);
  expect(found.flatMap((value, i) => (Math.abs(value - want[i]!) <= tolerance * Math.max(1, Math.abs(want[i]!)) ? [] : [{ place: i, value, wanted: want[i] }]))).toEqual([]);
}

/** All states of `sites` sites, the last site running fastest. */
export function basisOf(sites: number, localStates: readonly number[] = [1, -1]): Tensor {
  const count = localStates.length;
  const rows = Array.from({ length: count ** sites }, (_, state) => Array.from({ length: sites }, (__, site) => localStates[Math.floor(state / count ** (sites - 1 - site)) % count]!));
  return tensor(rows, { dtype: 'int8' });
}
