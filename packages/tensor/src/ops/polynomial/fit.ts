import { ArgumentError } from '../../errors/errors.js';
import { isStatic } from '../../shape/dim.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { vander } from '../arrange/make.js';
import { ones } from '../create.js';
import { div, mul, neg, sqrt, square } from '../elementwise.js';
import { lstsq } from '../linalg/least-squares.js';
import { promoteFloating } from '../operand.js';
import { sum } from '../reduce.js';
import { concatenate, expandDims, reshape, sliceAxis } from '../shape.js';
import { polymul } from './polynomial.js';

export interface PolyfitOptions {
  /** Singular values up to this part of the largest one count as zero; the number of points times the precision of the dtype by default. */
  readonly rcond?: number;
  /** A factor for the distance at each point. */
  readonly weights?: TensorLike;
}

/**
 * The coefficients, leading one first, of the polynomial of this degree nearest to (x, y) by least squares (jnp.polyfit); y (points) or (points, k).
 * Columns of the Vandermonde matrix are scaled to length 1 first.
 * @throws ArgumentError, ShapeError
 */
export function polyfit(x: TensorLike, y: TensorLike, degree: number, { rcond, weights }: PolyfitOptions = {}): Tensor {
  if (!Number.isInteger(degree) || degree < 0) throw new ArgumentError('polyfit', 'degree', `must be a whole number, not negative, found ${degree}`);
  const [points, values, factors] = promoteFloating('polyfit', weights === undefined ? [x, y] : [x, y, weights]) as [Tensor, Tensor, Tensor | undefined];
  const count = points.shape[0];
  if (points.rank !== 1 || count === undefined || !isStatic(count) || count === 0) throw new ArgumentError('polyfit', 'x', `must be a vector of known size, not empty, found rank ${points.rank}`);
  const weighted = (of: Tensor): Tensor => (factors === undefined ? of : mul(of, of.rank === 2 ? expandDims(factors, 1) : factors));
  const matrix = weighted(vander(points, degree + 1));
  const lengths = sqrt(sum(square(matrix), { axis: 0 }));
  const precision = points.dtype === 'float64' ? 2 ** -52 : 2 ** -23;
  const [found] = lstsq(div(matrix, lengths), weighted(values), { rcond: rcond ?? count * precision });
  return div(found, values.rank === 2 ? expandDims(lengths, 1) : lengths);
}

/** The coefficients, leading one first, of the polynomial with these roots (jnp.poly); of none the number 1. @throws ArgumentError where they are no vector of known size */
export function poly(roots: TensorLike): Tensor {
  const [list] = promoteFloating('poly', [roots]);
  const count = list!.shape[0];
  if (list!.rank !== 1 || count === undefined || !isStatic(count)) throw new ArgumentError('poly', 'roots', `must be a vector of known size, found rank ${list!.rank}`);
  if (count === 0) return ones([], list!.dtype);
  const one = ones([1], list!.dtype);
  return Array.from({ length: count }, (_, i) => reshape(sliceAxis(list!, 0, i, i + 1), [1])).reduce<Tensor>((product, root) => polymul(product, concatenate([one, neg(root)], 0)), one);
}
