import { toFloating } from '../dtype/promotion.js';
import type { Dtype } from '../dtype/dtype.js';
import { ShapeError } from '../errors/errors.js';
import { cholesky } from '../ops/linalg/cholesky.js';
import { matmul } from '../ops/contract.js';
import { add } from '../ops/elementwise.js';
import { promoteFloating } from '../ops/operand.js';
import { expandDims, reshape } from '../ops/shape.js';
import { formatShape, type Shape } from '../shape/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { batchShape, requireKey } from './arguments.js';
import { requireFloatDtype } from './float-format.js';
import { normal } from './normal.js';

export interface MultivariateNormalOptions {
  /** The dtype of the normal numbers: that of `mean` and `cov` by default. */
  readonly dtype?: Dtype | undefined;
}

/**
 * Samples (...shape, n) of normal distributions of mean (..., n) and covariance (..., n, n) (jax.random.multivariate_normal with its method
 * `cholesky`); `shape` is that to which the axes before broadcast by default. NaN where `cov` is not positive definite.
 * @throws InvalidKeyError, DtypeError; ShapeError where the shapes do not fit together.
 */
export function multivariateNormal(key: Tensor, mean: Tensor, cov: Tensor, shape?: Shape, { dtype }: MultivariateNormalOptions = {}): Tensor {
  requireKey('random.multivariateNormal', key);
  const size = requireShapes(mean, cov);
  const [centre, covariance] = promoteFloating('random.multivariateNormal', [mean, cov]) as [Tensor, Tensor];
  const float = requireFloatDtype('random.multivariateNormal', dtype ?? toFloating(centre.dtype));
  const batch = batchShape('multivariateNormal', shape, [centre.shape.slice(0, -1), covariance.shape.slice(0, -2)]);
  const noise = normal(key, [...batch, size], { dtype: float });
  return add(centre, reshape(matmul(cholesky(covariance), expandDims(noise, -1)), noise.shape));
}

/** The number of variables. */
function requireShapes(mean: Tensor, cov: Tensor): number {
  const size = mean instanceof Tensor ? mean.shape.at(-1) : undefined;
  const isSquare = cov instanceof Tensor && cov.rank >= 2 && cov.shape.at(-1) === size && cov.shape.at(-2) === size;
  if (typeof size === 'number' && isSquare) return size;
  const found = [mean, cov].map((x) => (x instanceof Tensor ? formatShape(x.shape) : typeof x));
  throw new ShapeError('random.multivariateNormal', found, '`mean` must be of shape (..., n) and `cov` of shape (..., n, n), n a known number');
}
