import { isInteger } from '../../dtype/dtype.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { floorDivide, mod } from '../division.js';
import { abs, add, div, equal, greater, less, logicalAnd, neg, sub, where } from '../elementwise.js';
import { promote, requireAxis } from '../operand.js';
import { cumsum } from '../reduce.js';
import { concatenate, sliceAxis } from '../shape.js';
import { diff } from './differences.js';

export interface UnwrapOptions {
  /** Steps of at least this size are taken for jumps; half the period by default. */
  readonly discont?: TensorLike;
  readonly axis?: number;
  readonly period?: TensorLike;
}

/** Angles without jumps: steps of half a `period` (2 pi) or more become the nearest ones that differ by whole periods (jnp.unwrap). @throws ArgumentError */
export function unwrap(x: TensorLike, { discont, axis = -1, period = 2 * Math.PI }: UnwrapOptions = {}): Tensor {
  const [operand, turn] = promote('unwrap', [x, period]) as [Tensor, Tensor];
  const at = requireAxis('unwrap', axis, operand.rank);
  if (operand.shape[at] === 0) return operand;
  const half = isInteger(operand.dtype) ? floorDivide(turn, 2) : div(turn, 2);
  const steps = diff(operand, { axis: at });
  const folded = sub(mod(add(steps, half), turn), half);
  // A step up of half a period stays one.
  const nearest = where(logicalAnd(equal(folded, neg(half)), greater(steps, 0)), half, folded);
  const change = where(less(abs(steps), discont ?? div(turn, 2)), 0, sub(nearest, steps));
  const size = operand.shape[at]!;
  return concatenate([sliceAxis(operand, at, 0, 1), add(sliceAxis(operand, at, 1, size), cumsum(change, { axis: at }))], at);
}
