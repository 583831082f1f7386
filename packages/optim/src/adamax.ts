import { abs, add, div, maximum, mul } from '@flaxon/tensor';
import { addDecayedWeights, type AddDecayedWeightsOptions, type DecayState } from './add-decayed-weights.js';
import { checkOptions, requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import { increment, initialCount } from './count.js';
import { mapLeaves, scalarDtype } from './leaves.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { castLike, corrected, filled, updateMean } from './moments.js';
import type { AdamState } from './scale-by-adam.js';
import { scaleByLearningRate } from './scale.js';
import { countOf, fieldsOf } from './state.js';
import type { GradientTransformation } from './transformation.js';

export interface AdamaxOptions {
  /** The decay of the running mean, 0.9 by default. */
  readonly b1?: number;
  /** The decay of the running maximum, 0.999 by default. */
  readonly b2?: number;
  /** Added to the size of a gradient, 1e-8 by default. */
  readonly eps?: number;
}

const optionNames = ['b1', 'b2', 'eps'];

/**
 * The running mean over the running maximum of the sizes of gradients (Optax: `scale_by_adamax`). State: `{ count, mu, nu }`.
 * Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015, section 7.1.
 * @throws ArgumentError
 */
export function scaleByAdamax(options: AdamaxOptions = {}): GradientTransformation<AdamState> {
  checkOptions('scaleByAdamax', options, optionNames);
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8 } = options;
  requireNumbers('scaleByAdamax', { b1, b2, eps });
  return {
    init: (params) => ({ count: initialCount(), mu: filled(params, 0), nu: filled(params, 0) }),
    update: (updates, state) => {
      const old = { count: countOf('scaleByAdamax', state), ...fieldsOf('scaleByAdamax', state, 'mu', 'nu') };
      const count = increment(old.count);
      const mu = updateMean('scaleByAdamax', updates, old.mu, b1);
      const nu = mapLeaves('scaleByAdamax', (g, v) => maximum(add(abs(g), eps), mul(v, b2)), updates, old.nu);
      const mean = corrected('scaleByAdamax', mu, b1, count, scalarDtype(updates));
      const direction = mapLeaves('scaleByAdamax', (_, m, v) => div(m, v), updates, mean, nu);
      return [direction, { count, mu: castLike('scaleByAdamax', mu, old.mu), nu: castLike('scaleByAdamax', nu, old.nu) }];
    },
  };
}

/** Adam by the largest gradient (Optax: `adamax`). State: `[{ count, mu, nu }, rate]`. @throws ArgumentError */
export function adamax(learningRate: LearningRate, options: AdamaxOptions = {}): GradientTransformation<readonly [AdamState, RateState]> {
  checkOptions('adamax', options, optionNames);
  return chain(scaleByAdamax(options), scaleByLearningRate(learningRate));
}

export interface AdamaxWOptions extends AdamaxOptions, AddDecayedWeightsOptions {
  /** The part of the parameters that is taken off besides, times the learning rate; 1e-4 by default. */
  readonly weightDecay?: LearningRate;
}

/**
 * `adamax` with decoupled weight decay (Optax: `adamaxw`). `update` needs the parameters.
 * State: `[{ count, mu, nu }, decay, rate]`.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function adamaxw(learningRate: LearningRate, options: AdamaxWOptions = {}): GradientTransformation<readonly [AdamState, DecayState, RateState]> {
  checkOptions('adamaxw', options, [...optionNames, 'weightDecay', 'mask']);
  const { weightDecay = 1e-4, mask, ...rest } = options;
  return chain(scaleByAdamax(rest), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate));
}
