import { zeros } from '@flaxon/tensor';
import { mapLeaves } from './leaves.js';
import { emptyState } from './state.js';
import type { EmptyState, GradientTransformation } from './transformation.js';

/** Updates of 0, under which parameters stay as they are: for the frozen part of a `partition` (Optax: `set_to_zero`). */
export const setToZero = (): GradientTransformation<EmptyState> => ({
  init: () => emptyState,
  update: (updates) => [mapLeaves('setToZero', (update) => zeros(update.shape, update.dtype), updates), emptyState],
});
