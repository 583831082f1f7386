import { scan } from '../../control/scan.js';
import { toFloating } from '../../dtype/promotion.js';
import { ShapeError } from '../../errors/errors.js';
import { dimSizeOf, formatShape, type Shape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { iota } from '../create.js';
import { add, div, greater, greaterEqual, mul, sqrt, sub, where } from '../elementwise.js';
import { dynamicSlice } from '../indexing.js';
import { convert, toTensor } from '../operand.js';
import { all } from '../reduce.js';
import { expandDims, moveaxis, reshape, swapaxes } from '../shape.js';
import { tril } from '../triangle.js';

export interface CholeskyOptions {
  /** True gives the upper triangular factor, the transpose of the lower one. */
  readonly upper?: boolean;
  /** False takes the matrix as it is; by default (jnp) the mean of it and its transpose. */
  readonly symmetrizeInput?: boolean;
}

/** The size of the square matrices (..., n, n). @throws ShapeError. */
export function requireSquare(operation: string, { shape }: { readonly shape: Shape }): number {
  const size = shape.at(-1);
  if (shape.length < 2 || shape.at(-2) !== size) throw new ShapeError(operation, [formatShape(shape)], 'needs square matrices (..., n, n)');
  if (typeof size !== 'number') throw new ShapeError(operation, [formatShape(shape)], 'the size of the matrices must be a known number');
  return size;
}

/**
 * The lower triangular L (..., n, n) with x = L transpose(L), of symmetric positive definite matrices x (..., n, n)
 * (jnp.linalg.cholesky); NaN where a matrix is not positive definite. Differentiable in both modes.
 * @throws ShapeError if x is not square.
 */
export function cholesky(x: TensorLike, { upper = false, symmetrizeInput = true }: CholeskyOptions = {}): Tensor {
  const given = toTensor('cholesky', x);
  const size = requireSquare('cholesky', given);
  const matrix = convert(given, toFloating(given.dtype));
  const batch = dimSizeOf(matrix.shape.slice(0, -2));
  const whole = symmetrizeInput ? mul(add(matrix, swapaxes(matrix, -1, -2)), 0.5) : matrix;
  const lower = reshape(factor(reshape(whole, [batch, size, size]), size), matrix.shape);
  return upper ? swapaxes(lower, -1, -2) : lower;
}

/** Column by column: each one, scaled, is taken off what is left (batch, n, n). */
function factor(matrices: Tensor, size: number): Tensor {
  const batch = matrices.shape[0]!;
  const rows = iota('int32', [size]);
  const step = (rest: Tensor, j: Tensor): [Tensor, { column: Tensor; pivot: Tensor }] => {
    const found = reshape(dynamicSlice(rest, [0, 0, j], [batch, size, 1]), [batch, size]);
    const pivot = dynamicSlice(found, [0, j], [batch, 1]);
    const column = where(greaterEqual(rows, j), div(found, sqrt(pivot)), 0);
    return [sub(rest, mul(expandDims(column, -1), expandDims(column, -2))), { column, pivot }];
  };
  const [, { column, pivot }] = scan(step, matrices, rows);
  const isDefinite = reshape(all(greater(pivot, 0), { axis: [0, 2] }), [batch, 1, 1]);
  return tril(where(isDefinite, moveaxis(column, 0, -1), NaN));
}
