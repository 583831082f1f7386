import { ArgumentError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Tree } from '../../tree/tree.js';
import { vmap } from '../../transforms/vmap.js';
import { requireAxis, toTensor } from '../operand.js';
import { expandDims } from '../shape.js';

/**
 * `f` of each vector along an axis (jnp.apply_along_axis); what it gives, of any shape, takes the place of the axis. All vectors at once, by `vmap`.
 * @throws ArgumentError
 */
export function applyAlongAxis<R extends Tree<Tensor>>(f: (vector: Tensor) => R, axis: number, x: TensorLike): R {
  const operand = toTensor('applyAlongAxis', x);
  const at = requireAxis('applyAlongAxis', axis, operand.rank);
  let whole = f;
  for (let i = 1; i < operand.rank - at; i++) whole = vmap(whole, { inAxes: i, outAxes: -1 });
  for (let i = 0; i < at; i++) whole = vmap(whole);
  return whole(operand);
}

/**
 * `f(x, axis)` of one axis after the other; an axis that it takes away stays with size 1 (jnp.apply_over_axes).
 * @throws ArgumentError where `f` gives a tensor of another rank.
 */
export function applyOverAxes(f: (x: Tensor, axis: number) => Tensor, x: TensorLike, axes: number | readonly number[]): Tensor {
  const list = typeof axes === 'number' ? [axes] : axes;
  return list.reduce<Tensor>((operand, one) => {
    const axis = requireAxis('applyOverAxes', one, operand.rank);
    const found = f(operand, axis);
    if (found.rank === operand.rank) return found;
    if (found.rank === operand.rank - 1) return expandDims(found, axis);
    throw new ArgumentError('applyOverAxes', 'f', `must keep the rank ${operand.rank} or take one axis away, found rank ${found.rank}`);
  }, toTensor('applyOverAxes', x));
}
