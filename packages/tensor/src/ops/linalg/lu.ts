import { scan } from '../../control/scan.js';
import { mulDim, type Dim } from '../../shape/dim.js';
import { broadcastShapes } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { matmul } from '../contract.js';
import { eye, iota, zeros } from '../create.js';
import { abs, add, div, equal, greater, greaterEqual, less, logicalAnd, mul, sub, where } from '../elementwise.js';
import { argsort, dynamicSlice, take, takeAlongAxis } from '../indexing.js';
import { convert } from '../operand.js';
import { padConfig } from '../pad.js';
import { argmax } from '../reduce.js';
import { broadcastTo, expandDims, moveaxis, reshape } from '../shape.js';
import { tril, triu } from '../triangle.js';
import { flattenLeading, inFloat, leadingOf, matrixFunction, requireMatrices, transposed } from './matrices.js';
import { solveTriangle } from './triangular-solve.js';

/** What lax.linalg.lu gives. */
export interface LuFactors {
  /** U on and above the diagonal, L (whose diagonal is one) below it: (..., m, n). */
  readonly lu: Tensor;
  /** The row that each step swapped in: int32 (..., min(m, n)). */
  readonly pivots: Tensor;
  /** The order of the rows: x[permutation] = L U. int32 (..., m). */
  readonly permutation: Tensor;
}

/** Matrices x (..., m, n) of a floating dtype as P x = L U, with partial pivoting. */
export function factorize(x: Tensor): LuFactors {
  const [factors, pivots, permutation] = matrixFunction('linalg.lu', [x], eliminate, {
    jvp: (_, [tangent], [found, , order]) => [tangent ? derivative(found!, takeRows(tangent, order!)) : null, null, null],
  });
  return { lu: factors!, pivots: pivots!, permutation: permutation! };
}

/** The rows of x (..., m, n) at places (..., k); the leading axes broadcast. */
export const takeRows = (x: Tensor, order: Tensor): Tensor => {
  const [columns, count] = [x.shape.at(-1)!, order.shape.at(-1)!];
  const leading = broadcastShapes([leadingOf(x), order.shape.slice(0, -1)])!;
  const wide = broadcastTo(x, [...leading, ...x.shape.slice(-2)]);
  return takeAlongAxis(wide, broadcastTo(expandDims(order, -1), [...leading, count, columns]), -2, 'clip');
};

/** L (..., m, min(m, n)) with ones on its diagonal and U (..., min(m, n), n). */
export function splitFactors(factors: Tensor): { readonly lower: Tensor; readonly upper: Tensor } {
  const [rows, columns] = factors.shape.slice(-2) as [number, number];
  const steps = Math.min(rows, columns);
  return { lower: add(tril(part(factors, rows, steps), -1), eye(rows, steps, 0, factors.dtype)), upper: triu(part(factors, steps, columns)) };
}

/** The first rows and columns of matrices, or the matrices with zeros after them. */
function part(x: Tensor, rows: number, columns: number): Tensor {
  const [ownRows, ownColumns] = x.shape.slice(-2) as [number, number];
  if (rows === ownRows && columns === ownColumns) return x;
  const leading = x.shape.slice(0, -2).map((): [number, number] => [0, 0]);
  return padConfig(x, convert(0, x.dtype), [...leading, [0, rows - ownRows], [0, columns - ownColumns]]);
}

/**
 * With L and U completed to square matrices by the identity, M = L^-1 dA U^-1 gives dL = L tril(M, -1) and dU = triu(M) U
 * (S. Smith, "Differentiation of the Cholesky algorithm", 1995; as JAX has it).
 */
function derivative(factors: Tensor, tangent: Tensor): Tensor {
  const [rows, columns] = factors.shape.slice(-2) as [number, number];
  const steps = Math.min(rows, columns);
  const { lower, upper } = splitFactors(factors);
  const wholeLower = add(part(lower, rows, rows), tailIdentity(rows, steps, factors));
  const wholeUpper = add(part(upper, columns, columns), tailIdentity(columns, steps, factors));
  const left = solveTriangle(wholeLower, tangent, { lower: true, unitDiagonal: true });
  const both = transposed(solveTriangle(transposed(wholeUpper), transposed(left), { lower: true }));
  return add(matmul(wholeLower, part(tril(part(both, rows, rows), -1), rows, columns)), matmul(part(triu(part(both, columns, columns)), rows, columns), wholeUpper));
}

/** Ones on the diagonal from `from` on. */
const tailIdentity = (size: number, from: number, { dtype }: Tensor): Tensor =>
  where(greaterEqual(iota('int32', [size, 1], 0), from), eye(size, size, 0, dtype), convert(0, dtype));

/** Column by column: the row with the largest element is swapped up, and its multiples are taken off the rows below. */
function eliminate(x: Tensor): Tensor[] {
  const { flat, batch, restore } = flattenLeading(x);
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const steps = Math.min(rows, columns);
  const row = iota('int32', [rows, 1], 0);
  const column = iota('int32', [1, columns], 1);
  const order = broadcastTo(reshape(iota('int32', [rows]), [1, rows, 1]), [batch, rows, 1]);
  if (steps === 0) return [x, zeros([...leadingOf(x), 0], 'int32'), restore(reshape(order, [batch, rows]))];
  const step = ({ matrix, permutation }: Elimination, j: Tensor): [Elimination, Tensor] => {
    const size = abs(dynamicSlice(matrix, [0, 0, j], [batch, rows, 1]));
    const pivot = reshape(argmax(where(less(row, j), -1, size), { axis: 1 }), [batch, 1, 1]);
    const swapped = swapRows(matrix, j, pivot, batch);
    const found = dynamicSlice(swapped, [0, 0, j], [batch, rows, 1]);
    const chosen = dynamicSlice(swapped, [0, j, 0], [batch, 1, columns]);
    const divisor = dynamicSlice(found, [0, j, 0], [batch, 1, 1]);
    // Where the pivot is zero the column is zero from there on and stays, as LAPACK has it.
    const factors = where(greater(row, j), div(found, where(equal(divisor, 0), 1, divisor)), 0);
    const reduced = sub(swapped, mul(factors, where(greater(column, j), chosen, 0)));
    const next = where(logicalAnd(greater(row, j), equal(column, j)), factors, reduced);
    return [{ matrix: next, permutation: swapRows(permutation, j, pivot, batch) }, reshape(pivot, [batch])];
  };
  const [{ matrix, permutation }, pivots] = scan(step, { matrix: flat, permutation: order }, iota('int32', [steps]));
  return [restore(matrix), restore(moveaxis(pivots, 0, -1)), restore(reshape(permutation, [batch, rows]))];
}

interface Elimination extends Readonly<Record<string, Tensor>> {
  readonly matrix: Tensor;
  readonly permutation: Tensor;
}

/** Matrices (batch, m, n) with row `j` (a scalar) and row `other` (batch, 1, 1) exchanged. */
function swapRows(x: Tensor, j: Tensor, other: Tensor, batch: Dim): Tensor {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const row = iota('int32', [rows, 1], 0);
  const upper = dynamicSlice(x, [0, j, 0], [batch, 1, columns]);
  const places = add(mul(iota('int32', [batch]), rows), reshape(other, [batch]));
  const lower = expandDims(take(reshape(x, [mulDim(batch, rows), columns]), places, { axis: 0, mode: 'clip' }), 1);
  return where(equal(row, j), lower, where(equal(row, other), upper, x));
}

/** The order of `size` rows that comes of exchanging row i with row pivots[i], one i after the other (lax.linalg.lu_pivots_to_permutation). */
export function luPivotsToPermutation(pivots: Tensor, size: number): Tensor {
  const leading = pivots.shape.slice(0, -1);
  const places = iota('int32', [size]);
  const start = broadcastTo(places, [...leading, size]);
  const step = (order: Tensor, { pivot, index }: { pivot: Tensor; index: Tensor }): [Tensor, null] => {
    const at = expandDims(pivot, -1);
    const upper = dynamicSlice(order, [...leading.map(() => 0), index], [...leading, 1]);
    const lower = takeAlongAxis(order, at, -1, 'clip');
    return [where(equal(places, index), lower, where(equal(places, at), upper, order)), null];
  };
  return scan(step, start, { pivot: moveaxis(pivots, -1, 0), index: iota('int32', [pivots.shape.at(-1)!]) })[0];
}

/** The inverses of permutations (..., n). */
export const inversePermutation = (order: Tensor): Tensor => argsort(order);

/**
 * The factors P (..., m, m), L (..., m, k) and U (..., k, n) of matrices x (..., m, n) with x = P L U, k = min(m, n), by partial pivoting
 * (jax.scipy.linalg.lu); with `permuteL` the two factors P L and U. Differentiable in both modes where the first k columns are independent.
 * @throws ShapeError if x has no two axes of known size.
 */
export function lu(x: TensorLike, { permuteL = false }: { readonly permuteL?: boolean } = {}): Tensor[] {
  return inFloat('lu', [x], (matrix) => {
    const { rows } = requireMatrices('lu', matrix);
    const factors = factorize(matrix);
    const { lower, upper } = splitFactors(factors.lu);
    if (permuteL) return [takeRows(lower, inversePermutation(factors.permutation)), upper];
    const permutation = equal(expandDims(factors.permutation, -2), iota('int32', [rows, 1]));
    return [convert(permutation, matrix.dtype), lower, upper];
  });
}

/**
 * L and U of matrices (..., m, n) in one array and the row that each step swapped in, int32 (..., min(m, n)) (jax.scipy.linalg.lu_factor).
 * @throws ShapeError if x has no two axes of known size.
 */
export function luFactor(x: TensorLike): [Tensor, Tensor] {
  const [factors, pivots] = inFloat('luFactor', [x], (matrix) => {
    requireMatrices('luFactor', matrix);
    const found = factorize(matrix);
    return [found.lu, found.pivots];
  });
  return [factors!, pivots!];
}
