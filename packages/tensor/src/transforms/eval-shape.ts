import { isDtype } from '../dtype/dtype.js';
import { trace } from '../program/trace.js';
import type { Spec } from '../shape/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { flatten, isRecord, unflatten, type Tree } from '../tree/tree.js';

/** A tree with a spec, or a tensor that stands for its own, in the place of each tensor. */
export type Specs<T> = T extends Tensor ? Spec : T extends readonly unknown[] | { readonly [key: string]: unknown } ? { readonly [K in keyof T]: Specs<T[K]> } : T;

/** A tree with a spec in the place of each tensor. */
export type SpecsOf<T> = T extends Tensor ? Spec : T extends readonly unknown[] | { readonly [key: string]: unknown } ? { -readonly [K in keyof T]: SpecsOf<T[K]> } : T;

const isSpec = (value: unknown): value is Spec =>
  value instanceof Tensor || (isRecord(value) && Object.keys(value).length === 2 && isDtype(value['dtype']) && Array.isArray(value['shape']));

/** A spec inside a tree, where it would otherwise be an object with two keys. */
class SpecLeaf {
  readonly spec: Spec;

  constructor(spec: Spec) {
    this.spec = spec;
  }
}

function withSpecLeaves(value: unknown): unknown {
  if (isSpec(value)) return new SpecLeaf({ dtype: value.dtype, shape: value.shape });
  if (Array.isArray(value)) return value.map(withSpecLeaves);
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withSpecLeaves(inner)])) : value;
}

/** The specs in trees of specs, tensors and plain data, and the trees with tensors in their places. */
export function takeSpecs(args: readonly unknown[]): { readonly specs: readonly Spec[]; readonly restore: (tensors: readonly Tensor[]) => readonly unknown[] } {
  const { leaves, structure } = flatten<unknown>(withSpecLeaves(args) as Tree<unknown>);
  const restore = (tensors: readonly Tensor[]): readonly unknown[] => {
    const rest = [...tensors];
    return unflatten<unknown>(structure, leaves.map((leaf) => (leaf instanceof SpecLeaf ? rest.shift() : leaf))) as readonly unknown[];
  };
  return { specs: leaves.flatMap((leaf) => (leaf instanceof SpecLeaf ? [leaf.spec] : [])), restore };
}

/**
 * The shapes and dtypes of `f(...args)`, without computing it (jax.eval_shape). Arguments are trees of specs (or of tensors, which give
 * theirs); what is neither is handed on as it is. Dimensions may be symbolic.
 *
 *     evalShape((x: Tensor) => matmul(x, w), spec('float32', ['batch', 3])); // { dtype: 'float32', shape: [batch, 5] }
 */
export function evalShape<Args extends readonly unknown[], R>(f: (...args: Args) => R, ...args: { readonly [K in keyof Args]: Specs<Args[K]> }): SpecsOf<R> {
  const { specs, restore } = takeSpecs(args);
  let result: unknown;
  trace((...inputs) => {
    const { leaves, structure } = flatten<unknown>(f(...(restore(inputs) as Args)) as Tree<unknown>);
    result = unflatten<unknown>(structure, leaves.map((leaf) => (leaf instanceof Tensor ? { dtype: leaf.dtype, shape: leaf.shape } : leaf)));
    return [];
  }, specs);
  return result as SpecsOf<R>;
}
