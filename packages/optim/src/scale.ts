import { checkOptions, requireNumber } from './arguments.js';
import { mapLeaves, scalarDtype } from './leaves.js';
import { descending, rateOf, type LearningRate, type RateState } from './learning-rate.js';
import { scaled } from './scaled.js';
import type { Schedule } from './schedules/schedule.js';
import { emptyState } from './state.js';
import type { CountState, EmptyState, GradientTransformation } from './transformation.js';

/** Updates times a number (Optax: `scale`). @throws ArgumentError */
export function scale(stepSize: number): GradientTransformation<EmptyState> {
  requireNumber('scale', 'stepSize', stepSize);
  return {
    init: () => emptyState,
    update: (updates) => [mapLeaves('scale', (update) => scaled(update, stepSize), updates), emptyState],
  };
}

function scaleByRate(transformation: string, factor: LearningRate): GradientTransformation<RateState> {
  const rate = rateOf(transformation, factor);
  return {
    init: () => rate.init(),
    update: (updates, state) => {
      const [now, next] = rate.next(state, scalarDtype(updates));
      return [mapLeaves(transformation, (update) => scaled(update, now), updates), next];
    },
  };
}

/** Updates times what a schedule gives for their count (Optax: `scale_by_schedule`). State: `{ count }`. */
export const scaleBySchedule = (schedule: Schedule): GradientTransformation<CountState> =>
  scaleByRate('scaleBySchedule', schedule) as GradientTransformation<CountState>;

/**
 * Updates times the learning rate, with the sign changed so that they descend (Optax: `scale_by_learning_rate`).
 * State: `{ count }` with a schedule, else `{}`.
 * @throws ArgumentError
 */
export function scaleByLearningRate(learningRate: LearningRate, options: { readonly flipSign?: boolean } = {}): GradientTransformation<RateState> {
  checkOptions('scaleByLearningRate', options, ['flipSign']);
  return scaleByRate('scaleByLearningRate', options.flipSign === false ? learningRate : descending('scaleByLearningRate', learningRate));
}
