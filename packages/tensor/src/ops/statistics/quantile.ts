import { ArgumentError } from '../../errors/errors.js';
import { dimSizeOf } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { dimensionSize } from '../create.js';
import { add, astype, ceil, clip, div, floor, isnan, lessEqual, logicalNot, mul, sub, where } from '../elementwise.js';
import { sort, takeAlongAxis } from '../indexing.js';
import { convert, promoteFloating, requireAxes } from '../operand.js';
import { any, sum } from '../reduce.js';
import { broadcastTo, expandDims, moveaxis, reshape } from '../shape.js';

export type QuantileMethod = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';

export interface QuantileOptions {
  /** The reduced axes; all of them by default. */
  readonly axis?: number | readonly number[] | undefined;
  readonly keepdims?: boolean | undefined;
  /** What is taken between two elements. */
  readonly method?: QuantileMethod | undefined;
}

const methods: readonly string[] = ['linear', 'lower', 'higher', 'midpoint', 'nearest'];

/** The reduced axes as one last axis. */
function gathered(x: Tensor, axes: readonly number[]): Tensor {
  const moved = moveaxis(x, axes, axes.map((_, i) => x.rank - axes.length + i));
  const kept = moved.shape.slice(0, x.rank - axes.length);
  return reshape(moved, [...kept, dimSizeOf(moved.shape.slice(kept.length))]);
}

/** Sorted rows at fractional places: (q, rows...). `places` broadcast against that. */
function between(sorted: Tensor, places: Tensor, count: Tensor, method: QuantileMethod): Tensor {
  const top = sub(count, 1);
  const [low, high] = [floor(places), ceil(places)];
  const weight = sub(places, low);
  const at = (place: Tensor): Tensor => {
    const index = convert(clip(place, { min: 0, max: clip(top, { min: 0 }) }), 'int32');
    const wanted = [...index.shape.slice(0, 1), ...sorted.shape.slice(0, -1)];
    const rows = moveaxis(broadcastTo(index, wanted), 0, -1);
    return moveaxis(takeAlongAxis(sorted, rows, -1, 'clip'), -1, 0);
  };
  if (method === 'lower') return at(low);
  if (method === 'higher') return at(high);
  if (method === 'nearest') return where(lessEqual(weight, 0.5), at(low), at(high));
  if (method === 'midpoint') return mul(add(at(low), at(high)), 0.5);
  return add(mul(at(low), sub(1, weight)), mul(at(high), weight));
}

function quantiles(name: string, x: TensorLike, q: TensorLike, { axis, keepdims = false, method = 'linear' }: QuantileOptions, skipsNan: boolean): Tensor {
  if (!methods.includes(method)) throw new ArgumentError(name, 'method', `must be one of ${methods.join(', ')}, found ${JSON.stringify(method)}`);
  const [operand] = promoteFloating(name, [x]);
  const axes = requireAxes(name, axis, operand!.rank);
  const [fractions] = promoteFloating(name, [q]);
  if (fractions!.rank > 1) throw new ArgumentError(name, 'q', `must be a number or a vector, found rank ${fractions!.rank}`);
  const rows = gathered(operand!, axes);
  const isMissing = isnan(rows);
  const settled = skipsNan ? rows : where(any(isMissing, { axis: -1, keepdims: true }), NaN, rows);
  const list = reshape(fractions!, [fractions!.rank === 0 ? 1 : fractions!.shape[0]!, ...rows.shape.slice(1).map(() => 1)]);
  const count = skipsNan ? expandDims(sum(astype(logicalNot(isMissing), fractions!.dtype), { axis: -1 }), 0) : dimensionSize(rows.shape.at(-1)!, fractions!.dtype);
  const found = between(sort(settled), mul(list, sub(count, 1)), count, method);
  const result = fractions!.rank === 0 ? reshape(found, found.shape.slice(1)) : found;
  return keepdims ? expandDims(result, axes.map((one) => one + fractions!.rank)) : result;
}

/** The value below which the fraction `q` of the elements lies, one for each of a vector of fractions in front (jnp.quantile). NaN where an element is. */
export const quantile = (x: TensorLike, q: TensorLike, options: QuantileOptions = {}): Tensor => quantiles('quantile', x, q, options, false);
/** The same, over the elements that are numbers (jnp.nanquantile). */
export const nanquantile = (x: TensorLike, q: TensorLike, options: QuantileOptions = {}): Tensor => quantiles('nanquantile', x, q, options, true);
/** Quantiles of fractions given in percent (jnp.percentile). */
export const percentile = (x: TensorLike, q: TensorLike, options: QuantileOptions = {}): Tensor => quantile(x, div(q, 100), options);
/** Quantiles of fractions given in percent, over the elements that are numbers (jnp.nanpercentile). */
export const nanpercentile = (x: TensorLike, q: TensorLike, options: QuantileOptions = {}): Tensor => nanquantile(x, div(q, 100), options);
/** The middle element, or the mean of the two in the middle (jnp.median). */
export const median = (x: TensorLike, options: Omit<QuantileOptions, 'method'> = {}): Tensor => quantile(x, 0.5, { ...options, method: 'midpoint' });
/** The median of the elements that are numbers (jnp.nanmedian). */
export const nanmedian = (x: TensorLike, options: Omit<QuantileOptions, 'method'> = {}): Tensor => nanquantile(x, 0.5, { ...options, method: 'midpoint' });
