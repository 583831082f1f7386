import { add, astype, type Tensor, type Tree } from '@flaxon/tensor';
import { mapLeaves } from './leaves.js';

/**
 * The parameters plus the updates, in the dtypes of the parameters (Optax: `apply_updates`).
 * @throws TreeError, ShapeError where they do not match
 */
export const applyUpdates = <Params extends Tree<Tensor>>(params: Params, updates: Tree<Tensor>): Params =>
  mapLeaves('applyUpdates', (param, update) => astype(add(param, update), param.dtype), params, updates);
