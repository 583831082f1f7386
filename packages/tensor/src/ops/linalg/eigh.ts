import { scan } from '../../control/scan.js';
import { ArgumentError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { matmul } from '../contract.js';
import { eye, iota, zeros } from '../create.js';
import { add, div, mul, sub } from '../elementwise.js';
import { dynamicSlice } from '../indexing.js';
import { sum } from '../reduce.js';
import { concatenate, expandDims, moveaxis, reshape, swapaxes } from '../shape.js';
import { tril, triu } from '../triangle.js';
import { symmetrize } from './cholesky.js';
import { productOf, reflectionOf, type Reflection } from './householder.js';
import { diagonalize } from './implicit-ql.js';
import { flattenLeading, inFloat, leadingOf, mainDiagonal, matrixFunction, nanUnlessFinite, requireSquare, transposed } from './matrices.js';

export interface EighOptions {
  /** True (the default, as jnp has it, with an `UPLO` too) takes the mean of the matrix and its transpose; false one triangle. */
  readonly symmetrizeInput?: boolean;
  /** Which triangle that is: 'L' (the default) the lower, 'U' the upper one. */
  readonly UPLO?: 'L' | 'U';
}

function symmetric(operation: string, x: Tensor, { UPLO = 'L', symmetrizeInput = true }: EighOptions): Tensor {
  if (UPLO !== 'L' && UPLO !== 'U') throw new ArgumentError(operation, 'UPLO', `must be 'L' for the lower or 'U' for the upper triangle, found ${JSON.stringify(UPLO)}`);
  if (symmetrizeInput) return symmetrize(x);
  return UPLO === 'U' ? add(triu(x), transposed(triu(x, 1))) : add(tril(x), transposed(tril(x, -1)));
}

/**
 * The eigenvalues (..., n), ascending, and the eigenvectors (..., n, n), orthonormal columns, of symmetric matrices x (..., n, n) (jnp.linalg.eigh).
 * The signs of the eigenvectors are those of LAPACK's implicit QL method, which jnp has too up to n = 25. Differentiable in both
 * modes where the eigenvalues differ (M. Giles, "An extended collection of matrix derivative results", 2008). NaN where x is not finite.
 * @throws ShapeError if x is not square, ArgumentError.
 */
export function eigh(x: TensorLike, options: EighOptions = {}): [Tensor, Tensor] {
  const [values, vectors] = inFloat('eigh', [x], (matrix) => {
    requireSquare('eigh', matrix!);
    return decompose(symmetric('eigh', matrix!, options));
  });
  return [values!, vectors!];
}

/** The eigenvalues (..., n), ascending, of symmetric matrices x (..., n, n) (jnp.linalg.eigvalsh), as `eigh` has them. @throws ShapeError, ArgumentError. */
export const eigvalsh = (x: TensorLike, options: EighOptions = {}): Tensor =>
  inFloat('eigvalsh', [x], (matrix) => {
    requireSquare('eigvalsh', matrix!);
    return [decompose(symmetric('eigvalsh', matrix!, options))[0]!];
  })[0]!;

const decompose = (matrix: Tensor): Tensor[] =>
  matrixFunction('linalg.eigh', [matrix], factor, {
    jvp: ([_], [tangent], [values, vectors]) => (tangent ? derivative(values!, vectors!, tangent) : [null, null]),
  });

/** With M = transpose(V) dA V: dw is the diagonal of M, dV = V (F * M), F[i, j] = 1 / (w[j] - w[i]) off the diagonal. */
function derivative(values: Tensor, vectors: Tensor, tangent: Tensor): Tensor[] {
  const size = values.shape.at(-1) as number;
  const inner = matmul(matmul(transposed(vectors), tangent), vectors);
  const identity = eye(size, size, 0, values.dtype);
  const gaps = sub(expandDims(values, -2), expandDims(values, -1));
  const quotients = sub(div(1, add(gaps, identity)), identity);
  return [mainDiagonal(inner), matmul(vectors, mul(quotients, inner))];
}

/** To tridiagonal form by reflections from both sides (LAPACK's dsytd2 with uplo L), then to diagonal form. */
function factor(x: Tensor): Tensor[] {
  const { flat, batch, restore } = flattenLeading(x);
  const size = x.shape.at(-1) as number;
  const leading = leadingOf(x);
  if (size === 0) return [zeros([...leading, 0], x.dtype), x];
  const step = (rest: Tensor, j: Tensor): [Tensor, Reflection & Readonly<Record<string, Tensor>>] => {
    const reflection = reflectionOf(dynamicSlice(rest, [0, 0, j], [batch, size, 1]), add(j, 1));
    return [reflectBothSides(rest, reflection), { ...reflection }];
  };
  const [reduced, { vector, tau, beta }] = scan(step, flat, iota('int32', [size - 1]));
  const beside = moveaxis(reshape(beta!, [size - 1, batch]), 0, -1);
  const { values, vectors } = diagonalize({
    diagonal: mainDiagonal(reduced),
    offDiagonal: concatenate([beside, zeros([batch, 1], x.dtype)], -1),
    basis: productOf({ vector: vector!, tau: tau! }, size),
  });
  return [reshape(values, [...leading, size]), restore(vectors)].map((result) => nanUnlessFinite(x, result));
}

/** H A H = A - v transpose(w) - w transpose(v) for symmetric A, with w = tau A v - (tau^2 / 2)(v . A v) v. */
function reflectBothSides(a: Tensor, { vector, tau }: Reflection): Tensor {
  const product = mul(tau, matmul(a, vector));
  const along = mul(mul(tau, 0.5), sum(mul(product, vector), { axis: 1, keepdims: true }));
  const w = sub(product, mul(along, vector));
  return sub(a, add(matmul(vector, swapaxes(w, -1, -2)), matmul(w, swapaxes(vector, -1, -2))));
}
