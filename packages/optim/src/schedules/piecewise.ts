import { ArgumentError, less, scalar, where } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from '../arguments.js';
import { constantSchedule } from './constant.js';
import type { Schedule } from './schedule.js';

export interface PiecewiseConstantOptions {
  readonly initValue: number;
  /** Update numbers, each with the factor by which the value is multiplied from there on; in any order. */
  readonly boundariesAndScales?: Readonly<Record<number, number>>;
}

/**
 * `initValue`, multiplied at each boundary by its factor (Optax: `piecewise_constant_schedule`).
 * @throws ArgumentError where a factor is negative
 */
export function piecewiseConstantSchedule(options: PiecewiseConstantOptions): Schedule {
  checkOptions('piecewiseConstantSchedule', options, ['initValue', 'boundariesAndScales']);
  const { initValue, boundariesAndScales = {} } = options;
  requireNumbers('piecewiseConstantSchedule', { initValue });
  const steps = Object.entries(boundariesAndScales).map(([boundary, scale]) => ({ boundary: Number(boundary), scale }));
  for (const { boundary, scale } of steps) {
    requireNumbers('piecewiseConstantSchedule', { boundariesAndScales: boundary });
    if (!(scale >= 0)) throw new ArgumentError('piecewiseConstantSchedule', 'boundariesAndScales', `must have factors that are not negative, found ${scale} at ${boundary}`);
  }
  steps.sort((a, b) => a.boundary - b.boundary);
  return (count, dtype = 'float32') => {
    let known = initValue;
    return steps.reduce((value, { boundary, scale }) => {
      known *= scale;
      return where(less(count, boundary), value, scalar(known, dtype));
    }, constantSchedule(initValue)(count, dtype));
  };
}
