import { isFloating, isInteger } from '../dtype/dtype.js';
import { ArgumentError } from '../errors/errors.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { iota } from './create.js';
import { add, div, floor, mul, round, sub } from './elementwise.js';
import { convert } from './operand.js';
import { flip } from './rearrange.js';
import { max, mean, min } from './reduce.js';
import { broadcastTo, concatenate, reshape, sliceAxis } from './shape.js';
import { median } from './statistics/quantile.js';

/** Modes that fill with numbers computed from the elements along the axis. */
export type ComputedPadMode = 'linear_ramp' | 'maximum' | 'minimum' | 'mean' | 'median';

export interface ComputedPadOptions {
  /** Where a linear ramp ends, before and after; 0 by default. */
  readonly endValues: readonly [TensorLike, TensorLike];
  /** How many elements at the edge a statistic is of; all by default. */
  readonly statLength: readonly [number, number] | undefined;
}

const statistics = { maximum: max, minimum: min, mean, median };

/** `width` numbers from `end` on towards the edge of the tensor, which they do not reach. */
function ramp(edge: Tensor, axis: number, width: number, end: TensorLike): Tensor {
  const { dtype } = edge;
  const working = isFloating(dtype) ? dtype : 'float32';
  const counts = reshape(iota(working, [width]), edge.shape.map((_, i) => (i === axis ? width : 1)));
  const start = convert(end, working);
  const line = add(mul(sub(convert(edge, working), start), div(counts, width)), start);
  return convert(isInteger(dtype) ? floor(line) : line, dtype);
}

/** The numbers before (or after) the elements of an axis. */
function border(x: Tensor, axis: number, width: number, before: boolean, mode: ComputedPadMode, options: ComputedPadOptions): Tensor {
  const size = x.shape[axis] as number;
  const side = before ? 0 : 1;
  const cut = (length: number): Tensor => (before ? sliceAxis(x, axis, 0, length) : sliceAxis(x, axis, size - length, size));
  if (mode === 'linear_ramp') {
    const line = ramp(cut(1), axis, width, options.endValues[side]);
    return before ? line : flip(line, axis);
  }
  const length = Math.min(options.statLength?.[side] ?? size, size);
  if (length < 1) throw new ArgumentError('pad', 'statLength', `must be 1 at least, found ${length}`);
  const found = statistics[mode](cut(length), { axis, keepdims: true });
  const value = convert(isInteger(x.dtype) ? round(found) : found, x.dtype);
  return broadcastTo(value, x.shape.map((dim, i) => (i === axis ? width : dim)));
}

/** One axis with computed numbers before and after its elements. */
export function padComputed(x: Tensor, axis: number, [low, high]: readonly [number, number], mode: ComputedPadMode, options: ComputedPadOptions): Tensor {
  if (low === 0 && high === 0) return x;
  if (typeof x.shape[axis] !== 'number' || x.shape[axis] === 0) throw new ArgumentError('pad', 'x', `needs elements, of a known number, along axis ${axis} for mode '${mode}'`);
  const parts = [...(low > 0 ? [border(x, axis, low, true, mode, options)] : []), x, ...(high > 0 ? [border(x, axis, high, false, mode, options)] : [])];
  return concatenate(parts, axis);
}
