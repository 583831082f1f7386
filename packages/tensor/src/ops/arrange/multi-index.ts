import { ArgumentError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { floorDivide, mod } from '../division.js';
import { add, clip, less, logicalAnd, greaterEqual, mul, where } from '../elementwise.js';
import { toTensor } from '../operand.js';

/**
 * The place on each axis of a shape that an index into its flattened elements names (jnp.unravel_index). Negative indices count from
 * the end; what is out of range is clamped.
 */
export function unravelIndex(indices: TensorLike, shape: readonly number[]): Tensor[] {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const given = toTensor('unravelIndex', indices);
  const counted = where(less(given, 0), add(given, size), given);
  const inside = logicalAnd(greaterEqual(counted, 0), less(counted, size));
  let rest = where(inside, counted, clip(counted, { min: 0, max: Math.max(0, size - 1) }));
  return [...shape].reverse().map((dim) => {
    const place = mod(rest, Math.max(1, dim));
    rest = floorDivide(rest, Math.max(1, dim));
    return place;
  }).reverse();
}

/** The index into the flattened elements of a shape from the places on its axes (jnp.ravel_multi_index); what is out of range wraps or is clamped. */
export function ravelMultiIndex(places: readonly TensorLike[], shape: readonly number[], { mode = 'clip' }: { readonly mode?: 'wrap' | 'clip' } = {}): Tensor {
  if (places.length !== shape.length) throw new ArgumentError('ravelMultiIndex', 'places', `must be one for each of the ${shape.length} axes, found ${places.length}`);
  const within = (place: TensorLike, dim: number): Tensor => (mode === 'wrap' ? mod(place, dim) : clip(place, { min: 0, max: dim - 1 }));
  const [first, ...others] = places.map((place, axis) => within(place, shape[axis]!));
  return others.reduce<Tensor>((index, place, i) => add(mul(index, shape[i + 1]!), place), first ?? toTensor('ravelMultiIndex', 0));
}
