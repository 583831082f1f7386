import { add, div, equal, logicalOr, maximum, mul, sqrt, square, sum, where, type Tensor } from '@flaxon/tensor';
import { requireParams } from './add-decayed-weights.js';
import { checkOptions, requireNumbers } from './arguments.js';
import { mapLeaves } from './leaves.js';
import { emptyState } from './state.js';
import type { EmptyState, GradientTransformation } from './transformation.js';

export interface TrustRatioOptions {
  /** Norms count as at least this, 0 by default. */
  readonly minNorm?: number;
  /** 1 by default. */
  readonly trustCoefficient?: number;
  /** Added to the norm of the update, 0 by default. */
  readonly eps?: number;
}

/** The Euclidean norm, at least `least`. */
const norm = (x: Tensor, least: number): Tensor => maximum(sqrt(sum(square(x))), least);

/**
 * Each tensor of updates times the norm of its parameter over its own; as it is where one of them is 0 (Optax:
 * `scale_by_trust_ratio`). `update` needs the parameters.
 * Source: You, Gitman and Ginsburg, "Large batch training of convolutional networks", 2017.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function scaleByTrustRatio(options: TrustRatioOptions = {}): GradientTransformation<EmptyState> {
  checkOptions('scaleByTrustRatio', options, ['minNorm', 'trustCoefficient', 'eps']);
  const { minNorm = 0, trustCoefficient = 1, eps = 0 } = options;
  requireNumbers('scaleByTrustRatio', { minNorm, trustCoefficient, eps });
  const scaledUp = (update: Tensor, param: Tensor): Tensor => {
    const [ofParam, ofUpdate] = [norm(param, minNorm), norm(update, minNorm)];
    const isZero = logicalOr(equal(ofParam, 0), equal(ofUpdate, 0));
    // The denominator is never 0, so that no derivative of the branch that is not taken is NaN.
    const ratio = div(mul(ofParam, trustCoefficient), where(isZero, 1, add(ofUpdate, eps)));
    return mul(update, where(isZero, 1, ratio));
  };
  return {
    init: () => emptyState,
    update: (updates, _, params) => [mapLeaves('scaleByTrustRatio', scaledUp, updates, requireParams('scaleByTrustRatio', params)), emptyState],
  };
}
