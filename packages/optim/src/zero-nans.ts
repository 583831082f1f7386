import { any, isnan, scalar, tree, where, type Tensor, type Tree } from '@flaxon/tensor';
import { mapLeaves } from './leaves.js';
import type { GradientTransformation } from './transformation.js';

/** For each parameter whether the last updates had a NaN. The name is Optax's, also in what is saved. */
export type ZeroNansState = { readonly found_nan: Tree<Tensor> };

/** Updates with 0 in place of each NaN (Optax: `zero_nans`). State: `{ found_nan }`. */
export const zeroNans = (): GradientTransformation<ZeroNansState> => ({
  init: (params) => ({ found_nan: tree.map((_: Tensor) => scalar(false, 'bool'), params) }),
  update: (updates) => [mapLeaves('zeroNans', (update) => where(isnan(update), 0, update), updates), { found_nan: tree.map((update: Tensor) => any(isnan(update)), updates as Tree<Tensor>) }],
});
