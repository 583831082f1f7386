import { div, floor, maximum, minimum, mul, pow, scalar } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from '../arguments.js';
import { constantSchedule } from './constant.js';
import { elapsed, type Schedule } from './schedule.js';

export interface ExponentialDecayOptions {
  readonly initValue: number;
  /** The updates in which the value is multiplied by `decayRate` once. With 0 the schedule stays at `initValue`. */
  readonly transitionSteps: number;
  /** The factor. As in Optax, 0 means no decay at all. */
  readonly decayRate: number;
  /** The update at which the decay begins, 0 by default. */
  readonly transitionBegin?: number;
  /** True multiplies once every `transitionSteps` updates, and not a little at each. */
  readonly staircase?: boolean;
  /** A bound: the least value where `decayRate` is below 1, else the largest. */
  readonly endValue?: number;
}

/**
 * initValue decayRate^(t / transitionSteps), where t are the updates since `transitionBegin` (Optax: `exponential_decay`).
 * @throws ArgumentError
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  checkOptions('exponentialDecay', options, ['initValue', 'transitionSteps', 'decayRate', 'transitionBegin', 'staircase', 'endValue']);
  const { initValue, transitionSteps, decayRate, transitionBegin = 0, staircase = false, endValue } = options;
  requireNumbers('exponentialDecay', { initValue, transitionSteps, decayRate, transitionBegin, ...(endValue !== undefined && { endValue }) });
  if (transitionSteps <= 0 || decayRate === 0) return constantSchedule(initValue);
  const bound = decayRate < 1 ? maximum : minimum;
  return (count, dtype = 'float32') => {
    const passed = div(elapsed(count, transitionBegin, dtype), transitionSteps);
    const value = mul(pow(scalar(decayRate, dtype), staircase ? floor(passed) : passed), initValue);
    return endValue === undefined ? value : bound(value, endValue);
  };
}
