import type { Tensor } from '../tensor/tensor.js';
import { flatten, requireSameStructure, unflatten, type Tree } from '../tree/tree.js';
import { linearizeAt } from './gradient.js';

type AnyTree = Tree<Tensor>;

/**
 * As `vjp` of a function that returns `[value, aux]`: `[value, pull back, aux]` (jax.vjp with has_aux). The cotangent is that of the
 * value alone; aux has none, but keeps the derivative of what is around.
 */
export function vjpWithAux<Args extends readonly AnyTree[], R extends AnyTree, Aux extends AnyTree>(
  f: (...args: Args) => readonly [R, Aux],
  ...primals: Args
): [R, (cotangent: AnyTree) => { -readonly [K in keyof Args]: Args[K] }, Aux] {
  const { leaves, structure } = flatten<Tensor>(primals);
  const at = linearizeAt((tree) => f(...(tree as Args)), structure, leaves);
  const [value, aux] = at.value as readonly [R, Aux];
  const { leaves: values, structure: valueStructure } = flatten<Tensor>(value);
  const back = (cotangent: AnyTree): { -readonly [K in keyof Args]: Args[K] } => {
    const given = flatten<Tensor>(cotangent);
    requireSameStructure(valueStructure, given.structure);
    // The leaves of the value come first.
    return unflatten(structure, at.pull(at.outputs.map((_, i) => (i < values.length ? given.leaves[i]! : null)))) as { -readonly [K in keyof Args]: Args[K] };
  };
  return [value, back, aux];
}
