import { ArgumentError } from '../../errors/errors.js';
import { isStatic } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import { Tensor } from '../../tensor/tensor.js';
import { ravelMultiIndex } from '../arrange/multi-index.js';
import { div, equal, sub, where } from '../elementwise.js';
import { index } from '../index/index.js';
import { convert, promoteFloating } from '../operand.js';
import { sum } from '../reduce.js';
import { ravel, reshape, sliceAxis, stack } from '../shape.js';
import { diff } from '../statistics/differences.js';
import { bincount, histogramBinEdges, type HistogramOptions } from './histogram.js';
import { searchsorted } from './searchsorted.js';

/** A number of bins, or their edges. */
type Bins = number | Tensor;

export interface HistogramGridOptions extends Pick<HistogramOptions, 'weights' | 'density'> {
  /** From where to where the bins of each axis go; null for from the smallest to the largest element. */
  readonly range?: readonly (readonly [TensorLike, TensorLike] | null)[];
}

interface Axis {
  readonly edges: Tensor;
  /** The bin of each sample: 0 left of all, `count + 1` right of all. */
  readonly places: Tensor;
  readonly count: number;
}

function alongAxis(values: Tensor, bins: Bins, range: readonly [TensorLike, TensorLike] | null | undefined): Axis {
  const edges = histogramBinEdges(values, bins, range ? { range } : {});
  const size = edges.shape[0]!;
  if (!isStatic(size)) throw new ArgumentError('histogramdd', 'bins', 'must be of known size');
  const found = searchsorted(edges, values, { side: 'right' });
  return { edges, places: where(equal(values, index(edges, [-1])), sub(found, 1), found), count: size - 1 };
}

const axisView = (x: Tensor, axis: number, rank: number): Tensor => reshape(x, Array.from({ length: rank }, (_, i) => (i === axis ? x.shape[0]! : 1)));

/**
 * How many samples (n, d), points with d coordinates, lie in each cell of a grid, and the edges along each axis: `[counts, edges]`
 * (jnp.histogramdd). `bins` is a number for all axes, or a number or the edges for each.
 * @throws ArgumentError where bins or ranges are not one for each coordinate.
 */
export function histogramdd(samples: TensorLike, bins: number | readonly Bins[] = 10, { range, weights, density = false }: HistogramGridOptions = {}): [counts: Tensor, edges: Tensor[]] {
  const [points, added] = promoteFloating('histogramdd', weights === undefined ? [samples] : [samples, weights]) as [Tensor, Tensor?];
  const rank = points.shape[1];
  if (points.rank !== 2 || !isStatic(rank!)) throw new ArgumentError('histogramdd', 'samples', `must be a matrix (n, d) of points with a known number of coordinates, found rank ${points.rank}`);
  const list = typeof bins === 'number' ? Array.from({ length: rank }, () => bins) : bins;
  if (list.length !== rank) throw new ArgumentError('histogramdd', 'bins', `must hold one entry for each of the ${rank} coordinates, found ${list.length}`);
  if (range && range.length !== rank) throw new ArgumentError('histogramdd', 'range', `must hold one entry for each of the ${rank} coordinates, found ${range.length}`);
  const axes = list.map((one, i) => alongAxis(ravel(sliceAxis(points, 1, i, i + 1)), one, range?.[i]));
  const sizes = axes.map(({ count }) => count + 2);
  const cells = ravelMultiIndex(axes.map(({ places }) => places), sizes);
  const all = bincount(cells, { length: sizes.reduce((product, size) => product * size, 1), ...(added ? { weights: added } : {}) });
  const counts = axes.reduce<Tensor>((rest, { count }, axis) => sliceAxis(rest, axis, 1, count + 1), reshape(all, sizes));
  const edges = axes.map((axis) => axis.edges);
  if (!density) return [counts, edges];
  const floats = convert(counts, points.dtype);
  return [edges.reduce<Tensor>((rest, one, axis) => div(rest, axisView(diff(one), axis, rank)), div(floats, sum(floats))), edges];
}

/** `histogramdd` of points with two coordinates: `[counts, edges of x, edges of y]` (jnp.histogram2d). `bins` may be the edges of both. @throws ArgumentError */
export function histogram2d(x: TensorLike, y: TensorLike, bins: Bins | readonly [Bins, Bins] = 10, options: HistogramGridOptions = {}): [counts: Tensor, xEdges: Tensor, yEdges: Tensor] {
  const both = promoteFloating('histogram2d', [x, y]).map((one) => ravel(one));
  const [counts, [xEdges, yEdges]] = histogramdd(stack(both, 1), bins instanceof Tensor ? [bins, bins] : bins, options) as [Tensor, [Tensor, Tensor]];
  return [counts, xEdges, yEdges];
}
