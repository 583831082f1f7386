import { sign, type Dtype } from '@flaxon/tensor';
import { checkOptions } from './arguments.js';
import { chain } from './chain.js';
import { ema, type EmaState } from './ema.js';
import { mapLeaves } from './leaves.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { scaleByLearningRate } from './scale.js';
import { emptyState } from './state.js';
import type { EmptyState, GradientTransformation } from './transformation.js';

/** The signs of the updates: -1, 0 or 1 (Optax: `scale_by_sign`). */
export const scaleBySign = (): GradientTransformation<EmptyState> => ({
  init: () => emptyState,
  update: (updates) => [mapLeaves('scaleBySign', (update) => sign(update), updates), emptyState],
});

/**
 * Steps of one size, in the direction of the gradient's signs (Optax: `sign_sgd`). State: `[{}, rate]`.
 * Source: Bernstein et al., "signSGD: compressed optimisation for non-convex problems", 2018.
 * @throws ArgumentError
 */
export const signSgd = (learningRate: LearningRate): GradientTransformation<readonly [EmptyState, RateState]> => chain(scaleBySign(), scaleByLearningRate(learningRate));

export interface SignumOptions {
  /** The decay of the running mean, 0.9 by default. */
  readonly beta?: number;
  /** The dtype of the mean, that of the parameters by default. */
  readonly accumulatorDtype?: Dtype;
}

/**
 * `signSgd` with the signs of a running mean (Optax: `signum`). State: `[{ count, ema }, {}, rate]`. Source: Bernstein et al., 2018.
 * @throws ArgumentError
 */
export function signum(learningRate: LearningRate, options: SignumOptions = {}): GradientTransformation<readonly [EmaState, EmptyState, RateState]> {
  checkOptions('signum', options, ['beta', 'accumulatorDtype']);
  const { beta = 0.9, ...rest } = options;
  return chain(ema(beta, { debias: false, ...rest }), scaleBySign(), scaleByLearningRate(learningRate));
}
