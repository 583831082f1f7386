import { ArgumentError } from '../../errors/errors.js';
import { isStatic } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { maximum, minimum } from '../elementwise.js';
import { logaddexp } from '../nonlinearity.js';
import { promoteFloating, requireAxis, toTensor } from '../operand.js';
import { flip } from '../rearrange.js';
import { concatenate, expandDims, reshape, sliceAxis } from '../shape.js';

export interface RunningOptions {
  /** The first by default (lax.cummax). */
  readonly axis?: number;
  /** From the end. */
  readonly reverse?: boolean;
}

type Combine = (x: Tensor, y: Tensor) => Tensor;

/** Elements of `even` and `odd` in turn, beginning with `even`, which may have one more. */
function interleave(even: Tensor, odd: Tensor, axis: number): Tensor {
  const pairs = odd.shape[axis] as number;
  const paired = concatenate([expandDims(sliceAxis(even, axis, 0, pairs), axis + 1), expandDims(odd, axis + 1)], axis + 1);
  const flat = reshape(paired, odd.shape.map((dim, i) => (i === axis ? 2 * pairs : dim)));
  return (even.shape[axis] as number) > pairs ? concatenate([flat, sliceAxis(even, axis, pairs, pairs + 1)], axis) : flat;
}

/**
 * Running results of an associative function in a logarithmic number of steps, by the tree that lax.associative_scan has: ties of
 * extrema share their derivative as it says.
 */
function running(combine: Combine, x: Tensor, axis: number): Tensor {
  const size = x.shape[axis] as number;
  if (size < 2) return x;
  const every = (from: number, to: number): Tensor => sliceAxis(x, axis, from, to, 2);
  const odd = running(combine, combine(every(0, size - 1), every(1, size)), axis);
  const first = sliceAxis(x, axis, 0, 1);
  if (size === 2) return concatenate([first, odd], axis);
  const before = size % 2 === 0 ? sliceAxis(odd, axis, 0, (odd.shape[axis] as number) - 1) : odd;
  return interleave(concatenate([first, combine(before, every(2, size))], axis), odd, axis);
}

function cumulative(name: string, combine: Combine, x: Tensor, { axis = 0, reverse = false }: RunningOptions): Tensor {
  const at = requireAxis(name, axis, x.rank);
  if (!isStatic(x.shape[at]!)) throw new ArgumentError(name, 'axis', `names axis ${at} of symbolic size ${String(x.shape[at])}`);
  return reverse ? flip(running(combine, flip(x, at), at), at) : running(combine, x, at);
}

/** The largest element so far (lax.cummax); NaN stays. */
export const cummax = (x: TensorLike, options: RunningOptions = {}): Tensor => cumulative('cummax', maximum, toTensor('cummax', x), options);
/** The smallest element so far (lax.cummin); NaN stays. */
export const cummin = (x: TensorLike, options: RunningOptions = {}): Tensor => cumulative('cummin', minimum, toTensor('cummin', x), options);
/** log(sum(exp(x))) of the elements so far, without overflow (lax.cumlogsumexp). */
export const cumlogsumexp = (x: TensorLike, options: RunningOptions = {}): Tensor => {
  const [operand] = promoteFloating('cumlogsumexp', [x]);
  return cumulative('cumlogsumexp', logaddexp, operand!, options);
};
