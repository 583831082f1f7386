import { ArgumentError, astype, div, eigh, expandDims, formatShape, matmul, mean, mul, sqrt, squeeze, sub, swapaxes, type Tensor } from '@flaxon/tensor';

/** The affine map that carries one Gaussian onto another. */
export interface GaussianMap {
  /** A square root of the linear part, symmetric: (d, d). */
  readonly root: Tensor;
  /** What is added: (d). */
  readonly offset: Tensor;
}

/**
 * The optimal map x -> A x + b between the Gaussians that have the means and covariances of two clouds of points, (n, d) and (m, d):
 * A = S^-1/2 (S^1/2 T S^1/2)^1/2 S^-1/2, b = mean(target) - A mean(source), with the covariances S of the source and T of the
 * target (OTT: `ScaleTriL.gaussian_map`; Bunne et al., "Supervised training of conditional Monge maps", 2022). In float64.
 * @throws ArgumentError where points are not (n, d), differ in dimension, or are fewer than d + 1, so that a covariance has no inverse
 */
export function gaussianMap(source: Tensor, target: Tensor): GaussianMap {
  requireClouds(source, target);
  const [from, to] = [moments(source), moments(target)];
  const { root, inverse } = roots(from.covariance);
  const middle = roots(matmul(root, matmul(to.covariance, root))).root;
  const linear = matmul(inverse, matmul(middle, inverse));
  const moved = squeeze(matmul(linear, expandDims(from.mean, -1)), -1);
  return { root: roots(linear).root, offset: sub(to.mean, moved) };
}

function requireClouds(source: Tensor, target: Tensor): void {
  const found = `${formatShape(source.shape)} and ${formatShape(target.shape)}`;
  const dimension = source.shape.at(-1);
  if (source.rank !== 2 || target.rank !== 2 || target.shape[1] !== dimension) {
    throw new ArgumentError('PosDefPotentials', 'samples', `of source and target must be points (n, d) and (m, d) of one dimension, found ${found}`);
  }
  const fewest = Math.min(Number(source.shape[0]), Number(target.shape[0]));
  if (typeof dimension !== 'number' || !(fewest > dimension)) {
    throw new ArgumentError('PosDefPotentials', 'samples', `of source and target must be more points than they have dimensions, found ${found}: the covariance of fewer has no inverse`);
  }
}

/** Mean (d) and unbiased covariance (d, d) of points (n, d). */
function moments(points: Tensor): { readonly mean: Tensor; readonly covariance: Tensor } {
  const wide = astype(points, 'float64');
  const center = mean(wide, { axis: 0 });
  const centered = sub(wide, center);
  return { mean: center, covariance: div(matmul(swapaxes(centered, 0, 1), centered), Number(points.shape[0]) - 1) };
}

/** The square root of a symmetric positive definite matrix (d, d), and its inverse. */
function roots(matrix: Tensor): { readonly root: Tensor; readonly inverse: Tensor } {
  const [values, vectors] = eigh(matrix);
  const scales = sqrt(values);
  const back = swapaxes(vectors, 0, 1);
  return { root: matmul(mul(vectors, scales), back), inverse: matmul(div(vectors, scales), back) };
}
