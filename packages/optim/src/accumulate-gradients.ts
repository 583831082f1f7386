import { add, ArgumentError, astype, cond, div, equal, rem, scalar, sub, tree, zeros, type Dtype, type Tensor, type Tree } from '@flaxon/tensor';
import { checkOptions } from './arguments.js';
import { increment, initialCount } from './count.js';
import { mapLeaves } from './leaves.js';
import { castLike, filled } from './moments.js';
import { fieldsOf } from './state.js';
import type { ExtraArgs, GradientTransformation, OptimizerState } from './transformation.js';

export interface AccumulateGradientsOptions {
  /** False adds gradients up; by default `inner` gets their mean. */
  readonly useGradMean?: boolean;
  /** What gradients are added up in, float32 by default; null for the dtypes of the parameters. */
  readonly accumulatorDtype?: Dtype | null;
}

/** How many gradients of this round and how many updates there were, and the gradients so far. The names are Optax's, also in what is saved. */
export type AccumulateGradientsState<State extends OptimizerState> = {
  readonly mini_step: Tensor;
  readonly gradient_step: Tensor;
  readonly inner_opt_state: State;
  readonly acc_grads: Tree<Tensor>;
  readonly skip_state: readonly [];
};

/** How many gradients make an update: a number, or what the count of updates gives, an int32 scalar. */
export type EveryK = number | ((gradientStep: Tensor) => Tensor);

const asTensor = (leaf: Tree<Tensor>): Tensor => leaf as Tensor;

/**
 * One update of `inner` for `everyK` gradients; updates between are 0 (Optax: `MultiSteps`). So a batch that does not fit is a round of
 * smaller ones. State: `{ mini_step, gradient_step, inner_opt_state, acc_grads, skip_state: [] }`.
 * @throws ArgumentError where `everyK` is a number and not a whole one from 1 on
 */
export function accumulateGradients<State extends OptimizerState>(
  inner: GradientTransformation<State>,
  everyK: EveryK,
  options: AccumulateGradientsOptions = {},
): GradientTransformation<AccumulateGradientsState<State>> {
  checkOptions('accumulateGradients', options, ['useGradMean', 'accumulatorDtype']);
  const { useGradMean = true, accumulatorDtype = 'float32' } = options;
  if (typeof everyK === 'number' && !(Number.isInteger(everyK) && everyK >= 1)) throw new ArgumentError('accumulateGradients', 'everyK', `must be a whole number from 1 on, found ${everyK}`);
  const lengthAt = (step: Tensor): Tensor => (typeof everyK === 'number' ? scalar(everyK, 'int32') : everyK(step));

  return {
    init: (params) => ({
      mini_step: initialCount(),
      gradient_step: initialCount(),
      inner_opt_state: inner.init(params),
      acc_grads: filled(params, 0, accumulatorDtype ?? undefined),
      skip_state: [],
    }),
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState, params?: Tree<Tensor>, extraArgs?: ExtraArgs): [Updates, AccumulateGradientsState<State>] => {
      const old = fieldsOf('accumulateGradients', state, 'mini_step', 'gradient_step', 'inner_opt_state', 'acc_grads');
      const [miniStep, gradientStep] = [asTensor(old.mini_step), asTensor(old.gradient_step)];
      const length = lengthAt(gradientStep);
      const added = (g: Tensor, sum: Tensor): Tensor => (useGradMean ? add(sum, div(sub(g, sum), astype(add(miniStep, 1), sum.dtype))) : add(g, sum));
      const sums = castLike('accumulateGradients', mapLeaves('accumulateGradients', added, updates, old.acc_grads), old.acc_grads);
      const nothing = (like: Tree<Tensor>): Tree<Tensor> => tree.map((leaf: Tensor) => zeros(leaf.shape, leaf.dtype), like);

      // What a branch computes with comes in as an operand: an operation on other tensors would run in either case.
      type Given = { readonly sums: Tree<Tensor>; readonly updates: Updates; readonly state: Tree<Tensor>; readonly params: Tree<Tensor> };
      const emit = (given: Given): Tree<Tensor> => {
        const [steps, next] = inner.update(castLike('accumulateGradients', given.sums, given.updates), given.state, given.params ?? undefined, extraArgs);
        return { updates: castLike('accumulateGradients', steps, given.updates), state: castLike('accumulateGradients', next, given.state), sums: nothing(given.sums) };
      };
      const wait = (given: Given): Tree<Tensor> => ({ updates: nothing(given.updates), state: given.state, sums: given.sums });
      const isLast = equal(miniStep, sub(length, 1));
      const given: Given = { sums, updates, state: old.inner_opt_state, params: params ?? null };
      const chosen = cond(isLast, emit, wait, given) as { readonly updates: Updates; readonly state: State; readonly sums: Tree<Tensor> };
      return [
        chosen.updates,
        {
          mini_step: rem(increment(miniStep), length),
          gradient_step: add(gradientStep, astype(isLast, 'int32')),
          inner_opt_state: chosen.state,
          acc_grads: chosen.sums,
          skip_state: [],
        },
      ];
    },
  };
}
