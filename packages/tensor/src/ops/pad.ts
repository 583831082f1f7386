import { ArgumentError } from '../errors/errors.js';
import { bindOne } from '../program/bind.js';
import { isStatic } from '../shape/dim.js';
import type { TensorLike } from '../tensor/create.js';
import type { Scalar } from '../tensor/element.js';
import type { Tensor } from '../tensor/tensor.js';
import { convert, toTensor } from './operand.js';
import { flip } from './rearrange.js';
import { broadcastTo, concatenate, sliceAxis } from './shape.js';

export type PadMode = 'constant' | 'edge' | 'reflect' | 'symmetric' | 'wrap';

export interface PadOptions {
  readonly mode?: PadMode;
  readonly constantValues?: Scalar;
}

/** What stands before (or after) the elements of an axis, `width` of it, read towards the edge. */
function border(x: Tensor, axis: number, width: number, mode: Exclude<PadMode, 'constant'>, before: boolean): Tensor {
  const size = x.shape[axis];
  if (size === undefined || !isStatic(size)) throw new ArgumentError('pad', 'x', `has a symbolic axis ${axis}, which only mode 'constant' can pad`);
  if (mode === 'edge') {
    const edge = before ? sliceAxis(x, axis, 0, 1) : sliceAxis(x, axis, size - 1, size);
    return broadcastTo(edge, x.shape.map((dim, i) => (i === axis ? width : dim)));
  }
  if (mode === 'wrap') return before ? sliceAxis(x, axis, size - width, size) : sliceAxis(x, axis, 0, width);
  const skip = mode === 'reflect' ? 1 : 0;
  return flip(before ? sliceAxis(x, axis, skip, skip + width) : sliceAxis(x, axis, size - skip - width, size - skip), axis);
}

/** The widest border that one reading of the axis gives. */
const reach = (size: number, mode: PadMode): number => (mode === 'reflect' ? size - 1 : size);

function padAxis(x: Tensor, axis: number, [low, high]: readonly [number, number], mode: Exclude<PadMode, 'constant'>): Tensor {
  let result = x;
  let [before, after] = [low, high];
  while (before > 0 || after > 0) {
    const most = mode === 'edge' ? Infinity : reach(result.shape[axis] as number, mode);
    if (most <= 0) throw new ArgumentError('pad', 'padWidth', `cannot ${mode} axis ${axis} of size ${String(x.shape[axis])}`);
    const [left, right] = [Math.min(before, most), Math.min(after, most)];
    const parts = [...(left > 0 ? [border(result, axis, left, mode, true)] : []), result, ...(right > 0 ? [border(result, axis, right, mode, false)] : [])];
    result = concatenate(parts, axis);
    [before, after] = [before - left, after - right];
  }
  return result;
}

/** Adds `[low, high]` elements around each axis (jnp.pad). */
export function pad(x: TensorLike, padWidth: readonly (readonly [number, number])[], { mode = 'constant', constantValues = 0 }: PadOptions = {}): Tensor {
  const operand = toTensor('pad', x);
  if (padWidth.length !== operand.rank || padWidth.flat().some((width) => width < 0)) {
    throw new ArgumentError('pad', 'padWidth', `must hold [low, high], not negative, for each of the ${operand.rank} axes`);
  }
  if (mode === 'constant') return padConfig(operand, constantValues, padWidth);
  return padWidth.reduce((result, widths, axis) => padAxis(result, axis, widths, mode), operand);
}

/** Padding with a value; negative numbers crop, interior ones spread the elements (lax.pad). */
export function padConfig(x: TensorLike, value: TensorLike, config: readonly (readonly [number, number, number?])[]): Tensor {
  const operand = toTensor('padConfig', x);
  if (config.every((widths) => widths.every((width) => (width ?? 0) === 0))) return operand;
  const params = { low: config.map(([low]) => low), high: config.map(([, high]) => high), interior: config.map(([, , interior = 0]) => interior) };
  return bindOne('pad', [operand, convert(value, operand.dtype)], params);
}
