import { div, lessEqual, maximum, mean, mul, sqrt, square, where, type Tensor } from '@flaxon/tensor';
import { requireParams } from './add-decayed-weights.js';
import { requireNumber } from './arguments.js';
import { mapLeaves } from './leaves.js';
import { emptyState } from './state.js';
import type { EmptyState, GradientTransformation } from './transformation.js';

/** The root mean square, at least `least`; its derivative is 0 where that is taken. */
function rootMeanSquare(x: Tensor, least: number): Tensor {
  const squares = mean(square(x));
  const isSmall = lessEqual(squares, least * least);
  return where(isSmall, least, sqrt(where(isSmall, 1, squares)));
}

/** Each tensor of updates limited to a root mean square of `threshold` (Optax: `clip_by_block_rms`). @throws ArgumentError */
export function clipByBlockRms(threshold: number): GradientTransformation<EmptyState> {
  requireNumber('clipByBlockRms', 'threshold', threshold);
  const limited = (update: Tensor): Tensor => div(update, maximum(div(sqrt(mean(square(update))), threshold), 1));
  return { init: () => emptyState, update: (updates) => [mapLeaves('clipByBlockRms', limited, updates), emptyState] };
}

/**
 * Each tensor of updates times the root mean square of its parameter, at least `minScale` (Optax: `scale_by_param_block_rms`).
 * `update` needs the parameters.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function scaleByParamBlockRms(minScale = 1e-3): GradientTransformation<EmptyState> {
  requireNumber('scaleByParamBlockRms', 'minScale', minScale);
  return {
    init: () => emptyState,
    update: (updates, _, params) => {
      const given = requireParams('scaleByParamBlockRms', params);
      return [mapLeaves('scaleByParamBlockRms', (update, param) => mul(update, rootMeanSquare(param, minScale)), updates, given), emptyState];
    },
  };
}
