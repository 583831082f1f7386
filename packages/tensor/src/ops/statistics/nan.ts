import { isFloating } from '../../dtype/dtype.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { astype, div, greater, isnan, logicalNot, sqrt, square, sub, where } from '../elementwise.js';
import { toTensor } from '../operand.js';
import { all, argmax, argmin, cumprod, cumsum, max, mean, min, prod, sum, variance, type ArgumentOptions, type CumulativeOptions, type ReduceOptions, type VarianceOptions } from '../reduce.js';

/** The operand with `filler` where it is NaN; integers as they are. */
const without = (x: Tensor, filler: number): Tensor => (isFloating(x.dtype) ? where(isnan(x), filler, x) : x);

/** Of NaNs alone the result is NaN. */
function orNan(result: Tensor, x: Tensor, options: ReduceOptions): Tensor {
  return isFloating(x.dtype) ? where(all(isnan(x), options), NaN, result) : result;
}

/** The sum, NaN counting as 0 (jnp.nansum). */
export const nansum = (x: TensorLike, options: ReduceOptions = {}): Tensor => sum(without(toTensor('nansum', x), 0), options);
/** The product, NaN counting as 1 (jnp.nanprod). */
export const nanprod = (x: TensorLike, options: ReduceOptions = {}): Tensor => prod(without(toTensor('nanprod', x), 1), options);

/** The largest number; NaN where all are NaN (jnp.nanmax). */
export function nanmax(x: TensorLike, options: ReduceOptions = {}): Tensor {
  const operand = toTensor('nanmax', x);
  return orNan(max(without(operand, -Infinity), options), operand, options);
}

/** The smallest number; NaN where all are NaN (jnp.nanmin). */
export function nanmin(x: TensorLike, options: ReduceOptions = {}): Tensor {
  const operand = toTensor('nanmin', x);
  return orNan(min(without(operand, Infinity), options), operand, options);
}

/** How many elements are numbers, in the dtype of x. */
const countNumbers = (x: Tensor, options: ReduceOptions): Tensor => sum(astype(logicalNot(isnan(x)), x.dtype), options);

/** The mean of the numbers (jnp.nanmean); integers give float32. */
export function nanmean(x: TensorLike, options: ReduceOptions = {}): Tensor {
  const operand = toTensor('nanmean', x);
  return isFloating(operand.dtype) ? div(nansum(operand, options), countNumbers(operand, options)) : mean(operand, options);
}

/** The variance of the numbers (jnp.nanvar). NaN where no more of them are there than `ddof`. */
export function nanvar(x: TensorLike, options: VarianceOptions = {}): Tensor {
  const operand = toTensor('nanvar', x);
  if (!isFloating(operand.dtype)) return variance(operand, options);
  const { axis, keepdims, ddof = 0 } = options;
  const isMissing = isnan(operand);
  const centered = where(isMissing, 0, sub(where(isMissing, 0, operand), nanmean(operand, { axis, keepdims: true })));
  const degrees = sub(countNumbers(operand, { axis, keepdims }), ddof);
  const isDefined = greater(degrees, 0);
  return where(isDefined, div(sum(square(centered), { axis, keepdims }), where(isDefined, degrees, 1)), NaN);
}

/** The standard deviation of the numbers (jnp.nanstd). */
export const nanstd = (x: TensorLike, options: VarianceOptions = {}): Tensor => sqrt(nanvar(x, options));

/** The place of the first largest number; -1 where all are NaN (jnp.nanargmax). */
export function nanargmax(x: TensorLike, options: ArgumentOptions = {}): Tensor {
  const operand = toTensor('nanargmax', x);
  if (!isFloating(operand.dtype)) return argmax(operand, options);
  return where(all(isnan(operand), options), -1, argmax(without(operand, -Infinity), options));
}

/** The place of the first smallest number; -1 where all are NaN (jnp.nanargmin). */
export function nanargmin(x: TensorLike, options: ArgumentOptions = {}): Tensor {
  const operand = toTensor('nanargmin', x);
  if (!isFloating(operand.dtype)) return argmin(operand, options);
  return where(all(isnan(operand), options), -1, argmin(without(operand, Infinity), options));
}

/** Running sums, NaN counting as 0 (jnp.nancumsum). */
export const nancumsum = (x: TensorLike, options: CumulativeOptions = {}): Tensor => cumsum(without(toTensor('nancumsum', x), 0), options);
/** Running products, NaN counting as 1 (jnp.nancumprod). */
export const nancumprod = (x: TensorLike, options: CumulativeOptions = {}): Tensor => cumprod(without(toTensor('nancumprod', x), 1), options);
