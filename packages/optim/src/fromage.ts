import { add, div, mul, sqrt, square, sub, Tensor } from '@flaxon/tensor';
import { addDecayedWeights, type DecayState } from './add-decayed-weights.js';
import { checkOptions } from './arguments.js';
import { chain } from './chain.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { scaleByLearningRate } from './scale.js';
import type { EmptyState, GradientTransformation } from './transformation.js';
import { scaleByTrustRatio } from './trust-ratio.js';

/** 1 / sqrt(1 + rate^2), which keeps parameters from growing. */
const shrinking = (rate: Tensor): Tensor => div(1, sqrt(add(square(rate), 1)));

/** A learning rate made of another. */
function derived(rate: LearningRate, ofNumber: (rate: number) => number, ofTensor: (rate: Tensor) => Tensor): LearningRate {
  if (typeof rate === 'number') return ofNumber(rate);
  return rate instanceof Tensor ? ofTensor(rate) : (count, dtype) => ofTensor(rate(count, dtype));
}

/**
 * Steps of a length that is a part of the parameters' own, which then shrink a little (Optax: `fromage`). `update` needs the parameters.
 * State: `[{}, rate, decay]`. Source: Bernstein et al., "On the distance between two neural networks and the stability of learning", 2020.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function fromage(learningRate: LearningRate, options: { readonly minNorm?: number } = {}): GradientTransformation<readonly [EmptyState, RateState, DecayState]> {
  checkOptions('fromage', options, ['minNorm']);
  const rate = derived(learningRate, (number) => number / Math.sqrt(1 + number ** 2), (tensor) => mul(tensor, shrinking(tensor)));
  const decay = derived(learningRate, (number) => 1 / Math.sqrt(1 + number ** 2) - 1, (tensor) => sub(shrinking(tensor), 1));
  return chain(scaleByTrustRatio({ minNorm: options.minNorm ?? 1e-6 }), scaleByLearningRate(rate), addDecayedWeights(decay));
}
