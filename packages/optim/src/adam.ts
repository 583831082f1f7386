import { add, mul, type Tensor, type Tree } from '@flaxon/tensor';
import { addDecayedWeights, requireParams, type AddDecayedWeightsOptions, type DecayState } from './add-decayed-weights.js';
import { chain } from './chain.js';
import { checkOptions } from './arguments.js';
import { mapLeaves, scalarDtype } from './leaves.js';
import { descending, rateOf, type LearningRate, type RateState } from './learning-rate.js';
import { adamDirection, adamOptionNames, scaleByAdam, type AdamOptions, type AdamState } from './scale-by-adam.js';
import { scaleByLearningRate } from './scale.js';
import { scaled } from './scaled.js';
import { partsOf } from './state.js';
import type { GradientTransformation, OptimizerState } from './transformation.js';

/**
 * Adam (Optax: `adam`), with the numbers and the state of `chain(scaleByAdam(options), scaleByLearningRate(learningRate))`: the
 * learning rate is multiplied into Adam's scalars. State: `[{ count, mu, nu }, rate]`, where `rate` is `{ count }` with a schedule,
 * else `{}`. Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
 * @throws ArgumentError
 */
export function adam(learningRate: LearningRate, options: AdamOptions = {}): GradientTransformation<readonly [AdamState, RateState]> {
  checkOptions('adam', options, adamOptionNames);
  const direction = adamDirection('adam', options);
  const rate = rateOf('adam', descending('adam', learningRate));
  return {
    init: (params) => [direction.init(params), rate.init()],
    update: <Updates extends Tree<Tensor>>(updates: Updates, state: OptimizerState): [Updates, readonly [AdamState, RateState]] => {
      const [adamState, rateState] = partsOf('adam', state, 2);
      const [factor, nextRate] = rate.next(rateState!, scalarDtype(updates));
      const [steps, nextAdam] = direction.update(updates, adamState!, factor);
      return [steps as Updates, [nextAdam, nextRate]];
    },
  };
}

export interface AdamWOptions extends AdamOptions, AddDecayedWeightsOptions {
  /** The part of the parameters that is taken off besides, times the learning rate; a schedule may give it. 1e-4 by default. */
  readonly weightDecay?: LearningRate;
}

/**
 * Adam with decoupled weight decay: a step of -learningRate (direction + weightDecay params) (Optax: `adamw`). `update` needs the
 * parameters. State: `[{ count, mu, nu }, decay, rate]`, where `decay` and `rate` are `{ count }` with a schedule, else `{}`;
 * with a mask `decay` is `{ inner_state }` of that. Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function adamw(learningRate: LearningRate, options: AdamWOptions = {}): GradientTransformation<readonly [AdamState, DecayState, RateState]> {
  checkOptions('adamw', options, [...adamOptionNames, 'weightDecay', 'mask']);
  const { weightDecay = 1e-4, mask, ...rest } = options;
  if (mask !== undefined) return chain(scaleByAdam(rest), addDecayedWeights(weightDecay, { mask }), scaleByLearningRate(learningRate));
  const direction = adamDirection('adamw', rest);
  const rate = rateOf('adamw', descending('adamw', learningRate));
  const decay = rateOf('adamw', weightDecay);
  return {
    init: (params) => [direction.init(params), decay.init(), rate.init()],
    update: <Updates extends Tree<Tensor>>(
      updates: Updates,
      state: OptimizerState,
      params?: Tree<Tensor>,
    ): [Updates, readonly [AdamState, RateState, RateState]] => {
      const given = requireParams('adamw', params);
      const [adamState, decayState, rateState] = partsOf('adamw', state, 3);
      const dtype = scalarDtype(updates);
      const [factor, nextRate] = rate.next(rateState!, dtype);
      const [part, nextDecay] = decay.next(decayState!, dtype);
      const [steps, nextAdam] = direction.update(updates, adamState!, factor);
      const pull = product(factor, part);
      const pulled = pull === 0 ? steps : mapLeaves('adamw', (step, param) => add(step, scaled(param, pull)), steps, given);
      return [pulled as Updates, [nextAdam, nextDecay, nextRate]];
    },
  };
}

const product = (a: number | Tensor, b: number | Tensor): number | Tensor => (typeof a === 'number' && typeof b === 'number' ? a * b : mul(a, b));
