import { ArgumentError, div, less, maximum, mul, sqrt, square, sum, where, type Tensor } from '@flaxon/tensor';
import { requireParams } from './add-decayed-weights.js';
import { checkOptions, requireNumbers } from './arguments.js';
import { mapLeaves } from './leaves.js';
import { emptyState } from './state.js';
import type { EmptyState, GradientTransformation } from './transformation.js';

export interface AdaptiveGradClipOptions {
  /** Norms of parameters count as at least this, so that parameters of 0 can move: 1e-3 by default. */
  readonly eps?: number;
  /** The axes that a unit's weights lie along; by default those of kernels with the outputs last. */
  readonly axis?: number | readonly number[];
}

const leastDivisor = 1e-6;

/** The axes of the weights of one unit: all of a bias, all but the last of a kernel, the first of one with several heads. @throws ArgumentError */
function axesOf(x: Tensor): readonly number[] | undefined {
  if (x.shape.filter((size) => size !== 1).length <= 1) return undefined;
  if (x.rank <= 3) return [0];
  if (x.rank <= 5) return Array.from({ length: x.rank - 1 }, (_, axis) => axis);
  throw new ArgumentError('adaptiveGradClip', 'axis', `must be given for parameters of rank ${x.rank}`);
}

/** The Euclidean norm of the weights of each unit, of a shape that broadcasts against x. */
function unitwiseNorm(x: Tensor, axis: number | readonly number[] | undefined): Tensor {
  const axes = axis ?? axesOf(x);
  return sqrt(sum(square(x), { ...(axes !== undefined && { axis: axes }), keepdims: true }));
}

/**
 * The gradient of each unit limited to `clipping` times the norm of its weights (Optax: `adaptive_grad_clip`). `update` needs the parameters.
 * Source: Brock et al., "High-performance large-scale image recognition without normalization", 2021.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function adaptiveGradClip(clipping: number, options: AdaptiveGradClipOptions = {}): GradientTransformation<EmptyState> {
  checkOptions('adaptiveGradClip', options, ['eps', 'axis']);
  const { eps = 1e-3, axis } = options;
  requireNumbers('adaptiveGradClip', { clipping, eps });
  const clipped = (gradient: Tensor, param: Tensor): Tensor => {
    const [norm, largest] = [unitwiseNorm(gradient, axis), mul(maximum(unitwiseNorm(param, axis), eps), clipping)];
    return where(less(norm, largest), gradient, mul(gradient, div(largest, maximum(norm, leastDivisor))));
  };
  return {
    init: () => emptyState,
    update: (updates, _, params) => [mapLeaves('adaptiveGradClip', clipped, updates, requireParams('adaptiveGradClip', params)), emptyState],
  };
}
