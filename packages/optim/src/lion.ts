import { add, mul, sign, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { addDecayedWeights, type AddDecayedWeightsOptions, type DecayState } from './add-decayed-weights.js';
import { checkOptions, requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import { increment, initialCount } from './count.js';
import { mapLeaves } from './leaves.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { castLike, filled, updateMean } from './moments.js';
import { scaleByLearningRate } from './scale.js';
import { countOf, fieldsOf } from './state.js';
import type { GradientTransformation } from './transformation.js';

export interface LionOptions {
  /** The weight of the running mean in the direction, 0.9 by default. */
  readonly b1?: number;
  /** The decay of the running mean, 0.99 by default. */
  readonly b2?: number;
  /** The dtype of the running mean, that of the parameters by default. */
  readonly muDtype?: Dtype;
}

/** The count of updates and the running mean of the gradients. */
export type LionState = { readonly count: Tensor; readonly mu: Tree<Tensor> };

const optionNames = ['b1', 'b2', 'muDtype'];

/**
 * The sign of a mean of the gradient and its running mean (Optax: `scale_by_lion`). State: `{ count, mu }`.
 * Source: Chen et al., "Symbolic discovery of optimization algorithms", 2023.
 * @throws ArgumentError
 */
export function scaleByLion(options: LionOptions = {}): GradientTransformation<LionState> {
  checkOptions('scaleByLion', options, optionNames);
  const { b1 = 0.9, b2 = 0.99, muDtype } = options;
  requireNumbers('scaleByLion', { b1, b2 });
  return {
    init: (params) => ({ count: initialCount(), mu: filled(params, 0, muDtype) }),
    update: (updates, state) => {
      const old = { count: countOf('scaleByLion', state), ...fieldsOf('scaleByLion', state, 'mu') };
      const direction = mapLeaves('scaleByLion', (g, m) => sign(add(mul(g, 1 - b1), mul(m, b1))), updates, old.mu);
      const mu = updateMean('scaleByLion', updates, old.mu, b2);
      return [direction, { count: increment(old.count), mu: castLike('scaleByLion', mu, old.mu) }];
    },
  };
}

export interface LionWOptions extends LionOptions, AddDecayedWeightsOptions {
  /** The part of the parameters that is taken off besides, times the learning rate; 1e-3 by default. */
  readonly weightDecay?: LearningRate;
}

/**
 * `scaleByLion` with decoupled weight decay (Optax: `lion`). `update` needs the parameters. State: `[{ count, mu }, decay, rate]`.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function lion(learningRate: LearningRate, options: LionWOptions = {}): GradientTransformation<readonly [LionState, DecayState, RateState]> {
  checkOptions('lion', options, [...optionNames, 'weightDecay', 'mask']);
  const { weightDecay = 1e-3, mask, ...rest } = options;
  return chain(scaleByLion(rest), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate));
}
