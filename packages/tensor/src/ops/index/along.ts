import { bindOne } from '../../program/bind.js';
import { mulDim } from '../../shape/dim.js';
import { dimSizeOf } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { dimensionSize, iota } from '../create.js';
import { add, greaterEqual, less, logicalAnd, mul, where } from '../elementwise.js';
import { convert, requireAxis, toTensor } from '../operand.js';
import { broadcastTo, moveaxis, ravel, reshape } from '../shape.js';

/** x with `values` at one index for each place along an axis, as `takeAlongAxis` reads them (jnp.put_along_axis); indices out of range are dropped. */
export function putAlongAxis(x: TensorLike, indices: TensorLike, values: TensorLike, axis = -1): Tensor {
  const operand = toTensor('putAlongAxis', x);
  const at = requireAxis('putAlongAxis', axis, operand.rank);
  const last = moveaxis(operand, at, -1);
  const places = moveaxis(convert(toTensor('putAlongAxis', indices), 'int32'), at, -1);
  const given = convert(values, operand.dtype);
  const updates = moveaxis(broadcastTo(given, toTensor('putAlongAxis', indices).shape), at, -1);
  const size = last.shape.at(-1)!;
  const rows = dimSizeOf(last.shape.slice(0, -1));
  const length = dimensionSize(size);
  const counted = where(less(places, 0), add(places, length), places);
  const inside = logicalAnd(greaterEqual(counted, 0), less(counted, length));
  const offset = mul(reshape(iota('int32', [rows]), [...last.shape.slice(0, -1), 1]), length);
  const flat = where(inside, add(counted, offset), -1);
  const written = bindOne('scatter', [reshape(last, [mulDim(rows, size)]), ravel(flat), ravel(updates)], { axis: 0, mode: 'set' });
  return moveaxis(reshape(written, last.shape), -1, at);
}
