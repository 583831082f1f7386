import { ArgumentError } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from '../arguments.js';
import { piecewiseInterpolateSchedule } from './interpolate.js';
import type { Schedule } from './schedule.js';

export interface CosineOneCycleOptions {
  /** How many updates the cycle takes, more than 0. */
  readonly transitionSteps: number;
  readonly peakValue: number;
  /** Which part of the updates the rise takes, 0.3 by default. */
  readonly pctStart?: number;
  /** The first value is the peak over this, 25 by default. */
  readonly divFactor?: number;
  /** The last value is the first over this, 1e4 by default. */
  readonly finalDivFactor?: number;
}

export interface LinearOneCycleOptions extends CosineOneCycleOptions {
  /** At which part of the updates the value is back at the first one, 0.85 by default. The last value is that over `finalDivFactor`. */
  readonly pctFinal?: number;
}

function requireSteps(schedule: string, options: LinearOneCycleOptions, known: readonly string[]): Required<LinearOneCycleOptions> {
  checkOptions(schedule, options, known);
  const all = { pctStart: 0.3, pctFinal: 0.85, divFactor: 25, finalDivFactor: 1e4, ...options };
  requireNumbers(schedule, all);
  if (!(all.transitionSteps > 0)) throw new ArgumentError(schedule, 'transitionSteps', `must be more than 0, found ${all.transitionSteps}`);
  return all;
}

const names = ['transitionSteps', 'peakValue', 'pctStart', 'divFactor', 'finalDivFactor'];

/**
 * Up to the peak and down again by cosines (Optax: `cosine_onecycle_schedule`; Smith and Topin, "Super-convergence", 2018).
 * @throws ArgumentError
 */
export function cosineOnecycleSchedule(options: CosineOneCycleOptions): Schedule {
  const { transitionSteps, peakValue, pctStart, divFactor, finalDivFactor } = requireSteps('cosineOnecycleSchedule', options, names);
  const boundariesAndScales = { [Math.trunc(pctStart * transitionSteps)]: divFactor, [Math.trunc(transitionSteps)]: 1 / (divFactor * finalDivFactor) };
  return piecewiseInterpolateSchedule({ interpolateType: 'cosine', initValue: peakValue / divFactor, boundariesAndScales });
}

/**
 * A line up to the peak, one down again, and one to almost nothing (Optax: `linear_onecycle_schedule`; Smith and Topin, 2018).
 * @throws ArgumentError
 */
export function linearOnecycleSchedule(options: LinearOneCycleOptions): Schedule {
  const { transitionSteps, peakValue, pctStart, pctFinal, divFactor, finalDivFactor } = requireSteps('linearOnecycleSchedule', options, [...names, 'pctFinal']);
  const boundariesAndScales = {
    [Math.trunc(pctStart * transitionSteps)]: divFactor,
    [Math.trunc(pctFinal * transitionSteps)]: 1 / divFactor,
    [transitionSteps]: 1 / finalDivFactor,
  };
  return piecewiseInterpolateSchedule({ interpolateType: 'linear', initValue: peakValue / divFactor, boundariesAndScales });
}
