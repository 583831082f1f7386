import { checkOptions } from './arguments.js';
import { chain } from './chain.js';
import { identity } from './identity.js';
import type { LearningRate, RateState } from './learning-rate.js';
import { scaleByLearningRate } from './scale.js';
import { rmsOptionNames, scaleByRms, scaleByStddev, type RmsOptions, type RmsState, type StddevState } from './scale-by-rms.js';
import { trace, type TraceState } from './trace.js';
import type { EmptyState, GradientTransformation } from './transformation.js';

export interface RmspropOptions extends RmsOptions {
  /** True divides by the standard deviation of the gradients and not by the root of their mean square. */
  readonly centered?: boolean;
  /** The decay of the momentum of the updates; none by default. */
  readonly momentum?: number;
  /** Nesterov's momentum; without effect where there is no momentum. */
  readonly nesterov?: boolean;
}

/**
 * Gradients divided by the root of their running mean square (Optax: `rmsprop`).
 * State: `[{ nu }, rate, { trace } or {}]`, centered `[{ mu, nu }, ...]`, where `rate` is `{ count }` with a schedule, else `{}`.
 * Source: Hinton, "Neural networks for machine learning", lecture 6, 2012.
 * @throws ArgumentError
 */
export function rmsprop(
  learningRate: LearningRate,
  options: RmspropOptions = {},
): GradientTransformation<readonly [RmsState | StddevState, RateState, TraceState | EmptyState]> {
  checkOptions('rmsprop', options, [...rmsOptionNames, 'centered', 'momentum', 'nesterov']);
  const { centered = false, momentum, nesterov = false, ...rest } = options;
  const direction: GradientTransformation<RmsState | StddevState> = centered ? scaleByStddev(rest) : scaleByRms(rest);
  const last: GradientTransformation<TraceState | EmptyState> = momentum === undefined ? identity() : trace({ decay: momentum, nesterov });
  return chain(direction, scaleByLearningRate(learningRate), last);
}
