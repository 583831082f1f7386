import { add, ArgumentError, clip as clipTo, div, less, scalar, sqrt, square, sum, tree, where, type Tensor, type Tree } from '@flaxon/tensor';
import { requireNumber } from './arguments.js';
import { mapLeaves } from './leaves.js';
import { scaled } from './scaled.js';
import { emptyState } from './state.js';
import type { EmptyState, GradientTransformation } from './transformation.js';

function requirePositive(transformation: string, argument: string, value: number): void {
  if (requireNumber(transformation, argument, value) < 0) throw new ArgumentError(transformation, argument, `must not be negative, found ${value}`);
}

/** Each element of the updates limited to [-maxDelta, maxDelta] (Optax: `clip`). @throws ArgumentError */
export function clip(maxDelta: number): GradientTransformation<EmptyState> {
  requirePositive('clip', 'maxDelta', maxDelta);
  return {
    init: () => emptyState,
    update: (updates) => [mapLeaves('clip', (update) => clipTo(update, { min: -maxDelta, max: maxDelta }), updates), emptyState],
  };
}

/** The Euclidean norm of all leaves together, a scalar (Optax: `global_norm`). */
export function globalNorm(updates: Tree<Tensor>): Tensor {
  const squares = tree.leaves<Tensor>(updates).map((leaf) => sum(square(leaf)));
  return sqrt(squares.length === 0 ? scalar(0, 'float32') : squares.reduce((total, one) => add(total, one)));
}

/**
 * Updates scaled so that their global norm is at most `maxNorm` (Optax: `clip_by_global_norm`).
 * Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013.
 * @throws ArgumentError
 */
export function clipByGlobalNorm(maxNorm: number): GradientTransformation<EmptyState> {
  requirePositive('clipByGlobalNorm', 'maxNorm', maxNorm);
  return {
    init: () => emptyState,
    update: (updates) => {
      const norm = globalNorm(updates);
      // The factor is chosen once, and not the result leaf by leaf.
      const factor = where(less(norm, maxNorm), 1, div(maxNorm, norm));
      return [mapLeaves('clipByGlobalNorm', (update) => scaled(update, factor), updates), emptyState];
    },
  };
}
