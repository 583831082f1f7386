import { exponentialDecay, type ExponentialDecayOptions } from './exponential.js';
import { joinSchedules } from './join.js';
import { linearSchedule } from './polynomial.js';
import type { Schedule } from './schedule.js';

export interface WarmupExponentialDecayOptions extends ExponentialDecayOptions {
  readonly peakValue: number;
  /** How many updates the rise to `peakValue` takes. */
  readonly warmupSteps: number;
}

/** A line from `initValue` up to `peakValue`, then an exponential decay (Optax: `warmup_exponential_decay_schedule`). @throws ArgumentError */
export function warmupExponentialDecaySchedule({ initValue, peakValue, warmupSteps, ...decay }: WarmupExponentialDecayOptions): Schedule {
  const rise = linearSchedule({ initValue, endValue: peakValue, transitionSteps: warmupSteps });
  return joinSchedules([rise, exponentialDecay({ ...decay, initValue: peakValue })], [warmupSteps]);
}
