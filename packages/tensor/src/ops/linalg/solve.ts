import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { bindOne } from '../../program/bind.js';
import { formatShape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sumTo } from '../../transforms/transpose/rule.js';
import { matmul } from '../contract.js';
import { eye } from '../create.js';
import { add, neg } from '../elementwise.js';
import { toTensor } from '../operand.js';
import { expandDims, reshape, squeeze } from '../shape.js';
import { factorize, inversePermutation, luPivotsToPermutation, takeRows } from './lu.js';
import { cholesky } from './cholesky.js';
import { alignLeading, inFloat, matrixFunction, requireMatrices, requireSquare, transposed } from './matrices.js';
import { solveTriangle } from './triangular-solve.js';

/** A square matrix (..., n, n) with its factors, made once for all solves with it and for their derivatives. */
export interface FactoredMatrix {
  readonly matrix: Tensor;
  readonly lu: Tensor;
  readonly permutation: Tensor;
}

/** No derivative goes through the factors: those of a solve come from the matrix itself. */
export function factorSquare(matrix: Tensor): FactoredMatrix {
  const { lu, permutation } = factorize(bindOne('stopGradient', [matrix], {}));
  return { matrix, lu, permutation };
}

/** x (..., n, k) with A x = b, or with transpose(A) x = b; the leading axes are equal in number and broadcast. Linear in b. */
export function solveFactored({ matrix, lu, permutation }: FactoredMatrix, b: Tensor, { transposes = false }: { readonly transposes?: boolean } = {}): Tensor {
  const again = ([a, factors, order]: readonly (Tensor | null)[], right: Tensor, flip: boolean): Tensor =>
    solveFactored({ matrix: a!, lu: factors!, permutation: order! }, right, { transposes: transposes !== flip });
  return matrixFunction('linalg.solve', [matrix, lu, permutation, b], (_, factors, order, right) => [substituteBoth(factors!, order!, right!, transposes)], {
    attributes: { transposes },
    // A x = b gives A dx = db - dA x.
    jvp: (primals, [da, , , db], [x]) => {
      const moved = da ? neg(matmul(transposes ? transposed(da) : da, x!)) : null;
      const right = moved && db ? add(db, moved) : (moved ?? db);
      return [right ? again(primals, right, false) : null];
    },
    transpose: (operands, [cotangent], [, , , right]) => [null, null, null, cotangent ? sumTo(again(operands, cotangent, true), right!.shape) : null],
  })[0]!;
}

/** From x[permutation] = L U. */
function substituteBoth(lu: Tensor, permutation: Tensor, b: Tensor, transposes: boolean): Tensor {
  if (!transposes) {
    const middle = solveTriangle(lu, takeRows(b, permutation), { lower: true, unitDiagonal: true });
    return solveTriangle(lu, middle, { lower: false });
  }
  const mirrored = transposed(lu);
  const middle = solveTriangle(mirrored, b, { lower: true });
  return takeRows(solveTriangle(mirrored, middle, { lower: false, unitDiagonal: true }), inversePermutation(permutation));
}

/** Runs `f` on matrices (..., n, n) and right sides (..., n, k), aligned; one vector (n) is a column. @throws ShapeError. */
export function withRightSide(operation: string, a: TensorLike, b: TensorLike, f: (matrix: Tensor, right: Tensor) => Tensor): Tensor {
  return inFloat(operation, [a, b], (matrix, given) => {
    const size = requireSquare(operation, matrix!);
    const isVector = given!.rank === 1;
    const right = isVector ? expandDims(given!, -1) : given!;
    if (right.shape.at(-2) !== size) {
      throw new ShapeError(operation, [formatShape(matrix!.shape), formatShape(given!.shape)], `matrices (..., ${size}, ${size}) need a right side (${size},) or (..., ${size}, k); make a batch of vectors columns with \`expandDims(b, -1)\``);
    }
    const [square, columns] = alignLeading(operation, [matrix!, right]);
    const x = f(square!, columns!);
    return [isVector ? squeeze(x, -1) : x];
  })[0]!;
}

/**
 * x with a x = b, for matrices a (..., n, n) and b (n), one vector, or (..., n, k), columns (jnp.linalg.solve); leading axes broadcast.
 * Infinite or NaN where a is singular. Differentiable in both modes.
 * @throws ShapeError where a is not square or b does not fit it.
 */
export const solve = (a: TensorLike, b: TensorLike): Tensor => withRightSide('solve', a, b, (matrix, right) => solveFactored(factorSquare(matrix), right));

/** The inverses of matrices of one floating dtype. */
export function inverse(matrix: Tensor): Tensor {
  const size = requireSquare('inv', matrix);
  const identity = reshape(eye(size, size, 0, matrix.dtype), [...matrix.shape.slice(0, -2).map(() => 1), size, size]);
  return solveFactored(factorSquare(matrix), identity);
}

/**
 * The inverses of matrices (..., n, n) (jnp.linalg.inv); infinite or NaN where a matrix is singular. Differentiable in both modes.
 * To solve equations `solve` is faster and more exact.
 * @throws ShapeError if x is not square.
 */
export const inv = (x: TensorLike): Tensor => inFloat('inv', [x], (matrix) => [inverse(matrix!)])[0]!;

export interface SolveTriangularOptions {
  /** True reads the lower triangle of `a`, false (the default) the upper one. */
  readonly lower?: boolean;
  /** 1, 'T' or 'C': solves with the transpose of that triangle. */
  readonly trans?: 0 | 1 | 2 | 'N' | 'T' | 'C';
  /** True takes the diagonal of `a` for ones. */
  readonly unitDiagonal?: boolean;
}

/**
 * x with T x = b, T being one triangle of the matrices a (..., n, n), or its transpose; b is (n) or (..., n, k)
 * (jax.scipy.linalg.solve_triangular). Infinite or NaN where an element on the diagonal is zero. Differentiable in both modes.
 * @throws ShapeError where a is not square or b does not fit it; ArgumentError.
 */
export function solveTriangular(a: TensorLike, b: TensorLike, { lower = false, trans = 0, unitDiagonal = false }: SolveTriangularOptions = {}): Tensor {
  const transposes = isTransposed('solveTriangular', trans);
  return withRightSide('solveTriangular', a, b, (matrix, right) => solveOneTriangle(matrix, right, { lower, transposes, unitDiagonal }));
}

function solveOneTriangle(matrix: Tensor, right: Tensor, { lower, transposes, unitDiagonal }: Readonly<Record<'lower' | 'transposes' | 'unitDiagonal', boolean>>): Tensor {
  return transposes ? solveTriangle(transposed(matrix), right, { lower: !lower, unitDiagonal }) : solveTriangle(matrix, right, { lower, unitDiagonal });
}

export function isTransposed(operation: string, trans: NonNullable<SolveTriangularOptions['trans']>): boolean {
  const found = { 0: false, 1: true, 2: true, N: false, T: true, C: true }[trans] as boolean | undefined;
  if (found === undefined) throw new ArgumentError(operation, 'trans', `must be 0 ('N') for the matrix or 1 ('T') for its transpose, found ${JSON.stringify(trans)}`);
  return found;
}

export interface TriangularSolveOptions {
  /** True solves op(T) x = b, false (the default) x op(T) = b. */
  readonly leftSide?: boolean;
  /** True reads the lower triangle of `a`, false (the default) the upper one. */
  readonly lower?: boolean;
  /** True takes the transpose of the triangle for op(T). */
  readonly transposeA?: boolean;
  /** True takes the diagonal of `a` for ones. */
  readonly unitDiagonal?: boolean;
}

/**
 * x with x op(T) = b, or with `leftSide` op(T) x = b, T being one triangle of the matrices a (..., n, n), for matrices b (..., k, n) or
 * (..., n, k) (lax.linalg.triangular_solve, and its defaults); leading axes broadcast. Differentiable in both modes.
 * @throws ShapeError where a is not square or b does not fit it.
 */
export function triangularSolve(a: TensorLike, b: TensorLike, { leftSide = false, lower = false, transposeA = false, unitDiagonal = false }: TriangularSolveOptions = {}): Tensor {
  const given = toTensor('triangularSolve', b);
  requireMatrices('triangularSolve', given);
  // x op(T) = b is transpose(op(T)) transpose(x) = transpose(b).
  const triangle = { lower, transposes: transposeA === leftSide, unitDiagonal };
  const solution = withRightSide('triangularSolve', a, leftSide ? given : transposed(given), (matrix, right) => solveOneTriangle(matrix, right, triangle));
  return leftSide ? solution : transposed(solution);
}

/**
 * The Cholesky factor of symmetric positive definite matrices (..., n, n) and whether it is the lower one, as `choSolve` takes them
 * (jax.scipy.linalg.cho_factor): upper by default, of the upper triangle of x alone.
 * @throws ShapeError if x is not square.
 */
export function choFactor(x: TensorLike, { lower = false }: { readonly lower?: boolean } = {}): [factor: Tensor, lower: boolean] {
  const factor = inFloat('choFactor', [x], (matrix) => {
    requireSquare('choFactor', matrix!);
    return [cholesky(lower ? matrix! : transposed(matrix!), { upper: !lower, symmetrizeInput: false })];
  })[0]!;
  return [factor, lower];
}

/**
 * x with A x = b from the Cholesky factor of A, lower triangular or (false) upper, b (n) or (..., n, k)
 * (jax.scipy.linalg.cho_solve). Differentiable in both modes.
 * @throws ShapeError where the factor is not square or b does not fit it.
 */
export function choSolve([factor, lower]: readonly [TensorLike, boolean], b: TensorLike): Tensor {
  return withRightSide('choSolve', factor, b, (matrix, right) => {
    const [first, second] = lower ? [matrix, transposed(matrix)] : [transposed(matrix), matrix];
    return solveTriangle(second, solveTriangle(first, right, { lower: true }), { lower: false });
  });
}

/**
 * x with A x = b, or with its transpose, from the factors of A that `luFactor` gives, b (n) or (..., n, k) (jax.scipy.linalg.lu_solve).
 * Differentiable in both modes.
 * @throws ShapeError where the factors are not square or b does not fit them; ArgumentError.
 */
export function luSolve([factors, pivots]: readonly [TensorLike, Tensor], b: TensorLike, { trans = 0 }: Pick<SolveTriangularOptions, 'trans'> = {}): Tensor {
  const transposes = isTransposed('luSolve', trans);
  return withRightSide('luSolve', factors, b, (lu, right) => substituteBoth(lu, luPivotsToPermutation(pivots, lu.shape.at(-1) as number), right, transposes));
}
