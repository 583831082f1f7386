import { astype, broadcastTo, div, expandDims, isFloating, maximum, mean, promoteTypes, square, sub, sum, where, type Dtype, type Tensor } from '@flaxon/tensor';
import { meanOfExamples, type ExampleAxis } from './across-examples.js';
import type { NormalizationAttributes } from './attributes.js';

export interface Statistics {
  /** Undefined where nothing is taken off. */
  readonly mean?: Tensor;
  readonly variance: Tensor;
}

type Attributes = Pick<NormalizationAttributes, 'dtype' | 'useFastVariance' | 'forceFloat32Reductions'> & ExampleAxis;

function reductionDtype(x: Tensor, { dtype = x.dtype, forceFloat32Reductions }: Attributes): Dtype {
  if (forceFloat32Reductions) return promoteTypes(dtype, 'float32');
  return isFloating(dtype) ? dtype : 'float32';
}

/** The mean over `axes`, of the elements where `mask` is true, and over the examples of a named axis. */
function averageOver(axes: readonly number[], mask: Tensor | undefined, examples: ExampleAxis): (x: Tensor) => Tensor {
  return (x) => meanOfExamples(averageOfOne(x, axes, mask), examples);
}

function averageOfOne(x: Tensor, axes: readonly number[], mask: Tensor | undefined): Tensor {
  if (mask === undefined) return mean(x, { axis: axes });
  const counts = broadcastTo(astype(mask, 'bool'), x.shape);
  return div(sum(where(counts, x, 0), { axis: axes }), sum(astype(counts, x.dtype), { axis: axes }));
}

/**
 * Mean and (biased) variance of x over `axes`, which are removed, of the elements where `mask` is true if there is one
 * (Flax: `_compute_stats`). In float64 for float64, else in float32.
 */
export function statistics(x: Tensor, axes: readonly number[], attributes: Attributes, mask?: Tensor): Required<Statistics> {
  const wide = astype(x, reductionDtype(x, attributes));
  const average = averageOver(axes, mask, attributes);
  const center = average(wide);
  if (!attributes.useFastVariance) return { mean: center, variance: average(square(sub(wide, expandDims(center, axes)))) };
  // Rounding can make the difference negative.
  return { mean: center, variance: maximum(sub(average(square(wide)), square(center)), 0) };
}

/** The mean square of x over `axes` in place of the variance, without a mean. */
export function meanSquare(x: Tensor, axes: readonly number[], attributes: Attributes, mask?: Tensor): Statistics {
  return { variance: averageOver(axes, mask, attributes)(square(astype(x, reductionDtype(x, attributes)))) };
}
