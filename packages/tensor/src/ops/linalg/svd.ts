import { TransformError } from '../../errors/errors.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { matmul } from '../contract.js';
import { ones } from '../create.js';
import { abs, add, div, equal, greaterEqual, less, mul, sqrt, square, sub, where } from '../elementwise.js';
import { takeAlongAxis } from '../indexing.js';
import { convert } from '../operand.js';
import { argmax, max, sum } from '../reduce.js';
import { concatenate, expandDims, sliceAxis } from '../shape.js';
import { orthogonalizeColumns } from './jacobi.js';
import { diagonalMatrix, inFloat, leadingOf, mainDiagonal, matrixFunction, nanUnlessFinite, requireMatrices, transposed } from './matrices.js';
import { orthogonalize } from './qr.js';

export interface SvdOptions {
  /** True (the default) gives all m columns of U and all n rows of Vh. */
  readonly fullMatrices?: boolean;
  /** False gives the singular values alone. */
  readonly computeUv?: boolean;
}

/**
 * U (..., m, m), singular values s (..., k), descending, and Vh (..., n, n) with x = U diag(s) Vh for matrices x (..., m, n), k = min(m, n)
 * (jnp.linalg.svd); without `fullMatrices` U is (..., m, k) and Vh (..., k, n); with `computeUv: false` s alone. Of each left singular vector the
 * first component of at least 0.7 times the largest magnitude is positive: LAPACK, and so jnp, leaves signs to chance.
 * By one-sided Jacobi rotations, after a QR decomposition where there are more rows than columns (J. Demmel, K. Veselic, "Jacobi's method is
 * more accurate than QR", 1992). Differentiable in both modes where the singular values differ and none is zero (M. Giles, 2008), but for `fullMatrices` of
 * matrices that are not square. NaN where x is not finite.
 * @throws ShapeError if x has no two axes of known size; TransformError from the derivative of `fullMatrices`.
 */
export function svd(x: TensorLike, options?: SvdOptions & { readonly computeUv?: true }): [Tensor, Tensor, Tensor];
export function svd(x: TensorLike, options: SvdOptions & { readonly computeUv: false }): Tensor;
export function svd(x: TensorLike, options?: SvdOptions): [Tensor, Tensor, Tensor] | Tensor;
export function svd(x: TensorLike, { fullMatrices = true, computeUv = true }: SvdOptions = {}): [Tensor, Tensor, Tensor] | Tensor {
  const [u, s, vh] = inFloat('svd', [x], (matrix) => {
    requireMatrices('svd', matrix!);
    return decompose(matrix!, { full: fullMatrices && computeUv });
  });
  return computeUv ? [u!, s!, vh!] : s!;
}

/** The singular values (..., min(m, n)), descending, of matrices x (..., m, n) (jnp.linalg.svdvals). @throws ShapeError. */
export const svdvals = (x: TensorLike): Tensor => svd(x, { computeUv: false });

/** U, s and Vh of matrices of one floating dtype. */
export function decompose(matrix: Tensor, { full }: { readonly full: boolean }): [Tensor, Tensor, Tensor] {
  const { rows, columns } = requireMatrices('svd', matrix);
  const [u, s, vh] = matrixFunction('linalg.svd', [matrix], (a) => (rows < columns ? factorWide(a, full) : factorTall(a, full)).map((result) => nanUnlessFinite(a, result)), {
    attributes: { full },
    jvp: ([a], [tangent], [left, values, right]) => {
      if (full && rows !== columns) throw new TransformError('derivative', 'svd', 'with `fullMatrices` is not determined for matrices that are not square; use `fullMatrices: false`');
      return tangent ? derivative({ a: a!, tangent, left: left!, values: values!, right: right! }) : [null, null, null];
    },
  });
  return [u!, s!, vh!];
}

function factorWide(x: Tensor, full: boolean): Tensor[] {
  const [left, values, right] = turned(transposed(x), full);
  return withSigns(transposed(right), values, transposed(left));
}

function factorTall(x: Tensor, full: boolean): Tensor[] {
  const [left, values, right] = turned(x, full);
  return withSigns(left, values, right);
}

/** Of at least as many rows as columns: x = Q R, and Jacobi rotations give R V = P diag(s), so x = Q P diag(s) transpose(V). */
function turned(x: Tensor, full: boolean): [Tensor, Tensor, Tensor] {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  if (rows === columns) return turnedSquare(x);
  const [q, r] = orthogonalize(x, { complete: full });
  const [inner, values, right] = turnedSquare(sliceAxis(r, -2, 0, columns));
  const left = matmul(sliceAxis(q, -1, 0, columns), inner);
  return [full ? concatenate([left, sliceAxis(q, -1, columns, rows)], -1) : left, values, right];
}

function turnedSquare(x: Tensor): [Tensor, Tensor, Tensor] {
  const [product, rotation] = orthogonalizeColumns(x);
  // P by a QR decomposition, which makes vectors up where a singular value is zero.
  const [basis, lengths] = orthogonalize(product);
  const left = mul(basis, expandDims(where(less(mainDiagonal(lengths), 0), -1, 1), -2));
  return [left, sqrt(sum(square(product), { axis: -2 })), transposed(rotation)];
}

/** A tie of magnitudes, of 1 and -1 say, is no tie for this part of the largest. */
const decisive = 0.7;

function withSigns(left: Tensor, values: Tensor, right: Tensor): Tensor[] {
  const count = values.shape.at(-1) as number;
  if (count === 0) return [left, values, right];
  const vectors = sliceAxis(left, -1, 0, count);
  const magnitude = abs(vectors);
  const first = argmax(greaterEqual(magnitude, mul(max(magnitude, { axis: -2, keepdims: true }), decisive)), { axis: -2, keepdims: true });
  const chosen = takeAlongAxis(vectors, first, -2, 'clip');
  const signs = where(less(chosen, 0), convert(-1, left.dtype), convert(1, left.dtype));
  const padded = (size: number): Tensor => (size === count ? signs : concatenate([signs, ones([...leadingOf(left), 1, size - count], left.dtype)], -1));
  return [mul(left, padded(left.shape.at(-1) as number)), values, mul(right, transposed(padded(right.shape.at(-2) as number)))];
}

interface Derived {
  readonly a: Tensor;
  readonly tangent: Tensor;
  readonly left: Tensor;
  readonly values: Tensor;
  readonly right: Tensor;
}

/** 1 / x, and 0 where x is zero. */
function reciprocalOrZero(x: Tensor): Tensor {
  const isZero = equal(x, 0);
  return where(isZero, 0, div(1, where(isZero, 1, x)));
}

/** As JAX has it: equal singular values take no part in each other's vectors. */
function derivative({ tangent, left, values, right }: Derived): Tensor[] {
  const [rows, columns, count] = [left.shape.at(-2) as number, right.shape.at(-1) as number, values.shape.at(-1) as number];
  const [leftT, rightT] = [transposed(left), transposed(right)];
  const inner = matmul(matmul(leftT, tangent), rightT);
  const [row, column] = [expandDims(values, -2), expandDims(values, -1)];
  const gaps = reciprocalOrZero(mul(add(row, column), sub(row, column)));
  const [byRow, byColumn] = [mul(row, inner), mul(column, inner)];
  const diagonal = mul(mul(sub(inner, transposed(inner)), 0.5), diagonalMatrix(reciprocalOrZero(values)));
  const du = matmul(left, add(mul(gaps, add(byRow, transposed(byRow))), diagonal));
  const dv = matmul(rightT, mul(gaps, add(byColumn, transposed(byColumn))));
  const outside = (moved: Tensor, basis: Tensor): Tensor => div(sub(moved, matmul(basis, matmul(transposed(basis), moved))), row);
  const wholeU = rows > count ? add(du, outside(matmul(tangent, rightT), left)) : du;
  const wholeV = columns > count ? add(dv, outside(matmul(transposed(tangent), left), rightT)) : dv;
  return [wholeU, mainDiagonal(inner), transposed(wholeV)];
}

