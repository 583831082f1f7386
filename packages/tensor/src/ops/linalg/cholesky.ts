import { scan } from '../../control/scan.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { matmul } from '../contract.js';
import { iota } from '../create.js';
import { add, div, greater, greaterEqual, mul, sqrt, sub, where } from '../elementwise.js';
import { dynamicSlice } from '../indexing.js';
import { all } from '../reduce.js';
import { expandDims, moveaxis, reshape } from '../shape.js';
import { tril } from '../triangle.js';
import { diagonalMatrix, flattenLeading, inFloat, mainDiagonal, matrixFunction, requireSquare, transposed } from './matrices.js';
import { solveTriangle } from './triangular-solve.js';

export interface CholeskyOptions {
  /** True gives the upper triangular factor, the transpose of the lower one. */
  readonly upper?: boolean;
  /** False takes the matrix as it is; by default (jnp) the mean of it and its transpose. */
  readonly symmetrizeInput?: boolean;
}

/**
 * The lower triangular L (..., n, n) with x = L transpose(L), of symmetric positive definite matrices x (..., n, n)
 * (jnp.linalg.cholesky); NaN where a matrix is not positive definite. Differentiable in both modes
 * (I. Murray, "Differentiation of the Cholesky decomposition", 2016).
 * @throws ShapeError if x is not square.
 */
export function cholesky(x: TensorLike, { upper = false, symmetrizeInput = true }: CholeskyOptions = {}): Tensor {
  return inFloat('cholesky', [x], (matrix) => {
    requireSquare('cholesky', matrix);
    const whole = symmetrizeInput ? symmetrize(matrix) : matrix;
    const [lower] = matrixFunction('linalg.cholesky', [whole], (a) => [factor(a)], { jvp: ([_], [tangent], [l]) => [tangent ? derivative(l!, tangent) : null] });
    return [upper ? transposed(lower!) : lower!];
  })[0]!;
}

/** The mean of the matrices and their transposes. */
export const symmetrize = (x: Tensor): Tensor => mul(add(x, transposed(x)), 0.5);

/** dL = L phi(L^-1 dA L^-T), phi taking the lower triangle with half of the diagonal. */
function derivative(lower: Tensor, tangent: Tensor): Tensor {
  const left = solveTriangle(lower, tangent, { lower: true });
  const both = transposed(solveTriangle(lower, transposed(left), { lower: true }));
  const half = sub(tril(both), mul(diagonalMatrix(mainDiagonal(both)), 0.5));
  return matmul(lower, half);
}

/** Column by column: each one, scaled, is taken off what is left. */
function factor(matrices: Tensor): Tensor {
  const { flat, batch, restore } = flattenLeading(matrices);
  const size = matrices.shape.at(-1) as number;
  if (size === 0) return matrices;
  const rows = iota('int32', [size]);
  const step = (rest: Tensor, j: Tensor): [Tensor, { column: Tensor; pivot: Tensor }] => {
    const found = reshape(dynamicSlice(rest, [0, 0, j], [batch, size, 1]), [batch, size]);
    const pivot = dynamicSlice(found, [0, j], [batch, 1]);
    const column = where(greaterEqual(rows, j), div(found, sqrt(pivot)), 0);
    return [sub(rest, mul(expandDims(column, -1), expandDims(column, -2))), { column, pivot }];
  };
  const [, { column, pivot }] = scan(step, flat, rows);
  const isDefinite = reshape(all(greater(pivot, 0), { axis: [0, 2] }), [batch, 1, 1]);
  return restore(tril(where(isDefinite, moveaxis(column, 0, -1), NaN)));
}
