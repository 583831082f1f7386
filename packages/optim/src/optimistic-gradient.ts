import { astype, mul, scalar, sub, where, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import { mapLeaves } from './leaves.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { filled } from './moments.js';
import { scaleByLearningRate } from './scale.js';
import { fieldsOf } from './state.js';
import type { GradientTransformation, OptimizerState } from './transformation.js';

export interface OptimisticGradientOptions {
  /** The weight of the gradient, 1 by default. */
  readonly alpha?: number;
  /** The weight of its change since the last update, 1 by default. */
  readonly beta?: number;
}

/** Whether no update was made yet, and the gradient of the last one. The names are Optax's, also in what is saved. */
export type OptimisticGradientState = { readonly is_initial_step: Tensor; readonly previous_gradient: Tree<Tensor> };

/**
 * (alpha + beta) g - beta g', with g' the gradient of the update before (Optax: `scale_by_optimistic_gradient`).
 * State: `{ is_initial_step, previous_gradient }`.
 * @throws ArgumentError
 */
export function scaleByOptimisticGradient(options: OptimisticGradientOptions = {}): GradientTransformation<OptimisticGradientState> {
  checkOptions('scaleByOptimisticGradient', options, ['alpha', 'beta']);
  const { alpha = 1, beta = 1 } = options;
  requireNumbers('scaleByOptimisticGradient', { alpha, beta });
  return {
    init: (params) => ({ is_initial_step: scalar(true, 'bool'), previous_gradient: filled(params, 0) }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState): [Updates, OptimisticGradientState] => {
      const old = fieldsOf('scaleByOptimisticGradient', state, 'is_initial_step', 'previous_gradient');
      const isFirst = old.is_initial_step as Tensor;
      const ahead = mapLeaves('scaleByOptimisticGradient', (gradient, last) => sub(mul(gradient, alpha + beta), mul(where(isFirst, gradient, astype(last, gradient.dtype)), beta)), updates, old.previous_gradient);
      return [ahead, { is_initial_step: scalar(false, 'bool'), previous_gradient: mapLeaves('scaleByOptimisticGradient', (last, gradient) => astype(gradient, last.dtype), old.previous_gradient, updates) }];
    },
  };
}

/**
 * Gradient descent that looks ahead, for games of several players (Optax: `optimistic_gradient_descent`). State: `[optimistic, rate]`.
 * Source: Mokhtari et al., "A unified analysis of extra-gradient and optimistic gradient methods for saddle point problems", 2019.
 * @throws ArgumentError
 */
export const optimisticGradientDescent = (learningRate: LearningRate, options: OptimisticGradientOptions = {}): GradientTransformation<readonly [OptimisticGradientState, RateState]> =>
  chain(scaleByOptimisticGradient(options), scaleByLearningRate(learningRate));
