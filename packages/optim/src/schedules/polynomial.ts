import { add, minimum, mul, pow, sub, div } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from '../arguments.js';
import { constantSchedule } from './constant.js';
import { elapsed, type Schedule } from './schedule.js';

export interface LinearScheduleOptions {
  readonly initValue: number;
  readonly endValue: number;
  /** How many updates the way takes. With 0 the schedule stays at `initValue`. */
  readonly transitionSteps: number;
  /** The update at which the way begins, 0 by default. */
  readonly transitionBegin?: number;
}

export interface PolynomialScheduleOptions extends LinearScheduleOptions {
  /** The exponent: 1 is a line. */
  readonly power: number;
}

const linearOptions = ['initValue', 'endValue', 'transitionSteps', 'transitionBegin'];

/**
 * From `initValue` to `endValue` along a power of the way that is left: (init - end) (1 - t / transitionSteps)^power + end, where t
 * are the updates since `transitionBegin` (Optax: `polynomial_schedule`).
 * @throws ArgumentError
 */
export function polynomialSchedule(options: PolynomialScheduleOptions): Schedule {
  checkOptions('polynomialSchedule', options, [...linearOptions, 'power']);
  const { initValue, endValue, power, transitionSteps, transitionBegin = 0 } = options;
  requireNumbers('polynomialSchedule', { initValue, endValue, power, transitionSteps, transitionBegin });
  if (transitionSteps <= 0) return constantSchedule(initValue);
  return (count, dtype = 'float32') => {
    const passed = div(minimum(elapsed(count, transitionBegin, dtype), transitionSteps), transitionSteps);
    const scaled = mul(pow(sub(1, passed), power), initValue - endValue);
    return endValue === 0 ? scaled : add(scaled, endValue);
  };
}

/** From `initValue` to `endValue` along a line (Optax: `linear_schedule`). @throws ArgumentError */
export function linearSchedule(options: LinearScheduleOptions): Schedule {
  checkOptions('linearSchedule', options, linearOptions);
  return polynomialSchedule({ ...options, power: 1 });
}
