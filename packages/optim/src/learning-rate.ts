import { mul, neg, Tensor, type Dtype } from '@flaxon/tensor';
import { requireNumber } from './arguments.js';
import { increment, initialCount } from './count.js';
import type { Schedule } from './schedules/schedule.js';
import { countOf, emptyState } from './state.js';
import type { CountState, EmptyState, OptimizerState } from './transformation.js';

/** A number, a scalar that is an input of the step, or a schedule, which the optimiser counts for. */
export type LearningRate = number | Tensor | Schedule;

/** The state of a learning rate: the count of a schedule, else nothing. */
export type RateState = CountState | EmptyState;

/** @throws ArgumentError where `rate` is not a learning rate */
function requireRate(transformation: string, rate: LearningRate): void {
  if (typeof rate !== 'function' && !(rate instanceof Tensor)) requireNumber(transformation, 'learningRate', rate);
}

/** A factor of updates that may change from update to update, and its state. */
export interface Rate {
  init(): RateState;
  /** The factor for the updates counted by `state`, of dtype `dtype` where it is a tensor, and the next state. */
  next(state: OptimizerState, dtype: Dtype): readonly [number | Tensor, RateState];
}

/** `rate` as a factor of updates. @throws ArgumentError where it is not a number, a tensor or a schedule */
export function rateOf(transformation: string, rate: LearningRate): Rate {
  if (typeof rate === 'function') {
    return {
      init: () => ({ count: initialCount() }),
      next: (state, dtype) => {
        const count = countOf(transformation, state);
        return [rate(count, dtype), { count: increment(count) }];
      },
    };
  }
  requireRate(transformation, rate);
  return { init: () => emptyState, next: () => [rate, emptyState] };
}

/** The rate with the opposite sign: updates are added to parameters, and gradients point uphill. @throws ArgumentError */
export function descending(transformation: string, rate: LearningRate): LearningRate {
  requireRate(transformation, rate);
  if (typeof rate === 'function') return (count, dtype) => neg(rate(count, dtype));
  return rate instanceof Tensor ? mul(rate, -1) : -rate;
}
