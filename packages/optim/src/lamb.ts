import { addDecayedWeights, type AddDecayedWeightsOptions, type DecayState } from './add-decayed-weights.js';
import { checkOptions } from './arguments.js';
import { chain } from './chain.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { scaleByAdam, type AdamState } from './scale-by-adam.js';
import { scaleByLearningRate } from './scale.js';
import type { EmptyState, GradientTransformation } from './transformation.js';
import { scaleByTrustRatio } from './trust-ratio.js';

export interface LambOptions extends AddDecayedWeightsOptions {
  /** The decay of the running mean, 0.9 by default. */
  readonly b1?: number;
  /** The decay of the running mean square, 0.999 by default. */
  readonly b2?: number;
  /** Added to the root in the denominator, 1e-6 by default. */
  readonly eps?: number;
  /** Added under the root, 0 by default. */
  readonly epsRoot?: number;
  /** The part of the parameters that is added to the direction, 0 by default. */
  readonly weightDecay?: LearningRate;
}

/**
 * Adam with layer-wise trust ratios, for large batches (Optax: `lamb`). `update` needs the parameters.
 * State: `[{ count, mu, nu }, decay, {}, rate]`. Source: You et al., "Large batch optimization for deep learning", 2020.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function lamb(learningRate: LearningRate, options: LambOptions = {}): GradientTransformation<readonly [AdamState, DecayState, EmptyState, RateState]> {
  checkOptions('lamb', options, ['b1', 'b2', 'eps', 'epsRoot', 'weightDecay', 'mask']);
  const { weightDecay = 0, mask, eps = 1e-6, ...rest } = options;
  return chain(scaleByAdam({ eps, ...rest }), addDecayedWeights(weightDecay, { mask }), scaleByTrustRatio(), scaleByLearningRate(learningRate));
}
