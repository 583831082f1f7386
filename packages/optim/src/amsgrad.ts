import { add, astype, div, maximum, sqrt, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import { increment, initialCount } from './count.js';
import { mapLeaves, scalarDtype } from './leaves.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { castLike, corrected, filled, updateMean, updateMeanSquare } from './moments.js';
import { scaleByLearningRate } from './scale.js';
import { countOf, fieldsOf } from './state.js';
import type { GradientTransformation } from './transformation.js';

export interface AmsgradOptions {
  /** The decay of the running mean, 0.9 by default. */
  readonly b1?: number;
  /** The decay of the running mean square, 0.999 by default. */
  readonly b2?: number;
  /** Added to the root in the denominator, 1e-8 by default. */
  readonly eps?: number;
  /** Added under the root, 0 by default. */
  readonly epsRoot?: number;
  /** The dtype of the running mean, that of the parameters by default. */
  readonly muDtype?: Dtype;
}

/** As Adam's state, with the largest corrected mean square so far. The names are Optax's, also in what is saved. */
export type AmsgradState = { readonly count: Tensor; readonly mu: Tree<Tensor>; readonly nu: Tree<Tensor>; readonly nu_max: Tree<Tensor> };

const optionNames = ['b1', 'b2', 'eps', 'epsRoot', 'muDtype'];

/**
 * Adam's direction over the largest mean square so far, so that step sizes do not grow (Optax: `scale_by_amsgrad`).
 * State: `{ count, mu, nu, nu_max }`. Source: Reddi, Kale and Kumar, "On the convergence of Adam and beyond", 2018.
 * @throws ArgumentError
 */
export function scaleByAmsgrad(options: AmsgradOptions = {}): GradientTransformation<AmsgradState> {
  checkOptions('scaleByAmsgrad', options, optionNames);
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, muDtype } = options;
  requireNumbers('scaleByAmsgrad', { b1, b2, eps, epsRoot });
  return {
    init: (params) => ({ count: initialCount(), mu: filled(params, 0, muDtype), nu: filled(params, 0), nu_max: filled(params, 0) }),
    update: (updates, state) => {
      const old = { count: countOf('scaleByAmsgrad', state), ...fieldsOf('scaleByAmsgrad', state, 'mu', 'nu', 'nu_max') };
      const count = increment(old.count);
      const dtype = scalarDtype(updates);
      const mu = updateMean('scaleByAmsgrad', updates, old.mu, b1);
      const nu = updateMeanSquare('scaleByAmsgrad', updates, old.nu, b2);
      const largest = mapLeaves('scaleByAmsgrad', (v, top) => maximum(top, v), corrected('scaleByAmsgrad', nu, b2, count, dtype), old.nu_max);
      const mean = corrected('scaleByAmsgrad', mu, b1, count, dtype);
      const direction = mapLeaves('scaleByAmsgrad', (g, m, v) => astype(div(m, add(sqrt(add(v, epsRoot)), eps)), g.dtype), updates, mean, largest);
      const next = { count, mu: castLike('scaleByAmsgrad', mu, old.mu), nu: castLike('scaleByAmsgrad', nu, old.nu), nu_max: castLike('scaleByAmsgrad', largest, old.nu_max) };
      return [direction, next];
    },
  };
}

/** `scaleByAmsgrad`, then the learning rate (Optax: `amsgrad`). State: `[{ count, mu, nu, nu_max }, rate]`. @throws ArgumentError */
export function amsgrad(learningRate: LearningRate, options: AmsgradOptions = {}): GradientTransformation<readonly [AmsgradState, RateState]> {
  checkOptions('amsgrad', options, optionNames);
  return chain(scaleByAmsgrad(options), scaleByLearningRate(learningRate));
}
