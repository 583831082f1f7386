import { checkOptions } from '../arguments.js';
import { linearSchedule } from './polynomial.js';
import type { Schedule } from './schedule.js';

export interface WarmupConstantOptions {
  readonly initValue: number;
  readonly peakValue: number;
  /** How many updates the rise takes. */
  readonly warmupSteps: number;
}

/** A line from `initValue` up to `peakValue`, which then stays (Optax: `warmup_constant_schedule`). @throws ArgumentError */
export function warmupConstantSchedule(options: WarmupConstantOptions): Schedule {
  checkOptions('warmupConstantSchedule', options, ['initValue', 'peakValue', 'warmupSteps']);
  const { initValue, peakValue, warmupSteps } = options;
  return linearSchedule({ initValue, endValue: peakValue, transitionSteps: warmupSteps });
}
