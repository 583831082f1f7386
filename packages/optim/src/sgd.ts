import type { Dtype } from '@flaxon/tensor';
import { checkOptions } from './arguments.js';
import { chain } from './chain.js';
import { identity } from './identity.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { scaleByLearningRate } from './scale.js';
import { trace, type TraceState } from './trace.js';
import type { EmptyState, GradientTransformation } from './transformation.js';

export interface SgdOptions {
  /** The decay of the momentum; none by default. */
  readonly momentum?: number;
  /** Nesterov's momentum; without effect where there is no momentum. */
  readonly nesterov?: boolean;
  /** The dtype of the momentum, that of the parameters by default. */
  readonly accumulatorDtype?: Dtype;
}

/**
 * Stochastic gradient descent: -learningRate g, or with momentum -learningRate (g + momentum trace) (Optax: `sgd`).
 * State: `[{ trace } or {}, rate]`, where `rate` is `{ count }` with a schedule, else `{}`.
 * @throws ArgumentError
 */
export function sgd(learningRate: LearningRate, options: SgdOptions = {}): GradientTransformation<readonly [TraceState | EmptyState, RateState]> {
  checkOptions('sgd', options, ['momentum', 'nesterov', 'accumulatorDtype']);
  const { momentum, ...rest } = options;
  const direction: GradientTransformation<TraceState | EmptyState> = momentum === undefined ? identity() : trace({ decay: momentum, ...rest });
  return chain(direction, scaleByLearningRate(learningRate));
}
