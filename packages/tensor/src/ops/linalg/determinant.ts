import { bindOne } from '../../program/bind.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { eye, iota, ones } from '../create.js';
import { abs, add, div, equal, isfinite, less, log, logicalAnd, logicalNot, mul, neg, notEqual, rem, sign, sub, where } from '../elementwise.js';
import { convert } from '../operand.js';
import { all, cumprod, prod, sum } from '../reduce.js';
import { expandDims, reshape, sliceAxis, squeeze, stack } from '../shape.js';
import { factorize, takeRows } from './lu.js';
import { identityLike, inFloat, leadingOf, mainDiagonal, matrixFunction, requireSquare, transposed } from './matrices.js';
import { inverse } from './solve.js';
import { solveTriangle } from './triangular-solve.js';

/** The element at a row and a column of each matrix. */
const element = (x: Tensor, row: number, column: number): Tensor => squeeze(sliceAxis(sliceAxis(x, -2, row, row + 1), -1, column, column + 1), [-2, -1]);

/** The sum of products of the elements of two matrices. */
const innerProduct = (x: Tensor, y: Tensor): Tensor => sum(mul(x, y), { axis: [-2, -1] });

/** 1 or -1: whether the exchanges of rows are even or odd in number. */
function parity(pivots: Tensor, like: Tensor): Tensor {
  const exchanged = sum(convert(notEqual(pivots, iota('int32', [pivots.shape.at(-1)!])), 'int32'), { axis: -1 });
  return convert(sub(1, mul(rem(exchanged, 2), 2)), like.dtype);
}

/** By the rule of Sarrus: polynomials, whose derivatives are right at singular matrices too. */
function smallDeterminant(x: Tensor, size: number): Tensor {
  const at = (row: number, column: number): Tensor => element(x, row, column);
  if (size === 0) return ones(leadingOf(x), x.dtype);
  if (size === 1) return at(0, 0);
  const minor = (row: number, a: number, b: number): Tensor => sub(mul(at(row, a), at(row + 1, b)), mul(at(row, b), at(row + 1, a)));
  if (size === 2) return minor(0, 0, 1);
  return add(sub(mul(at(0, 0), minor(1, 1, 2)), mul(at(0, 1), minor(1, 0, 2))), mul(at(0, 2), minor(1, 0, 1)));
}

/**
 * The determinants (...) of matrices (..., n, n) (jnp.linalg.det): 1 where n is 0. The derivative is the matrix of cofactors, which is
 * finite where a matrix is singular; beyond n = 3 it is zero there if elimination meets a zero pivot before the last one, as in JAX.
 * Differentiable in both modes.
 * @throws ShapeError if x is not square.
 */
export function det(x: TensorLike): Tensor {
  return inFloat('det', [x], (matrix) => {
    const size = requireSquare('det', matrix!);
    if (size <= 3) return [smallDeterminant(matrix!, size)];
    return matrixFunction('linalg.det', [matrix!], (a) => {
      const { lu, pivots } = factorize(a);
      return [mul(prod(mainDiagonal(lu), { axis: -1 }), parity(pivots, lu))];
    }, { jvp: ([a], [tangent]) => [tangent ? innerProduct(cofactors(a!), tangent) : null] });
  })[0]!;
}

/**
 * The cofactors C (..., n, n), n from 2: transpose(C) A = det(A) I. From P A = L U by back substitution with the last pivot taken out, which
 * is right for matrices of rank n - 1, whose last pivot is zero; for those of lower rank the cofactors are zero. As in JAX (`_cofactor_solve`)
 * they are zero too where elimination meets a pivot that is exactly zero before the last one.
 */
function cofactors(a: Tensor): Tensor {
  const size = a.shape.at(-1) as number;
  const { lu, pivots, permutation } = factorize(a);
  const products = mul(cumprod(mainDiagonal(lu), { axis: -1 }), expandDims(parity(pivots, lu), -1));
  const [before, whole] = [size - 2, size - 1].map((i) => expandDims(sliceAxis(products, -1, i, i + 1), -1)) as [Tensor, Tensor];
  const [row, column] = [iota('int32', [size, 1], 0), iota('int32', [1, size], 1)];
  const isLast = logicalAnd(equal(row, size - 1), equal(column, size - 1));
  const replaced = where(isLast, div(1, before), lu);
  const isRegular = solvesFinitely(replaced);
  const safe = where(isRegular, replaced, eye(size, size, 0, a.dtype));
  const middle = solveTriangle(safe, takeRows(identityLike(a, size), permutation), { lower: true, unitDiagonal: true });
  const scaled = where(less(row, size - 1), mul(middle, whole), middle);
  return transposed(where(isRegular, solveTriangle(safe, scaled, { lower: false }), 0));
}

/** Whether back substitution with the upper triangle stays finite: (..., 1, 1). */
function solvesFinitely(lu: Tensor): Tensor {
  const known = bindOne('stopGradient', [lu], {});
  const probe = solveTriangle(known, ones([...lu.shape.slice(0, -1), 1], lu.dtype), { lower: false });
  return all(isfinite(probe), { axis: [-2, -1], keepdims: true });
}

/** The cofactors of matrices of size 1 or 2, as polynomials. */
function smallCofactors(x: Tensor, size: number): Tensor {
  if (size === 1) return ones(x.shape, x.dtype);
  const elements = [element(x, 1, 1), neg(element(x, 1, 0)), neg(element(x, 0, 1)), element(x, 0, 0)];
  return reshape(stack(elements, -1), x.shape);
}

/**
 * The sign (...) and the logarithm of the magnitude (...) of the determinants of matrices (..., n, n) (jnp.linalg.slogdet), without overflow;
 * 0 and -Infinity where a matrix is singular. Differentiable in both modes where it is not.
 * @throws ShapeError if x is not square.
 */
export function slogdet(x: TensorLike): [Tensor, Tensor] {
  const [signs, logarithms] = inFloat('slogdet', [x], (matrix) => {
    const size = requireSquare('slogdet', matrix!);
    const isSmall = size === 1 || size === 2;
    return matrixFunction('linalg.slogdet', [matrix!], (a) => (isSmall ? smallLogarithm(a, size) : logarithm(a)), {
      jvp: ([a], [tangent]) => [null, tangent ? logarithmTangent(a!, tangent, size) : null],
    });
  });
  return [signs!, logarithms!];
}

function smallLogarithm(a: Tensor, size: number): Tensor[] {
  const determinant = smallDeterminant(a, size);
  return [sign(determinant), log(abs(determinant))];
}

function logarithm(a: Tensor): Tensor[] {
  const { lu, pivots } = factorize(a);
  const diagonal = mainDiagonal(lu);
  const isSingular = logicalNot(all(notEqual(diagonal, 0), { axis: -1 }));
  const signs = mul(prod(sign(diagonal), { axis: -1 }), parity(pivots, lu));
  return [where(isSingular, 0, signs), where(isSingular, -Infinity, sum(log(abs(diagonal)), { axis: -1 }))];
}

/** trace(A^-1 dA). */
function logarithmTangent(a: Tensor, tangent: Tensor, size: number): Tensor {
  if (size === 1 || size === 2) return div(innerProduct(smallCofactors(a, size), tangent), smallDeterminant(a, size));
  return innerProduct(transposed(inverse(a)), tangent);
}
