import { ConcretizationError } from '../../errors/errors.js';
import { bindOne } from '../../program/bind.js';
import { formatSpec } from '../../shape/shape.js';
import { tensor, type TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { full, iota } from '../create.js';
import { floorDivide, mod } from '../division.js';
import { less, notEqual, sub, where } from '../elementwise.js';
import { convert, toTensor } from '../operand.js';
import { cumsum, sum } from '../reduce.js';
import { ravel, reshape, stack } from '../shape.js';

export interface SizeOptions {
  /** How many results there are, whatever the values: what a traced operand needs. Results beyond it are left out. */
  readonly size?: number;
  /** What stands for results that are missing; 0 by default. */
  readonly fillValue?: TensorLike;
}

/** The places of true elements of a vector of bools, int32. */
export function truePlaces(mask: Tensor, { size, fillValue = 0 }: SizeOptions): Tensor {
  if (size === undefined) {
    if (mask.isTraced) throw new ConcretizationError('counting the elements that are not zero (give `size` for a fixed number of results)', formatSpec(mask));
    const data = mask.data() as Uint8Array;
    return tensor(Int32Array.from(data.keys()).filter((i) => data[i] !== 0));
  }
  // The k-th true element goes to place k; those that are not true, and those beyond the size, are dropped.
  const order = sub(cumsum(mask), 1);
  const places = where(mask, order, -1);
  return bindOne('scatter', [full([size], convert(fillValue, 'int32'), 'int32'), places, iota('int32', mask.shape)], { axis: 0, mode: 'set' });
}

/**
 * Where elements are not zero: for each axis an int32 vector of places, in row-major order (jnp.nonzero).
 * @throws ConcretizationError where x is traced and `size` is not given.
 */
export function nonzero(x: TensorLike, { size, fillValue = 0 }: SizeOptions = {}): Tensor[] {
  const operand = toTensor('nonzero', x);
  const mask = ravel(operand.dtype === 'bool' ? operand : notEqual(operand, 0));
  const flat = truePlaces(mask, size === undefined ? {} : { size, fillValue: -1 });
  const shape = operand.staticShape('nonzero');
  const isThere = size === undefined ? undefined : less(iota('int32', [size]), sum(mask));
  let stride = 1;
  const places: Tensor[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const place = mod(floorDivide(flat, Math.max(1, stride)), Math.max(1, shape[axis]!));
    places.unshift(isThere ? where(isThere, place, convert(fillValue, 'int32')) : place);
    stride *= shape[axis]!;
  }
  return places;
}

/** The places of `nonzero` as the rows of a matrix (jnp.argwhere). */
export const argwhere = (x: TensorLike, options: SizeOptions = {}): Tensor => {
  const operand = toTensor('argwhere', x);
  return operand.rank === 0 ? reshape(full([0], 0, 'int32'), [0, 0]) : stack(nonzero(operand, options), 1);
};

/** The places of elements that are not zero in the flattened tensor (jnp.flatnonzero). */
export const flatnonzero = (x: TensorLike, options: SizeOptions = {}): Tensor => nonzero(ravel(x), options)[0]!;
