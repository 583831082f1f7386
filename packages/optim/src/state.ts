import { Tensor, tree, type Tree } from '@flaxon/tensor';
import { OptimizerStateError } from './errors.js';
import type { EmptyState, OptimizerState } from './transformation.js';

export const emptyState: EmptyState = Object.freeze({});

/** The fields of a state that is an object with these names. @throws OptimizerStateError */
export function fieldsOf<Name extends string>(transformation: string, state: OptimizerState | undefined, ...names: readonly Name[]): { readonly [N in Name]: Tree<Tensor> } {
  const expected = `an object with keys ${names.join(', ')}`;
  if (!tree.isRecord(state) || names.some((name) => !Object.hasOwn(state, name))) throw new OptimizerStateError(transformation, expected, state);
  return state as { readonly [N in Name]: Tree<Tensor> };
}

/** The count of a state. @throws OptimizerStateError */
export function countOf(transformation: string, state: OptimizerState | undefined): Tensor {
  const { count } = fieldsOf(transformation, state, 'count');
  if (!(count instanceof Tensor)) throw new OptimizerStateError(transformation, 'an object with an int32 scalar `count`', state);
  return count;
}

/** The states of `length` transformations. @throws OptimizerStateError */
export function partsOf(transformation: string, state: OptimizerState | undefined, length: number): readonly OptimizerState[] {
  if (!Array.isArray(state) || state.length !== length) throw new OptimizerStateError(transformation, `an array of ${length} states`, state);
  return state as readonly OptimizerState[];
}

