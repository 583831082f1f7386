import { ArgumentError } from '../../errors/errors.js';
import type { AxisPrimitive } from '../../kernels/kernel.js';
import type { ShapeRule } from './rule.js';

export const axisShapeRules: { readonly [P in AxisPrimitive]: ShapeRule<P> } = {
  collective: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  allGather: ([x], { axis, length }) => {
    if (!Number.isInteger(axis) || axis < 0 || axis > x!.shape.length) throw new ArgumentError('allGather', 'axis', `must be a whole number from 0 to ${x!.shape.length}, found ${axis}`);
    return [{ dtype: x!.dtype, shape: [...x!.shape.slice(0, axis), length, ...x!.shape.slice(axis)] }];
  },
  axisIndex: () => [{ shape: [], dtype: 'int32' }],
};
