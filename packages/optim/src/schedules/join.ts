import { ArgumentError, less, sub, where } from '@flaxon/tensor';
import { requireNumbers } from '../arguments.js';
import type { Schedule } from './schedule.js';

/**
 * One schedule after another: from each boundary on, the next, which counts from there (Optax: `join_schedules`).
 * @throws ArgumentError unless there is one boundary fewer than schedules
 */
export function joinSchedules(schedules: readonly Schedule[], boundaries: readonly number[]): Schedule {
  const [first, ...rest] = schedules;
  if (first === undefined || rest.length !== boundaries.length) {
    throw new ArgumentError('joinSchedules', 'boundaries', `must be one fewer than the ${schedules.length} schedules, found ${boundaries.length}`);
  }
  for (const boundary of boundaries) requireNumbers('joinSchedules', { boundaries: boundary });
  return (count, dtype = 'float32') =>
    rest.reduce((value, next, i) => where(less(count, boundaries[i]!), value, next(sub(count, boundaries[i]!), dtype)), first(count, dtype));
}
