import { addDecayedWeights, type DecayState } from './add-decayed-weights.js';
import { checkOptions, requireNumber } from './arguments.js';
import { chain } from './chain.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { maskedTransform, type Mask, type MaskedState } from './mask.js';
import { scaleByLearningRate } from './scale.js';
import { trace, type TraceState } from './trace.js';
import type { EmptyState, GradientTransformation } from './transformation.js';
import { scaleByTrustRatio } from './trust-ratio.js';

export interface LarsOptions {
  /** The part of the parameters that is added to the gradients, 0 by default. */
  readonly weightDecay?: LearningRate;
  /** Which parameters decay; all by default. */
  readonly weightDecayMask?: Mask;
  /** 0.001 by default. */
  readonly trustCoefficient?: number;
  /** Added to the norm of the update, 0 by default. */
  readonly eps?: number;
  /** Which parameters have a trust ratio; all by default. */
  readonly trustRatioMask?: Mask;
  /** The decay of the momentum, 0.9 by default. */
  readonly momentum?: number;
  /** Nesterov's momentum. */
  readonly nesterov?: boolean;
}

/**
 * Momentum with layer-wise trust ratios, for large batches (Optax: `lars`). `update` needs the parameters.
 * State: `[{ inner_state: decay }, { inner_state: {} }, rate, { trace }]`.
 * Source: You, Gitman and Ginsburg, "Large batch training of convolutional networks", 2017.
 * @throws ArgumentError; `update` throws MissingParamsError
 */
export function lars(learningRate: LearningRate, options: LarsOptions = {}): GradientTransformation<readonly [DecayState, MaskedState<EmptyState>, RateState, TraceState]> {
  checkOptions('lars', options, ['weightDecay', 'weightDecayMask', 'trustCoefficient', 'eps', 'trustRatioMask', 'momentum', 'nesterov']);
  const { weightDecay = 0, weightDecayMask = true, trustCoefficient = 0.001, eps = 0, trustRatioMask = true, momentum = 0.9, nesterov = false } = options;
  requireNumber('lars', 'momentum', momentum);
  return chain(
    addDecayedWeights(weightDecay, { mask: weightDecayMask }),
    maskedTransform(scaleByTrustRatio({ trustCoefficient, eps }), trustRatioMask),
    scaleByLearningRate(learningRate),
    trace({ decay: momentum, nesterov }),
  );
}
