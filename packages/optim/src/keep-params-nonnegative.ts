import { add, less, neg, where } from '@flaxon/tensor';
import { requireParams } from './add-decayed-weights.js';
import { mapLeaves } from './leaves.js';
import { emptyState } from './state.js';
import type { EmptyState, GradientTransformation } from './transformation.js';

/** Updates under which no parameter falls below 0, as the last part of a chain (Optax: `keep_params_nonnegative`). `update` needs the parameters. */
export const keepParamsNonnegative = (): GradientTransformation<EmptyState> => ({
  init: () => emptyState,
  update: (updates, _, params) => [
    mapLeaves('keepParamsNonnegative', (update, param) => where(less(add(param, update), 0), neg(param), update), updates, requireParams('keepParamsNonnegative', params)),
    emptyState,
  ],
});
