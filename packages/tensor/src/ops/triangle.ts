import { ArgumentError } from '../errors/errors.js';
import { isStatic } from '../shape/dim.js';
import type { TensorLike } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { iota } from './create.js';
import { add, equal, greaterEqual, lessEqual, where } from './elementwise.js';
import { convert, toTensor } from './operand.js';
import { padConfig } from './pad.js';
import { sum } from './reduce.js';
import { expandDims, slice } from './shape.js';

function masked(name: string, x: TensorLike, k: number, keeps: (column: Tensor, row: Tensor) => Tensor): Tensor {
  const operand = toTensor(name, x);
  if (operand.rank < 2) throw new ArgumentError(name, 'x', `must have rank 2 or more, found ${operand.rank}`);
  const [rows, columns] = operand.shape.slice(-2);
  const row = add(iota('int32', [rows!, 1], 0), k);
  return where(keeps(iota('int32', [1, columns!], 1), row), operand, convert(0, operand.dtype));
}

/** Zero above diagonal `k` (jnp.tril). */
export const tril = (x: TensorLike, k = 0): Tensor => masked('tril', x, k, lessEqual);
/** Zero below diagonal `k` (jnp.triu). */
export const triu = (x: TensorLike, k = 0): Tensor => masked('triu', x, k, greaterEqual);

/** The matrix with x on diagonal `k`, or diagonal `k` of the matrix x (jnp.diag). */
export function diag(x: TensorLike, k = 0): Tensor {
  const operand = toTensor('diag', x);
  const zero = convert(0, operand.dtype);
  const [low, high] = [Math.max(0, -k), Math.max(0, k)];
  if (operand.rank === 1) {
    const size = operand.shape[0]!;
    const square = where(equal(iota('int32', [size, 1], 0), iota('int32', [1, size], 1)), expandDims(operand, 1), zero);
    return padConfig(square, 0, [[low, high], [high, low]]);
  }
  const [rows, columns] = operand.shape;
  if (operand.rank !== 2 || !isStatic(rows!) || !isStatic(columns!)) throw new ArgumentError('diag', 'x', `must be a vector or a matrix of known size, found rank ${operand.rank}`);
  const length = Math.max(0, Math.min(rows - low, columns - high));
  // A diagonal beyond the edge is empty.
  const [top, left] = [Math.min(low, rows), Math.min(high, columns)];
  const block = slice(operand, [top, left], [top + length, left + length]);
  const found = sum(where(equal(iota('int32', [length, 1], 0), iota('int32', [1, length], 1)), block, zero), { axis: 1 });
  // Sums of small integers are wider.
  return convert(found, operand.dtype);
}
