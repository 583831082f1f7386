import { add, ArgumentError, astype, cos, less, mul, scalar, sub, where, type Tensor } from '@flaxon/tensor';
import { checkOptions, requireNumbers } from '../arguments.js';
import { constantSchedule } from './constant.js';
import type { Schedule } from './schedule.js';

export interface PiecewiseInterpolateOptions {
  /** The curve between boundaries. */
  readonly interpolateType: 'linear' | 'cosine';
  readonly initValue: number;
  /** Update numbers, each with the factor that the value has been multiplied by there; in any order. */
  readonly boundariesAndScales?: Readonly<Record<number, number>>;
}

/** From `start` to `end`, where `part` goes from 0 to 1. */
const curves = {
  linear: (start: number, end: number, part: Tensor): Tensor => add(mul(part, end - start), start),
  cosine: (start: number, end: number, part: Tensor): Tensor => add(mul(add(cos(mul(part, Math.PI)), 1), (start - end) / 2), end),
} as const;

/**
 * A curve through values at the boundaries, each the one before times its factor; the last stays (Optax:
 * `piecewise_interpolate_schedule`).
 * @throws ArgumentError where a factor is negative or the type is not one of the two
 */
export function piecewiseInterpolateSchedule(options: PiecewiseInterpolateOptions): Schedule {
  checkOptions('piecewiseInterpolateSchedule', options, ['interpolateType', 'initValue', 'boundariesAndScales']);
  const { interpolateType, initValue, boundariesAndScales = {} } = options;
  requireNumbers('piecewiseInterpolateSchedule', { initValue });
  if (!Object.hasOwn(curves, interpolateType)) throw new ArgumentError('piecewiseInterpolateSchedule', 'interpolateType', `must be \`linear\` or \`cosine\`, found ${interpolateType}`);
  const steps = Object.entries(boundariesAndScales).map(([boundary, factor]) => ({ boundary: Number(boundary), factor }));
  for (const { boundary, factor } of steps) {
    requireNumbers('piecewiseInterpolateSchedule', { boundariesAndScales: boundary });
    if (!(factor >= 0)) throw new ArgumentError('piecewiseInterpolateSchedule', 'boundariesAndScales', `must have factors that are not negative, found ${factor} at ${boundary}`);
  }
  steps.sort((a, b) => a.boundary - b.boundary);
  const curve = curves[interpolateType];
  return (count, dtype = 'float32') => {
    const counted = astype(count, dtype);
    let [start, from] = [initValue, 0];
    const pieces = steps.map(({ boundary, factor }) => {
      const end = start * factor;
      const piece = { boundary, value: curve(start, end, mul(sub(counted, from), 1 / Math.max(boundary - from, 1))) };
      [start, from] = [end, boundary];
      return piece;
    });
    return pieces.reduceRight((rest: Tensor, { boundary, value }) => where(less(counted, boundary), value, rest), steps.length === 0 ? constantSchedule(start)(count, dtype) : scalar(start, dtype));
  };
}
