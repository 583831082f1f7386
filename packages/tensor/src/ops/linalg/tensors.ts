/** Tensors as matrices between groups of axes. */
import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { equalShapes, formatShape, isStaticShape, sizeOf, type StaticShape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { promoteFloating, requireAxis } from '../operand.js';
import { moveaxis, ravel, reshape } from '../shape.js';
import { inv, solve } from './solve.js';

function staticShape(operation: string, x: Tensor): StaticShape {
  if (!isStaticShape(x.shape)) throw new ShapeError(operation, [formatShape(x.shape)], 'needs known sizes');
  return x.shape;
}

/**
 * The tensor that undoes `tensordot` with x, whose first `count` axes are one side and the others the other side (jnp.linalg.tensorinv).
 * @throws ShapeError where the sides have different sizes, ArgumentError.
 */
export function tensorinv(x: TensorLike, count = 2): Tensor {
  const operand = promoteFloating('tensorinv', [x])[0]!;
  if (!Number.isInteger(count) || count < 1) throw new ArgumentError('tensorinv', 'count', `must be a whole number from 1 on, found ${count}`);
  const shape = staticShape('tensorinv', operand);
  const [left, right] = [shape.slice(0, count), shape.slice(count)];
  if (sizeOf(left) !== sizeOf(right)) throw new ShapeError('tensorinv', [formatShape(shape)], `the first ${count} axes and the others must have as many elements`);
  return reshape(inv(reshape(operand, [sizeOf(left), sizeOf(right)])), [...right, ...left]);
}

/**
 * x with tensordot(a, x, rank of x) = b (jnp.linalg.tensorsolve); `axes` of a go to its end first.
 * @throws ShapeError where a has not as many elements on both sides.
 */
export function tensorsolve(a: TensorLike, b: TensorLike, { axes = [] }: { readonly axes?: readonly number[] } = {}): Tensor {
  const [given, side] = promoteFloating('tensorsolve', [a, b]) as [Tensor, Tensor];
  const ends = axes.map((axis) => requireAxis('tensorsolve', axis, given.rank));
  const ordered = ends.length === 0 ? given : moveaxis(given, ends, ends.map((_, i) => given.rank - ends.length + i));
  const whole = staticShape('tensorsolve', ordered);
  const shape = whole.slice(side.rank);
  const size = sizeOf(staticShape('tensorsolve', side));
  if (sizeOf(shape) !== size || !equalShapes(whole.slice(0, side.rank), side.shape)) throw new ShapeError('tensorsolve', [formatShape(given.shape), formatShape(side.shape)], 'a needs the axes of b and then as many elements again');
  return reshape(solve(reshape(ordered, [size, size]), ravel(side)), shape);
}
