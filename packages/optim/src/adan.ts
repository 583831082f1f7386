import { add, astype, div, equal, mul, sqrt, sub, where, type Tensor, type Tree } from '@flaxon/tensor';
import { addDecayedWeights, type DecayState } from './add-decayed-weights.js';
import { checkOptions, requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import { increment, initialCount } from './count.js';
import { mapLeaves, scalarDtype } from './leaves.js';
import type { LearningRate, RateState } from './learning-rate.js';
import type { Mask } from './mask.js';
import { castLike, corrected, filled, updateMean, updateMeanSquare } from './moments.js';
import { scaleByLearningRate } from './scale.js';
import { fieldsOf } from './state.js';
import type { GradientTransformation, OptimizerState } from './transformation.js';

export interface AdanOptions {
  /** The decays of the running means of gradients, of their changes, and of the squares: 0.98, 0.92 and 0.99 by default. */
  readonly b1?: number;
  readonly b2?: number;
  readonly b3?: number;
  /** Added to the root in the denominator, 1e-8 by default; and under it, 1e-8 by default for `adan` and 0 for `scaleByAdan`. */
  readonly eps?: number;
  readonly epsRoot?: number;
}

/** Running means of gradients, of their changes and of the squares; the last gradient; the count of updates. The names are Optax's. */
export type AdanState = { readonly m: Tree<Tensor>; readonly v: Tree<Tensor>; readonly n: Tree<Tensor>; readonly g: Tree<Tensor>; readonly t: Tensor };

const names = ['b1', 'b2', 'b3', 'eps', 'epsRoot'];

/**
 * Updates in the direction of Adan, Adam with Nesterov's momentum from changes of gradients (Optax: `scale_by_adan`). State: `{ m, v, n, g, t }`.
 * Source: Xie et al., "Adan: adaptive Nesterov momentum algorithm for faster optimizing deep models", 2022.
 * @throws ArgumentError
 */
export function scaleByAdan(options: AdanOptions = {}): GradientTransformation<AdanState> {
  checkOptions('scaleByAdan', options, names);
  const { b1 = 0.98, b2 = 0.92, b3 = 0.99, eps = 1e-8, epsRoot = 0 } = options;
  requireNumbers('scaleByAdan', { b1, b2, b3, eps, epsRoot });
  const through = (f: (leaf: Tensor, ...others: Tensor[]) => Tensor, first: Tree<Tensor>, ...rest: Tree<Tensor>[]): Tree<Tensor> => mapLeaves('scaleByAdan', f, first, ...rest);
  return {
    init: (params) => ({ m: filled(params, 0), v: filled(params, 0), n: filled(params, 0), g: filled(params, 0), t: initialCount() }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState): [Updates, AdanState] => {
      const old = fieldsOf('scaleByAdan', state, 'm', 'v', 'n', 'g', 't');
      const isFirst = equal(old.t as Tensor, 0);
      const t = increment(old.t as Tensor);
      const change = through((gradient, last) => where(isFirst, 0, sub(gradient, last)), updates, old.g);
      const m = updateMean('scaleByAdan', updates, old.m, b1);
      const v = updateMean('scaleByAdan', change, old.v, b2);
      const n = updateMeanSquare('scaleByAdan', through((gradient, one) => add(gradient, mul(one, 1 - b2)), updates, change), old.n, b3);
      const without = (means: Tree<Tensor>, decay: number): Tree<Tensor> => corrected('scaleByAdan', means, decay, t, scalarDtype(updates));
      const numerator = through((mean, one) => add(mean, mul(one, 1 - b2)), without(m, b1), without(v, b2));
      const direction = through((above, below) => div(above, add(sqrt(add(below, epsRoot)), eps)), numerator, without(n, b3));
      const like = (means: Tree<Tensor>, held: Tree<Tensor>): Tree<Tensor> => castLike('scaleByAdan', means, held);
      return [direction as Updates, { m: like(m, old.m), v: like(v, old.v), n: like(n, old.n), g: through((gradient, last) => astype(gradient, last.dtype), updates, old.g), t }];
    },
  };
}

export interface AdanWithDecayOptions extends AdanOptions {
  /** The part of the parameters that is taken off besides, 0 by default; and which parameters that is for, all by default. */
  readonly weightDecay?: LearningRate;
  readonly mask?: Mask;
}

/**
 * Adan (Optax: `adan`). `update` needs the parameters. State: `[{ m, v, n, g, t }, decay, rate]`. Source: Xie et al., 2022.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function adan(learningRate: LearningRate, options: AdanWithDecayOptions = {}): GradientTransformation<readonly [AdanState, DecayState, RateState]> {
  const { weightDecay = 0, mask, ...rest } = options;
  return chain(scaleByAdan({ epsRoot: 1e-8, ...rest }), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate));
}
