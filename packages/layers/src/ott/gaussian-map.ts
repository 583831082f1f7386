import { add, ArgumentError, astype, expandDims, eye, foriLoop, formatShape, matmul, mean, mul, sqrt, squeeze, square, sub, sum, swapaxes, div, type Tensor } from '@flaxon/tensor';

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
  const dimension = requireClouds(source, target);
  const [from, to] = [moments(source), moments(target)];
  const { root, inverse } = roots(from.covariance, dimension);
  const middle = roots(matmul(root, matmul(to.covariance, root)), dimension).root;
  const linear = matmul(inverse, matmul(middle, inverse));
  const moved = squeeze(matmul(linear, expandDims(from.mean, -1)), -1);
  return { root: roots(linear, dimension).root, offset: sub(to.mean, moved) };
}

function requireClouds(source: Tensor, target: Tensor): number {
  const found = `${formatShape(source.shape)} and ${formatShape(target.shape)}`;
  const dimension = source.shape.at(-1);
  if (source.rank !== 2 || target.rank !== 2 || target.shape[1] !== dimension) {
    throw new ArgumentError('PosDefPotentials', 'samples', `of source and target must be points (n, d) and (m, d) of one dimension, found ${found}`);
  }
  const fewest = Math.min(Number(source.shape[0]), Number(target.shape[0]));
  if (typeof dimension !== 'number' || !(fewest > dimension)) {
    throw new ArgumentError('PosDefPotentials', 'samples', `of source and target must be more points than they have dimensions, found ${found}: the covariance of fewer has no inverse`);
  }
  return dimension;
}

/** Mean (d) and unbiased covariance (d, d) of points (n, d). */
function moments(points: Tensor): { readonly mean: Tensor; readonly covariance: Tensor } {
  const wide = astype(points, 'float64');
  const center = mean(wide, { axis: 0 });
  const centered = sub(wide, center);
  return { mean: center, covariance: div(matmul(swapaxes(centered, 0, 1), centered), Number(points.shape[0]) - 1) };
}

/** Enough steps for eigenvalues that are 1e12 apart: each multiplies the small ones by 9/4 until they are near 1, then doubles the digits. */
const steps = 48;

/**
 * The square root of a symmetric positive definite matrix (d, d) and its inverse, by the coupled Newton-Schulz iteration
 * Y <- Y (3 - Z Y) / 2, Z <- (3 - Z Y) / 2 Z (Higham, "Functions of Matrices", 2008, equation 6.35): products alone, so that it
 * traces as well.
 */
function roots(matrix: Tensor, dimension: number): { readonly root: Tensor; readonly inverse: Tensor } {
  const norm = sqrt(sum(square(matrix)));
  const identity = eye(dimension, dimension, 0, 'float64');
  const step = (_: Tensor, { y, z }: { readonly y: Tensor; readonly z: Tensor }): { y: Tensor; z: Tensor } => {
    const factor = add(mul(matmul(z, y), -0.5), mul(identity, 1.5));
    return { y: matmul(y, factor), z: matmul(factor, z) };
  };
  const { y, z } = foriLoop(0, steps, step, { y: div(matrix, norm), z: identity });
  const scale = sqrt(norm);
  return { root: mul(y, scale), inverse: div(z, scale) };
}
