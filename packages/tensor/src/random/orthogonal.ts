import { isHalf } from '../dtype/dtype.js';
import { ArgumentError } from '../errors/errors.js';
import { less, mul, where } from '../ops/elementwise.js';
import { mainDiagonal, transposed } from '../ops/linalg/matrices.js';
import { orthogonalize } from '../ops/linalg/qr.js';
import { convert } from '../ops/operand.js';
import { expandDims } from '../ops/shape.js';
import type { StaticShape } from '../shape/shape.js';
import { requireShape } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireKey, type SampleOptions } from './arguments.js';
import { requireFloatDtype } from './float-format.js';
import { normal } from './normal.js';
import { largestSmall, smallFactors } from './small-orthogonal.js';

export interface OrthogonalOptions extends SampleOptions {
  /** The number of columns, `n` by default. */
  readonly m?: number | undefined;
}

/**
 * Random matrices (...shape, n, m) with orthonormal columns, or rows where n < m (jax.random.orthogonal): the factor Q of the
 * QR decomposition, with a positive diagonal in R, of a matrix of normal numbers.
 * Source: F. Mezzadri, "How to generate random matrices from the classical compact groups" (2007).
 * @throws InvalidKeyError, DtypeError; ArgumentError if a size is not a whole number.
 */
export function orthogonal(key: Tensor, n: number, shape: StaticShape = [], { dtype = 'float32', m = n }: OrthogonalOptions = {}): Tensor {
  requireKey('random.orthogonal', key);
  requireShape('random.orthogonal', shape);
  const float = requireFloatDtype('random.orthogonal', dtype);
  for (const [name, size] of Object.entries({ n, m })) {
    if (!Number.isInteger(size) || size < 0) throw new ArgumentError('random.orthogonal', name, `must be a whole number, found ${String(size)}`);
  }
  const [long, short] = [Math.max(n, m), Math.min(n, m)];
  const gaussian = normal(key, [...shape, long, short], { dtype: float });
  const [basis, diagonal] = factorsOf(gaussian);
  const signs = where(less(diagonal, 0), -1, 1);
  const columns = mul(basis, expandDims(signs, -2));
  return convert(n < m ? transposed(columns) : columns, float);
}

/**
 * Q and the diagonal of R. In float32 the eager kernel rounds as LAPACK does, so that small matrices have JAX's bits; a program does so for small ones, and is
 * exact for others.
 */
function factorsOf(gaussian: Tensor): [basis: Tensor, diagonal: Tensor] {
  const { dtype, isTraced } = gaussian;
  const [long, short] = gaussian.shape.slice(-2).map(Number) as [number, number];
  if (isTraced && dtype === 'float32' && long <= largestSmall && short > 0) return smallFactors(gaussian);
  const [basis, triangle] = orthogonalize(convert(gaussian, isTraced || isHalf(dtype) ? 'float64' : dtype));
  return [basis, mainDiagonal(triangle)];
}
