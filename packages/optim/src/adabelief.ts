import { add, div, mul, sqrt, sub, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import { increment, initialCount } from './count.js';
import { mapLeaves, scalarDtype } from './leaves.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { castLike, corrected, filled, updateMean, updateMeanSquare } from './moments.js';
import type { AdamOptions, AdamState } from './scale-by-adam.js';
import { scaleByLearningRate } from './scale.js';
import { countOf, fieldsOf } from './state.js';
import type { GradientTransformation, OptimizerState } from './transformation.js';

/** As Adam's, but 1e-16 for `eps`, and for `epsRoot`, which is added to the running mean in every update. */
export type BeliefOptions = Omit<AdamOptions, 'muDtype'>;

const names = ['b1', 'b2', 'eps', 'epsRoot', 'nesterov'];

/**
 * Adam's direction with the mean square of what gradients differ by from their mean (Optax: `scale_by_belief`). State: `{ count, mu, nu }`.
 * Source: Zhuang et al., "AdaBelief optimizer: adapting stepsizes by the belief in observed gradients", 2020.
 * @throws ArgumentError
 */
export function scaleByBelief(options: BeliefOptions = {}): GradientTransformation<AdamState> {
  checkOptions('scaleByBelief', options, names);
  const { b1 = 0.9, b2 = 0.999, eps = 1e-16, epsRoot = 1e-16, nesterov = false } = options;
  requireNumbers('scaleByBelief', { b1, b2, eps, epsRoot });
  return {
    init: (params) => ({ count: initialCount(), mu: filled(params, 0), nu: filled(params, 0) }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState): [Updates, AdamState] => {
      const old = { count: countOf('scaleByBelief', state), ...fieldsOf('scaleByBelief', state, 'mu', 'nu') };
      const count = increment(old.count);
      const dtype = scalarDtype(updates);
      const mu = updateMean('scaleByBelief', updates, old.mu, b1);
      const surprise = mapLeaves('scaleByBelief', (gradient, mean) => sub(gradient, mean), updates as Tree<Tensor>, mu);
      const nu = mapLeaves('scaleByBelief', (square) => add(square, epsRoot), updateMeanSquare('scaleByBelief', surprise, old.nu, b2));
      const without = (means: Tree<Tensor>, decay: number, at: Tensor): Tree<Tensor> => corrected('scaleByBelief', means, decay, at, dtype);
      const mean = nesterov
        ? mapLeaves('scaleByBelief', (m, gradient) => add(mul(m, b1), mul(gradient, 1 - b1)), without(mu, b1, increment(count)), without(updates, b1, count))
        : without(mu, b1, count);
      const direction = mapLeaves('scaleByBelief', (m, v) => div(m, add(sqrt(v), eps)), mean, without(nu, b2, count));
      return [direction as Updates, { count, mu: castLike('scaleByBelief', mu, old.mu), nu: castLike('scaleByBelief', nu, old.nu) }];
    },
  };
}

/** AdaBelief (Optax: `adabelief`). State: `[{ count, mu, nu }, rate]`. Source: Zhuang et al., 2020. @throws ArgumentError */
export const adabelief = (learningRate: LearningRate, options: BeliefOptions = {}): GradientTransformation<readonly [AdamState, RateState]> =>
  chain(scaleByBelief(options), scaleByLearningRate(learningRate));
