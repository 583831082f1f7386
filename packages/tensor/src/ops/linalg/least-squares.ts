import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { formatShape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { matmul } from '../contract.js';
import { zeros } from '../create.js';
import { add, div, greater, greaterEqual, logicalAnd, mul, neg, notEqual, square, sub, where } from '../elementwise.js';
import { convert, toTensor } from '../operand.js';
import { any, max, sum } from '../reduce.js';
import { expandDims, sliceAxis, squeeze } from '../shape.js';
import { alignLeading, inFloat, leadingOf, matrixFunction, requireMatrices, transposed } from './matrices.js';
import { decompose } from './svd.js';

/** The distance of 1 to the next number. */
const precisionOf = ({ dtype }: Tensor): number => (dtype === 'float64' ? 2 ** -52 : 2 ** -23);

export interface ToleranceOptions {
  /** Singular values up to this part of the largest one count as zero. */
  readonly rtol?: number;
}

function requireTolerance(operation: string, argument: string, value: number | undefined): void {
  if (value !== undefined && typeof value !== 'number') throw new ArgumentError(operation, argument, `must be a number, found ${typeof value}`);
}

/**
 * The pseudo-inverses (..., n, m) of Moore and Penrose of matrices x (..., m, n) (jnp.linalg.pinv); `rtol` is 10 max(m, n) times the precision of
 * the dtype by default. Differentiable in both modes where the rank does not change (G. Golub, V. Pereyra, "The differentiation of
 * pseudo-inverses and nonlinear least squares problems whose variables separate", 1973).
 * @throws ShapeError if x has no two axes of known size, ArgumentError.
 */
export function pinv(x: TensorLike, { rtol }: ToleranceOptions = {}): Tensor {
  requireTolerance('pinv', 'rtol', rtol);
  return inFloat('pinv', [x], (matrix) => {
    const { rows, columns } = requireMatrices('pinv', matrix!);
    return [pseudoInverse(matrix!, rtol ?? 10 * Math.max(rows, columns) * precisionOf(matrix!))];
  })[0]!;
}

/** Singular values up to `tolerance` times the largest count as zero. */
function pseudoInverse(matrix: Tensor, tolerance: number): Tensor {
  const { rows, columns } = requireMatrices('pinv', matrix);
  if (rows === 0 || columns === 0) return zeros([...leadingOf(matrix), columns, rows], matrix.dtype);
  return matrixFunction('linalg.pinv', [matrix], (a) => [fromSingularValues(a, tolerance)], {
    attributes: { tolerance },
    jvp: ([a], [tangent], [p]) => [tangent ? derivative(a!, tangent, p!) : null],
  })[0]!;
}

function fromSingularValues(matrix: Tensor, tolerance: number): Tensor {
  const [u, s, vh] = decompose(matrix, { full: false });
  const counts = greater(s, mul(sliceAxis(s, -1, 0, 1), tolerance));
  const inverses = where(counts, div(1, where(counts, s, 1)), where(greaterEqual(s, 0), 0, s));
  return matmul(mul(transposed(vh), expandDims(inverses, -2)), transposed(u));
}

/** dP = -P dA P + P P^T dA^T (I - A P) + (I - P A) dA^T P^T P. */
function derivative(a: Tensor, tangent: Tensor, p: Tensor): Tensor {
  const [pT, tangentT] = [transposed(p), transposed(tangent)];
  const left = matmul(matmul(p, pT), tangentT);
  const right = matmul(tangentT, matmul(pT, p));
  const moved = neg(matmul(matmul(p, tangent), p));
  return add(add(moved, sub(left, matmul(matmul(left, a), p))), sub(right, matmul(p, matmul(a, right))));
}

/**
 * The number of singular values of matrices x (..., m, n) that count: int32 (...) (jnp.linalg.matrix_rank). Those above `rtol` do, which is not
 * multiplied by the largest one, as jnp has it; by default those above max(m, n) times the precision of the dtype times the largest one.
 * Of a vector 1, or 0 if all is zero.
 * @throws ShapeError where the sizes are not known, ArgumentError.
 */
export function matrixRank(x: TensorLike, { rtol }: { readonly rtol?: number } = {}): Tensor {
  requireTolerance('matrixRank', 'rtol', rtol);
  const given = toTensor('matrixRank', x);
  if (given.rank < 2) return convert(any(notEqual(given, 0)), 'int32');
  return inFloat('matrixRank', [given], (matrix) => {
    const { rows, columns } = requireMatrices('matrixRank', matrix!);
    if (rows === 0 || columns === 0) return [zeros(leadingOf(matrix!), 'int32')];
    const [, s] = decompose(matrix!, { full: false });
    const limit = rtol ?? mul(max(s, { axis: -1, keepdims: true }), Math.max(rows, columns) * precisionOf(s));
    return [sum(convert(greater(s, limit), 'int32'), { axis: -1 })];
  })[0]!;
}

export interface LstsqOptions {
  /** Singular values below this part of the largest one count as zero: max(m, n) times the precision of the dtype by default. */
  readonly rcond?: number;
}

/**
 * The solution x of least squares, of least length, of a x = b (jnp.linalg.lstsq), with the sums of squared residuals of the columns, the rank
 * of a (int32) and its singular values: a is (..., m, n); b (m), one vector, or (..., m, k). x and the residuals are differentiable in both
 * modes, where the rank does not change.
 * @throws ShapeError where b does not fit a, ArgumentError.
 */
export function lstsq(a: TensorLike, b: TensorLike, { rcond }: LstsqOptions = {}): [x: Tensor, residuals: Tensor, rank: Tensor, singularValues: Tensor] {
  requireTolerance('lstsq', 'rcond', rcond);
  const [x, residuals, rank, values] = inFloat('lstsq', [a, b], (given, side) => {
    const { rows, columns } = requireMatrices('lstsq', given!);
    const isVector = side!.rank === 1;
    const columnsOfB = isVector ? expandDims(side!, -1) : side!;
    if (columnsOfB.rank < 2 || columnsOfB.shape.at(-2) !== rows) {
      throw new ShapeError('lstsq', [formatShape(given!.shape), formatShape(side!.shape)], `matrices (..., ${rows}, ${columns}) need a right side (${rows},) or (..., ${rows}, k)`);
    }
    const [matrix, right] = alignLeading('lstsq', [given!, columnsOfB]) as [Tensor, Tensor];
    const limit = rcond === undefined ? Math.max(rows, columns) * precisionOf(matrix) : rcond < 0 ? precisionOf(matrix) : rcond;
    const found = matmul(pseudoInverse(matrix, limit), right);
    const missed = sum(square(sub(right, matmul(matrix, found))), { axis: -2 });
    const [, s] = rows === 0 || columns === 0 ? [null, zeros([...leadingOf(matrix), 0], matrix.dtype)] : decompose(matrix, { full: false });
    const counts = logicalAnd(greater(s, 0), greaterEqual(s, mul(sliceAxis(s, -1, 0, Math.min(1, s.shape.at(-1) as number)), limit)));
    return [isVector ? squeeze(found, -1) : found, missed, sum(convert(counts, 'int32'), { axis: -1 }), s];
  });
  return [x!, residuals!, rank!, values!];
}

