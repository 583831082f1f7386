import { add, div, mul, sqrt, type Tensor, type Tree } from '@flaxon/tensor';
import { addDecayedWeights, type AddDecayedWeightsOptions, type DecayState } from './add-decayed-weights.js';
import { checkOptions, requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import { mapLeaves } from './leaves.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { castLike, filled, updateMeanSquare } from './moments.js';
import { scaleByLearningRate } from './scale.js';
import { fieldsOf } from './state.js';
import type { GradientTransformation } from './transformation.js';

export interface AdadeltaOptions {
  /** The decay of both running mean squares, 0.9 by default. */
  readonly rho?: number;
  /** Added under both roots, 1e-6 by default. */
  readonly eps?: number;
}

/** The running mean squares of gradients and of updates. The names are Optax's, also in what is saved. */
export type AdadeltaState = { readonly e_g: Tree<Tensor>; readonly e_x: Tree<Tensor> };

/**
 * Gradients over the root of their running mean square, times that of the updates (Optax: `scale_by_adadelta`).
 * State: `{ e_g, e_x }`. Source: Zeiler, "ADADELTA", 2012.
 * @throws ArgumentError
 */
export function scaleByAdadelta(options: AdadeltaOptions = {}): GradientTransformation<AdadeltaState> {
  checkOptions('scaleByAdadelta', options, ['rho', 'eps']);
  const { rho = 0.9, eps = 1e-6 } = options;
  requireNumbers('scaleByAdadelta', { rho, eps });
  const root = (x: Tensor): Tensor => sqrt(add(x, eps));
  return {
    init: (params) => ({ e_g: filled(params, 0), e_x: filled(params, 0) }),
    update: (updates, state) => {
      const old = fieldsOf('scaleByAdadelta', state, 'e_g', 'e_x');
      const gradients = updateMeanSquare('scaleByAdadelta', updates, old.e_g, rho);
      const direction = mapLeaves('scaleByAdadelta', (g, ofGradients, ofUpdates) => mul(div(root(ofUpdates), root(ofGradients)), g), updates, gradients, old.e_x);
      const steps = updateMeanSquare('scaleByAdadelta', direction, old.e_x, rho);
      return [direction, { e_g: castLike('scaleByAdadelta', gradients, old.e_g), e_x: castLike('scaleByAdadelta', steps, old.e_x) }];
    },
  };
}

export interface AdadeltaWOptions extends AdadeltaOptions, AddDecayedWeightsOptions {
  /** The part of the parameters that is added to the gradients, 0 by default. */
  readonly weightDecay?: LearningRate;
}

/**
 * Weight decay, `scaleByAdadelta`, then the learning rate (Optax: `adadelta`). `update` needs the parameters.
 * State: `[decay, { e_g, e_x }, rate]`.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function adadelta(learningRate: LearningRate, options: AdadeltaWOptions = {}): GradientTransformation<readonly [DecayState, AdadeltaState, RateState]> {
  checkOptions('adadelta', options, ['rho', 'eps', 'weightDecay', 'mask']);
  const { weightDecay = 0, mask, ...rest } = options;
  return chain(addDecayedWeights(weightDecay, { mask }), scaleByAdadelta(rest), scaleByLearningRate(learningRate));
}
