import { clip, equal, greater, less, mul, sign, where, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from './arguments.js';
import { chain } from './chain.js';
import { mapLeaves } from './leaves.js';
import { filled } from './moments.js';
import { scale } from './scale.js';
import { fieldsOf } from './state.js';
import type { EmptyState, GradientTransformation, OptimizerState } from './transformation.js';

export interface RpropOptions {
  /** What a step is multiplied by where the sign of its gradient changed, 0.5 by default; and where it did not, 1.2. */
  readonly etaMinus?: number;
  readonly etaPlus?: number;
  /** The bounds of steps, 1e-6 and 50 by default. */
  readonly minStepSize?: number;
  readonly maxStepSize?: number;
}

/** The size of the step of each element, and the step that goes out with the next update. The names are Optax's, also in what is saved. */
export type RpropState = { readonly step_sizes: Tree<Tensor>; readonly prev_updates: Tree<Tensor> };

/**
 * For each element a step of its own, which grows while the sign of the gradient stays and shrinks when it changes (Optax: `scale_by_rprop`).
 * As in Optax 0.2.8, updates are those of the gradient before. State: `{ step_sizes, prev_updates }`. Source: Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning", 1993.
 * @throws ArgumentError
 */
export function scaleByRprop(learningRate: number, options: RpropOptions = {}): GradientTransformation<RpropState> {
  checkOptions('scaleByRprop', options, ['etaMinus', 'etaPlus', 'minStepSize', 'maxStepSize']);
  const { etaMinus = 0.5, etaPlus = 1.2, minStepSize = 1e-6, maxStepSize = 50 } = options;
  requireNumbers('scaleByRprop', { learningRate, etaMinus, etaPlus, minStepSize, maxStepSize });
  return {
    init: (params) => ({ step_sizes: filled(params, learningRate), prev_updates: filled(params, 0) }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState): [Updates, RpropState] => {
      const old = fieldsOf('scaleByRprop', state, 'step_sizes', 'prev_updates');
      const agreement = mapLeaves('scaleByRprop', (gradient, last) => mul(gradient, last), updates, old.prev_updates);
      const stepSizes = mapLeaves(
        'scaleByRprop',
        (size, sameSign) => where(equal(sameSign, 0), size, clip(mul(size, where(greater(sameSign, 0), etaPlus, etaMinus)), { min: minStepSize, max: maxStepSize })),
        old.step_sizes,
        agreement,
      );
      const next = mapLeaves('scaleByRprop', (size, gradient, sameSign) => where(less(sameSign, 0), 0, mul(size, sign(gradient))), stepSizes, updates, agreement);
      // What goes out is the step of the update before, and none where the sign changed since: Optax gives steps one update late.
      const late = mapLeaves('scaleByRprop', (last, sameSign) => where(less(sameSign, 0), 0, last), old.prev_updates, agreement);
      return [late as Updates, { step_sizes: stepSizes, prev_updates: next }];
    },
  };
}

/**
 * Resilient backpropagation, for whole batches (Optax: `rprop`). State: `[{ step_sizes, prev_updates }, {}]`. Source: Riedmiller and Braun, 1993.
 * @throws ArgumentError
 */
export const rprop = (learningRate: number, options: RpropOptions = {}): GradientTransformation<readonly [RpropState, EmptyState]> => chain(scaleByRprop(learningRate, options), scale(-1));
