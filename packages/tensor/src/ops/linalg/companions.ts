/** Matrices made of vectors (..., n), for each of them (jax.scipy.linalg). */
import { ArgumentError, ShapeError } from '../../errors/errors.js';
import { isStatic } from '../../shape/dim.js';
import { formatShape } from '../../shape/shape.js';
import type { TensorLike } from '../../tensor/create.js';
import { tensor } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { atleast1d } from '../arrange/join.js';
import { eye, iota, onesLike, zerosLike } from '../create.js';
import { abs, add, div, equal, neg, sub, where } from '../elementwise.js';
import { take } from '../indexing.js';
import { promote, promoteFloating, toTensor } from '../operand.js';
import { broadcastTo, concatenate, expandDims, reshape, sliceAxis } from '../shape.js';

/** The vectors and their size. @throws ShapeError where it is not known or too small */
function vectors(operation: string, x: Tensor, least: number): { readonly values: Tensor; readonly size: number } {
  const values = atleast1d(x);
  const size = values.shape.at(-1)!;
  if (!isStatic(size) || size < least) throw new ShapeError(operation, [formatShape(x.shape)], `needs vectors (..., n) of a known size from ${least} on`);
  return { values, size };
}

/** Vectors as the first row of matrices of zeros (..., rows, n). */
const asFirstRow = (row: Tensor, rows: number): Tensor => concatenate([expandDims(row, -2), ...(rows > 1 ? [zerosBelow(row, rows - 1)] : [])], -2);
const zerosBelow = (row: Tensor, rows: number): Tensor => broadcastTo(zerosLike(expandDims(row, -2)), [...row.shape.slice(0, -1), rows, row.shape.at(-1)!]);
/** The vectors on the diagonal below the main one. */
function belowDiagonal(x: Tensor, size: number): Tensor {
  const padded = concatenate([x, zerosLike(sliceAxis(x, -1, 0, 1))], -1);
  const isBelow = equal(iota('int32', [size, 1], 0), add(iota('int32', [1, size], 1), 1));
  return where(isBelow, expandDims(padded, -2), 0);
}

/** The companion matrices (..., n - 1, n - 1) of polynomials (..., n), leading coefficients first: their eigenvalues are the roots (jax.scipy.linalg.companion). @throws ShapeError */
export function companion(x: TensorLike): Tensor {
  const { values, size } = vectors('companion', promoteFloating('companion', [x])[0]!, 2);
  const row = neg(div(sliceAxis(values, -1, 1, size), sliceAxis(values, -1, 0, 1)));
  return add(asFirstRow(row, size - 1), eye(size - 1, size - 1, -1, values.dtype));
}

/** Leslie matrices (..., n, n) of fecundities (..., n) in the first row and survivals (..., n - 1) below the diagonal (jax.scipy.linalg.leslie). @throws ShapeError */
export function leslie(fecundity: TensorLike, survival: TensorLike): Tensor {
  const [f, s] = promote('leslie', [fecundity, survival]) as [Tensor, Tensor];
  const [top, below] = [vectors('leslie', f, 2), vectors('leslie', s, 1)];
  if (below.size !== top.size - 1) throw new ShapeError('leslie', [formatShape(f.shape), formatShape(s.shape)], 'needs one survival fewer than fecundities');
  return add(asFirstRow(top.values, top.size), belowDiagonal(below.values, top.size));
}

/** The distances of the elements of vectors (..., n): matrices (..., n, n) of |x[i] - x[j]| (jax.scipy.linalg.fiedler). */
export function fiedler(x: TensorLike): Tensor {
  const values = atleast1d(toTensor('fiedler', x));
  return abs(sub(expandDims(values, -1), expandDims(values, -2)));
}

/** Where the Fiedler companion matrix of size n has which coefficient: 0 and n + 1 stand for a one and a zero. */
function fiedlerPlaces(n: number): Int32Array<ArrayBuffer> {
  const at = (i: number, j: number): number => {
    const isEven = i % 2 === 0;
    if (i === 0 && j === 0) return 1;
    if (isEven && j === i + 1) return i + 2;
    if (isEven && i >= 2 && j === i - 1) return i + 1;
    const isOne = (i === 1 && j === 0) || (isEven && j === i + 2) || (!isEven && i >= 3 && j === i - 2);
    return isOne ? 0 : n + 1;
  };
  return Int32Array.from({ length: n * n }, (_, k) => at(Math.floor(k / n), k % n));
}

/**
 * The companion matrices (..., n - 1, n - 1) with five diagonals of polynomials (..., n), leading coefficients first (jax.scipy.linalg.fiedler_companion; M. Fiedler, "A note on
 * companion matrices", 2003): their eigenvalues are the roots.
 * @throws ShapeError
 */
export function fiedlerCompanion(x: TensorLike): Tensor {
  const { values, size } = vectors('fiedlerCompanion', promoteFloating('fiedlerCompanion', [x])[0]!, 1);
  const [leading, rest] = [sliceAxis(values, -1, 0, 1), sliceAxis(values, -1, 1, size)];
  const order = size - 1;
  // A one, the coefficients, and a zero.
  const elements = concatenate([onesLike(leading), neg(div(rest, leading)), zerosLike(leading)], -1);
  return reshape(take(elements, tensor(fiedlerPlaces(order)), { axis: -1 }), [...values.shape.slice(0, -1), order, order]);
}

/**
 * The matrices of the linear map by which vectors of size n are convolved with vectors (..., m): (..., rows, n) with the rows of the mode (jax.scipy.linalg.convolution_matrix).
 * @throws ArgumentError, ShapeError
 */
export function convolutionMatrix(x: TensorLike, n: number, { mode = 'full' }: { readonly mode?: 'full' | 'same' | 'valid' } = {}): Tensor {
  if (!Number.isInteger(n) || n < 1) throw new ArgumentError('convolutionMatrix', 'n', `must be a positive whole number, found ${n}`);
  if (!['full', 'same', 'valid'].includes(mode)) throw new ArgumentError('convolutionMatrix', 'mode', `must be 'full', 'same' or 'valid', found ${JSON.stringify(mode)}`);
  const given = toTensor('convolutionMatrix', x);
  const { values, size } = vectors('convolutionMatrix', given, 1);
  const least = Math.min(n, size) - 1;
  const cut = mode === 'full' ? 0 : mode === 'same' ? Math.floor(least / 2) : least;
  const end = mode === 'full' ? 0 : mode === 'same' ? least - cut : least;
  const rows = size + n - 1 - cut - end;
  // The element at (i, j) is that at i - j + cut, and the one behind the last is zero.
  const places = Int32Array.from({ length: rows * n }, (_, k) => {
    const place = Math.floor(k / n) - (k % n) + cut;
    return place >= 0 && place < size ? place : size;
  });
  const padded = concatenate([values, zerosLike(sliceAxis(values, -1, 0, 1))], -1);
  return reshape(take(padded, tensor(places), { axis: -1 }), [...values.shape.slice(0, -1), rows, n]);
}
