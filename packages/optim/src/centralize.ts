import { add, div, mean, sub, type Tensor } from '@flaxon/tensor';
import { requireNumbers } from './arguments.js';
import { mapLeaves } from './leaves.js';
import { scaled } from './scaled.js';
import { emptyState } from './state.js';
import type { EmptyState, GradientTransformation } from './transformation.js';
import { treeNorm } from './tree-math.js';

/** The update of a kernel less its mean over all axes but the first, as in Optax; others as they are. */
const centred = (update: Tensor): Tensor => (update.rank > 1 ? sub(update, mean(update, { axis: Array.from({ length: update.rank - 1 }, (_, axis) => axis + 1), keepdims: true })) : update);

/** Updates of kernels less their mean for each index of the first axis (Optax: `centralize`). Source: Yong et al., "Gradient centralization", 2020. */
export const centralize = (): GradientTransformation<EmptyState> => ({
  init: () => emptyState,
  update: (updates) => [mapLeaves('centralize', centred, updates), emptyState],
});

/** Updates scaled to a global norm of `scaleFactor` (Optax: `normalize_by_update_norm`). @throws ArgumentError */
export function normalizeByUpdateNorm({ scaleFactor = 1, eps = 1e-6 }: { readonly scaleFactor?: number; readonly eps?: number } = {}): GradientTransformation<EmptyState> {
  requireNumbers('normalizeByUpdateNorm', { scaleFactor, eps });
  return {
    init: () => emptyState,
    update: (updates) => {
      const factor = div(scaleFactor, add(treeNorm(updates), eps));
      return [mapLeaves('normalizeByUpdateNorm', (update) => scaled(update, factor), updates), emptyState];
    },
  };
}
