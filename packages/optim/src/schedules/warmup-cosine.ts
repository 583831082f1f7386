import { checkOptions, requireNumbers } from '../arguments.js';
import { cosineDecaySchedule } from './cosine.js';
import { joinSchedules } from './join.js';
import { linearSchedule } from './polynomial.js';
import type { Schedule } from './schedule.js';

export interface WarmupCosineDecayOptions {
  readonly initValue: number;
  readonly peakValue: number;
  /** How many updates the rise to `peakValue` takes. */
  readonly warmupSteps: number;
  /** How many updates rise and fall take together: more than `warmupSteps`. */
  readonly decaySteps: number;
  /** What the value falls to; 0 by default. */
  readonly endValue?: number;
  /** The exponent of the cosine term, 1 by default. */
  readonly exponent?: number;
}

/**
 * A line from `initValue` up to `peakValue`, then a cosine down to `endValue` (Optax: `warmup_cosine_decay_schedule`).
 * @throws ArgumentError where `decaySteps` is not more than `warmupSteps`
 */
export function warmupCosineDecaySchedule(options: WarmupCosineDecayOptions): Schedule {
  checkOptions('warmupCosineDecaySchedule', options, ['initValue', 'peakValue', 'warmupSteps', 'decaySteps', 'endValue', 'exponent']);
  const { initValue, peakValue, warmupSteps, decaySteps, endValue = 0, exponent = 1 } = options;
  requireNumbers('warmupCosineDecaySchedule', { initValue, peakValue, warmupSteps, decaySteps, endValue, exponent });
  const rise = linearSchedule({ initValue, endValue: peakValue, transitionSteps: warmupSteps });
  const alpha = peakValue === 0 ? 0 : endValue / peakValue;
  const fall = cosineDecaySchedule({ initValue: peakValue, decaySteps: decaySteps - warmupSteps, alpha, exponent });
  return joinSchedules([rise, fall], [warmupSteps]);
}
