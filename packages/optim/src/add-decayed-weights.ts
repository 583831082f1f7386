import { add, type Tensor, type Tree } from '@flaxon/tensor';
import { MissingParamsError } from './errors.js';
import { mapLeaves, scalarDtype } from './leaves.js';
import { rateOf, type LearningRate, type RateState } from './learning-rate.js';
import { scaled } from './scaled.js';
import { checkOptions } from './arguments.js';
import { maskedTransform, type Mask, type MaskedState } from './mask.js';
import type { GradientTransformation } from './transformation.js';

/** The parameters. @throws MissingParamsError where they were not given */
export function requireParams(transformation: string, params: Tree<Tensor> | undefined): Tree<Tensor> {
  if (params === undefined || params === null) throw new MissingParamsError(transformation);
  return params;
}

/** The state of decaying weights: that of their rate, inside the mask's where there is one. */
export type DecayState = RateState | MaskedState<RateState>;

export interface AddDecayedWeightsOptions {
  /** Which parameters decay; all by default. Biases and the parameters of normalisations are often left out. */
  readonly mask?: Mask | undefined;
}

function decaying(weightDecay: LearningRate): GradientTransformation<RateState> {
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

/**
 * Updates plus a part of the parameters, which pulls them towards 0 (Optax: `add_decayed_weights`); the part may be a schedule.
 * `update` needs the parameters. State: `{ count }` with a schedule, else `{}`; with a mask `{ inner_state }` of that.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function addDecayedWeights(weightDecay: LearningRate = 0, options: AddDecayedWeightsOptions = {}): GradientTransformation<DecayState> {
  checkOptions('addDecayedWeights', options, ['mask']);
  return options.mask === undefined ? decaying(weightDecay) : maskedTransform(decaying(weightDecay), options.mask);
}
