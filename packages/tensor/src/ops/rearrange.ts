import { ArgumentError } from '../errors/errors.js';
import { bindOne } from '../program/bind.js';
import { isStatic } from '../shape/dim.js';
import { dimSizeOf } from '../shape/shape.js';
import { tensor, type TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireAxes, requireAxis, requireCounts, toTensor } from './operand.js';
import { broadcastTo, concatenate, expandDims, listOf, ravel, reshape, sliceAxis } from './shape.js';

/** Reverses the order along axes; all of them by default (jnp.flip). */
export function flip(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const operand = toTensor('flip', x);
  const axes = requireAxes('flip', axis, operand.rank);
  return axes.length === 0 ? operand : bindOne('reverse', [operand], { axes });
}

/** x repeated `reps` times along each axis (jnp.tile). @throws ArgumentError where a count is none. */
export function tile(x: TensorLike, reps: number | readonly number[]): Tensor {
  const operand = toTensor('tile', x);
  const times = listOf(reps);
  requireCounts('tile', 'reps', times);
  const rank = Math.max(operand.rank, times.length);
  const shape = [...Array.from({ length: rank - operand.rank }, () => 1), ...operand.shape];
  const counts = [...Array.from({ length: rank - times.length }, () => 1), ...times];
  const spread = reshape(operand, shape.flatMap((dim) => [1, dim]));
  const wide = broadcastTo(spread, shape.flatMap((dim, i) => [counts[i]!, dim]));
  return reshape(wide, shape.map((dim, i) => dimSizeOf([dim, counts[i]!])));
}

/** Each element repeated `repeats` times along an axis, one count for all or one for each; of the flattened tensor by default (jnp.repeat). */
export function repeat(x: TensorLike, repeats: number | readonly number[], axis?: number): Tensor {
  const operand = axis === undefined ? ravel(x) : toTensor('repeat', x);
  const at = requireAxis('repeat', axis ?? 0, operand.rank);
  requireCounts('repeat', 'repeats', listOf(repeats));
  if (typeof repeats !== 'number') {
    if (repeats.length !== operand.shape[at]) throw new ArgumentError('repeat', 'repeats', `must hold a count for each of the ${String(operand.shape[at])} elements, found ${repeats.length}`);
    const places = Int32Array.from(repeats.flatMap((count, i) => Array.from({ length: count }, () => i)));
    return bindOne('gather', [operand, tensor(places)], { axis: at });
  }
  const inner = expandDims(operand, at + 1);
  const wide = broadcastTo(inner, inner.shape.map((dim, i) => (i === at + 1 ? repeats : dim)));
  return reshape(wide, operand.shape.map((dim, i) => (i === at ? dimSizeOf([dim, repeats]) : dim)));
}

/** Shifts elements along axes, around the end; of the flattened tensor by default; one shift serves all axes, and one axis all shifts (jnp.roll). */
export function roll(x: TensorLike, shift: number | readonly number[], axis?: number | readonly number[]): Tensor {
  const operand = toTensor('roll', x);
  if (axis === undefined) return reshape(rollAxis(ravel(operand), listOf(shift).reduce((sum, one) => sum + one, 0), 0), operand.shape);
  const [shifts, axes] = [listOf(shift), listOf(axis)];
  const count = axes.length === 1 ? shifts.length : axes.length;
  if (shifts.length !== count && shifts.length !== 1) throw new ArgumentError('roll', 'shift', `must hold one number for each of the ${axes.length} axes, found ${shifts.length}`);
  const nth = (list: readonly number[], i: number): number => list[list.length === 1 ? 0 : i]!;
  return Array.from({ length: count }, (_, i) => i).reduce((result, i) => rollAxis(result, nth(shifts, i), nth(axes, i)), operand);
}

function rollAxis(operand: Tensor, shift: number, axis: number): Tensor {
  const at = requireAxis('roll', axis, operand.rank);
  const size = operand.shape[at]!;
  if (!isStatic(size)) throw new ArgumentError('roll', 'axis', `names axis ${at}, whose size is symbolic`);
  const offset = size === 0 ? 0 : ((shift % size) + size) % size;
  if (offset === 0) return operand;
  return concatenate([sliceAxis(operand, at, size - offset, size), sliceAxis(operand, at, 0, size - offset)], at);
}
