import { add, type Tensor, type Tree } from '@flaxon/tensor';
import { MissingParamsError } from './errors.js';
import { mapLeaves, scalarDtype } from './leaves.js';
import { rateOf, type LearningRate, type RateState } from './learning-rate.js';
import { scaled } from './scaled.js';
import type { GradientTransformation } from './transformation.js';

/** The parameters. @throws MissingParamsError where they were not given */
export function requireParams(transformation: string, params: Tree<Tensor> | undefined): Tree<Tensor> {
  if (params === undefined || params === null) throw new MissingParamsError(transformation);
  return params;
}

/**
 * Updates plus a part of the parameters, which pulls them towards 0 (Optax: `add_decayed_weights`); the part may be a schedule.
 * `update` needs the parameters. State: `{ count }` with a schedule, else `{}`.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function addDecayedWeights(weightDecay: LearningRate = 0): GradientTransformation<RateState> {
  const rate = rateOf('addDecayedWeights', weightDecay);
  return {
    init: () => rate.init(),
    update: (updates, state, params) => {
      const given = requireParams('addDecayedWeights', params);
      const [decay, next] = rate.next(state, scalarDtype(updates));
      if (decay === 0) return [updates, next];
      return [mapLeaves('addDecayedWeights', (update, param) => add(update, scaled(param, decay)), updates, given), next];
    },
  };
}
