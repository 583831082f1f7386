import { scan } from '../../control/scan.js';
import type { Dim } from '../../shape/dim.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sumTo } from '../../transforms/transpose/rule.js';
import { matmul } from '../contract.js';
import { iota, zeros } from '../create.js';
import { add, div, equal, neg, sub, where } from '../elementwise.js';
import { expandDims, moveaxis, squeeze } from '../shape.js';
import { tril, triu } from '../triangle.js';
import { commonLeading, mainDiagonal, matrixFunction, transposed } from './matrices.js';

export interface Triangle {
  /** True reads the lower triangle of `a`, false the upper one. */
  readonly lower: boolean;
  /** True takes the diagonal of `a` for ones without reading it. */
  readonly unitDiagonal?: boolean;
}

/** The triangle of `a` that counts, `offset` diagonals from the main one left out. */
const triangleOf = (a: Tensor, lower: boolean, offset: 0 | 1): Tensor => (lower ? tril(a, -offset) : triu(a, offset));

/**
 * x (..., n, k) with a x = b for triangular matrices a (..., n, n) and b (..., n, k) of one floating dtype, whose leading axes are equal in
 * number and broadcast. Linear in b.
 */
export function solveTriangle(a: Tensor, b: Tensor, { lower, unitDiagonal = false }: Triangle): Tensor {
  const triangle = { lower, unitDiagonal };
  return matrixFunction('linalg.triangularSolve', [a, b], (matrix, right) => [substitute(matrix, right, triangle)], {
    attributes: triangle,
    // a x = b gives a dx = db - da x.
    jvp: ([matrix], [da, db], [x]) => {
      const moved = da ? neg(matmul(triangleOf(da, lower, unitDiagonal ? 1 : 0), x!)) : null;
      const right = moved && db ? add(db, moved) : (moved ?? db!);
      return [solveTriangle(matrix!, right!, triangle)];
    },
    transpose: ([matrix], [cotangent], [, right]) => [
      null,
      cotangent ? sumTo(solveTriangle(transposed(matrix!), cotangent, { lower: !lower, unitDiagonal }), right!.shape) : null,
    ],
  })[0]!;
}

/** Row by row, each from those already found. */
function substitute(a: Tensor, b: Tensor, { lower, unitDiagonal }: Required<Triangle>): Tensor {
  const [size, count] = b.shape.slice(-2) as [number, Dim];
  const leading = commonLeading([a, b]);
  if (size === 0) return zeros([...leading, size, count], b.dtype);
  const places = iota('int32', [size, 1]);
  const rows = {
    index: iota('int32', [size]),
    row: moveaxis(triangleOf(a, lower, 1), -2, 0),
    pivot: moveaxis(mainDiagonal(a), -1, 0),
    right: moveaxis(b, -2, 0),
  };
  const step = (x: Tensor, { index, row, pivot, right }: typeof rows): [Tensor, null] => {
    const rest = sub(right, squeeze(matmul(expandDims(row, -2), x), -2));
    const found = unitDiagonal ? rest : div(rest, expandDims(pivot, -1));
    return [where(equal(places, index), expandDims(found, -2), x), null];
  };
  return scan(step, zeros([...leading, size, count], b.dtype), rows, { reverse: !lower })[0];
}

