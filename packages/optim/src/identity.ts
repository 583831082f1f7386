import { emptyState } from './state.js';
import type { EmptyState, GradientTransformation } from './transformation.js';

/** Updates as they are (Optax: `identity`). */
export const identity = (): GradientTransformation<EmptyState> => ({
  init: () => emptyState,
  update: (updates) => [updates, emptyState],
});
