import { tensorAt, type Variables } from '@flaxon/core';
import { random, trace, tree, type Dtype, type Primitive, type Spec, type Tensor, type Tree } from '@flaxon/tensor';
import { expect } from 'vitest';

export const key = random.key(0);

/** The elements in order. */
export const elements = (x: Tensor): number[] => Array.from(x.data(), Number);

export const elementsAt = (variables: Variables, path: string): number[] => elements(tensorAt(variables, path));

/** Shape and dtype of each variable, by path. */
export const specsOf = (variables: Variables): Record<string, string> =>
  Object.fromEntries(tree.flattenWithPath<Tensor>(variables).map(({ path, leaf }) => [path, `${leaf.dtype}[${leaf.shape.join()}]`]));

/** Asserts that the elements are those wanted, up to `tolerance` times the larger of 1 and their size. */
export function expectClose(got: Tensor, want: readonly number[], tolerance: number): void {
  const found = elements(got);
  expect(found.length).toBe(want.length);
  const wrong = found.flatMap((value, i) => (Math.abs(value - want[i]!) <= tolerance * Math.max(1, Math.abs(want[i]!)) ? [] : [{ place: i, value, wanted: want[i] }]));
  expect(wrong).toEqual([]);
}

/** Normal numbers that are the same in every run. */
export const sample = (seed: number, shape: readonly number[], dtype: Dtype = 'float64'): Tensor => random.normal(random.key(seed), shape, { dtype });

/** The primitives of a function of tensors, in order; composites by their name. */
export function primitivesOf(f: (...inputs: Tensor[]) => Tensor, specs: readonly Spec[]): (Primitive | string)[] {
  return trace((...inputs) => [f(...inputs)], specs).program.equations.map(({ primitive, params }) => ('name' in params ? params.name : primitive));
}

/** Central differences of the scalar function `f` by each element of `x`, of float64. */
export function differences(f: (x: Float64Array<ArrayBuffer>) => number, x: Tensor, step = 1e-5): number[] {
  return elements(x).map((_, i) => {
    const at = (by: number): number => {
      const moved = Float64Array.from(elements(x));
      moved[i]! += by;
      return f(moved);
    };
    return (at(step) - at(-step)) / (2 * step);
  });
}

/** Every leaf of a tree replaced by zeros, or by what `f` gives. */
export const mapVariables = (variables: Variables, f: (leaf: Tensor) => Tensor): Variables => tree.map((leaf: Tensor) => f(leaf), variables as Tree<Tensor>) as Variables;
