import { isInteger } from '../../dtype/dtype.js';
import { ArgumentError, ConcretizationError, DtypeError } from '../../errors/errors.js';
import { bindOne } from '../../program/bind.js';
import { formatSpec } from '../../shape/shape.js';
import { isStatic } from '../../shape/dim.js';
import { tensor, type TensorLike } from '../../tensor/create.js';
import { Tensor } from '../../tensor/tensor.js';
import { full, onesLike } from '../create.js';
import { add, div, equal, maximum, mul, sub, where } from '../elementwise.js';
import { index } from '../index/index.js';
import { convert, promoteFloating } from '../operand.js';
import { max, min, sum } from '../reduce.js';
import { concatenate, ravel, sliceAxis } from '../shape.js';
import { diff } from '../statistics/differences.js';
import { searchsorted } from './searchsorted.js';

export interface BincountOptions {
  /** What each element counts; 1 by default. */
  readonly weights?: TensorLike;
  /** The least number of bins. */
  readonly minlength?: number;
  /** The number of bins, whatever the values: what a traced operand needs. Larger elements are left out. */
  readonly length?: number;
}

/**
 * How often 0, 1, 2, ... stands in a vector of integers (jnp.bincount). Negative elements count as 0.
 * @throws ConcretizationError where x is traced and `length` is not given; DtypeError where it is not of integers.
 */
export function bincount(x: TensorLike, { weights, minlength = 0, length }: BincountOptions = {}): Tensor {
  const operand = ravel(x);
  if (!isInteger(operand.dtype)) throw new DtypeError('bincount', [operand.dtype], 'counts integers');
  const places = maximum(convert(operand, 'int32'), 0);
  const size = length ?? Math.max(minlength, 1 + largestOf(places));
  const added = weights === undefined ? onesLike(places) : ravel(weights);
  return bindOne('scatter', [full([size], 0, added.dtype), places, added], { axis: 0, mode: 'add' });
}

function largestOf(x: Tensor): number {
  if (x.isTraced) throw new ConcretizationError('bincount without `length`', formatSpec(x));
  return (x.data() as Int32Array).reduce((most, one) => Math.max(most, one), -1);
}

export interface HistogramOptions {
  /** From where to where equal bins go: the smallest and the largest element by default. */
  readonly range?: readonly [TensorLike, TensorLike];
  readonly weights?: TensorLike;
  /** True: the integral over the bins is 1. */
  readonly density?: boolean;
}

/** The edges of a number of equal bins (jnp.histogram_bin_edges); edges that are given stay. */
export function histogramBinEdges(x: TensorLike, bins: number | Tensor = 10, { range }: Pick<HistogramOptions, 'range'> = {}): Tensor {
  const [operand] = promoteFloating('histogram', [x]);
  if (bins instanceof Tensor) return promoteFloating('histogram', [bins])[0]!;
  if (!Number.isInteger(bins) || bins < 1) throw new ArgumentError('histogram', 'bins', `must be a whole number from 1 on, or the edges, found ${bins}`);
  const isEmpty = operand!.shape.includes(0);
  const [low, high] = (range ?? (isEmpty ? [0, 1] : [min(operand!), max(operand!)])).map((end) => convert(end, operand!.dtype)) as [Tensor, Tensor];
  const isPoint = equal(sub(high, low), 0);
  const [start, stop] = [where(isPoint, sub(low, 0.5), low), where(isPoint, add(high, 0.5), high)];
  const steps = convert(tensor(Float64Array.from({ length: bins }, (_, i) => i / bins)), operand!.dtype);
  return concatenate([add(mul(sub(1, steps), start), mul(steps, stop)), bindOne('reshape', [stop], { shape: [1] })], 0);
}

/** How many elements lie in each bin, the last of which has its upper edge, and the edges: `[counts, edges]` (jnp.histogram). */
export function histogram(x: TensorLike, bins: number | Tensor = 10, { range, weights, density = false }: HistogramOptions = {}): [counts: Tensor, edges: Tensor] {
  const edges = histogramBinEdges(x, bins, range === undefined ? {} : { range });
  const values = convert(ravel(x), edges.dtype);
  const count = edges.shape[0]!;
  if (!isStatic(count)) throw new ArgumentError('histogram', 'bins', 'must be of known size');
  const found = searchsorted(edges, values, { side: 'right' });
  const places = where(equal(values, index(edges, [-1])), count - 1, found);
  const added = weights === undefined ? onesLike(values) : promoteFloating('histogram', [ravel(weights)])[0]!;
  const all = bindOne('scatter', [full([count], 0, added.dtype), places, added], { axis: 0, mode: 'add' });
  const counts = sliceAxis(all, 0, 1, count);
  return [density ? div(div(counts, diff(edges)), sum(counts)) : counts, edges];
}
