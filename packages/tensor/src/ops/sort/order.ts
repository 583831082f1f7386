import { ArgumentError } from '../../errors/errors.js';
import { bind } from '../../program/bind.js';
import { isStatic } from '../../shape/dim.js';
import { equalShapes, formatShape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { iota, onesLike } from '../create.js';
import { argsort, sort } from '../indexing.js';
import { requireAxis, toTensor } from '../operand.js';
import { flip } from '../rearrange.js';
import { concatenate, moveaxis, sliceAxis } from '../shape.js';
import { putAlongAxis } from '../index/along.js';
import { topK } from './top-k.js';

/** The order that sorts by the last key, ties by the one before, and so on, int32 (jnp.lexsort). @throws ArgumentError where shapes differ. */
export function lexsort(keys: readonly TensorLike[], axis = -1): Tensor {
  const operands = keys.map((key) => toTensor('lexsort', key));
  const [first] = operands;
  if (first === undefined) throw new ArgumentError('lexsort', 'keys', 'must hold one tensor at least');
  const other = operands.find((operand) => !equalShapes(operand.shape, first.shape));
  if (other) throw new ArgumentError('lexsort', 'keys', `must have one shape, found ${formatShape(first.shape)} and ${formatShape(other.shape)}`);
  const at = requireAxis('lexsort', axis, first.rank);
  return bind('sort', [...operands.reverse(), iota('int32', first.shape, at)], { axis: at, keys: operands.length }).at(-1)!;
}

function place(name: string, x: Tensor, kth: number, axis: number): number {
  const size = x.shape[axis]!;
  if (!isStatic(size)) throw new ArgumentError(name, 'axis', `names axis ${axis} of symbolic size ${String(size)}`);
  const found = kth < 0 ? kth + size : kth;
  if (!Number.isInteger(kth) || found < 0 || found >= size) throw new ArgumentError(name, 'kth', `must be a whole number from ${-size} to ${size - 1}, found ${kth}`);
  return found;
}

/** With the element at `kth` where sorting would put it, no larger one before and no smaller one behind (jnp.partition). */
export function partition(x: TensorLike, kth: number, axis = -1): Tensor {
  const operand = toTensor('partition', x);
  const at = requireAxis('partition', axis, operand.rank);
  const found = place('partition', operand, kth, at);
  const sorted = sort(operand, { axis: at });
  const size = operand.shape[at] as number;
  return concatenate([sliceAxis(sorted, at, 0, found + 1), flip(sliceAxis(sorted, at, found + 1, size), at)], at);
}

/** The order that `partition` puts the elements in, up to the order within its parts, int32 (jnp.argpartition). */
export function argpartition(x: TensorLike, kth: number, axis = -1): Tensor {
  const operand = toTensor('argpartition', x);
  const at = requireAxis('argpartition', axis, operand.rank);
  const found = place('argpartition', operand, kth, at);
  const last = moveaxis(operand, at, -1);
  const low = sliceAxis(argsort(last), -1, 0, found + 1);
  const rest = putAlongAxis(onesLike(last, 'int32'), low, 0, -1);
  const [, high] = topK(rest, (last.shape.at(-1) as number) - found - 1);
  return moveaxis(concatenate([low, high], last.rank - 1), -1, at);
}
